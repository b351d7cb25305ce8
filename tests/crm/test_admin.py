"""What the admin does to facts goes through the write path, and leaves the traces that it always leaves."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.forms import Form
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.admin.base import COUNTED_EXACTLY, BoundedPaginator
from crm.models import Activity, ApiKey, Company, Contact, StageChange, User
from crm.models.apikey import digest
from tests.factories import make_activity, make_company, make_contact, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client) -> User:
    user = make_user("boss", is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


def change(client: Client, row: Contact | Company, **typed: Any) -> HttpResponse:
    """Open the page of `row`, type something over what its form shows, and save."""
    page = reverse(f"admin:crm_{row._meta.model_name}_change", args=[row.pk])
    form = client.get(page).context["adminform"].form
    return client.post(page, {**shown(form), **no_inlines(), **typed})


def shown(form: Form) -> dict[str, Any]:
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    return {name: field_text(form, name, value) for name, value in values.items()}


def field_text(form: Form, name: str, value: Any) -> Any:
    return "" if value is None else form.fields[name].prepare_value(value)


def no_inlines() -> dict[str, Any]:
    return {"stage_changes-TOTAL_FORMS": 0, "stage_changes-INITIAL_FORMS": 0}


def test_a_corrected_field_is_written_and_the_rest_left(client: Client, administrator: User) -> None:
    contact = make_contact(job_title="Intern", phone="+1 555 0100", properties={"seats": 3})

    change(client, contact, job_title="VP Sales", phone="")

    contact.refresh_from_db()
    assert (contact.job_title, contact.phone, contact.properties) == ("VP Sales", "", {"seats": 3})
    assert [version.job_title for version in contact.versions.all()] == ["Intern", "VP Sales"]


def test_a_contact_saved_unchanged_stays_as_it_was(client: Client, administrator: User) -> None:
    contact = make_contact(job_title="CTO", sales_consent="allowed", sales_consent_ground="wrote to us")

    change(client, contact)

    assert Contact.objects.get(pk=contact.pk).updated_at == contact.updated_at
    assert contact.versions.count() == 1


def test_a_stage_moved_in_the_admin_is_kept_with_who_moved_it(client: Client, administrator: User) -> None:
    contact = make_contact()

    change(client, contact, stage="sql")

    move = StageChange.objects.filter(contact=contact).first()
    assert move is not None
    assert (move.from_stage, move.to_stage, move.by) == ("lead", "sql", administrator)


def test_a_refused_stage_is_told_beside_its_field_and_nothing_is_saved(
    client: Client, administrator: User
) -> None:
    contact = make_contact(stage="sql")

    page = change(client, contact, stage="lead", phone="1")

    contact.refresh_from_db()
    assert (contact.stage, contact.phone) == ("sql", "")
    assert "cannot be moved to Lead" in page.content.decode()


def test_a_stage_that_moved_meanwhile_is_told_on_the_page(client: Client, administrator: User) -> None:
    contact = make_contact(stage="mql")
    address = reverse("admin:crm_contact_change", args=[contact.pk])
    typed = shown(client.get(address).context["adminform"].form)
    Contact.objects.filter(pk=contact.pk).update(stage="customer")

    page = client.post(address, {**typed, **no_inlines(), "stage": "sql"}, follow=True)

    contact.refresh_from_db()
    assert contact.stage == "customer"
    assert "cannot be moved to SQL" in page.content.decode()


def test_consent_is_given_with_its_ground_and_moment(client: Client, administrator: User) -> None:
    contact = make_contact(sales_consent="opted_out")

    refused = change(client, contact, sales_consent="allowed", sales_consent_ground="")
    change(client, contact, sales_consent="allowed", sales_consent_ground="wrote: please call")

    assert "Say where the consent is known from" in refused.content.decode()
    contact.refresh_from_db()
    assert (contact.sales_consent, contact.sales_consent_ground) == ("allowed", "wrote: please call")
    assert contact.sales_consent_at is not None


def test_a_contact_added_by_hand_is_one_with_the_same_address_in_other_case(
    client: Client, administrator: User
) -> None:
    make_contact("ada@acme.example")

    page = client.post(
        reverse("admin:crm_contact_add"), {"email": "ADA@Acme.example", "stage": "lead", **no_inlines()}
    )

    assert page.status_code == 200
    assert "already exists" in page.content.decode()
    assert Contact.objects.count() == 1


def test_a_contact_added_by_hand_works_at_the_company_that_was_chosen(
    client: Client, administrator: User
) -> None:
    company = make_company("acme.example")
    typed = {"email": "ada@freemail.example", "stage": "lead", "company": company.pk, "last_name": "Lovelace"}

    client.post(reverse("admin:crm_contact_add"), {**typed, **no_inlines()})

    contact = Contact.objects.get()
    assert (contact.email, contact.company, contact.email_type) == ("ada@freemail.example", company, "free")
    assert StageChange.objects.get(contact=contact).by == administrator


def test_deleting_a_contact_erases_everything_that_hangs_on_it(client: Client, administrator: User) -> None:
    contact, other = make_contact(), make_contact()
    make_activity(contact)
    page = reverse("admin:crm_contact_delete", args=[contact.pk])

    asked = client.get(page)
    client.post(page, {"post": "yes"})

    assert "with all activities" in asked.content.decode()
    assert list(Contact.objects.all()) == [other]
    assert not Activity.objects.exists()


def test_several_contacts_are_erased_from_the_list(client: Client, administrator: User) -> None:
    people = [make_contact() for _ in range(3)]
    for person in people:
        make_activity(person)

    client.post(
        reverse("admin:crm_contact_changelist"),
        {"action": "delete_selected", "_selected_action": [people[0].pk, people[1].pk], "post": "yes"},
    )

    assert list(Contact.objects.all()) == [people[2]]


def test_what_an_erasure_would_take_is_told_without_reading_every_activity(
    client: Client, administrator: User
) -> None:
    contact = make_contact()
    for days in range(8):
        make_activity(contact, days_ago=days)

    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("admin:crm_contact_delete", args=[contact.pk]))

    assert not [query for query in queries if "crm_activity" in query["sql"]]


def test_a_company_is_corrected_and_not_deleted(client: Client, administrator: User) -> None:
    company = make_company("acme.example", industry="Retial", employees=40)

    change(client, company, industry="Retail", employees="")
    refused = client.post(reverse("admin:crm_company_delete", args=[company.pk]), {"post": "yes"})

    company.refresh_from_db()
    assert (company.industry, company.employees, company.domain) == ("Retail", None, "acme.example")
    assert refused.status_code == 403


def test_a_company_added_by_hand_takes_in_who_writes_from_its_domain(
    client: Client, administrator: User
) -> None:
    contact = make_contact("ada@acme.example")

    client.post(
        reverse("admin:crm_company_add"),
        {"name": "Acme", "domain": "https://www.acme.example/", "properties": "{}"},
    )

    contact.refresh_from_db()
    assert contact.company is not None
    assert (contact.company.name, contact.company.domain) == ("Acme", "acme.example")


def test_a_domain_of_another_company_is_told_beside_its_field(client: Client, administrator: User) -> None:
    make_company("taken.example")
    company = make_company("acme.example")

    page = change(client, company, domain="taken.example")

    assert page.status_code == 200
    company.refresh_from_db()
    assert company.domain == "acme.example"


def test_an_activity_cannot_be_changed_or_deleted(client: Client, administrator: User) -> None:
    activity = make_activity(make_contact())

    changed = client.post(reverse("admin:crm_activity_change", args=[activity.pk]), {"kind": "call"})
    deleted = client.post(reverse("admin:crm_activity_delete", args=[activity.pk]), {"post": "yes"})

    assert (changed.status_code, deleted.status_code) == (403, 403)
    assert Activity.objects.get().kind == "page_view"


def test_a_new_key_is_shown_once_and_kept_as_a_digest(client: Client, administrator: User) -> None:
    made = client.post(reverse("admin:crm_apikey_add"), {"name": "Website", "scopes": ["write:facts"]})
    first = client.get(made["Location"]).content.decode()
    again = client.get(made["Location"]).content.decode()

    row = ApiKey.objects.get()
    key = first.partition("only this once: ")[2].split()[0].split("<")[0]
    assert row.digest == digest(key)
    assert row.scopes == ["write:facts"]
    assert key not in again


def test_a_key_without_a_scope_is_refused(client: Client, administrator: User) -> None:
    page = client.post(reverse("admin:crm_apikey_add"), {"name": "Website"})

    assert page.status_code == 200
    assert not ApiKey.objects.exists()


def test_a_revoked_key_stops_working(client: Client, administrator: User) -> None:
    client.post(reverse("admin:crm_apikey_add"), {"name": "Website", "scopes": ["read"]})
    row = ApiKey.objects.get()

    client.post(reverse("admin:crm_apikey_changelist"), {"action": "revoke", "_selected_action": [row.pk]})

    row.refresh_from_db()
    assert row.revoked_at is not None
    assert not ApiKey.objects.usable(at=row.revoked_at)


def test_few_rows_are_counted_and_many_only_up_to_a_bound() -> None:
    for _ in range(3):
        make_contact()

    assert BoundedPaginator(Contact.objects.order_by("pk"), 2).count == 3
    assert BoundedPaginator(Contact.objects.filter(stage="lead").order_by("pk"), 2).num_pages == 2
    with CaptureQueriesContext(connection) as queries:
        BoundedPaginator(Contact.objects.filter(stage="lead").order_by("pk"), 2).count  # noqa: B018
    assert f"LIMIT {COUNTED_EXACTLY + 1}" in queries[-1]["sql"]
