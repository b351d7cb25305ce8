"""Named lists of domains, kept by hand: what is put into one or taken out may move anybody's score."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from crm.email_domains import email_type
from crm.errors import Conflict, FieldError, Invalid
from scoring import jobs
from scoring.domain_file import read_domain
from scoring.everyone import ask_for_everyone
from scoring.models import DomainList, DomainListEntry

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Change:
    """What some domains would make of a list that stands at `stamp`: all of them sorted."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    kept: int
    public: tuple[str, ...]
    stamp: str

    @property
    def is_none(self) -> bool:
        return not self.added and not self.removed


def domains_in(text: str) -> list[str]:
    """The domains that `text` names, one each line or with commas between. Raises Invalid, naming what is none."""
    words = [word.strip() for word in text.replace(",", "\n").splitlines() if word.strip()]
    read = {word: read_domain(word) for word in words}
    if wrong := [word for word, domain in read.items() if not domain]:
        said = ", ".join(f"“{word[:60]}”" for word in wrong[:5])
        raise Invalid(
            FieldError("domains", f"{said} cannot be read as a domain", "write each as in acme.example")
        )
    return sorted(set(read.values()))


def add_domains(domain_list: DomainList, domains: Sequence[str]) -> None:
    """Add `domains`, each once."""
    DomainListEntry.objects.bulk_create(
        [DomainListEntry(list=domain_list, domain=domain) for domain in domains],
        batch_size=BATCH,
        ignore_conflicts=True,
    )


def change_of(domain_list: DomainList, domains: Iterable[str], *, replace: bool) -> Change:
    """What adding `domains`, or putting them in the place of all there are, would change. Writes nothing."""
    before, wanted = set(domain_list.entries.values_list("domain", flat=True)), set(domains)
    return Change(
        added=tuple(sorted(wanted - before)),
        removed=tuple(sorted(before - wanted)) if replace else (),
        kept=len(before & wanted) if replace else len(before),
        public=tuple(sorted(domain for domain in wanted if email_type(domain) in ("free", "disposable"))),
        stamp=hashlib.sha256("\n".join(sorted(before)).encode()).hexdigest(),
    )


@transaction.atomic
def change_list(
    domain_list: DomainList, domains: Iterable[str], *, replace: bool, stamp: str, at: datetime
) -> Change:
    """Add `domains`, or put them in the place of all there are; everyone is evaluated anew if that changes anything.

    `stamp` is that of the change that was shown. Raises Conflict where the list was changed since. What is done
    already is not done twice.
    """
    locked = DomainList.objects.select_for_update(no_key=True).get(pk=domain_list.pk)
    change = change_of(locked, domains, replace=replace)
    if change.is_none:
        return change
    if change.stamp != stamp:
        raise Conflict(
            FieldError("", "somebody changed the list meanwhile", "look at what the file does to it now")
        )
    locked.entries.filter(domain__in=change.removed).delete()
    add_domains(locked, change.added)
    evaluate_anew(at=at)
    return change


def evaluate_anew(*, at: datetime) -> None:
    """Have everyone evaluated, after a change of a list. Call it in the transaction of the change."""
    ask_for_everyone(at=at)
    transaction.on_commit(jobs.ask_to_drain, robust=True)
