"""Marketers edit drafts in the admin, publish them, and cannot touch what is published."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group as UserGroup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from crm.models import User
from leads.roles import MARKETERS, ensure_groups
from scoring.edit import NoDraft, delete_draft
from scoring.everyone import still_to_mark
from scoring.model_file import read_model, write_model
from scoring.models import DomainList, ScoringVersion
from scoring.versions import save_draft, spec_of
from tests.factories import NOW, SMALL_MODEL, make_contact, make_user, publish_small_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(client: Client) -> User:
    ensure_groups()
    user = make_user("mary", is_staff=True)
    user.groups.add(UserGroup.objects.get(name=MARKETERS))
    client.force_login(user)
    return user


@pytest.fixture
def draft() -> ScoringVersion:
    return save_draft(SMALL_MODEL, by=None, at=NOW)


def version_page(version: ScoringVersion, page: str = "change") -> str:
    return reverse(f"admin:scoring_scoringversion_{page}", args=[version.pk])


def test_a_draft_is_made_of_a_published_version(client: Client, marketer: User) -> None:
    live = publish_small_model()

    client.post(version_page(live, "make_draft"), {"_form_submitted": "on"})

    made = ScoringVersion.objects.get(status="draft")
    assert spec_of(made) == spec_of(live)
    assert (made.number, made.created_by) == (live.number + 1, marketer)


def test_an_exported_version_is_the_file_that_gives_it_back(
    client: Client, marketer: User, draft: ScoringVersion
) -> None:
    exported = client.get(version_page(draft, "export_file"))

    assert read_model(exported.content.decode()) == spec_of(draft)
    assert exported["Content-Disposition"] == f'attachment; filename="scoring-version-{draft.number}.yaml"'


@pytest.mark.parametrize("way", ["file", "pasted"])
def test_an_imported_file_becomes_a_draft(client: Client, marketer: User, way: str) -> None:
    text = write_model(SMALL_MODEL)
    sent = {"pasted": text} if way == "pasted" else {"file": SimpleUploadedFile("model.yaml", text.encode())}

    client.post(reverse("admin:scoring_scoringversion_import_file"), {**sent, "note": "From git"})

    made = ScoringVersion.objects.get()
    assert spec_of(made) == SMALL_MODEL
    assert (made.status, made.note, made.created_by) == ("draft", "From git", marketer)


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"pasted": "name: Broken\nthreshold: high\n"}, "threshold"),
        ({}, "one of the two"),
        ({"file": SimpleUploadedFile("model.yaml", b"\xff\xfe\x00")}, "not UTF-8"),
    ],
)
def test_a_faulty_file_is_told_with_its_faults_and_leaves_nothing(
    client: Client, marketer: User, sent: dict[str, Any], told: str
) -> None:
    page = client.post(reverse("admin:scoring_scoringversion_import_file"), sent)

    assert page.status_code == 422
    assert told in page.content.decode()
    assert not ScoringVersion.objects.exists()


def test_a_version_added_by_hand_has_the_next_number(
    client: Client, marketer: User, draft: ScoringVersion
) -> None:
    sent = {
        "name": "By hand", "threshold": "50", "min_fit": "0", "min_engagement": "0", "requalify_after_days": "30",
        "decay_kind": "none", "fit_grades": "75,50,25", "engagement_grades": "75,50,25",
    }  # fmt: skip

    client.post(reverse("admin:scoring_scoringversion_add"), sent)

    made = ScoringVersion.objects.get(name="By hand")
    assert (made.number, made.status, made.created_by) == (draft.number + 1, "draft", marketer)


def test_domains_are_pasted_into_a_list_and_everyone_is_evaluated(client: Client, marketer: User) -> None:
    make_contact()
    sent = {"name": "competitors", "entries-TOTAL_FORMS": "0", "entries-INITIAL_FORMS": "0"}

    client.post(reverse("admin:scoring_domainlist_add"), {**sent, "more": "rival.example, Umber.example"})

    entries = DomainList.objects.get(name="competitors").entries
    assert list(entries.values_list("domain", flat=True)) == ["rival.example", "umber.example"]
    assert still_to_mark() == 1


def test_what_is_no_domain_is_not_put_into_a_list(client: Client, marketer: User) -> None:
    sent = {"name": "competitors", "entries-TOTAL_FORMS": "0", "entries-INITIAL_FORMS": "0"}

    page = client.post(
        reverse("admin:scoring_domainlist_add"), {**sent, "more": "rival.example\nnot a domain"}
    )

    assert "not a domain" in str(page.context["adminform"].form.errors)
    assert not DomainList.objects.exists()


def test_a_score_has_no_form(client: Client, marketer: User) -> None:
    assert client.get(reverse("admin:scoring_score_add")).status_code == 403


def test_the_list_of_versions_says_who_made_each_why_and_from_which(
    client: Client, marketer: User, draft: ScoringVersion
) -> None:
    save_draft(SMALL_MODEL, by=marketer, at=NOW, made_from=draft, note="Fewer, and better")

    html = client.get(reverse("admin:scoring_scoringversion_changelist")).content.decode()

    assert "2 Mar 2026 by mary" in html
    assert "Fewer, and better" in html
    assert f"Version {draft.number}" in html


def test_a_draft_is_deleted_and_a_published_version_is_not(
    client: Client, marketer: User, draft: ScoringVersion
) -> None:
    live = publish_small_model()

    pages = [client.post(version_page(version, "delete"), {"post": "yes"}) for version in (draft, live)]

    assert [page.status_code for page in pages] == [302, 403]
    assert list(ScoringVersion.objects.all()) == [live]


def test_who_deletes_a_draft_that_is_published_meanwhile_is_told(
    marketer: User, draft: ScoringVersion
) -> None:
    ScoringVersion.objects.filter(pk=draft.pk).update(status="published", published_at=NOW)

    with pytest.raises(NoDraft):
        delete_draft(draft, by=marketer, at=NOW)

    assert ScoringVersion.objects.filter(pk=draft.pk).exists()
