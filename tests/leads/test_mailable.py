"""Who may be written to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from crm import record
from crm.models import Contact
from leads.mailable import BOUNCED, OPTED_OUT, UNSUBSCRIBED, refusal, refusals
from tests.factories import NOW, make_activity, make_contact

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("consents", "why"),
    [
        ({}, ""),
        ({"sales_consent": "allowed"}, ""),
        ({"sales_consent": "opted_out"}, OPTED_OUT),
        ({"sales_consent": "opted_out", "marketing_consent": "allowed"}, OPTED_OUT),
        ({"marketing_consent": "opted_out"}, UNSUBSCRIBED),
        ({"marketing_consent": "opted_out", "sales_consent": "allowed"}, ""),
    ],
)
def test_consent_decides(consents: dict[str, str], why: str) -> None:
    contact = make_contact()
    Contact.objects.filter(pk=contact.pk).update(**consents)
    contact.refresh_from_db()

    assert refusal(contact) == why


@pytest.mark.parametrize(
    ("acts", "why"),
    [
        ([("email_bounce", 3, {"type": "hard"})], BOUNCED),
        ([("email_bounce", 3, {"type": "Hard"})], BOUNCED),
        ([("email_bounce", 3, {"type": "soft"})], ""),
        ([("email_bounce", 3, {})], ""),
        ([("email_bounce", 3, {"type": "hard"}), ("email_bounce", 1, {"type": "soft"})], BOUNCED),
        ([("email_bounce", 3, {"type": "hard"}), ("email_delivered", 2, {})], ""),
        ([("email_bounce", 3, {"type": "hard"}), ("email_reply", 2, {})], ""),
        ([("email_delivered", 4, {}), ("email_bounce", 3, {"type": "hard"})], BOUNCED),
        ([("email_bounce", 3, {"type": "hard"}), ("email_sent", 2, {})], BOUNCED),
    ],
)
def test_a_hard_bounce_counts_until_something_arrives(
    acts: list[tuple[str, int, dict[str, Any]]], why: str
) -> None:
    contact = make_contact()
    for kind, days_ago, properties in acts:
        make_activity(contact, kind, days_ago=days_ago, properties=properties)

    assert refusal(contact) == why


def test_another_address_is_another_chance() -> None:
    contact = make_contact("old@people.example")
    make_activity(contact, "email_bounce", days_ago=3, properties={"type": "hard"})
    record.correct_contact(contact.pk, by=None, at=NOW - timedelta(days=1), email="new@people.example")
    contact.refresh_from_db()

    assert refusal(contact) == ""


def test_many_are_asked_at_once(django_assert_max_num_queries: Any) -> None:
    people = [make_contact() for _ in range(5)]
    make_activity(people[3], "email_bounce", days_ago=3, properties={"type": "hard"})

    with django_assert_max_num_queries(3):
        refused = refusals(people)

    assert refused == {people[3].pk: BOUNCED}
