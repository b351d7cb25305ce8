"""Whether a contact whose score is enough may become an MQL now, and what else stands in the way.

In fixed words: `stage` (it may not become an MQL from there), `open_mql`, `opted_out` (of sales contact),
`recently_recycled` (not past `requalify_after_days`), `no_new_engagement` (nothing since the recycle), `paused` (nobody
becomes an MQL for the time being).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet

from crm.models import Activity, Consent, Contact, ContactVersion, Stage
from crm.stages import MAY_BECOME_MQL
from scoring.gather import at_moment
from scoring.models import Pause
from scoring.spec import ModelSpec

IN_THE_WAY = {
    "stage": "their stage does not become an MQL",
    "open_mql": "their MQL is open",
    "opted_out": "they opted out of sales contact",
    "recently_recycled": "they were recycled not long ago",
    "no_new_engagement": "they have not engaged since they were recycled",
    "paused": "opening MQLs is paused",
}
"""The fixed words as a page says them."""

HasOpenMql = Callable[[Sequence[int], datetime], Collection[int]]

_checks: list[HasOpenMql] = []


def register_open_mql(check: HasOpenMql) -> None:
    """Let the room above say whose MQL was open at a moment: MQLs are its own, and imports only run downward."""
    if check not in _checks:
        _checks.append(check)


def blocked_by(
    contact_ids: Sequence[int], spec: ModelSpec, *, at: datetime, past: bool = False
) -> dict[int, list[str]]:
    """What stands in the way of each contact besides its score, an empty list where nothing does."""
    blocks = facts_in_the_way(contact_ids, spec, at=at, past=past)
    with_open = {pk for check in _checks for pk in check(contact_ids, at)}
    for pk in with_open & blocks.keys():
        blocks[pk].insert(1 if blocks[pk][:1] == ["stage"] else 0, "open_mql")
    pauses = Pause.objects.at(at) if past else Pause.objects.filter(ended_at=None)
    if pauses.exists():
        for words in blocks.values():
            words.append("paused")
    return blocks


def facts_in_the_way(
    contact_ids: Sequence[int],
    spec: ModelSpec,
    *,
    at: datetime,
    past: bool = False,
    known_at: datetime | None = None,
    without_mql: Mapping[int, str] | None = None,
) -> dict[int, list[str]]:
    """As `blocked_by`, of what the facts alone say: everything but an open MQL.

    `known_at` leaves out what was recorded later. `without_mql` thinks open MQLs away: of those it names, the stages
    that an open MQL brings count as the stage that it gives, in which they were before.
    """
    since = Activity.objects.engaging().filter(
        contact_id=OuterRef("person"), occurred_at__gt=OuterRef("recycled_at"), occurred_at__lte=at
    )
    people = _people(contact_ids, at, past)
    if known_at is not None:
        since = since.filter(recorded_at__lte=known_at)
        people = people.filter(recorded_at__lte=known_at) if past else people
    rows = (
        people.order_by()
        .annotate(engaged_since=Exists(since))
        .values_list("person", "stage", "sales_consent", "recycled_at", "engaged_since")
    )
    cool_off = timedelta(days=spec.requalify_after_days)
    blocks: dict[int, list[str]] = {}
    for person, stage_then, consent, recycled_at, engaged_since in rows:
        words = blocks[person] = []
        stage = stage_then
        if without_mql and stage in (Stage.MQL, Stage.SAL):
            stage = without_mql.get(person, stage)
        if stage not in MAY_BECOME_MQL:
            words.append("stage")
        if consent == Consent.OPTED_OUT:
            words.append("opted_out")
        if stage == Stage.NURTURE and recycled_at and at < recycled_at + cool_off:
            words.append("recently_recycled")
        if stage == Stage.NURTURE and not engaged_since:
            words.append("no_new_engagement")
    return blocks


def _people(contact_ids: Sequence[int], at: datetime, past: bool) -> QuerySet[Any, Any]:
    if past:
        versions = ContactVersion.objects.filter(at_moment(at), contact_id__in=contact_ids)
        return versions.annotate(person=F("contact_id"))
    return Contact.objects.filter(pk__in=contact_ids).annotate(person=F("pk"))
