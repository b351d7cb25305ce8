"""Marketers edit a whole draft on one page, with htmx and without, and never over what somebody else did."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group as UserGroup
from django.contrib.auth.models import Permission
from django.db import connection
from django.http import HttpResponse, QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.models import User
from leads.roles import MARKETERS, SALES_REPS, ensure_groups
from scoring.admin.draft_page import condition_rows, persona_form
from scoring.admin.draft_page.draft import Draft, read_draft
from scoring.admin.draft_page.rule_form import RuleForm, typed_rule
from scoring.model_file import read_file
from scoring.model_import import import_model
from scoring.models import Condition, DecayKind, Dimension, Group, Op, Per, Persona, Rule, ScoringVersion
from scoring.spec import ConditionSpec, DecaySpec, GroupSpec, ModelSpec, PersonaSpec, RuleSpec
from scoring.versions import save_draft, spec_of
from tests.factories import NOW, make_activity, make_contact, make_user

pytestmark = pytest.mark.django_db

MODEL = ModelSpec(
    name="Edited",
    threshold=60,
    min_fit=20,
    decay=DecaySpec(DecayKind.HALF_LIFE, 30),
    groups=(
        GroupSpec("Intent", Dimension.ENGAGEMENT, max_points=40),
        GroupSpec("ICP", Dimension.FIT),
        GroupSpec("Learning", Dimension.ENGAGEMENT),
    ),
    rules=(
        RuleSpec(
            "Pricing page viewed",
            "Intent",
            (
                ConditionSpec("kind", Op.EQUALS, "page_view"),
                ConditionSpec("subject", Op.STARTS_WITH, "/pricing"),
            ),
            points=10,
            max_points=25,
        ),
        RuleSpec(
            "Webinar attended",
            "Intent",
            (ConditionSpec("kind", Op.EQUALS, "webinar_attended"),),
            points=20,
            per=Per.ONCE,
        ),
        RuleSpec("Vice president", "ICP", (ConditionSpec("job_title", Op.CONTAINS, "vp"),), points=30),
    ),
    personas=(PersonaSpec("Silent VP", True, {"job_title": "VP Sales"}),),
)
PRICING = "+10 each time they view a page under /pricing, at most 25, halving every 30 days"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def marketer(client: Client) -> User:
    ensure_groups()
    user = make_user("mary", is_staff=True)
    user.groups.add(UserGroup.objects.get(name=MARKETERS))
    client.force_login(user)
    return user


@pytest.fixture
def draft(marketer: User) -> ScoringVersion:
    return save_draft(MODEL, by=marketer, at=NOW)


def page_of(version: ScoringVersion) -> str:
    return reverse("admin:scoring_scoringversion_change", args=[version.pk])


def part(version: ScoringVersion, kind: str, pk: int = 0) -> str:
    return reverse("admin:scoring_draft_part", args=[version.pk, kind, pk])


def rule(name: str) -> Rule:
    return Rule.objects.get(name=name)


def form_of(client: Client, version: ScoringVersion, kind: str, pk: int = 0, **typed: Any) -> dict[str, Any]:
    """What the open form of a part would send, with something typed over."""
    opened = client.get(part(version, kind, pk), headers=HTMX).context["opened"]
    forms = [opened.form, *(opened.rows.forms if opened.rows else [])]
    sent: dict[str, Any] = {"seen": opened.seen}
    if opened.rows:
        management = opened.rows.management_form
        sent |= {f"{management.prefix}-{name}": value for name, value in management.initial.items()}
    for form in forms:
        for name, field in form.fields.items():
            value = field.prepare_value(form.get_initial_for_field(field, name))
            sent[form.add_prefix(name)] = "" if value is None else value
    return {name: value for name, value in {**sent, **typed}.items() if value is not False}


def conditions(*rows: tuple[str, str, str]) -> dict[str, Any]:
    sent: dict[str, Any] = {"conditions-TOTAL_FORMS": len(rows), "conditions-INITIAL_FORMS": 0}
    for index, row in enumerate(rows):
        sent |= dict(
            zip([f"conditions-{index}-{name}" for name in ("field", "op", "typed_value")], row, strict=True)
        )
    return sent


def by_htmx(client: Client, address: str, sent: dict[str, Any], target: str) -> HttpResponse:
    return client.post(address, sent, headers={**HTMX, "HX-Target": target})


def html_of(response: HttpResponse) -> str:
    return response.content.decode()


# Reading


def test_the_page_reads_as_sentences_in_their_groups(client: Client, draft: ScoringVersion) -> None:
    html = html_of(client.get(page_of(draft)))

    places = [html.index(f">{said}<") for said in ("Intent", PRICING, "ICP", "Learning")]
    assert places == sorted(places)
    assert "60 points" in html
    assert "at most 40 points" in html


def test_a_page_says_who_made_it_from_which_and_what_changed(client: Client, marketer: User) -> None:
    before = save_draft(MODEL, by=marketer, at=NOW)
    after = save_draft(replace(MODEL, threshold=70), by=marketer, at=NOW, made_from=before, note="Fewer")

    html = html_of(client.get(page_of(after)))

    assert f"What changed since version {before.number}" in html
    assert "Threshold: 60 → 70" in html
    assert "by mary" in html
    assert "Fewer" in html


@pytest.mark.parametrize("status", ["published", "retired"])
def test_a_version_that_is_no_draft_has_no_form(client: Client, draft: ScoringVersion, status: str) -> None:
    ScoringVersion.objects.filter(pk=draft.pk).update(status="published", published_at=NOW)
    if status == "retired":
        ScoringVersion.objects.filter(pk=draft.pk).update(status="retired", retired_at=NOW)

    html = html_of(client.get(page_of(draft), {"open": f"rule-{rule('Vice president').pk}"}))
    main = html[html.index('class="draft"') :]

    assert PRICING in html
    assert 'method="post"' not in main
    assert "Add a rule" not in main


def test_who_may_only_look_sees_no_way_to_change(client: Client, draft: ScoringVersion) -> None:
    reader = make_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_scoringversion"))
    client.force_login(reader)
    address = part(draft, "rule", rule("Vice president").pk)

    page, form, sent = client.get(page_of(draft)), client.get(address), client.post(address, {})

    assert PRICING in html_of(page)
    assert "Add a rule" not in html_of(page)
    assert (form.status_code, sent.status_code) == (403, 403)


def test_a_rep_does_not_get_to_the_page(client: Client, draft: ScoringVersion) -> None:
    rep = make_user("sdr")
    rep.groups.add(UserGroup.objects.get(name=SALES_REPS))
    client.force_login(rep)

    answers = [client.get(page_of(draft)), client.post(part(draft, "settings"), {"threshold": 1})]

    assert [answer.status_code for answer in answers] == [302, 302]
    draft.refresh_from_db()
    assert draft.threshold == 60


@pytest.mark.parametrize("address", ["change", "figures", "results", "changes"])
def test_the_page_takes_as_many_queries_for_thirty_rules_as_for_three(
    client: Client, marketer: User, address: str
) -> None:
    versions = []
    for rules, personas in ((1, 1), (30, 5)):
        spec = replace(
            MODEL,
            rules=tuple(
                replace(MODEL.rules[2], name=f"Rule {number}", points=number) for number in range(rules)
            ),
            personas=tuple(PersonaSpec(f"Persona {number}", False) for number in range(personas)),
        )
        versions.append(save_draft(spec, by=marketer, at=NOW))
    name = "scoringversion_change" if address == "change" else f"draft_{address}"
    client.get(page_of(versions[0]))

    counts = []
    for version in versions:
        shown = {
            "shown": list(Rule.objects.filter(group__version=version).values_list("pk", flat=True)),
            "persona": list(version.personas.values_list("pk", flat=True)),
        }
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(reverse(f"admin:scoring_{name}", args=[version.pk]), shown)
        assert answer.status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]


# Rules


def test_a_rule_opens_in_its_place_with_the_fields_of_its_kind(client: Client, draft: ScoringVersion) -> None:
    fit = client.get(part(draft, "rule", rule("Vice president").pk), headers=HTMX)
    engagement = client.get(part(draft, "rule", rule("Webinar attended").pk), headers=HTMX)

    assert 'name="points"' in html_of(fit)
    assert 'name="per"' not in html_of(fit)
    assert 'name="per"' in html_of(engagement)
    assert "As the model says: halving every 30 days" in html_of(engagement)


def test_without_htmx_a_part_opens_on_the_whole_page(client: Client, draft: ScoringVersion) -> None:
    pk = rule("Vice president").pk

    page = client.get(part(draft, "rule", pk), follow=True)

    assert page.redirect_chain == [(f"{page_of(draft)}?open=rule-{pk}#rule-{pk}", 302)]
    assert f'action="{part(draft, "rule", pk)}"' in html_of(page)


def test_a_plain_post_saves_and_leads_back_to_the_rule(client: Client, draft: ScoringVersion) -> None:
    pk = rule("Vice president").pk

    answer = client.post(part(draft, "rule", pk), form_of(client, draft, "rule", pk, points="35"))

    assert (answer.status_code, answer["Location"]) == (302, f"{page_of(draft)}#rule-{pk}")
    assert spec_of(draft).rules[2] == replace(MODEL.rules[2], points=35)


def test_htmx_gets_the_line_with_its_new_sentence(client: Client, draft: ScoringVersion) -> None:
    pk = rule("Pricing page viewed").pk
    sent = form_of(client, draft, "rule", pk, points="12.5", window_days="90")

    answer = by_htmx(client, part(draft, "rule", pk), sent, f"rule-{pk}")

    assert answer.status_code == 200
    assert "+12.5 each time they view a page under /pricing in the last 90 days" in html_of(answer)
    assert "<form" not in html_of(answer).partition("rule-form")[2]
    assert answer["HX-Trigger-After-Settle"] == '{"draft:changed": {}}'


def test_a_rule_moves_to_another_group_of_its_kind_by_its_form(client: Client, draft: ScoringVersion) -> None:
    pk, learning = rule("Pricing page viewed").pk, Group.objects.get(name="Learning").pk
    sent = form_of(client, draft, "rule", pk, group=learning)

    answer = by_htmx(client, part(draft, "rule", pk), sent, f"rule-{pk}")

    assert f'hx-swap-oob="beforeend:#group-{learning}-rules"' in html_of(answer)
    assert rule("Pricing page viewed").group_id == learning


def test_a_rule_is_not_moved_among_rules_of_another_kind(client: Client, draft: ScoringVersion) -> None:
    pk, icp = rule("Pricing page viewed").pk, Group.objects.get(name="ICP").pk

    answer = client.post(part(draft, "rule", pk), form_of(client, draft, "rule", pk, group=icp))

    assert answer.status_code == 422
    assert rule("Pricing page viewed").group.name == "Intent"


@pytest.mark.parametrize(
    ("typed", "field", "told"),
    [
        ({"points": "many"}, "points", "Enter a number"),
        ({"points": ""}, "points", "for example 10"),
        ({"name": "webinar attended"}, "name", "name of another"),
        ({"max_points": "-5"}, "max_points", "above 0"),
        ({"decay_kind": "half_life"}, "decay_days", "after how many days"),
        ({"per": "absence"}, "window_days", "for how many days"),
        ({"at_least": "0"}, "at_least", "whole number from 1"),
    ],
)
def test_a_fault_is_told_beside_its_field(
    client: Client, draft: ScoringVersion, typed: dict[str, str], field: str, told: str
) -> None:
    pk = rule("Pricing page viewed").pk
    sent = form_of(client, draft, "rule", pk, **typed)

    plain = client.post(part(draft, "rule", pk), sent)
    answer = by_htmx(client, part(draft, "rule", pk), sent, f"rule-{pk}")

    assert (plain.status_code, answer.status_code) == (422, 422)
    assert told in str(plain.context["opened"].form.errors[field])
    assert told in html_of(answer)
    assert spec_of(draft) == MODEL


def test_what_the_effect_has_no_use_for_is_forgotten(client: Client, draft: ScoringVersion) -> None:
    pk = rule("Pricing page viewed").pk

    client.post(part(draft, "rule", pk), form_of(client, draft, "rule", pk, effect="fast_track"))

    saved = spec_of(draft).rules[0]
    assert (saved.effect, saved.points, saved.max_points) == ("fast_track", 0, None)


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
    client: Client, draft: ScoringVersion, condition: tuple[str, str, str], value: Any
) -> None:
    pk = rule("Vice president").pk

    answer = client.post(
        part(draft, "rule", pk), {**form_of(client, draft, "rule", pk), **conditions(condition)}
    )

    assert answer.status_code == 302
    kept = Condition.objects.get(rule=pk)
    assert (kept.op, kept.value) == (condition[1], value)


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        (("job_titel", "equals", "x"), "did you mean job_title"),
        (("kind", "equals", "x"), "is a field of engagement rules"),
        (("company.employees", "contains", "5"), "does not suit"),
        (("company.employees", "between", "9, 1"), "higher number first"),
        (("job_title", "known", "vp"), "takes no value"),
        (("job_title", "equals", ""), "Write what it is compared with"),
        (("email_domain", "in_domain_list", "competitors"), "competitors"),
        (("job_title", "in", "[1, "), "JSON list"),
    ],
)
def test_a_faulty_condition_is_told_beside_its_row(
    client: Client, draft: ScoringVersion, condition: tuple[str, str, str], told: str
) -> None:
    pk = rule("Vice president").pk

    answer = client.post(
        part(draft, "rule", pk), {**form_of(client, draft, "rule", pk), **conditions(condition)}
    )

    assert answer.status_code == 422
    assert told in " ".join(str(row.errors) for row in answer.context["opened"].rows)
    assert spec_of(draft) == MODEL


def test_a_rule_without_a_condition_is_refused(client: Client, draft: ScoringVersion) -> None:
    pk = rule("Vice president").pk
    sent = form_of(client, draft, "rule", pk, **{"conditions-0-DELETE": "on"})

    answer = client.post(part(draft, "rule", pk), sent)

    assert answer.status_code == 422
    assert "add at least one condition" in html_of(answer).lower()
    assert spec_of(draft) == MODEL


def test_rows_are_kept_in_the_order_that_they_were_put_in(client: Client, draft: ScoringVersion) -> None:
    pk = rule("Pricing page viewed").pk
    turned = {"conditions-0-position": "1", "conditions-1-position": "0"}

    client.post(part(draft, "rule", pk), form_of(client, draft, "rule", pk, **turned))

    assert spec_of(draft).rules[0].when == MODEL.rules[0].when[::-1]


def test_a_rule_is_added_to_its_group(client: Client, draft: ScoringVersion) -> None:
    learning = Group.objects.get(name="Learning").pk
    sent = form_of(client, draft, "new-rule", learning, name="Docs read", points="3")

    answer = by_htmx(
        client,
        part(draft, "new-rule", learning),
        {**sent, **conditions(("subject", "starts_with", "/docs"))},
        f"new-rule-{learning}",
    )

    assert answer.status_code == 200
    assert "Docs read" in html_of(answer)
    added = RuleSpec("Docs read", "Learning", (ConditionSpec("subject", Op.STARTS_WITH, "/docs"),), points=3)
    assert spec_of(draft).rules[3] == added


def test_a_rule_is_copied_switched_off_and_deleted_in_its_line(client: Client, draft: ScoringVersion) -> None:
    pk = rule("Vice president").pk
    seen = form_of(client, draft, "rule", pk)["seen"]

    client.post(part(draft, "duplicate-rule", pk), {"seen": seen})
    client.post(part(draft, "delete-rule", pk), {"seen": seen})
    copy = rule("Vice president (copy)")
    client.post(
        part(draft, "switch-rule", copy.pk),
        {"on": "no", "seen": form_of(client, draft, "rule", copy.pk)["seen"]},
    )

    kept = spec_of(draft).rules[2]
    assert kept == replace(MODEL.rules[2], name="Vice president (copy)", enabled=False)
    assert not Rule.objects.filter(pk=pk).exists()


# Two people at once


def change_meanwhile(pk: int) -> None:
    Rule.objects.filter(pk=pk).update(points=99)


def test_what_somebody_changed_meanwhile_stands_beside_mine_and_nothing_is_written(
    client: Client, draft: ScoringVersion
) -> None:
    pk = rule("Vice president").pk
    sent = {
        **form_of(client, draft, "rule", pk, name="Vice-president"),
        **conditions(("job_title", "known", "")),
    }
    change_meanwhile(pk)

    answer = by_htmx(client, part(draft, "rule", pk), sent, f"rule-{pk}")

    html = html_of(answer)
    assert (answer.status_code, answer["HX-Retarget"]) == (409, f"#rule-{pk}")
    assert "Somebody else changed this rule meanwhile" in html
    told = {
        each.label: (each.theirs, each.mine)
        for each in client.post(part(draft, "rule", pk), sent).context["opened"].differences
    }
    assert told == {
        "Name": ("Vice president", "Vice-president"),
        "Points": ("99", "30"),
        "Conditions": ("job_title contains vp", "job_title is known"),
    }
    assert "Keep mine" in html
    assert "Take theirs" in html
    assert rule("Vice president").points == 99


def test_once_theirs_was_seen_mine_may_be_kept(client: Client, draft: ScoringVersion) -> None:
    pk = rule("Vice president").pk
    sent = form_of(client, draft, "rule", pk, name="Vice-president")
    change_meanwhile(pk)
    told = client.post(part(draft, "rule", pk), sent)

    answer = client.post(part(draft, "rule", pk), {**sent, "seen": told.context["opened"].seen})

    assert answer.status_code == 302
    assert spec_of(draft).rules[2] == replace(MODEL.rules[2], name="Vice-president")


def test_what_somebody_changed_again_is_told_again(client: Client, draft: ScoringVersion) -> None:
    pk = rule("Vice president").pk
    sent = form_of(client, draft, "rule", pk, points="31")
    change_meanwhile(pk)
    told = client.post(part(draft, "rule", pk), sent)
    Rule.objects.filter(pk=pk).update(points=98)

    answer = client.post(part(draft, "rule", pk), {**sent, "seen": told.context["opened"].seen})

    assert answer.status_code == 409
    assert rule("Vice president").points == 98


def test_what_was_typed_into_a_rule_that_is_deleted_can_be_added_again(
    client: Client, draft: ScoringVersion
) -> None:
    row = rule("Vice president")
    pk = row.pk
    sent = form_of(client, draft, "rule", pk, points="31")
    row.delete()

    told = by_htmx(client, part(draft, "rule", pk), sent, f"rule-{pk}")
    client.post(part(draft, "new-rule", row.group_id), sent)

    assert told.status_code == 409
    assert "Somebody else deleted this rule meanwhile" in html_of(told)
    assert 'value="31"' in html_of(told)
    assert spec_of(draft).rules[2] == replace(MODEL.rules[2], points=31)


def test_a_rule_that_somebody_changed_meanwhile_is_not_deleted(client: Client, draft: ScoringVersion) -> None:
    pk = rule("Vice president").pk
    seen = form_of(client, draft, "rule", pk)["seen"]
    change_meanwhile(pk)

    answer = by_htmx(client, part(draft, "delete-rule", pk), {"seen": seen}, f"rule-{pk}")

    assert answer.status_code == 409
    assert "it was not deleted" in html_of(answer)
    assert Rule.objects.filter(pk=pk).exists()


def test_who_edits_what_is_published_meanwhile_is_told_and_changes_nothing(
    client: Client, draft: ScoringVersion
) -> None:
    pk = rule("Vice president").pk
    sent = form_of(client, draft, "rule", pk, points="99")
    ScoringVersion.objects.filter(pk=draft.pk).update(status="published", published_at=NOW)

    page = client.post(part(draft, "rule", pk), sent, headers={"Referer": page_of(draft)}, follow=True)
    answer = by_htmx(client, part(draft, "rule", pk), sent, f"rule-{pk}")

    assert "Make a draft from it" in html_of(page)
    assert (answer.status_code, answer["HX-Retarget"]) == (409, "#messages")
    assert rule("Vice president").points == 30


# Settings and groups


def test_the_settings_are_saved_in_their_panel(client: Client, draft: ScoringVersion) -> None:
    sent = form_of(client, draft, "settings", threshold="75", fit_grades="90, 60, 30", decay_kind="none")

    answer = by_htmx(client, part(draft, "settings"), sent, "settings")

    assert "75 points" in html_of(answer)
    spec = spec_of(ScoringVersion.objects.get(pk=draft.pk))
    assert (spec.threshold, spec.fit_grades, spec.decay) == (75, (90, 60, 30), DecaySpec())
    assert replace(spec, threshold=60, fit_grades=MODEL.fit_grades, decay=MODEL.decay) == MODEL


def test_settings_that_somebody_changed_meanwhile_stand_beside_mine(
    client: Client, draft: ScoringVersion
) -> None:
    sent = form_of(client, draft, "settings", threshold="75")
    ScoringVersion.objects.filter(pk=draft.pk).update(min_fit=30)

    answer = client.post(part(draft, "settings"), sent)

    assert answer.status_code == 409
    told = {each.label: (each.theirs, each.mine) for each in answer.context["opened"].differences}
    assert told == {"MQL from": ("60", "75"), "Fit at least": ("30", "20")}


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"fit_grades": "10, 20, 30"}, "fit_grades"),
        ({"decay_kind": "step", "decay_days": ""}, "decay_days"),
        ({"max_fit": "-1"}, "max_fit"),
        ({"threshold": ""}, "threshold"),
    ],
)
def test_a_fault_of_the_settings_is_told_beside_its_field(
    client: Client, draft: ScoringVersion, typed: dict[str, str], field: str
) -> None:
    answer = client.post(part(draft, "settings"), form_of(client, draft, "settings", **typed))

    assert answer.status_code == 422
    assert field in answer.context["opened"].form.errors
    assert spec_of(ScoringVersion.objects.get(pk=draft.pk)) == MODEL


def test_groups_are_added_renamed_and_deleted(client: Client, draft: ScoringVersion) -> None:
    sent = {"name": "Role", "dimension": "fit", "min_points": "-20", "max_points": "35"}
    client.post(part(draft, "new-group"), sent)
    role = Group.objects.get(name="Role").pk
    client.post(part(draft, "group", role), form_of(client, draft, "group", role, name="Position"))
    learning = Group.objects.get(name="Learning").pk
    opened = client.get(page_of(draft), {"open": f"delete-group-{learning}"}).context["opened"]

    client.post(part(draft, "delete-group", learning), {"seen": opened.seen})

    assert spec_of(draft).groups == (*MODEL.groups[:2], GroupSpec("Position", Dimension.FIT, -20, 35))


def test_a_group_with_rules_stays_of_its_kind(client: Client, draft: ScoringVersion) -> None:
    pk = Group.objects.get(name="Intent").pk

    client.post(part(draft, "group", pk), form_of(client, draft, "group", pk, dimension="fit"))

    assert Group.objects.get(pk=pk).dimension == "engagement"


def test_bounds_the_wrong_way_round_are_refused(client: Client, draft: ScoringVersion) -> None:
    pk = Group.objects.get(name="Intent").pk

    answer = client.post(part(draft, "group", pk), form_of(client, draft, "group", pk, min_points="50"))

    assert answer.status_code == 422
    assert "min_points" in answer.context["opened"].form.errors


# Order


def move(client: Client, version: ScoringVersion, seen: str = "", **sent: Any) -> HttpResponse:
    seen = seen or client.get(page_of(version)).context["draft"].order.seen
    return client.post(
        reverse("admin:scoring_draft_order", args=[version.pk]),
        {"seen": seen, **sent},
        headers={**HTMX, "HX-Target": "order"},
    )


def test_a_button_moves_a_rule_one_on_without_htmx(client: Client, draft: ScoringVersion) -> None:
    seen = client.get(page_of(draft)).context["draft"].order.seen
    pk = rule("Webinar attended").pk

    answer = client.post(
        reverse("admin:scoring_draft_order", args=[draft.pk]), {"up": f"rule-{pk}", "seen": seen}
    )

    assert (answer.status_code, answer["Location"]) == (302, f"{page_of(draft)}#rule-{pk}")
    assert [one.name for one in spec_of(draft).rules][:2] == ["Webinar attended", "Pricing page viewed"]


def test_what_was_dropped_into_another_group_stands_there(client: Client, draft: ScoringVersion) -> None:
    pk, learning = rule("Pricing page viewed").pk, Group.objects.get(name="Learning").pk

    answer = move(client, draft, moved=f"rule-{pk}", group=learning, before="")

    assert "“Pricing page viewed” is number 1 of 1 in Learning." in html_of(answer)
    assert rule("Pricing page viewed").group_id == learning


def test_in_an_order_that_changed_nothing_moves_before_it_was_said(
    client: Client, draft: ScoringVersion
) -> None:
    pk = rule("Webinar attended").pk
    seen = client.get(page_of(draft)).context["draft"].order.seen
    rule("Vice president").delete()

    told = move(client, draft, seen, up=f"rule-{pk}")
    untouched = spec_of(draft)
    again = move(client, draft, up=f"rule-{pk}", again="yes")

    assert (told.status_code, told["HX-Retarget"]) == (409, "#order-changed")
    assert "“Webinar attended” before “Pricing page viewed” in Intent" in html_of(told)
    assert "Pricing page viewed, Webinar attended" in html_of(told)
    assert untouched.rules == MODEL.rules[:2]
    assert again["HX-Refresh"] == "true"
    assert spec_of(draft).rules == MODEL.rules[1::-1]


@pytest.mark.parametrize("sent", [{}, {"moved": "rule-x"}, {"moved": "persona-1"}])
def test_a_move_of_nothing_is_refused_in_words(
    client: Client, draft: ScoringVersion, sent: dict[str, str]
) -> None:
    answer = move(client, draft, **sent)

    assert answer.status_code == 400
    assert "no rule or group" in html_of(answer)


# Figures


def test_beside_each_rule_stands_whom_it_matches(client: Client, draft: ScoringVersion) -> None:
    make_contact(job_title="VP Sales", first_name="Ada", last_name="Moor")
    make_activity(make_contact(), "page_view", subject="/pricing")
    shown = {"shown": [rule("Vice president").pk, rule("Webinar attended").pk]}

    html = html_of(client.get(reverse("admin:scoring_draft_figures", args=[draft.pk]), shown))

    vice_president = html.partition(f"rule-{rule('Vice president').pk}-figures")[2]
    assert "<strong>1</strong> of 2" in vice_president
    assert "Ada Moor" in vice_president
    assert "Matches nobody" in html.partition(f"rule-{rule('Webinar attended').pk}-warnings")[2]
    assert f"rule-{rule('Pricing page viewed').pk}-figures" not in html


def test_a_rule_with_a_fault_says_so_in_the_place_of_its_figures(
    client: Client, draft: ScoringVersion
) -> None:
    pk = rule("Vice president").pk
    Condition.objects.filter(rule=pk).update(field="job_titel")

    html = html_of(client.get(reverse("admin:scoring_draft_figures", args=[draft.pk]), {"shown": [pk]}))

    assert "Cannot be published" in html
    assert "did you mean job_title" in html.lower()


def test_a_rule_reads_and_counts_while_it_is_typed_and_nothing_is_saved(
    client: Client, draft: ScoringVersion
) -> None:
    make_contact(job_title="VP Sales")
    pk = rule("Vice president").pk
    sent = form_of(client, draft, "rule", pk, points="12", name="")

    html = html_of(
        client.post(reverse("admin:scoring_draft_unsaved", args=[draft.pk, "rule", pk]), sent, headers=HTMX)
    )

    assert "+12 when the job title contains “vp”" in html
    assert "<strong>1</strong> of 1" in html
    assert spec_of(draft) == MODEL


def test_a_rule_that_is_typed_is_warned_of_beside_all_others(client: Client, draft: ScoringVersion) -> None:
    make_contact(job_title="VP Sales")
    group = Group.objects.get(name="ICP").pk
    sent = {
        **form_of(client, draft, "new-rule", group, name="Again", points="-30"),
        **conditions(("job_title", "contains", "vp")),
    }

    html = html_of(
        client.post(reverse("admin:scoring_draft_unsaved", args=[draft.pk, "new-rule", group]), sent)
    )

    assert "the two work against each other" in html


def test_a_rule_that_cannot_work_yet_is_not_counted(client: Client, draft: ScoringVersion) -> None:
    pk = rule("Vice president").pk
    sent = {**form_of(client, draft, "rule", pk), **conditions(("job_titel", "equals", "x"))}

    answer = client.post(reverse("admin:scoring_draft_unsaved", args=[draft.pk, "rule", pk]), sent)

    assert answer.status_code == 200
    assert "Once the form is filled in" in html_of(answer)


# Personas


def test_a_persona_is_filled_in_as_a_form(client: Client, draft: ScoringVersion) -> None:
    sent = {
        "name": "Reader", "qualifies": "no", "job_title": "VP Sales", "company_employees": "400",
        "more": "properties.plan = pro\ncompany.revenue = 5000000\nopted_out = yes",
        "did-TOTAL_FORMS": 2, "did-INITIAL_FORMS": 0,
        "did-0-kind": "page_view", "did-0-subject": "/pricing", "did-0-days_ago": "0.5", "did-0-times": "3",
        "did-0-more": "campaign = spring\nproperties.seats = 80",
    }  # fmt: skip

    answer = by_htmx(client, part(draft, "new-persona"), sent, "new-persona")

    assert answer.status_code == 200
    assert spec_of(draft).personas[1] == PersonaSpec(
        "Reader",
        False,
        {
            "job_title": "VP Sales",
            "company": {"employees": 400, "revenue": 5_000_000},
            "properties": {"plan": "pro"},
            "opted_out": True,
        },
        (
            {
                "kind": "page_view",
                "subject": "/pricing",
                "days_ago": 0.5,
                "times": 3,
                "campaign": "spring",
                "properties": {"seats": 80},
            },
        ),
    )


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"company_employees": "many"}, "not a whole number"),
        ({"more": "shoe_size = 42"}, "is no detail"),
        ({"more": "just words"}, "says nothing"),
        ({"email": "nobody"}, "address"),
        ({"did-0-subject": "/pricing"}, "Write what they did"),
        ({"did-0-kind": "Page View"}, "is no kind"),
        ({"did-0-kind": "call", "did-0-times": "often"}, "not a whole number"),
        ({"name": ""}, "required"),
    ],
)
def test_a_fault_of_a_persona_is_told_beside_its_field(
    client: Client, draft: ScoringVersion, typed: dict[str, str], told: str
) -> None:
    pk = Persona.objects.get().pk

    answer = client.post(part(draft, "persona", pk), form_of(client, draft, "persona", pk, **typed))

    opened = answer.context["opened"]
    assert answer.status_code == 422
    assert told in f"{opened.form.errors}{opened.rows.errors}"
    assert spec_of(draft) == MODEL


def test_a_persona_that_somebody_changed_meanwhile_stands_beside_mine(
    client: Client, draft: ScoringVersion
) -> None:
    pk = Persona.objects.get().pk
    sent = form_of(client, draft, "persona", pk, country="Germany")
    Persona.objects.filter(pk=pk).update(qualifies=False)

    answer = client.post(part(draft, "persona", pk), sent)

    assert answer.status_code == 409
    told = {each.label: (each.theirs, each.mine) for each in answer.context["opened"].differences}
    assert told == {"Must they become an MQL?": ("no", "yes"), "Country": ("", "Germany")}
    assert Persona.objects.get().contact == {"job_title": "VP Sales"}


def test_a_broken_persona_says_what_it_came_to(client: Client, draft: ScoringVersion) -> None:
    pk = Persona.objects.get().pk

    html = html_of(client.get(reverse("admin:scoring_draft_results", args=[draft.pk]), {"persona": [pk]}))

    assert f"#persona-{pk}-result" in html
    assert "Broken:" in html
    assert "scored 30 of 60" in html


def test_a_persona_is_tried_while_it_is_typed(client: Client, draft: ScoringVersion) -> None:
    pk = Persona.objects.get().pk
    typed = {"did-0-kind": "webinar_attended", "did-0-days_ago": "0"}
    sent = form_of(client, draft, "persona", pk, **typed)

    html = html_of(client.post(reverse("admin:scoring_draft_unsaved", args=[draft.pk, "persona", pk]), sent))

    assert "Does not become an MQL" in html
    assert "scored 50 of 60" in html
    assert "Webinar attended" in html
    assert spec_of(draft) == MODEL


# What is opened and saved unchanged is what it was


def sent_by(*forms: Any, management: Any) -> QueryDict:
    """What open forms would send as they stand."""
    sent = QueryDict(mutable=True)
    for name, value in management.initial.items():
        sent[management.add_prefix(name)] = value
    for form in forms:
        for name, field in form.fields.items():
            value = field.prepare_value(form.get_initial_for_field(field, name))
            if value is not False:
                sent[form.add_prefix(name)] = "" if value is None else value
    return sent


@pytest.fixture
def example(marketer: User) -> Draft:
    """A draft that says everything the format can."""
    file = read_file((settings.BASE_DIR / "examples" / "model.yaml").read_text(encoding="utf-8"))
    return read_draft(import_model(file, by=marketer, at=NOW).draft)


def test_a_rule_that_is_saved_as_it_was_opened_stays_the_same(example: Draft) -> None:
    saved = []
    for line in example.lines.values():
        dimension = example.spec.dimension_of(line.spec)
        shown = RuleForm(draft=example, dimension=dimension, initial=typed_rule(line.spec, line.group))
        rows = condition_rows.shown(line.spec.when, dimension)
        sent = sent_by(shown, *rows.forms, management=rows.management_form)
        form, rows = RuleForm(sent, draft=example, dimension=dimension), condition_rows.sent(sent, dimension)
        assert form.is_valid() & rows.is_valid(), (form.errors, rows.errors)
        saved.append(form.rule(rows.conditions()))

    assert saved == [line.spec for line in example.lines.values()]


def test_a_persona_that_is_saved_as_it_was_opened_stays_the_same(example: Draft) -> None:
    saved = []
    for line in example.personas:
        shown, rows = persona_form.shown(line.spec)
        form, rows = persona_form.sent(sent_by(shown, *rows.forms, management=rows.management_form))
        assert form.is_valid() & rows.is_valid(), (form.errors, rows.errors)
        saved.append(persona_form.persona(form, rows))

    assert saved == [line.spec for line in example.personas]


@pytest.mark.parametrize("kind", ["settings", "group"])
def test_what_is_saved_as_it_was_opened_stays_the_same(
    client: Client, draft: ScoringVersion, kind: str
) -> None:
    pk = 0 if kind == "settings" else Group.objects.get(name="Intent").pk

    answer = client.post(part(draft, kind, pk), form_of(client, draft, kind, pk))

    assert answer.status_code == 302
    assert spec_of(ScoringVersion.objects.get(pk=draft.pk)) == MODEL
