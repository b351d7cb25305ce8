"""A draft is changed part by part, never over what somebody else did, and never once it is published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from crm.errors import Invalid
from crm.models import User
from scoring import edit
from scoring.models import DecayKind, Dimension, Group, Op, Per, Persona, Rule, ScoringVersion
from scoring.order import (
    Order,
    OrderChanged,
    Place,
    group_one_on,
    move_group,
    move_rule,
    order_of,
    rule_one_on,
)
from scoring.spec import ConditionSpec, DecaySpec, GroupSpec, ModelSpec, PersonaSpec, RuleSpec
from scoring.versions import rules_of, save_draft, spec_of
from tests.factories import NOW, make_user
from tests.processes import SECONDS, Started

pytestmark = pytest.mark.django_db


def visit(name: str, group: str = "Intent", **said: Any) -> RuleSpec:
    return RuleSpec(
        name, group, (ConditionSpec("subject", Op.STARTS_WITH, f"/{name.lower()}"),), points=5, **said
    )


MODEL = ModelSpec(
    name="Edited",
    threshold=60,
    decay=DecaySpec(DecayKind.HALF_LIFE, 30),
    groups=(
        GroupSpec("Intent", Dimension.ENGAGEMENT, max_points=40),
        GroupSpec("ICP", Dimension.FIT),
        GroupSpec("Learning", Dimension.ENGAGEMENT),
    ),
    rules=(
        visit("Pricing"),
        visit("Docs"),
        RuleSpec("Director", "ICP", (ConditionSpec("job_title", Op.HAS_WORD, "director"),), points=20),
        visit("Blog", "Learning"),
    ),
    personas=(PersonaSpec("Ada", False, {"job_title": "CTO"}),),
)


@pytest.fixture
def mary() -> User:
    return make_user("mary")


@pytest.fixture
def draft() -> ScoringVersion:
    return ScoringVersion.objects.get(pk=save_draft(MODEL, by=None, at=NOW).pk)


def rule(name: str) -> Rule:
    return Rule.objects.select_related("group").get(name=name)


def names(version: ScoringVersion) -> dict[str, list[str]]:
    """The rules by group, as the page shows them."""
    order = order_of(version)
    called = dict(Rule.objects.values_list("pk", "name"))
    groups = dict(Group.objects.values_list("pk", "name"))
    return {groups[group]: [called[pk] for pk in order.rules[group]] for group in order.groups}


Edit = Callable[[ScoringVersion, User, str], object]


def on_rule(call: Callable[..., object], *args: Any, **kwargs: Any) -> Edit:
    return lambda draft, by, seen: call(draft, rule("Pricing").pk, *args, seen=seen, by=by, at=NOW, **kwargs)


def on_group(call: Callable[..., object], *args: Any) -> Edit:
    return lambda draft, by, seen: call(
        draft, Group.objects.get(name="Intent").pk, *args, seen=seen, by=by, at=NOW
    )


def on_persona(call: Callable[..., object], *args: Any) -> Edit:
    return lambda draft, by, seen: call(
        draft, Persona.objects.get(name="Ada").pk, *args, seen=seen, by=by, at=NOW
    )


EDITS: dict[str, Edit] = {
    "settings": lambda draft, by, seen: edit.change_settings(
        draft, {"threshold": 70}, seen=seen, by=by, at=NOW
    ),
    "rule": on_rule(edit.change_rule, visit("Pricing", at_least=2)),
    "duplicate": on_rule(edit.duplicate_rule),
    "switch": on_rule(edit.switch_rule, on=False),
    "delete rule": on_rule(edit.delete_rule),
    "group": on_group(edit.change_group, GroupSpec("Intent", Dimension.ENGAGEMENT)),
    "delete group": on_group(edit.delete_group),
    "persona": on_persona(edit.change_persona, PersonaSpec("Ada", True)),
    "delete persona": on_persona(edit.delete_persona),
}
ADDITIONS: dict[str, Edit] = {
    "add rule": lambda draft, by, seen: edit.add_rule(draft, visit("News"), by=by, at=NOW),
    "add group": lambda draft, by, seen: edit.add_group(
        draft, GroupSpec("Role", Dimension.FIT), by=by, at=NOW
    ),
    "add persona": lambda draft, by, seen: edit.add_persona(draft, PersonaSpec("Ben", False), by=by, at=NOW),
    "move rule": lambda draft, by, seen: move_rule(
        draft, rule("Docs").pk, Place(None, rule("Docs").group_id), seen=order_of(draft).seen, by=by, at=NOW
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_what_was_not_seen_is_not_written_over(draft: ScoringVersion, mary: User, name: str) -> None:
    before = spec_of(draft)

    with pytest.raises(edit.Changed):
        EDITS[name](draft, mary, "0123456789abcdef")

    assert spec_of(ScoringVersion.objects.get(pk=draft.pk)) == before


@pytest.mark.parametrize("name", [*EDITS, *ADDITIONS])
def test_nothing_is_written_into_a_published_version(draft: ScoringVersion, mary: User, name: str) -> None:
    before = spec_of(draft)
    ScoringVersion.objects.filter(pk=draft.pk).update(status="published", published_at=NOW)

    with pytest.raises(edit.NoDraft, match="make a draft from it"):
        {**EDITS, **ADDITIONS}[name](draft, mary, "")

    assert spec_of(ScoringVersion.objects.get(pk=draft.pk)) == before


def test_a_rule_is_what_was_saved_and_the_others_are_as_they_were(draft: ScoringVersion, mary: User) -> None:
    row = rule("Docs")
    changed = RuleSpec(
        "Docs read",
        "Intent",
        (ConditionSpec("kind", Op.EQUALS, "page_view"), ConditionSpec("subject", Op.CONTAINS, "docs")),
        points=7.5,
        per=Per.ONCE,
        at_least=3,
        max_points=20,
        window_days=90,
        decay=DecaySpec(DecayKind.STEP, 7, 50),
    )

    edit.change_rule(draft, row.pk, changed, seen=edit.seen_rule(row), by=mary, at=NOW)

    assert spec_of(draft).rules == (MODEL.rules[0], changed, *MODEL.rules[2:])


def test_a_rule_that_moves_to_another_group_comes_last_there(draft: ScoringVersion, mary: User) -> None:
    row = rule("Pricing")
    moved = replace(MODEL.rules[0], group="Learning")

    edit.change_rule(draft, row.pk, moved, seen=edit.seen_rule(row), by=mary, at=NOW)

    assert names(draft) == {"Intent": ["Docs"], "ICP": ["Director"], "Learning": ["Blog", "Pricing"]}


def test_renaming_a_group_disturbs_nobody_who_edits_a_rule_in_it(draft: ScoringVersion, mary: User) -> None:
    row = rule("Pricing")
    seen = edit.seen_rule(row)
    group = row.group

    edit.change_group(
        draft,
        group.pk,
        GroupSpec("Interest", Dimension.ENGAGEMENT),
        seen=edit.seen_group(group),
        by=mary,
        at=NOW,
    )
    edit.change_rule(draft, row.pk, visit("Pricing", "Interest", at_least=2), seen=seen, by=mary, at=NOW)

    assert rule("Pricing").at_least == 2
    assert rule("Pricing").group.name == "Interest"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (visit("docs"), "name"),
        (visit(""), "name"),
        (visit("New", max_points=-1), "max_points"),
        (visit("New", decay=DecaySpec(DecayKind.LINEAR)), "decay.days"),
        (replace(visit("New"), points=float("1e9")), "points"),
        (replace(visit("New"), when=()), "when"),
        (replace(visit("New"), when=(ConditionSpec("subject", Op.EQUALS, ""),)), "when.0.value"),
        (visit("New", "Nowhere"), "group"),
    ],
)
def test_a_rule_that_cannot_work_is_refused_by_its_field(
    draft: ScoringVersion, mary: User, said: RuleSpec, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        edit.add_rule(draft, said, by=mary, at=NOW)

    assert field in [error.field for error in refused.value.errors]
    assert spec_of(draft) == MODEL


def test_a_rule_may_be_saved_while_another_has_a_fault(draft: ScoringVersion, mary: User) -> None:
    Rule.objects.filter(name="Docs").update(max_points=-5)
    row = rule("Pricing")

    edit.change_rule(draft, row.pk, visit("Pricing", at_least=2), seen=edit.seen_rule(row), by=mary, at=NOW)

    assert rule("Pricing").at_least == 2


def test_a_copy_stands_right_behind_under_a_name_of_its_own(draft: ScoringVersion, mary: User) -> None:
    for _ in range(2):
        row = rule("Pricing")
        edit.duplicate_rule(draft, row.pk, seen=edit.seen_rule(row), by=mary, at=NOW)

    assert names(draft)["Intent"] == ["Pricing", "Pricing (copy 2)", "Pricing (copy)", "Docs"]
    copy = replace(MODEL.rules[0], name="Pricing (copy)")
    assert copy in spec_of(draft).rules


def test_a_rule_that_is_off_is_kept(draft: ScoringVersion, mary: User) -> None:
    row = rule("Pricing")

    edit.switch_rule(draft, row.pk, on=False, seen=edit.seen_rule(row), by=mary, at=NOW)

    assert spec_of(draft).rules[0] == replace(MODEL.rules[0], enabled=False)


def test_a_group_is_deleted_with_the_rules_that_were_seen_in_it(draft: ScoringVersion, mary: User) -> None:
    group = Group.objects.get(name="Intent")
    seen = edit.seen_group(group, [row for row in rules_of(draft) if row.group_id == group.pk])

    edit.delete_group(draft, group.pk, seen=seen, by=mary, at=NOW)

    assert names(draft) == {"ICP": ["Director"], "Learning": ["Blog"]}


def test_a_group_that_got_another_rule_meanwhile_is_not_deleted(draft: ScoringVersion, mary: User) -> None:
    group = Group.objects.get(name="Intent")
    seen = edit.seen_group(group, [row for row in rules_of(draft) if row.group_id == group.pk])
    edit.add_rule(draft, visit("News"), by=mary, at=NOW)

    with pytest.raises(edit.Changed):
        edit.delete_group(draft, group.pk, seen=seen, by=mary, at=NOW)

    assert names(draft)["Intent"] == ["Pricing", "Docs", "News"]


def test_who_saves_what_was_deleted_is_told_that_it_is_gone(draft: ScoringVersion, mary: User) -> None:
    row = rule("Pricing")
    seen = edit.seen_rule(row)
    edit.delete_rule(draft, row.pk, seen=seen, by=mary, at=NOW)

    with pytest.raises(edit.Changed) as refused:
        edit.change_rule(draft, row.pk, visit("Pricing"), seen=seen, by=mary, at=NOW)

    assert refused.value.gone


def test_settings_that_contradict_each_other_are_refused(draft: ScoringVersion, mary: User) -> None:
    with pytest.raises(Invalid) as refused:
        edit.change_settings(
            draft, {"fit_grades": [10, 20, 30]}, seen=edit.seen_settings(draft), by=mary, at=NOW
        )

    assert [error.field for error in refused.value.errors] == ["grades.fit"]


@pytest.mark.parametrize(
    ("moved", "steps", "intent", "learning"),
    [
        ("Docs", [-1], ["Docs", "Pricing"], ["Blog"]),
        ("Pricing", [1], ["Docs", "Pricing"], ["Blog"]),
        ("Docs", [1], ["Pricing"], ["Docs", "Blog"]),
        ("Blog", [-1], ["Pricing", "Docs", "Blog"], []),
        ("Pricing", [1, 1, 1], ["Docs"], ["Blog", "Pricing"]),
    ],
)
def test_a_rule_goes_one_on_and_into_the_next_group_of_its_kind(
    draft: ScoringVersion, mary: User, moved: str, steps: list[int], intent: list[str], learning: list[str]
) -> None:
    for by in steps:
        order = order_of(draft)
        to = rule_one_on(order, rule(moved).pk, by)
        assert to
        move_rule(draft, rule(moved).pk, to, seen=order.seen, by=mary, at=NOW)

    assert names(draft) == {"Intent": intent, "ICP": ["Director"], "Learning": learning}


def test_the_first_goes_no_further_up(draft: ScoringVersion) -> None:
    order = order_of(draft)

    assert rule_one_on(order, rule("Pricing").pk, -1) is None
    assert rule_one_on(order, rule("Director").pk, 1) is None
    assert group_one_on(order, order.groups[0], -1) is None


def test_a_rule_stays_among_rules_of_its_kind(draft: ScoringVersion, mary: User) -> None:
    to = Place(None, rule("Director").group_id)

    with pytest.raises(Invalid):
        move_rule(draft, rule("Docs").pk, to, seen=order_of(draft).seen, by=mary, at=NOW)

    assert names(draft)["Intent"] == ["Pricing", "Docs"]


def test_a_group_moves_with_its_rules_and_the_file_follows(draft: ScoringVersion, mary: User) -> None:
    order = order_of(draft)

    move_group(draft, order.groups[2], Place(order.groups[0]), seen=order.seen, by=mary, at=NOW)

    assert list(names(draft)) == ["Learning", "Intent", "ICP"]
    assert [one.name for one in spec_of(draft).rules] == ["Blog", "Pricing", "Docs", "Director"]


def test_a_move_within_an_order_that_changed_tells_how_it_stands(draft: ScoringVersion, mary: User) -> None:
    before = order_of(draft)
    edit.add_rule(draft, visit("News"), by=mary, at=NOW)

    with pytest.raises(OrderChanged) as refused:
        move_rule(
            draft, rule("Docs").pk, Place(None, rule("Docs").group_id), seen=before.seen, by=mary, at=NOW
        )

    now: Order = order_of(draft)
    assert refused.value.order.seen == now.seen != before.seen
    assert names(draft)["Intent"] == ["Pricing", "Docs", "News"]


def test_a_name_for_a_copy_is_never_too_long() -> None:
    assert edit.free_name("x" * 200, [], longest=200) == "x" * 193 + " (copy)"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_the_same_rule_at_once_one_is_told(mary: User, beside: Started) -> None:
    draft = save_draft(MODEL, by=None, at=NOW)
    pk, seen = rule("Pricing").pk, edit.seen_rule(rule("Pricing"))

    def save(times: int) -> str:
        said = visit("Pricing", at_least=times)
        try:
            edit.change_rule(draft, pk, said, seen=seen, by=mary, at=NOW)
        except edit.Changed:
            return "told"
        return "saved"

    running = [beside(lambda times=times: save(times)) for times in (2, 3)]
    answers = [one.result(SECONDS) for one in running]

    assert sorted(answers) == ["saved", "told"]
    assert rule("Pricing").at_least == [2, 3][answers.index("saved")]
