"""The same fact by every way in at the same time: it is recorded once, and judged alike."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from crm.contact_import import import_file, read_map
from crm.models import Company, Contact, StageChange
from tests.api_client import api_client
from tests.factories import NOW, make_user
from tests.leads.conftest import AtOnce, raised
from tests.leads.page_client import ADMIN_FORM, signed_in

pytestmark = pytest.mark.django_db(transaction=True)

MAP = "contact: {email: Email}\ncreate_companies: true"


def add_by_admin(email: str, **columns: str) -> Any:
    """A call that adds a contact in the admin, as an administrator does."""
    client = signed_in(make_user(is_staff=True, is_superuser=True))
    form = {**ADMIN_FORM, "email": email, "stage": "lead", **columns}
    return partial(client.post, reverse("admin:crm_contact_add"), form)


def import_of(folder: Path, name: str) -> Any:
    """A call that imports a file of one contact, `name` at acme.example."""
    path = folder / f"{name}.csv"
    path.write_text(f"Email\n{name}@acme.example\n", encoding="utf-8")
    return partial(import_file, path, read_map(MAP), at=NOW, rejected_path=folder / f"{name}.rejected.csv")


def test_one_address_by_file_api_and_admin_at_once_is_one_contact(at_once: AtOnce, tmp_path: Path) -> None:
    api = api_client()
    by_api = [
        partial(api.post, "/api/v1/contacts/", {"email": email})
        for email in ("ADA@acme.example", "Ada@Acme.Example", "ada@ACME.example")
    ]
    by_activity = partial(api.post, "/api/v1/activities/", {"email": "aDa@acme.example", "kind": "page_view"})
    by_file = [import_of(tmp_path, name) for name in ("ada", "Ada", "ADA")]

    results = at_once(*by_api, by_activity, *by_file, add_by_admin("AdA@acme.example"))

    assert not raised(results)
    assert Contact.objects.get().email == "ada@acme.example"
    assert Company.objects.count() == 1
    assert StageChange.objects.count() == 1


def test_an_address_that_is_recorded_is_not_added_a_second_time_in_the_admin() -> None:
    first = add_by_admin("ada@acme.example", job_title="CTO")()

    again = add_by_admin("Ada@Acme.Example", job_title="CEO")()

    assert (first.status_code, again.status_code) == (302, 200)
    assert Contact.objects.get().job_title == "CTO"
