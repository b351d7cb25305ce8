"""Activities: appended once each, told once, and never changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from crm import record
from crm.facts import ActivityFacts, Outcome, Result
from crm.models import Activity
from scoring.models import Pending
from tests.crm.conftest import Told
from tests.factories import NOW, make_activity, make_contact

pytestmark = pytest.mark.django_db


def view(contact: int | str, **columns: Any) -> ActivityFacts:
    return ActivityFacts(
        **{"contact": contact, "kind": "page_view", "occurred_at": NOW, "source": "web", **columns}
    )


def append(*rows: ActivityFacts) -> list[Outcome]:
    return record.append_activities(rows, at=NOW)


# --- once each


def test_a_repeat_of_contact_source_and_external_id_is_answered_with_the_first() -> None:
    contact = make_contact()
    [first] = append(view(contact.pk, external_id="1"))

    [again] = append(view(contact.pk, external_id="1", subject="/other"))

    assert (again.result, again.id) == (Result.UNCHANGED, first.id)
    assert Activity.objects.get().subject == ""


def test_a_repeat_within_one_batch_is_recorded_once() -> None:
    contact = make_contact()

    outcomes = append(view(contact.pk, external_id="1"), view(contact.email, external_id="1"))

    assert [outcome.result for outcome in outcomes] == [Result.CREATED, Result.UNCHANGED]
    assert len({outcome.id for outcome in outcomes}) == 1
    assert Activity.objects.count() == 1


@pytest.mark.parametrize("other", [{"source": "mail"}, {"external_id": "2"}, {"external_id": ""}])
def test_another_source_or_id_is_another_activity(other: dict[str, str]) -> None:
    contact = make_contact()
    append(view(contact.pk, external_id="1"))

    append(view(contact.pk, **{"external_id": "1", **other}))

    assert Activity.objects.count() == 2


def test_without_an_external_id_each_report_counts() -> None:
    contact = make_contact()

    append(*[view(contact.pk)] * 3)

    assert Activity.objects.count() == 3


def test_a_large_batch_delivered_twice_leaves_the_same_rows() -> None:
    people = [make_contact().pk for _ in range(3)]
    rows = [view(people[n % 3], external_id=str(n), properties={"n": n}) for n in range(600)]

    first = append(*rows)
    again = append(*rows)

    assert {outcome.result for outcome in first} == {Result.CREATED}
    assert {outcome.result for outcome in again} == {Result.UNCHANGED}
    assert [outcome.id for outcome in again] == [outcome.id for outcome in first]
    assert Activity.objects.count() == 600
    assert Activity.objects.get(external_id="7").properties == {"n": 7}


# --- whom it is about


def test_a_contact_is_named_by_id_address_in_any_case_or_external_id() -> None:
    contact = make_contact("ada@acme.example", external_id="Crm-17")

    outcomes = append(view(contact.pk), view(" ADA@Acme.example"), view("external:Crm-17"))

    assert [outcome.result for outcome in outcomes] == [Result.CREATED] * 3
    assert contact.activities.count() == 3


@pytest.mark.parametrize("written", ["ada@xn--mller-kva.de", "Ada@MU\u0308LLER.de"])
def test_a_contact_is_named_by_the_address_however_its_domain_is_written(written: str) -> None:
    contact = make_contact("ada@müller.de")

    [outcome] = append(view(written))

    assert outcome.result == Result.CREATED
    assert contact.activities.count() == 1


def test_external_ids_that_differ_in_case_are_two_contacts() -> None:
    """As in Salesforce, where 0035j00001AbCdE and 0035j00001aBcDe are two people."""
    one = make_contact(external_id="0035j00001AbCdE")
    other = make_contact(external_id="0035j00001aBcDe")

    append(view("external:0035j00001AbCdE"), view("external:0035j00001aBcDe"))

    assert (one.activities.count(), other.activities.count()) == (1, 1)


@pytest.mark.parametrize(
    "stranger",
    [
        0,
        -1,
        2**63,
        "nobody@acme.example",
        "external:18",
        "external:",
        "ada",
        "",
        "a\x00@b.example",
        "external:\ud800",
    ],
)
def test_an_activity_of_somebody_who_is_not_recorded_is_rejected(stranger: int | str) -> None:
    make_contact("ada@acme.example", external_id="17")

    [outcome] = append(view(stranger))

    assert outcome.result == Result.REJECTED
    assert [error.field for error in outcome.errors] == ["contact"]
    assert not Activity.objects.exists()


def test_appending_tells_the_ids_of_its_contacts_once(told: Told) -> None:
    ada, bob, same = make_contact(), make_contact(), make_contact()
    append(view(same.pk, external_id="1"))
    Pending.objects.all().delete()
    told.clear()

    append(view(bob.pk), view(ada.pk), view(bob.pk), view(same.pk, external_id="1"), view(0))

    assert told == [(sorted([ada.pk, bob.pk]), [])]
    assert set(Pending.objects.values_list("pk", flat=True)) == {ada.pk, bob.pk}


def test_an_unsubscription_withdraws_the_consent_to_marketing_and_to_nothing_else() -> None:
    contact = make_contact(sales_consent="allowed", marketing_consent="allowed")

    append(view(contact.pk, kind="email_unsubscribe"))

    contact.refresh_from_db()
    assert (contact.sales_consent, contact.marketing_consent) == ("allowed", "opted_out")
    assert contact.marketing_consent_ground == "unsubscribed by e-mail"


def test_a_consent_is_withdrawn_since_the_moment_of_the_unsubscription() -> None:
    contact = make_contact()
    asked = NOW - timedelta(days=20)

    append(view(contact.pk, kind="email_unsubscribe", occurred_at=asked))

    contact.refresh_from_db()
    assert contact.marketing_consent_at == asked


def test_an_unsubscription_of_old_does_not_undo_a_later_yes() -> None:
    contact = make_contact()
    record.set_consent(
        [contact.pk], "marketing", "allowed", ground="asked for it", at=NOW - timedelta(days=1)
    )

    append(view(contact.pk, kind="email_unsubscribe", occurred_at=NOW - timedelta(days=20)))

    contact.refresh_from_db()
    assert contact.marketing_consent == "allowed"


# --- what is refused


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"kind": ""}, "kind"),
        ({"kind": "Page View"}, "kind"),
        ({"source": ""}, "source"),
        ({"occurred_at": NOW.replace(tzinfo=None)}, "occurred_at"),
        ({"occurred_at": NOW + timedelta(days=400)}, "occurred_at"),
        ({"occurred_at": NOW.replace(year=1969)}, "occurred_at"),
        ({"subject": "x" * 451}, "subject"),
        ({"properties": {"a": "\x00"}}, "properties.a"),
    ],
)
def test_a_wrong_row_is_rejected_by_field_and_leaves_zero_rows(
    columns: dict[str, Any], field: str, told: Told
) -> None:
    contact = make_contact()
    told.clear()

    outcomes = append(view(contact.pk, **columns))

    assert [[error.field for error in outcome.errors] for outcome in outcomes] == [[field]]
    assert told == []
    assert not Activity.objects.exists()


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [({"kind": "Page View"}, "activity_kind_is_slug"), ({"source": ""}, "activity_has_source")],
)
def test_the_database_refuses_a_row_that_says_nothing(columns: dict[str, str], constraint: str) -> None:
    contact = make_contact()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Activity.objects.create(
            **{"contact": contact, "kind": "call", "occurred_at": NOW, "source": "web", **columns}
        )


def test_the_database_refuses_a_second_delivery() -> None:
    contact = make_contact()
    make_activity(contact, external_id="1", source="web")

    with pytest.raises(IntegrityError, match="activity_delivered_once"), transaction.atomic():
        Activity.objects.create(contact=contact, kind="call", occurred_at=NOW, source="web", external_id="1")


# --- append-only

CHANGED: dict[str, Any] = {
    "kind": "call",
    "subject": "/other",
    "campaign": "Autumn",
    "occurred_at": NOW - timedelta(days=1),
    "recorded_at": NOW - timedelta(days=1),
    "source": "other",
    "external_id": "2",
    "properties": {"a": 1},
}


@pytest.mark.parametrize("column", CHANGED)
def test_no_column_of_an_activity_is_ever_updated(column: str) -> None:
    activity = make_activity(make_contact(), external_id="1")

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Activity.objects.filter(pk=activity.pk).update(**{column: CHANGED[column]})


def test_every_column_that_holds_a_fact_is_guarded_by_a_test() -> None:
    columns = {column.name for column in Activity._meta.concrete_fields if not column.generated}

    assert columns - CHANGED.keys() == {"id", "contact", "automated"}


def test_an_activity_is_not_handed_to_another_contact() -> None:
    activity, other = make_activity(make_contact()), make_contact()

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Activity.objects.filter(pk=activity.pk).update(contact=other)


def test_an_activity_is_deleted_by_an_erasure_only() -> None:
    activity = make_activity(make_contact())

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        activity.delete()

    record.erase_contacts([activity.contact_id])
    assert not Activity.objects.exists()


def test_a_deletion_by_bare_sql_is_refused_too() -> None:
    make_activity(make_contact())

    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM crm_activity")


def test_the_mark_of_a_machine_is_set_and_never_taken_away() -> None:
    activity = make_activity(make_contact(), subject="/Pricing")

    Activity.objects.filter(pk=activity.pk).update(automated=True)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Activity.objects.filter(pk=activity.pk).update(automated=False)
    activity.refresh_from_db()
    assert (activity.automated, activity.subject_key) == (True, "/pricing")
