"""A model's file into the database: its lists, and the model as a new draft.

An import makes the lists that are missing and touches none that is there. Where one holds other domains than the file
says, the file is refused: the list is somebody's, and may decide over live scores.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from crm.errors import FieldError, Invalid
from crm.models import User
from scoring.domain_lists import add_domains, evaluate_anew
from scoring.model_file import ModelFile
from scoring.model_lists import lists_named
from scoring.models import DomainList, ScoringVersion
from scoring.spec import ListSpec
from scoring.versions import save_draft, spec_of

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Imported:
    """The draft that a file became, and the names of the lists that were made for it."""

    draft: ScoringVersion
    lists: tuple[str, ...]


@transaction.atomic
def import_model(file: ModelFile, *, by: User | None, at: datetime, note: str = "") -> Imported:
    """Make a draft of what a file holds. Raises Invalid as `save_lists` does."""
    made = save_lists(file.lists, at=at)
    return Imported(save_draft(file.model, by=by, at=at, note=note), tuple(made))


@transaction.atomic
def save_lists(lists: Sequence[ListSpec], *, at: datetime) -> list[str]:
    """Make the lists that are missing, and name them. Raises Invalid where a list of that name holds other domains."""
    there = {row.name: row for row in DomainList.objects.filter(name__in=[one.name for one in lists])}
    errors = [
        error
        for index, one in enumerate(lists)
        if one.name in there
        for error in _differences(one, there[one.name], index)
    ]
    if errors:
        raise Invalid(*errors)
    made = [one for one in lists if one.name not in there]
    for one in made:
        add_domains(DomainList.objects.create(name=one.name, description=one.description), one.domains)
    live = ScoringVersion.objects.live()
    if live and {one.name for one in made} & set(lists_named(spec_of(live))):
        evaluate_anew(at=at)
    return [one.name for one in made]


def _differences(one: ListSpec, row: DomainList, index: int) -> Iterator[FieldError]:
    here = set(row.entries.values_list("domain", flat=True))
    missing, further = sorted(set(one.domains) - here), sorted(here - set(one.domains))
    said = [
        f"{what} {', '.join(domains[:SHOWN])}{f' and {len(domains) - SHOWN:,} more' if len(domains) > SHOWN else ''}"
        for what, domains in (("lacks", missing), ("has besides", further))
        if domains
    ]
    if said:
        yield FieldError(
            f"lists[{index}].domains",
            f"the list “{one.name}” that is here {' and '.join(said)}",
            f"make the two the same, or remove “{one.name}” from `lists` to take it as it is here",
        )
