"""The other people at a contact's company, beside the contact."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Company, Contact, User
from leads.colleagues import MOST, colleagues
from leads.models import Mql, Verdict, VerdictReason
from leads.verdict import give_verdict
from scoring.drain import drain
from scoring.models import ScoringVersion
from tests.factories import (
    NOW,
    make_activity,
    make_company,
    make_contact,
    make_mql,
    make_rep,
    make_team,
    make_user,
)
from tests.leads.page_client import signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme(small_model: ScoringVersion) -> Company:
    return make_company("acme.example", name="Acme")


@pytest.fixture
def sdr(acme: Company) -> User:
    return make_rep("sdr", first_name="Sam", last_name="Reyes").user


def test_the_best_scored_come_first_and_those_without_a_score_last(sdr: User) -> None:
    reader = make_contact("reader@acme.example")
    make_contact("new@acme.example")
    make_contact("vp@acme.example", job_title="VP Sales")
    make_mql("buyer@acme.example")
    drain(at=NOW)
    Contact.objects.get(email="new@acme.example").score.delete()

    found = colleagues(reader, user=sdr)

    assert [each.contact.email for each in found.people] == [
        "buyer@acme.example",
        "vp@acme.example",
        "new@acme.example",
    ]
    assert not found.more


def test_the_newest_mql_of_each_is_told(sdr: User) -> None:
    reader = make_contact("reader@acme.example")
    first = make_mql("buyer@acme.example")
    reason = VerdictReason.objects.filter(verdict=Verdict.RECYCLED).first()
    assert reason
    give_verdict(first, Verdict.RECYCLED, by=sdr, at=NOW, reason=reason.text)
    later = NOW + timedelta(days=60)
    make_activity(first.contact, "webinar_attended", at=later)
    drain(at=later)
    second = Mql.objects.open().get(contact=first.contact)

    [buyer] = colleagues(reader, user=sdr).people

    assert buyer.mql == second


def test_mqls_of_another_team_are_not_told(sdr: User) -> None:
    reader = make_contact("reader@acme.example")
    hidden = make_mql("buyer@acme.example")
    Mql.objects.filter(pk=hidden.pk).update(owner=make_rep("other", team=make_team("Other")).user)

    [buyer] = colleagues(reader, user=sdr).people

    assert buyer.mql is None


def test_a_contact_without_a_company_has_none(sdr: User) -> None:
    make_contact("buyer@acme.example")

    found = colleagues(make_contact("ada@gmail.com"), user=sdr)

    assert found.people == []


def test_a_large_company_takes_as_many_queries_and_says_that_there_are_others(sdr: User) -> None:
    reader = make_contact("reader@acme.example")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            colleagues(reader, user=sdr)
        return len(captured)

    make_mql("buyer@acme.example")
    few = queries()
    for number in range(MOST + 3):
        make_mql(f"buyer{number}@acme.example")
    found = colleagues(reader, user=sdr)

    assert queries() == few == 2
    assert len(found.people) == MOST
    assert found.more


def test_the_pane_shows_them_with_their_mqls(sdr: User) -> None:
    mql = make_mql("ada@acme.example", first_name="Ada", last_name="Lovelace")
    make_mql("grace@acme.example", first_name="Grace", last_name="Hopper")
    make_user("marketer", is_staff=True)

    seen = text_of(signed_in(sdr).get(f"/inbox/{mql.pk}/"))

    assert "Others at Acme Grace Hopper 80 C2" in seen
    assert "open, Sam Reyes" in seen
