"""Rules are opened, filled in, saved, added and deleted in their places, with htmx and without."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from scoring.models import Condition, Group, Op, Rule, ScoringVersion
from scoring.spec import ConditionSpec, RuleSpec
from scoring.versions import spec_of
from tests.scoring.draft_page.conftest import (
    HTMX,
    MODEL,
    by_htmx,
    conditions,
    form_of,
    html_of,
    page_of,
    part,
    rule,
)

pytestmark = pytest.mark.django_db


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
