"""How many people some conditions name, with a few of them: soon enough to be asked for while one types."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from crm.models import Contact
from crm.patience import in_time
from scoring.models import ConditionRow
from scoring.segments import conditions_q
from scoring.spec import ConditionSpec
from scoring.table_size import rows_about

PATIENCE_MS = 1_500
"""How long each of at most three questions may take."""
SAMPLED = 20_000
"""Contacts to look at where all of them take too long."""
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class HeadCount:
    """`number` people of about `of`, None where even a sample took too long; `estimated` where it is from a sample."""

    number: int | None
    of: int
    estimated: bool
    examples: tuple[Contact, ...] = ()

    @property
    def percent(self) -> float | None:
        """Their share of all contacts, from 0 to 100."""
        return None if self.number is None or not self.of else 100 * min(1, self.number / self.of)


def head_count(conditions: Iterable[ConditionRow | ConditionSpec], *, at: datetime) -> HeadCount:
    """Count the people for whom all `conditions` hold as of `at`; where that takes too long, estimate them."""
    named = conditions_q(conditions, at=at)
    people = Contact.objects.filter(named).order_by()
    of = rows_about(Contact)
    number = in_time(people.count, milliseconds=PATIENCE_MS)
    estimated = number is None
    if number is None:
        number = in_time(lambda: _from_sample(named, of.rows), milliseconds=PATIENCE_MS)
    newest = people.order_by("-pk")[:EXAMPLES]
    examples = in_time(lambda: tuple(newest), milliseconds=PATIENCE_MS) if number else ()
    return HeadCount(number, of.rows, estimated, examples or ())


def _from_sample(named: Q, of: int) -> int:
    share = min(100.0, 100 * SAMPLED / max(of, 1))
    table = connection.ops.quote_name(Contact._meta.db_table)
    # SYSTEM takes whole pages: what stands beside each other was recorded together, which is near enough for a count.
    drawn = RawSQL(f"SELECT id FROM {table} TABLESAMPLE SYSTEM (%s)", [share])  # noqa: S611 (values go apart)
    looked_at: QuerySet[Contact] = Contact.objects.filter(pk__in=drawn).order_by()
    number = looked_at.filter(named).count()
    return round(number * 100 / share)
