"""A backtest from beginning to end: replayed, held against sales' word, and kept beside the trial that asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from scoring.backtest.measure import Compared, Opened, compare, figures, lead_time
from scoring.backtest.period import MOST_WEEKS, WEEKS, Period, last_weeks
from scoring.backtest.replay import WHOLE, Replay, WouldBe, replay
from scoring.backtest.sales import Outcome, PastMql, Spell, Spells, moves, past_mqls
from scoring.model_file import read_model
from scoring.models import Trial, TrialContact
from scoring.progress import Report, told_to_nobody
from scoring.spec import ModelSpec
from scoring.versions import spec_of

ROWS = 1_000
THERE = "SELECT id FROM crm_contact WHERE id = ANY(%s::bigint[]) ORDER BY id FOR KEY SHARE"


def run(trial: Trial, report: Report) -> dict[str, Any]:
    """Backtest what `trial` holds, up to the day it was asked for. Returns its result, ready for JSON.

    The people it names are kept as the trial's contacts, so that whoever is erased is gone from it too. Safe twice.
    """
    weeks = min(int(trial.options.get("weeks") or WEEKS), MOST_WEEKS)
    against = spec_of(trial.against) if trial.against else None
    period = last_weeks(weeks, now=trial.asked_at)
    result, compared = backtest(read_model(trial.model), period, against=against, report=report)
    _keep(trial, compared)
    return result


def backtest(
    spec: ModelSpec,
    period: Period,
    *,
    against: ModelSpec | None = None,
    now: datetime | None = None,
    report: Report = told_to_nobody,
) -> tuple[dict[str, Any], list[Compared]]:
    """Replay `spec`, and `against` for comparison, and hold both against what sales has said by `now`."""
    now = now or timezone.now()
    really = past_mqls(period.start)
    spells = Spells(moves(until=now))
    runs = 1 if against is None else 2
    steps = runs * WHOLE
    draft = replay(spec, period, really, report=lambda done, _: report(done, steps))
    live = None
    if against is not None:
        live = replay(against, period, really, report=lambda done, _: report(WHOLE + done, steps))
    compared = compare(draft.openings, really, spells, period)
    wanted, in_hand = _wanted(spells, really, period, now)
    changes = [each.change for each in compared]
    result = {
        "from": period.start.isoformat(),
        "to": period.end.isoformat(),
        "days": period.days,
        "evaluated": draft.evaluated + (live.evaluated if live else 0),
        "in_hand": in_hand,
        "draft": figures(_opened_by(draft, spells), wanted, period),
        "against": figures(_opened_by(live, spells), wanted, period) if live else None,
        "really": figures(_really_opened(really, spells, period), wanted, period),
        "changes": {change.value: changes.count(change) for change in sorted(set(changes))},
        "lead_time": lead_time(compared),
    }
    return result, compared


def _wanted(
    spells: Spells, really: Sequence[PastMql], period: Period, now: datetime
) -> tuple[list[Spell], int]:
    """Those who became SQL since the period began, and how many of them sales had in hand before it."""
    in_hand = {id(spells.at(mql.contact_id, period.start)) for mql in really if mql.open_at(period.start)}
    became = [spell for spell in spells.ended(after=period.start, by=now) if spell.outcome == Outcome.SQL]
    wanted = [spell for spell in became if id(spell) not in in_hand]
    return wanted, len(became) - len(wanted)


def _opened_by(replayed: Replay, spells: Spells) -> list[Opened]:
    return [Opened(spells.at(each.contact_id, each.at), each.on, each.at_start) for each in replayed.openings]


def _really_opened(really: Sequence[PastMql], spells: Spells, period: Period) -> list[Opened]:
    return [
        Opened(spells.at(mql.contact_id, mql.opened_at), mql.opened_at)
        for mql in really
        if period.start < mql.opened_at <= period.end
    ]


@transaction.atomic
def _keep(trial: Trial, compared: Sequence[Compared]) -> None:
    """Name everyone in whom the replay and the past differ, and who came at the same time, once."""
    TrialContact.objects.filter(trial=trial).delete()
    there = _hold([each.spell.contact_id for each in compared])
    rows = [_row(trial, each) for each in compared if each.spell.contact_id in there]
    TrialContact.objects.bulk_create(rows, batch_size=ROWS)


def _hold(contact_ids: Sequence[int]) -> set[int]:
    """Those who are still recorded, held so that nobody erases them meanwhile; others may write them as they like."""
    with connection.cursor() as cursor:
        cursor.execute(THERE, [sorted(set(contact_ids))])
        return {pk for (pk,) in cursor.fetchall()}


def _row(trial: Trial, each: Compared) -> TrialContact:
    would: WouldBe | None = each.would
    real: PastMql | None = each.really
    return TrialContact(
        trial=trial,
        contact_id=each.spell.contact_id,
        change=each.change,
        total_before=real.total if real else None,
        grade_before=real.grade if real else "",
        total_after=would.total if would else None,
        grade_after=would.grade if would else "",
        at=would.on if would else None,
        really_at=real.opened_at if real else None,
        outcome=each.spell.outcome.value,
    )
