"""From what a body holds to the write path, with an answer for every item.

An item that is refused leaves nothing behind, not even the company it came with; the others are recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from django.db import IntegrityError, OperationalError, transaction
from psycopg import errors as postgres

from crm import record
from crm.api.drafts import ContactDraft, read_activity, read_company, read_contact
from crm.api.problems import Busy, Fault, Refused, faults_of
from crm.facts import ActivityFacts, CompanyFacts, ContactFacts, Outcome, Result
from crm.models import Company, Contact, User

TRIES = 4
LOST_RACES = (postgres.DeadlockDetected, postgres.SerializationFailure, postgres.UniqueViolation)

Draft = TypeVar("Draft")


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of the item at `index`. `errors` point into it; `conflict` is that of `crm.facts.Outcome`."""

    index: int
    status: Result
    id: int | None = None
    errors: tuple[Fault, ...] = ()
    conflict: bool = False


def take_companies(items: Sequence[Any], *, at: datetime) -> list[Answer]:
    answers, drafts = _read(items, lambda item: read_company(item, at=at))
    _refuse_unknown_owners(answers, drafts, lambda company: {"/owner_id": company.owner_id})
    return _answered(answers, drafts, lambda: _record_companies(drafts, at=at))


def take_contacts(items: Sequence[Any], *, by: User | None, at: datetime) -> list[Answer]:
    answers, drafts = _read(items, lambda item: read_contact(item, at=at))
    _refuse_unknown_owners(answers, drafts, _owners_of_contact)
    return _answered(answers, drafts, lambda: _record_contacts(drafts, by=by, at=at))


def take_activities(items: Sequence[Any], *, source: str, by: User | None, at: datetime) -> list[Answer]:
    """`source` is that of items which name none. Contacts named by an address that is not recorded are, too."""
    answers, drafts = _read(items, lambda item: read_activity(item, source=source, at=at))
    return _answered(answers, drafts, lambda: _record_activities(drafts, by=by, at=at))


def _read(items: Sequence[Any], read: Callable[[Any], Draft]) -> tuple[dict[int, Answer], dict[int, Draft]]:
    """Answers to the items that are wrong in themselves, and drafts of the others, by index."""
    answers: dict[int, Answer] = {}
    drafts: dict[int, Draft] = {}
    for index, item in enumerate(items):
        try:
            drafts[index] = read(item)
        except Refused as error:
            answers[index] = _rejected(index, error.faults)
    return answers, drafts


def _answered(
    answers: Mapping[int, Answer], drafts: Mapping[int, Any], write: Callable[[], dict[int, Answer]]
) -> list[Answer]:
    """All answers in order, once `write` has run. A race lost to another request is run again."""
    if not drafts:
        return list(answers.values())
    for left in reversed(range(TRIES)):
        try:
            written = write()
            break
        except (IntegrityError, OperationalError) as error:
            if not isinstance(error.__cause__, LOST_RACES):
                raise
            if not left:
                raise Busy from error
    return [answer for _, answer in sorted({**answers, **written}.items())]


def _rejected(index: int, faults: Sequence[Fault], *, conflict: bool = False) -> Answer:
    return Answer(index, Result.REJECTED, errors=tuple(faults), conflict=conflict)


def _answer(index: int, outcome: Outcome, *, under: str = "") -> Answer:
    faults = tuple(fault.under(under) for fault in faults_of(outcome.errors))
    return Answer(index, outcome.result, outcome.id, faults, outcome.conflict)


def _owners_of_contact(draft: ContactDraft) -> dict[str, int | None]:
    owners = {"/owner_id": draft.facts.owner_id}
    return {**owners, "/company/owner_id": draft.company.owner_id} if draft.company else owners


def _refuse_unknown_owners(
    answers: dict[int, Answer], drafts: dict[int, Draft], owners_of: Callable[[Draft], dict[str, int | None]]
) -> None:
    """Turn drafts that name an owner who is no user into answers."""
    named = {index: owners_of(draft) for index, draft in drafts.items()}
    asked = {owner for owners in named.values() for owner in owners.values() if owner is not None}
    if not asked:
        return
    unknown = asked - set(User.objects.filter(pk__in=asked).values_list("pk", flat=True))
    for index, owners in named.items():
        faults = [
            Fault(pointer, f"there is no user {owner}", "give a user's id, or leave it out")
            for pointer, owner in owners.items()
            if owner in unknown
        ]
        if faults:
            del drafts[index]
            answers[index] = _rejected(index, faults)


def _record_companies(drafts: Mapping[int, CompanyFacts], *, at: datetime) -> dict[int, Answer]:
    # In one order whoever sends them: two requests that insert the same companies crosswise would deadlock.
    order = sorted(drafts, key=lambda index: _identity(drafts[index]))
    outcomes = record.upsert_companies([replace(drafts[index]) for index in order], at=at)
    return {index: _answer(index, outcome) for index, outcome in zip(order, outcomes, strict=True)}


def _identity(company: CompanyFacts) -> tuple[str, str, str]:
    bare = not (company.domain or company.external_id)
    return company.domain, company.external_id, company.name.lower() if bare else ""


def _record_contacts(
    drafts: Mapping[int, ContactDraft], *, by: User | None, at: datetime
) -> dict[int, Answer]:
    """Record contacts with their companies. Where one is refused whose company changed, all starts again without it."""
    brought = {index: draft.company for index, draft in drafts.items() if draft.company}
    with transaction.atomic():
        companies = _record_companies(brought, at=at) if brought else {}
        refused = {i: _under_company(answer) for i, answer in companies.items() if answer.errors}
        people = {index: draft for index, draft in drafts.items() if index not in refused}
        answers = _record_people(_linked(people, companies), by=by, at=at) | refused
        undone = {i for i, company in companies.items() if answers[i].errors and _changed(company)}
        if undone:
            transaction.set_rollback(True)
    if undone:
        rest = {index: draft for index, draft in drafts.items() if index not in undone}
        again = _record_contacts(rest, by=by, at=at) if rest else {}
        return {**again, **{index: answers[index] for index in undone}}
    return {i: _told_of_company(answer, companies.get(i)) for i, answer in answers.items()}


def _changed(company: Answer | None) -> bool:
    return company is not None and company.status in (Result.CREATED, Result.UPDATED)


def _under_company(company: Answer) -> Answer:
    return replace(company, errors=tuple(fault.under("/company") for fault in company.errors))


def _told_of_company(answer: Answer, company: Answer | None) -> Answer:
    """A contact who is as recorded, and came with news of the company, counts as updated."""
    news = answer.status == Result.UNCHANGED and _changed(company)
    return replace(answer, status=Result.UPDATED) if news else answer


def _linked(drafts: Mapping[int, ContactDraft], companies: Mapping[int, Answer]) -> dict[int, ContactDraft]:
    """Copies of `drafts`, each naming the company that was recorded for it."""
    recorded = Company.objects.in_bulk([answer.id for answer in companies.values() if answer.id])
    linked = {}
    for index, draft in drafts.items():
        facts = replace(draft.facts)
        if index in companies:
            company = recorded[companies[index].id]
            facts.company_domain, facts.company_name = company.domain, company.name
            facts.company_external_id = company.external_id
        linked[index] = replace(draft, facts=facts)
    return linked


def _record_people(drafts: Mapping[int, ContactDraft], *, by: User | None, at: datetime) -> dict[int, Answer]:
    answers: dict[int, Answer] = {}
    for create in (True, False):
        people = {index: draft.facts for index, draft in drafts.items() if draft.create_company == create}
        if people:
            outcomes = record.upsert_contacts(list(people.values()), by=by, at=at, create_companies=create)
            answers |= {
                index: _answer(index, outcome) for index, outcome in zip(people, outcomes, strict=True)
            }
    return answers


@transaction.atomic
def _record_activities(
    drafts: Mapping[int, ActivityFacts], *, by: User | None, at: datetime
) -> dict[int, Answer]:
    refused = _record_strangers(drafts, by=by, at=at)
    rows = {index: replace(draft) for index, draft in drafts.items() if draft.contact not in refused}
    outcomes = record.append_activities(list(rows.values()), at=at) if rows else []
    answers = {index: _answer(index, outcome) for index, outcome in zip(rows, outcomes, strict=True)}
    return answers | {
        index: _rejected(index, refused[draft.contact])
        for index, draft in drafts.items()
        if draft.contact in refused
    }


def _record_strangers(
    drafts: Mapping[int, ActivityFacts], *, by: User | None, at: datetime
) -> dict[int | str, list[Fault]]:
    """Record the contacts whose addresses are new, the source being that of their first activity here.

    Returns the faults of addresses that no contact can have.
    """
    sources: dict[str, str] = {}
    for draft in drafts.values():
        if isinstance(draft.contact, str):
            sources.setdefault(draft.contact, draft.source)
    known = (
        set(Contact.objects.filter(email__in=sources).values_list("email", flat=True)) if sources else set()
    )
    strangers = [
        ContactFacts(email=email, source=source) for email, source in sources.items() if email not in known
    ]
    if not strangers:
        return {}
    outcomes = record.upsert_contacts(strangers, by=by, at=at, create_companies=True)
    return {
        stranger.email: faults_of(outcome.errors)
        for stranger, outcome in zip(strangers, outcomes, strict=True)
        if outcome.errors
    }
