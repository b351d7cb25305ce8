"""Named lists of domains, kept by hand: what is put into one or taken out may move anybody's score."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from crm.email_domains import domain_of
from crm.errors import FieldError, Invalid
from scoring import jobs, marks
from scoring.models import DomainList, DomainListEntry


def domains_in(text: str) -> list[str]:
    """The domains that `text` names, one each line or with commas between. Raises Invalid, naming what is none."""
    words = [word.strip() for word in text.replace(",", "\n").splitlines() if word.strip()]
    read = {word: domain_of(f"someone@{word.rpartition('@')[2]}") for word in words}
    if wrong := [word for word, domain in read.items() if "." not in domain]:
        said = ", ".join(f"“{word[:60]}”" for word in wrong[:5])
        raise Invalid(
            FieldError("domains", f"{said} cannot be read as a domain", "write each as in acme.example")
        )
    return sorted(set(read.values()))


def add_domains(domain_list: DomainList, domains: Sequence[str]) -> None:
    """Add `domains`, each once."""
    DomainListEntry.objects.bulk_create(
        [DomainListEntry(list=domain_list, domain=domain) for domain in domains], ignore_conflicts=True
    )


def evaluate_anew(*, at: datetime) -> None:
    """Have everyone evaluated, after a change of a list. Call it in the transaction of the change."""
    marks.mark_everyone(at=at)
    transaction.on_commit(jobs.ask_to_drain, robust=True)
