"""Marketers edit drafts in the admin, publish them, and cannot touch what is published."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group as UserGroup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models.signals import pre_save
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.models import User
from leads.roles import MARKETERS, ensure_groups
from scoring.everyone import still_to_mark
from scoring.model_file import read_model, write_model
from scoring.models import Condition, DomainList, Group, Op, Pending, Persona, Rule, ScoringVersion
from scoring.spec import PersonaSpec
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


def typed_rule(rule: Rule, *conditions: tuple[str, str, str], **typed: Any) -> dict[str, Any]:
    """What the form of a rule's page would send, with these conditions in the place of its own."""
    old = list(rule.conditions.all())
    sent: dict[str, Any] = {
        "group": rule.group_id, "name": rule.name, "effect": rule.effect, "points": rule.points, "per": rule.per,
        "at_least": rule.at_least, "max_points": "", "window_days": "", "decay_kind": "", "decay_days": "",
        "decay_percent": "", "position": rule.position,
        "conditions-TOTAL_FORMS": len(conditions), "conditions-INITIAL_FORMS": len(old),
    }  # fmt: skip
    for index, (field, op, value) in enumerate(conditions):
        sent |= {
            f"conditions-{index}-id": old[index].pk if index < len(old) else "",
            f"conditions-{index}-rule": rule.pk,
            f"conditions-{index}-field": field,
            f"conditions-{index}-op": op,
            f"conditions-{index}-typed_value": value,
        }
    return {**sent, **typed}


def save_rule(client: Client, rule: Rule, *conditions: tuple[str, str, str], **typed: Any) -> HttpResponse:
    return client.post(
        reverse("admin:scoring_rule_change", args=[rule.pk]), typed_rule(rule, *conditions, **typed)
    )


@pytest.mark.parametrize("status", ["published", "retired"])
@pytest.mark.parametrize("part", [Group, Rule, Persona])
def test_a_version_that_is_no_draft_shows_no_editable_field(
    client: Client, marketer: User, draft: ScoringVersion, part: type[Any], status: str
) -> None:
    Persona.objects.create(version=draft, name="Ada", qualifies=False)
    ScoringVersion.objects.filter(pk=draft.pk).update(status="published", published_at=NOW)
    if status == "retired":
        ScoringVersion.objects.filter(pk=draft.pk).update(status="retired", retired_at=NOW)
    page = reverse(f"admin:scoring_{part._meta.model_name}_change", args=[part.objects.all()[0].pk])

    response = client.get(page)
    html = response.content.decode()
    form = html[
        html.index(f'id="{part._meta.model_name}_form"') : html.index("</form>", html.index('_form"'))
    ]

    assert [inline.formset.can_delete for inline in response.context["inline_admin_formsets"]] in (
        [],
        [False],
    )
    assert "<select" not in form
    assert 'type="text"' not in form
    assert client.post(page, {"name": "Other"}).status_code == 403


def test_a_published_rule_shows_the_values_of_its_conditions(client: Client, marketer: User) -> None:
    publish_small_model()
    rule = Rule.objects.get(name="Vice president")

    html = client.get(reverse("admin:scoring_rule_change", args=[rule.pk])).content.decode()

    assert "job_title" in html
    assert "vp" in html.partition("job_title")[2]


def test_personas_are_tried_without_any_change(client: Client, marketer: User, draft: ScoringVersion) -> None:
    Persona.objects.create(version=draft, name="Ideal customer", qualifies=True, contact={"job_title": "VP"})
    Persona.objects.create(version=draft, name="Nobody", qualifies=False)

    page = client.get(version_page(draft, "try_personas"))

    assert [result.as_expected for result in page.context["results"]] == [False, True]
    assert "Broken" in page.content.decode()


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


@pytest.mark.parametrize(
    ("condition", "value"),
    [
        (("job_title", "in", "CEO, CRO"), ["CEO", "CRO"]),
        (("job_title", "in", '["CTO, EMEA", "CRO"]'), ["CTO, EMEA", "CRO"]),
        (("employees", "between", "50, 199"), [50, 199]),
        (("company.employees", "gte", "200"), 200),
        (("properties.plan", "equals", "3"), 3),
        (("job_title", "contains", "3"), "3"),
        (("job_title", "known", ""), None),
        (
            ("email_domain", "in_domain_list", "acme.example, umber.example"),
            ["acme.example", "umber.example"],
        ),
    ],
)
def test_a_conditions_value_is_typed_as_people_write_it(
    client: Client, marketer: User, draft: ScoringVersion, condition: tuple[str, str, str], value: Any
) -> None:
    rule = Rule.objects.get(name="Vice president")

    response = save_rule(client, rule, condition)

    assert response.status_code == 302
    kept = Condition.objects.get(rule=rule)
    assert (kept.op, kept.value) == (condition[1], value)


def test_a_condition_on_an_engagement_rule_knows_yes_and_no(
    client: Client, marketer: User, draft: ScoringVersion
) -> None:
    rule = Rule.objects.get(name="Webinar attended")

    save_rule(client, rule, ("kind", "equals", "webinar_attended"), ("automated", "equals", "false"))

    assert list(rule.conditions.values_list("field", "value")) == [
        ("kind", "webinar_attended"),
        ("automated", False),
    ]


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        (("job_titel", "equals", "x"), "did you mean job_title"),
        (("kind", "equals", "x"), "is a field of engagement rules"),
        (("company.employees", "contains", "5"), "does not suit"),
        (("company.employees", "between", "9, 1"), "higher number first"),
        (("job_title", "known", "vp"), "takes no value"),
        (("job_title", "equals", ""), "value"),
        (("email_domain", "in_domain_list", "competitors"), "competitors"),
        (("job_title", "in", "[1, "), "JSON list"),
    ],
)
def test_a_faulty_condition_is_told_beside_its_field(
    client: Client, marketer: User, draft: ScoringVersion, condition: tuple[str, str, str], told: str
) -> None:
    rule = Rule.objects.get(name="Vice president")

    page = save_rule(client, rule, condition)

    assert page.status_code == 200
    assert told in " ".join(
        str(form.errors) for form in page.context["inline_admin_formsets"][0].formset.forms
    )
    assert Condition.objects.get(rule=rule).value == "vp"


def test_a_rule_without_a_condition_is_refused(client: Client, marketer: User, draft: ScoringVersion) -> None:
    rule = Rule.objects.get(name="Vice president")

    page = save_rule(client, rule, ("job_title", "contains", "vp"), **{"conditions-0-DELETE": "on"})

    assert page.status_code == 200
    assert "at least one condition" in page.content.decode()
    assert rule.conditions.count() == 1


def test_a_rule_that_keeps_its_version_from_publication_says_so_when_saved(
    client: Client, marketer: User, draft: ScoringVersion
) -> None:
    rule = Rule.objects.get(name="Vice president")

    page = client.post(
        reverse("admin:scoring_rule_change", args=[rule.pk]),
        typed_rule(rule, ("job_title", "contains", "vp"), window_days="30"),
        follow=True,
    )

    assert "cannot be published before" in page.content.decode()


def test_a_rule_added_from_a_group_comes_last_in_it(
    client: Client, marketer: User, draft: ScoringVersion
) -> None:
    group = Group.objects.get(version=draft, name="ICP")

    page = client.get(reverse("admin:scoring_rule_add"), {"group": group.pk})

    initial = page.context["adminform"].form.initial
    assert str(initial["group"]) == str(group.pk)
    assert initial["position"] == 2


def test_who_edits_what_is_published_meanwhile_is_told_and_changes_nothing(
    client: Client, marketer: User, draft: ScoringVersion
) -> None:
    rule = Rule.objects.get(name="Vice president")

    def publish_meanwhile(**_: Any) -> None:
        ScoringVersion.objects.filter(pk=draft.pk).update(status="published", published_at=NOW)

    pre_save.connect(publish_meanwhile, sender=Rule)
    try:
        page = client.post(
            reverse("admin:scoring_rule_change", args=[rule.pk]),
            typed_rule(rule, ("job_title", "contains", "vp"), points="99"),
            follow=True,
        )
    finally:
        pre_save.disconnect(publish_meanwhile, sender=Rule)

    rule.refresh_from_db()
    assert rule.points == 30
    assert "was published meanwhile" in page.content.decode()


def test_a_rule_cannot_be_added_to_a_published_version(client: Client, marketer: User) -> None:
    publish_small_model()
    group = Group.objects.get(name="ICP")
    rule = Rule(group=group, name="Late", effect="points", points=5, per="once", at_least=1, position=9)

    page = client.post(
        reverse("admin:scoring_rule_add"),
        {**typed_rule_of_new(rule), "conditions-0-field": "job_title", "conditions-0-op": "known"},
    )

    assert page.status_code == 200
    assert not Rule.objects.filter(name="Late").exists()


def typed_rule_of_new(rule: Rule) -> dict[str, Any]:
    return {
        "group": rule.group_id, "name": rule.name, "effect": rule.effect, "points": rule.points, "per": rule.per,
        "at_least": rule.at_least, "position": rule.position, "conditions-TOTAL_FORMS": 1,
        "conditions-INITIAL_FORMS": 0,
    }  # fmt: skip


def test_the_page_of_a_version_takes_as_many_queries_whatever_its_size(
    client: Client, marketer: User
) -> None:
    small = save_draft(SMALL_MODEL, by=None, at=NOW)
    big = save_draft(SMALL_MODEL, by=None, at=NOW)
    group = Group.objects.get(version=big, name="ICP")
    for number in range(12):
        rule = Rule.objects.create(group=group, name=f"Rule {number}", points=1)
        Condition.objects.create(rule=rule, field="job_title", op=Op.EQUALS, value=str(number))
    client.get(version_page(small))

    counts = []
    for version in (small, big):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(version_page(version)).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_a_persona_is_checked_as_it_is_written(client: Client, marketer: User, draft: ScoringVersion) -> None:
    sent = {"version": draft.pk, "name": "Ada", "qualifies": "on", "position": 0}

    refused = client.post(
        reverse("admin:scoring_persona_add"), {**sent, "contact": '{"job_titel": "CTO"}', "activities": "[]"}
    )
    client.post(
        reverse("admin:scoring_persona_add"),
        {**sent, "contact": '{"job_title": "CTO"}', "activities": '[{"kind": "call"}]'},
    )

    assert "job_titel" in str(refused.context["adminform"].form.errors)
    assert spec_of(draft).personas == (PersonaSpec("Ada", True, {"job_title": "CTO"}, ({"kind": "call"},)),)


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
