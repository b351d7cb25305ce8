"""Several who record or erase the same contacts at the same time: real connections, real commits."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from crm import record
from crm.facts import ActivityFacts, Result
from crm.models import Activity, Consent, Contact
from scoring.marks import mark
from scoring.models import Pending
from tests.factories import NOW, make_contact
from tests.processes import SECONDS, Started, eventually, somebody_waits_for_a_lock

pytestmark = pytest.mark.django_db(transaction=True)


def click(contact_id: int, number: int) -> None:
    row = ActivityFacts(contact_id, "email_click", NOW, "mail", subject=f"/{number}", campaign="Spring")
    record.append_activities([row], at=NOW)


def test_clicks_of_a_scanner_that_arrive_all_at_once_are_marked_whole(beside: Started) -> None:
    contact = make_contact()

    with transaction.atomic():
        click(contact.pk, 0)
        others = [beside(lambda: click(contact.pk, 1)), beside(lambda: click(contact.pk, 2))]
        assert eventually(somebody_waits_for_a_lock, seconds=SECONDS)
    for other in others:
        other.result(SECONDS)

    assert Activity.objects.filter(automated=True).count() == 3


def test_one_of_a_batch_who_is_erased_meanwhile_is_rejected_and_the_others_are_recorded(
    beside: Started,
) -> None:
    ids = [make_contact().pk for _ in range(3)]
    rows = [ActivityFacts(pk, "page_view", NOW, "web") for pk in ids]

    with transaction.atomic():
        record.erase_contacts([ids[1]])
        appended = beside(lambda: record.append_activities(rows, at=NOW))
        assert eventually(somebody_waits_for_a_lock, seconds=SECONDS)
    outcomes = appended.result(SECONDS)

    assert [outcome.result for outcome in outcomes] == [Result.CREATED, Result.REJECTED, Result.CREATED]


def test_who_unsubscribes_is_marked_in_the_order_in_which_all_are_marked(beside: Started) -> None:
    first, second = sorted(make_contact().pk for _ in range(2))
    rows = [
        ActivityFacts(second, "email_unsubscribe", NOW, "mail"),
        ActivityFacts(first, "page_view", NOW, "web"),
    ]
    Pending.objects.all().delete()

    with transaction.atomic():
        mark([first], at=NOW)
        appended = beside(lambda: record.append_activities(rows, at=NOW))
        assert eventually(somebody_waits_for_a_lock, seconds=SECONDS)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
        mark([second], at=NOW)
    appended.result(SECONDS)

    assert Contact.objects.get(pk=second).marketing_consent == Consent.OPTED_OUT
