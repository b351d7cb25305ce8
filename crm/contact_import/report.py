"""What an import did, counted, and said so that two reports can be compared line by line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from crm.contact_import.encodings import NAMES
from crm.facts import Result

DELIMITERS = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar"}
COUNTED = (Result.CREATED, Result.UPDATED, Result.UNCHANGED)
MOST_NAMED = 40


@dataclass(slots=True)
class Report:
    """Counts of one import. `contacts` and `companies` count records, each row that repeats one as unchanged."""

    path: Path
    encoding: str
    delimiter: str
    dry_run: bool
    rows: int = 0
    rejected: int = 0
    left_out: int = 0
    stages_kept: int = 0
    contacts: Counter[Result] = field(default_factory=Counter)
    companies: Counter[Result] = field(default_factory=Counter)
    activities: Counter[Result] = field(default_factory=Counter)
    unmapped: list[str] = field(default_factory=list)
    strangers: Counter[str] = field(default_factory=Counter)
    rejected_path: Path | None = None

    @property
    def nothing_new(self) -> bool:
        """Whether all that was there to be recorded was recorded before."""
        return set(self.contacts + self.companies + self.activities) == {Result.UNCHANGED}

    @property
    def failed(self) -> bool:
        """Whether there were rows and every one of them was rejected."""
        return 0 < self.rows == self.rejected

    def lines(self) -> list[str]:
        encoding, delimiter = (
            NAMES.get(self.encoding, self.encoding),
            DELIMITERS.get(self.delimiter, self.delimiter),
        )
        lines = [
            f"{self.path.name}: {encoding}, {delimiter}",
            f"rows {self.rows}, rejected {self.rejected}, left out {self.left_out}",
            f"{'':<12}{''.join(f'{result:>11}' for result in COUNTED)}",
        ]
        for name in ("contacts", "companies", "activities"):
            counts: Counter[Result] = getattr(self, name)
            lines.append(f"{name:<12}{''.join(f'{counts[result]:>11}' for result in COUNTED)}")
        if self.stages_kept:
            lines.append(
                f"stage not taken in {self.stages_kept} rows: it may not follow the one that is recorded"
            )
        if self.strangers:
            lines.append(f"owners who are no users here, left out: {_named(list(self.strangers))}")
        if self.unmapped:
            lines.append(f"columns that the map does not name, left out: {_named(self.unmapped)}")
        if self.rejected_path:
            lines.append(f"rejected rows, with what to do about them: {self.rejected_path}")
        if self.dry_run:
            lines.append("dry run: nothing was recorded")
        elif self.nothing_new:
            lines.append("nothing new: everything in the file was recorded before")
        return lines


def _named(names: list[str]) -> str:
    told = ", ".join(names[:MOST_NAMED])
    return f"{told} and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else told
