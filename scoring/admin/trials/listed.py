"""The people of a trial as a list that is searched, and as a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from crm.csv_lines import csv_lines
from crm.models import Contact
from scoring.models import Trial, TrialContact

Change = TrialContact.Change

COLUMNS = (
    "change", "email", "name", "company", "job_title", "score before", "score after", "grade before", "grade after",
    "would be an MQL on", "became an MQL on", "what sales made of it",
)  # fmt: skip


class People:
    """The people of `trial` that the address asks for: by what changes, by a search."""

    def __init__(self, trial: Trial, asked: QueryDict) -> None:
        self.trial = trial
        self.change = asked.get("change", "") if asked.get("change") in Change.values else ""
        self.search = asked.get("q", "").strip()[:200]

    @property
    def found(self) -> QuerySet[TrialContact]:
        people = self.trial.contacts.select_related("contact__company").order_by(
            "change", "-total_after", "pk"
        )
        if self.change:
            people = people.filter(change=self.change)
        if self.search:
            people = people.filter(contact__in=Contact.objects.matching(self.search))
        return people

    @property
    def changes(self) -> list[tuple[str, str]]:
        """What changes for somebody in this trial."""
        there = set(self.trial.contacts.order_by().values_list("change", flat=True).distinct())
        return [(value, label) for value, label in Change.choices if value in there]

    @property
    def in_query(self) -> str:
        """The same choice as a query string."""
        query = QueryDict(mutable=True)
        query.update({name: value for name, value in (("change", self.change), ("q", self.search)) if value})
        return query.urlencode()


def exported(people: People) -> Iterator[str]:
    """The lines of a file, row by row as they are read."""
    return csv_lines(COLUMNS, (_values(row) for row in people.found.iterator(chunk_size=1_000)))


def _values(row: TrialContact) -> list[Any]:
    contact = row.contact
    moments = [
        timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else ""
        for moment in (row.at, row.really_at)
    ]
    return [
        row.get_change_display(), contact.email, contact.name, contact.company.name if contact.company else "",
        contact.job_title, row.total_before, row.total_after, row.grade_before, row.grade_after, *moments, row.outcome,
    ]  # fmt: skip
