"""Assignment rules, reps and their absences in the admin, and handing over what somebody leaves behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from crm.models import Contact
from leads.models import Absence, Assignment, AssignmentRule, Mql, Rep
from scoring.models import ScoringVersion
from tests.factories import make_company, make_mql, make_rep, make_team, make_user

ADD_RULE = "/admin/leads/assignmentrule/add/"
RULES = "/admin/leads/assignmentrule/"
REPS = "/admin/leads/rep/"


@pytest.fixture
def page(db: None, client: Client) -> Client:
    client.force_login(make_user("boss", is_staff=True, is_superuser=True))
    return client


def rule(target: str, *conditions: tuple[str, str, str], **said: Any) -> dict[str, Any]:
    rows = {
        f"conditions-{number}-{name}": value
        for number, condition in enumerate(conditions)
        for name, value in zip(("field", "op", "typed_value"), condition, strict=True)
    }
    return {
        "name": "Enterprise",
        "position": "10",
        "active": "on",
        "target": target,
        "conditions-TOTAL_FORMS": str(len(conditions)),
        "conditions-INITIAL_FORMS": "0",
        **rows,
        **said,
    }


def absent(rep: Rep, first: int, last: int) -> None:
    """From so many days after today to so many."""
    today = timezone.localdate()
    Absence.objects.create(
        rep=rep, first_day=today + timedelta(days=first), last_day=today + timedelta(days=last)
    )


def test_a_rule_is_kept_with_its_conditions(page: Client) -> None:
    team = make_team("Enterprise")

    said = rule("team", ("employees", "gte", "1000"), ("country", "in", "DE, AT"), team=team.pk)
    response = page.post(ADD_RULE, said)

    assert response.status_code == 302
    kept = AssignmentRule.objects.get()
    assert kept.team == team
    assert [(each.field, each.op, each.value) for each in kept.conditions.order_by("pk")] == [
        ("company.employees", "gte", 1000),
        ("country", "in", ["DE", "AT"]),
    ]


def test_what_another_target_asked_for_is_dropped(page: Client) -> None:
    rep, team = make_rep(), make_team("Enterprise")

    page.post(ADD_RULE, rule("rep", rep=rep.pk, team=team.pk))

    kept = AssignmentRule.objects.get()
    assert (kept.rep, kept.team) == (rep, None)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        pytest.param(rule("team"), "Say which team it goes to.", id="no team"),
        pytest.param(rule("account_owner", ("shoe_size", "gte", "42")), "shoe_size", id="no such field"),
        pytest.param(rule("account_owner", ("kind", "equals", "call")), "kind", id="what somebody did"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(page: Client, said: dict[str, Any], answer: str) -> None:
    response = page.post(ADD_RULE, said)

    assertContains(response, answer)
    assert not AssignmentRule.objects.exists()


@pytest.mark.parametrize("active", [True, False])
def test_the_rules_say_whether_account_owners_come_before_them(page: Client, active: bool) -> None:
    AssignmentRule.objects.create(name="Accounts", target="account_owner", active=active)

    response = page.get(RULES)

    before, named = "the account’s owner,", "Account owners count where a rule names them"
    (assertNotContains if active else assertContains)(response, before)
    (assertContains if active else assertNotContains)(response, named)


def test_the_order_of_rules_is_changed_in_their_list(page: Client) -> None:
    first = AssignmentRule.objects.create(name="First", position=10, team=make_team("Enterprise"))
    second = AssignmentRule.objects.create(name="Second", position=20, target="account_owner")
    said = {
        "form-TOTAL_FORMS": "2",
        "form-INITIAL_FORMS": "2",
        "form-0-id": first.pk,
        "form-0-position": "30",
        "form-0-active": "on",
        "form-1-id": second.pk,
        "form-1-position": "20",
        "_save": "Save",
    }

    response = page.post(RULES, said)

    assert response.status_code == 302
    rules = AssignmentRule.objects.order_by("position")
    assert list(rules.values_list("name", "active", "team__name")) == [
        ("Second", False, None),
        ("First", True, "Enterprise"),
    ]


def test_a_rule_can_be_tried_on_a_contact(page: Client, small_model: ScoringVersion) -> None:
    hana = make_rep("hana", team=make_team("Enterprise"))
    make_company("acme.example", employees=5000)
    make_mql("vera@acme.example", first_name="Vera", last_name="Lind")
    enterprise = AssignmentRule.objects.create(name="Enterprise", team=hana.team)
    enterprise.conditions.create(field="company.employees", op="gte", value=1000)

    response = page.get(f"{RULES}try/", {"email": "Vera@acme.example"})

    assertContains(response, "Vera Lind would go to hana")
    assertContains(response, "fits: Enterprise, in turn")
    assert Assignment.objects.count() == 1
    assertContains(page.get(f"{RULES}try/", {"email": "nobody@acme.example"}), "No contact has this address.")
    assert Contact.objects.count() == 1


def test_the_list_of_reps_says_who_is_away_or_will_be(page: Client) -> None:
    today = timezone.localdate()
    absent(make_rep("luca"), -1, 3)
    absent(make_rep("hana"), 10, 12)
    absent(make_rep("ada"), -9, -5)

    response = page.get(REPS)

    assertContains(response, f">until {today + timedelta(days=3):%-d %b}<")
    assertContains(response, f"{today + timedelta(days=10):%-d %b} until {today + timedelta(days=12):%-d %b}")
    assertNotContains(response, f"until {today - timedelta(days=5):%-d %b}")


def test_who_is_absent_is_not_counted_as_available(page: Client) -> None:
    make_rep("here"), make_rep("off", available=False)
    absent(make_rep("luca"), -1, 1)
    absent(make_rep("hana"), 5, 6)

    index = page.get(reverse("admin:index"))

    tiles = {tile.label: tile.number for _, tiles in index.context["sections"] for tile in tiles}
    assert tiles["Reps available"] == 2


def test_all_work_of_a_rep_is_handed_over_from_their_page(page: Client, small_model: ScoringVersion) -> None:
    leaving = make_rep("leaving")
    mql = make_mql()
    heir = make_rep("heir")
    address = f"{REPS}{leaving.pk}/hand-over/"
    assertContains(page.get(address), "What will move from leaving")

    response = page.post(address, {"to": heir.pk}, follow=True)

    assertContains(response, "of leaving were handed over to heir.")
    assert Mql.objects.get(pk=mql.pk).owner == heir.user
    assert not Rep.objects.get(pk=leaving.pk).available
