"""Earlier hand-overs: they are kept, and who had a contact or works their company is given it again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from crm.models import Contact
from leads.models import Mql, Rep
from leads.routing.trial import try_on
from leads.verdict import assign
from scoring.models import ScoringVersion
from tests.factories import NOW, make_company, make_contact, make_mql, make_rep, make_user
from tests.leads.routing import close, qualify_people, shares

pytestmark = pytest.mark.django_db


def test_a_returning_contact_goes_to_their_earlier_rep(small_model: ScoringVersion) -> None:
    make_rep("other")
    ada = make_rep("ada")
    first = make_mql("vera@people.example")
    assign(first, ada.user, by=make_user(is_superuser=True), at=NOW)
    close(first)

    decision = try_on(Contact.objects.get(), at=NOW)

    assert (decision.rep, decision.because) == (ada.user, "Had this contact before")


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        pytest.param({"available": False}, "takes no new MQLs", id="absent"),
        pytest.param({"capacity": 0}, "0 of 0 open", id="full"),
        pytest.param({"daily_limit": 1}, "1 of 1 today", id="daily limit"),
    ],
)
def test_an_earlier_rep_who_is_not_there_is_passed_over(
    small_model: ScoringVersion, columns: dict[str, Any], said: str
) -> None:
    ada = make_rep("ada")
    close(make_mql("vera@people.example"))
    make_rep("ben")
    Rep.objects.filter(pk=ada.pk).update(**columns)

    decision = try_on(Contact.objects.get(), at=NOW)

    assert str(decision.rep) == "ben"
    assert {"step": "Returning contact", "outcome": f"ada: {said}"} in decision.trail


def test_an_earlier_rep_who_is_none_any_more_is_passed_over(small_model: ScoringVersion) -> None:
    ada = make_rep("ada")
    close(make_mql("vera@people.example"))
    make_rep("ben")
    ada.delete()

    decision = try_on(Contact.objects.get(), at=NOW)

    assert str(decision.rep) == "ben"
    assert decision.trail[0] == {
        "step": "Returning contact",
        "outcome": "is no rep any more, or never was",
    }


def test_people_of_one_company_go_to_one_rep(small_model: ScoringVersion) -> None:
    make_rep("ada"), make_rep("ben"), make_rep("cleo")
    make_company("acme.example", name="Acme")

    owners = {make_mql(f"person{number}@acme.example").owner for number in range(4)}

    assert len(owners) == 1
    assert Mql.objects.order_by("-pk")[0].routed_because == "Works others of Acme too"


def test_people_of_one_company_who_qualify_at_once_go_to_one_rep(small_model: ScoringVersion) -> None:
    make_rep("ada"), make_rep("ben")
    company = make_company("acme.example")

    qualify_people(6, company_id=company.pk)

    assert sorted(shares().values()) == [6]


def test_a_company_that_was_worked_long_ago_is_anybodys(small_model: ScoringVersion) -> None:
    make_rep("ada")
    make_company("acme.example")
    close(make_mql("vera@acme.example"))
    Mql.objects.update(closed_at=NOW - timedelta(days=91))

    decision = try_on(make_contact("ben@acme.example"), at=NOW)

    assert decision.because == "Round robin: the only available rep"


def test_a_hand_over_by_hand_is_in_the_history(small_model: ScoringVersion) -> None:
    ada, boss = make_rep("ada").user, make_user("boss", is_superuser=True)
    ben = make_rep("ben").user
    mql = make_mql()

    assign(mql, ben, by=boss, at=NOW + timedelta(hours=1))

    latest, first = mql.assignments.all()
    assert (first.from_owner, first.to_owner, first.by) == (None, ada, None)
    assert (latest.from_owner, latest.to_owner, latest.by) == (ada, ben, boss)
