"""Who was recycled or disqualified stays so, whatever is reported or edited, and by whichever way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from crm import record
from crm.contact_import import import_file, read_map
from crm.models import Contact
from leads.models import Mql
from scoring.drain import drain
from scoring.models import ScoringVersion
from tests.api_client import api_client
from tests.factories import NOW, make_activity, make_contact, make_user
from tests.leads.page_client import ADMIN_FORM, signed_in

pytestmark = pytest.mark.django_db

Edit = Callable[[Contact, dict[str, str], Path], Any]
WRITTEN = {"job_title": "VP Sales", "country": "France"}


def by_api(contact: Contact, columns: dict[str, str], folder: Path) -> int:
    return api_client().post("/api/v1/contacts/", {"email": contact.email, **columns}).status_code


def by_admin(contact: Contact, columns: dict[str, str], folder: Path) -> int:
    client = signed_in(make_user(is_staff=True, is_superuser=True))
    form = {**ADMIN_FORM, "email": contact.email, "stage": contact.stage, **columns}
    return client.post(reverse("admin:crm_contact_change", args=[contact.pk]), form).status_code


def by_file(contact: Contact, columns: dict[str, str], folder: Path) -> int:
    path = folder / "people.csv"
    path.write_text(
        f"email,{','.join(columns)}\n{contact.email},{','.join(columns.values())}\n", encoding="utf-8"
    )
    fields = ", ".join(f"{name}: {name}" for name in ("email", *columns))
    import_file(path, read_map(f"contact: {{{fields}}}"), at=NOW, rejected_path=folder / "rejected.csv")
    return 200


WAYS = pytest.mark.parametrize("edit", [by_api, by_admin, by_file])


def on_side_track(stage: str) -> Contact:
    """Somebody who attended a webinar, left the ladder long ago, and would have the points once a vice president."""
    contact = make_contact("ada@people.example", job_title="Assistant")
    make_activity(contact, "webinar_attended", days_ago=100)
    record.move_stage([contact.pk], stage, by=None, at=NOW - timedelta(days=90))
    contact.refresh_from_db()
    return contact


@WAYS
@pytest.mark.parametrize("stage", ["nurture", "disqualified"])
def test_editing_who_is_on_a_side_track_neither_moves_them_nor_opens_an_mql(
    small_model: ScoringVersion, tmp_path: Path, edit: Edit, stage: str
) -> None:
    contact = on_side_track(stage)

    assert edit(contact, WRITTEN, tmp_path) in (200, 302)
    drain(at=NOW)

    contact.refresh_from_db()
    assert (contact.stage, contact.job_title, contact.country) == (stage, "VP Sales", "France")
    assert contact.stage_changes.count() == 2
    assert not Mql.objects.exists()


@WAYS
@pytest.mark.parametrize(
    ("stage", "wanted"), [("disqualified", "lead"), ("disqualified", "sql"), ("nurture", "lead")]
)
def test_no_way_leads_a_stage_back(
    small_model: ScoringVersion, tmp_path: Path, edit: Edit, stage: str, wanted: str
) -> None:
    contact = on_side_track(stage)

    edit(contact, {"stage": wanted}, tmp_path)

    contact.refresh_from_db()
    assert contact.stage == stage
    assert contact.stage_changes.count() == 2


def test_the_api_calls_it_a_conflict(small_model: ScoringVersion, tmp_path: Path) -> None:
    assert by_api(on_side_track("disqualified"), {"stage": "lead"}, tmp_path) == 409
