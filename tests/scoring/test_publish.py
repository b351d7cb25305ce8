"""A draft is published when its personas come out as they say, and never changes from then on."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, OperationalError, connection, connections, transaction
from django_q.models import OrmQ

from crm.errors import Conflict, Invalid
from scoring.everyone import mark_next
from scoring.models import Condition, Dimension, Group, Pending, Persona, Rule, ScoringVersion
from scoring.publish import publish
from scoring.spec import ModelSpec, PersonaSpec
from scoring.versions import save_draft, spec_of
from tests.factories import NOW, make_contact, make_user
from tests.scoring.conftest import WORKED_EXAMPLE

pytestmark = pytest.mark.django_db

VP = PersonaSpec(
    "VP who looks once", False, {"job_title": "VP"}, ({"kind": "page_view", "subject": "/pricing"},)
)
SPEC = replace(WORKED_EXAMPLE, personas=(VP,))
BROKEN = replace(SPEC, personas=(VP, replace(VP, name="VP who must", qualifies=True)))


def draft(spec: ModelSpec = SPEC) -> ScoringVersion:
    return save_draft(spec, by=None, at=NOW)


# --- from draft to published to retired


def test_publishing_makes_a_draft_live_and_says_when_and_by_whom() -> None:
    user = make_user()

    version = publish(draft(), by=user, at=NOW)

    assert ScoringVersion.objects.live() == version
    assert (version.status, version.published_at, version.published_by) == ("published", NOW, user)
    assert spec_of(version) == SPEC


def test_publishing_retires_the_version_before() -> None:
    first = publish(draft(), by=None, at=NOW)

    second = publish(draft(), by=None, at=NOW)

    first.refresh_from_db()
    assert (first.status, first.retired_at) == ("retired", NOW)
    assert ScoringVersion.objects.live() == second


def test_publishing_has_everyone_evaluated_anew() -> None:
    waiting, done = make_contact(), make_contact()
    Pending.objects.filter(contact=done).delete()
    Pending.objects.filter(contact=waiting).update(attempts=4, not_before=NOW, last_error="failed")

    publish(draft(), by=None, at=NOW)
    mark_next(at=NOW)

    assert list(Pending.objects.order_by("pk").values_list("pk", "attempts", "not_before")) == [
        (waiting.pk, 0, None),
        (done.pk, 0, None),
    ]


def test_publishing_asks_for_a_drain_once_it_is_committed(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        publish(draft(), by=None, at=NOW)

        assert not OrmQ.objects.exists()

    assert OrmQ.objects.count() == 1


@pytest.mark.parametrize("status", ["published", "retired"])
def test_only_a_draft_is_published(status: str) -> None:
    version = publish(draft(), by=None, at=NOW)
    if status == "retired":
        publish(draft(), by=None, at=NOW)
    live = ScoringVersion.objects.live()

    with pytest.raises(Conflict) as refused:
        publish(version, by=None, at=NOW)

    assert f"version {version.number} is {status}" in str(refused.value)
    assert ScoringVersion.objects.live() == live


def test_a_version_that_breaks_a_persona_is_refused_and_the_live_one_stays() -> None:
    live = publish(draft(), by=None, at=NOW)
    broken = draft(BROKEN)

    with pytest.raises(Invalid) as refused:
        publish(broken, by=None, at=NOW)

    assert str(refused.value) == (
        "“VP who must” must qualify and does not: scored 40 of 60: Intent 10, ICP 30; engagement 10 is below 20"
        " (mend the rules, or the persona)"
    )
    broken.refresh_from_db()
    assert broken.status == "draft"
    assert ScoringVersion.objects.live() == live


def test_a_version_with_faults_is_refused_by_the_names_of_its_rules() -> None:
    version = draft()
    rule = Rule.objects.get(group__version=version, name="Vice president")
    rule.conditions.update(field="jobtitle")
    Rule.objects.filter(group__version=version, name="Webinar attended").update(max_points=-1)

    with pytest.raises(Invalid) as refused:
        publish(version, by=None, at=NOW)

    assert [error.field for error in refused.value.errors] == [
        "rule “Webinar attended”: max_points",
        "rule “Vice president”: condition 1: field",
    ]


# --- numbers


def test_drafts_are_numbered_one_after_the_other() -> None:
    assert [draft().number, draft().number] == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_drafts_that_are_saved_at_once_get_numbers_of_their_own() -> None:
    numbers = at_once([draft] * 4)

    assert sorted(version.number for version in numbers) == [1, 2, 3, 4]


# --- a published version never changes

CHANGES: dict[str, Callable[[ScoringVersion], Any]] = {
    "threshold": lambda v: ScoringVersion.objects.filter(pk=v.pk).update(threshold=1),
    "name": lambda v: ScoringVersion.objects.filter(pk=v.pk).update(name="Other"),
    "grades": lambda v: ScoringVersion.objects.filter(pk=v.pk).update(fit_grades=[3, 2, 1]),
    "note": lambda v: ScoringVersion.objects.filter(pk=v.pk).update(note="Other"),
    "back to draft": lambda v: ScoringVersion.objects.filter(pk=v.pk).update(status="draft"),
    "deleted": lambda v: ScoringVersion.objects.filter(pk=v.pk).delete(),
    "group held": lambda v: Group.objects.filter(version=v).update(max_points=1),
    "group added": lambda v: Group.objects.create(version=v, name="More", dimension=Dimension.FIT),
    "group moved": lambda v: Group.objects.filter(version=draft()).update(version=v),
    "group moved out": lambda v: Group.objects.filter(version=v).update(
        version=draft(replace(SPEC, name="x"))
    ),
    "rule given more": lambda v: Rule.objects.filter(group__version=v).update(points=99),
    "rule added": lambda v: Rule.objects.create(group=v.groups.first(), name="More"),
    "rule deleted": lambda v: Rule.objects.filter(group__version=v)._raw_delete("default"),
    "rule moved": lambda v: Rule.objects.filter(group__version=draft()).update(group=v.groups.first()),
    "condition changed": lambda v: Condition.objects.filter(rule__group__version=v).update(value="ceo"),
    "condition added": lambda v: Condition.objects.create(
        rule=Rule.objects.filter(group__version=v).first(), field="country", op="known"
    ),
    "condition deleted": lambda v: Condition.objects.filter(rule__group__version=v).delete(),
    "persona changed": lambda v: Persona.objects.filter(version=v).update(qualifies=True),
    "persona added": lambda v: Persona.objects.create(version=v, name="More", qualifies=True),
    "persona deleted": lambda v: Persona.objects.filter(version=v).delete(),
}


UNLIKE_AN_EDIT = ("back to draft", "rule deleted")
"""Nobody edits a draft so: they are there for what a published version must refuse."""


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_published_version_cannot_be_changed(change: Callable[[ScoringVersion], Any]) -> None:
    version = publish(draft(), by=None, at=NOW)

    with (
        pytest.raises((IntegrityError, InternalError, OperationalError), match="never changes"),
        transaction.atomic(),
    ):
        change(version)

    version.refresh_from_db()
    assert (version.status, spec_of(version)) == ("published", SPEC)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_retired_version_cannot_be_changed_either(change: Callable[[ScoringVersion], Any]) -> None:
    version = publish(draft(), by=None, at=NOW)
    publish(draft(), by=None, at=NOW)

    with (
        pytest.raises((IntegrityError, InternalError, OperationalError), match=r"never changes|protected"),
        transaction.atomic(),
    ):
        change(version)

    version.refresh_from_db()
    assert (version.status, spec_of(version)) == ("retired", SPEC)


@pytest.mark.parametrize(
    "name", [name for name in CHANGES if "moved" not in name and name not in UNLIKE_AN_EDIT]
)
def test_a_draft_can_be_changed(name: str) -> None:
    CHANGES[name](draft())


def test_deleting_the_account_of_who_published_leaves_the_version_as_it_is() -> None:
    user = make_user()
    version = publish(save_draft(SPEC, by=user, at=NOW), by=user, at=NOW)

    user.delete()

    version.refresh_from_db()
    assert (version.status, version.published_by, version.created_by) == ("published", None, None)


# --- at once


@transaction.atomic
def publish_impatiently(version: ScoringVersion) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '200ms'")
    publish(version, by=None, at=NOW)


@contextmanager
def edited_elsewhere(version: ScoringVersion) -> Iterator[None]:
    """A connection of its own, on which a rule is edited and nothing committed."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'; BEGIN")
            cursor.execute(
                "UPDATE scoring_rule SET points = 99 WHERE group_id IN"
                " (SELECT id FROM scoring_group WHERE version_id = %s)",
                [version.pk],
            )
            yield
    finally:
        other.close()


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Run each call in a thread and a connection of its own, all starting together."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=10)
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.django_db(transaction=True)
def test_of_drafts_that_are_published_at_once_one_is_live_and_the_others_retired() -> None:
    drafts = [draft() for _ in range(3)]

    at_once([lambda version=version: publish(version, by=None, at=NOW) for version in drafts])

    statuses = sorted(ScoringVersion.objects.values_list("status", flat=True))
    assert statuses == ["published", "retired", "retired"]


@pytest.mark.django_db(transaction=True)
def test_publishing_waits_for_an_edit_that_is_not_committed() -> None:
    version = draft()

    with edited_elsewhere(version), pytest.raises(OperationalError, match="lock timeout"):
        publish_impatiently(version)

    assert ScoringVersion.objects.live() is None


@pytest.mark.django_db(transaction=True)
def test_an_edit_waits_for_a_publication_that_is_not_committed() -> None:
    version = draft()
    with transaction.atomic():
        publish(version, by=None, at=NOW)

        with pytest.raises(OperationalError, match="lock timeout"):
            edited_elsewhere(version).__enter__()

    assert spec_of(version) == SPEC
