"""Rows of conditions in the admin: what they suggest, how they answer, whom they count, and how they are saved."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group as UserGroup
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from crm.models import User
from leads.roles import MARKETERS, SALES_REPS, ensure_groups
from scoring import head_count
from scoring.models import Dimension, DomainList, Op, Segment, SurveyedField
from tests.factories import NOW, make_activity, make_company, make_contact, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(client: Client) -> User:
    ensure_groups()
    user = make_user("mary", is_staff=True)
    user.groups.add(UserGroup.objects.get(name=MARKETERS))
    client.force_login(user)
    return user


@pytest.fixture
def surveyed() -> None:
    for dimension, field, known, values in (
        (Dimension.FIT, "company.industry", 1500, [["SaaS", 1204], ["Retail", 296]]),
        (Dimension.FIT, "stage", 1500, [["customer", 40]]),
        (Dimension.ENGAGEMENT, "properties.plan", 90, [["pro", 60]]),
    ):
        SurveyedField.objects.create(dimension=dimension, field=field, known=known, values=values, at=NOW)


def told(client: Client, scope: str) -> dict[str, dict[str, Any]]:
    answer = client.get(reverse("admin:scoring_conditions"), {"scope": scope}).json()
    return {field["name"]: field for field in answer["fields"]}


def test_fields_come_with_what_is_in_the_data_and_the_operators_that_suit(
    client: Client, marketer: User, surveyed: None
) -> None:
    fields = told(client, "people")

    assert fields["company.industry"]["values"] == [["SaaS", 1204], ["Retail", 296]]
    assert fields["activity.properties.plan"]["known"] == 90
    assert fields["stage"]["values"][0] == ["customer", 40]
    assert fields["activity.days_ago"]["ops"] == ["lte", "gt", "gte", "lt", "between"]
    assert fields["score.total"]["words"] == "points in all, by the live model"


@pytest.mark.parametrize(
    ("scope", "there", "not_there"),
    [
        ("fit", "company.industry", "score.total"),
        ("fit", "company.industry", "stage"),
        ("engagement", "properties.plan", "company.industry"),
        ("people", "activity.properties.plan", "properties.plan"),
    ],
)
def test_each_scope_has_its_own_fields(
    client: Client, marketer: User, surveyed: None, scope: str, there: str, not_there: str
) -> None:
    fields = told(client, scope)

    assert there in fields
    assert not_there not in fields


def test_domain_lists_are_offered_with_their_size(client: Client, marketer: User) -> None:
    DomainList.objects.create(name="rivals").entries.create(domain="rival.example")

    answer = client.get(reverse("admin:scoring_conditions"), {"scope": "fit"}).json()

    assert answer["lists"] == [["rivals", 1]]


def check(client: Client, field: str, op: str, value: str, scope: str = "people") -> list[list[str]]:
    sent = {"scope": scope, "field": field, "op": op, "typed_value": value}
    faults: list[list[str]] = client.post(reverse("admin:scoring_conditions_check"), sent).json()["faults"]
    return faults


@pytest.mark.parametrize(
    ("field", "op", "value", "place", "said"),
    [
        ("company.employees", "gte", "many", "typed_value", "“many” is not a number: write digits alone, as in 50."),
        ("company.employees", "between", "50", "typed_value", "Write two numbers, the lower first"),
        ("company.employees", "between", "500, 50", "typed_value", "turn them round"),
        ("company.employees", "contains", "5", "op", "does not suit company.employees, which holds a number"),
        ("company.employes", "gte", "5", "field", "did you mean company.employees?"),
        ("company.employes", "", "", "field", "did you mean company.employees?"),
        ("job_title", "equals", "", "typed_value", "or choose “is known”"),
        ("job_title", "known", "CEO", "typed_value", "takes no value"),
        ("email_domain", "in_domain_list", "rivalls", "typed_value", "Use rivals, or write domains"),
        ("activity.days_ago", "lte", "-3", "typed_value", "write one from 0 to 36,500"),
        ("properties.x", "in", '["a"', "typed_value", "begins like a JSON list"),
    ],
)  # fmt: skip
def test_what_is_typed_is_answered_in_words_with_the_mend(
    client: Client, marketer: User, field: str, op: str, value: str, place: str, said: str
) -> None:
    DomainList.objects.create(name="rivals")

    [[where, words]] = check(client, field, op, value)

    assert where == place
    assert said in words


@pytest.mark.parametrize(
    ("field", "op", "value"),
    [
        ("job_title", "in", "CEO, CRO"),
        ("employees", "between", "50, 500"),
        ("job_title", "known", ""),
        ("email_domain", "in_domain_list", "rivals"),
        ("email_domain", "in_domain_list", "rival.example, umber.example"),
        ("activity.count", "gte", "2"),
        ("", "", ""),
    ],
)
def test_what_is_right_is_left_alone(client: Client, marketer: User, field: str, op: str, value: str) -> None:
    DomainList.objects.create(name="rivals")

    assert check(client, field, op, value) == [] or field == ""


@pytest.fixture
def people() -> None:
    make_company("acme.example", name="Acme", industry="SaaS")
    for number in range(4):
        make_contact(f"p{number}@acme.example", first_name=f"Pat{number}", job_title="CEO")
    make_activity(make_contact("q@else.example", first_name="Quinn"), subject="/pricing")


def count(client: Client, *rows: tuple[str, str, str]) -> str:
    sent = {name: [row[place] for row in rows] for place, name in enumerate(("field", "op", "typed_value"))}
    return " ".join(client.post(reverse("admin:scoring_conditions_count"), sent).content.decode().split())


def test_people_are_counted_with_three_of_them_before_anything_is_saved(
    client: Client, marketer: User, people: None
) -> None:
    said = count(client, ("company.industry", "equals", "saas"), ("job_title", "contains", "ceo"))

    assert "<strong>4 people</strong> (80.0 % of 5)" in said
    assert said.count('href="/contacts/') == 3
    assert "Pat3" in said


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("company.industry", "equals", "")], "once every row is complete"),
        ([("company.industry", "", "")], "once every row is complete"),
        ([("job_title", "equals", "Nobody")], "Nobody meets all conditions now"),
        ([("", "", "")], "Add a condition"),
        ([("activity.subject", "equals", "/pricing")], "<strong>1 person</strong>"),
    ],
)
def test_the_count_says_what_it_waits_for(
    client: Client, marketer: User, people: None, rows: list[tuple[str, str, str]], said: str
) -> None:
    assert said in count(client, *rows)


def test_a_count_that_takes_too_long_is_given_up_and_said(
    client: Client, marketer: User, people: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(head_count, "PATIENCE_MS", 1)
    many = ", ".join(f"{'x' * 60}{number}" for number in range(4_000))

    said = count(client, *[("job_title", "not_in", many)] * 5)

    assert "takes too long for now" in said


@pytest.mark.parametrize(
    "page", ["scoring_conditions", "scoring_conditions_check", "scoring_conditions_count"]
)
def test_whoever_keeps_no_segments_learns_nothing(client: Client, page: str) -> None:
    ensure_groups()
    user = make_user("rita", is_staff=True)
    user.groups.add(UserGroup.objects.get(name=SALES_REPS))
    client.force_login(user)

    answers = client.get(reverse(f"admin:{page}"), {"scope": "fit"}), client.post(reverse(f"admin:{page}"))

    assert {answer.status_code for answer in answers} <= {403, 405}


@pytest.mark.parametrize("scope", ["", "everything"])
def test_an_unknown_scope_is_refused(client: Client, marketer: User, scope: str) -> None:
    assert client.get(reverse("admin:scoring_conditions"), {"scope": scope}).status_code == 400
    assert client.post(reverse("admin:scoring_conditions_check"), {"scope": scope}).status_code == 400


def save(client: Client, segment: Segment, *rows: dict[str, Any]) -> HttpResponse:
    kept = segment.conditions.count()
    sent: dict[str, Any] = {
        "name": segment.name,
        "conditions-TOTAL_FORMS": len(rows),
        "conditions-INITIAL_FORMS": kept,
    }
    for index, row in enumerate(rows):
        sent |= {
            f"conditions-{index}-{name}": value for name, value in {"segment": segment.pk, **row}.items()
        }
    return client.post(reverse("admin:scoring_segment_change", args=[segment.pk]), sent)


def test_rows_are_kept_in_the_order_they_were_brought_into(client: Client, marketer: User) -> None:
    segment = Segment.objects.create(name="Large")
    old = segment.conditions.create(field="country", op=Op.EQUALS, value="Sweden")

    response = save(
        client,
        segment,
        {"id": old.pk, "field": "country", "op": "equals", "typed_value": "Sweden", "position": 2},
        {"field": "score.total", "op": "gte", "typed_value": "50", "position": 0},
        {"field": "activity.count", "op": "gte", "typed_value": "2", "position": 1},
        {"field": "job_title", "op": "known", "typed_value": "", "position": 3, "DELETE": "on"},
        {"field": "", "op": "", "typed_value": "", "position": 4},
    )

    assert response.status_code == 302
    kept = segment.conditions.values_list("field", "value")
    assert list(kept) == [("score.total", 50), ("activity.count", 2), ("country", "Sweden")]


def test_without_positions_rows_are_kept_as_they_stand(client: Client, marketer: User) -> None:
    segment = Segment.objects.create(name="Large")

    save(
        client,
        segment,
        {"field": "score.total", "op": "gte", "typed_value": "50"},
        {"field": "country", "op": "equals", "typed_value": "Sweden"},
    )

    assert list(segment.conditions.values_list("field", flat=True)) == ["score.total", "country"]


def test_the_page_counts_who_is_saved_and_says_what_the_script_needs(
    client: Client, marketer: User, people: None
) -> None:
    segment = Segment.objects.create(name="Software")
    segment.conditions.create(field="company.industry", op=Op.EQUALS, value="SaaS")

    page = client.get(reverse("admin:scoring_segment_change", args=[segment.pk])).content.decode()

    assert "4 people" in " ".join(page.split())
    assert 'data-scope="people"' in page
    assert (
        'type="module"'
        in page[page.index("scoring/conditions.js") - 80 : page.index("scoring/conditions.js") + 80]
    )


def test_a_fault_is_told_in_its_row_and_nothing_is_saved(client: Client, marketer: User) -> None:
    segment = Segment.objects.create(name="Large")

    response = save(client, segment, {"field": "score.total", "op": "gte", "typed_value": "a lot"})

    assert "“a lot” is not a number" in response.content.decode()
    assert not segment.conditions.exists()


def test_the_page_of_a_segment_leads_to_its_people(client: Client, marketer: User, people: None) -> None:
    segment = Segment.objects.create(name="Software")
    segment.conditions.create(field="company.industry", op=Op.EQUALS, value="SaaS")

    page = client.get(reverse("admin:scoring_segment_change", args=[segment.pk])).content.decode()

    assert f"/contacts/?segment={segment.pk}" in page
