"""What admins say: ordered rules, each with whom it is for. A batch is asked in one query, whatever the rules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Case, Value, When

from crm.models import Contact
from leads.models import AssignmentRule
from scoring.audience import Clause, clauses
from scoring.fields import ACTIVITY, SCORE
from scoring.models import Op
from scoring.segments import specs_of
from scoring.spec import ConditionSpec

PERSONAL = frozenset({"email", "first_name", "last_name", "phone"})
"""Fields whose content is not repeated in a trail, which outlives the person's data."""

LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether a rule is for a contact; where it is not, `because` says which condition does not hold."""

    rule: AssignmentRule
    holds: bool
    because: str

    def __str__(self) -> str:
        return f"Rule “{self.rule.name}”"


class Rules:
    """The active rules in order, asked of a batch of contacts as of a moment."""

    def __init__(self, contacts: Sequence[Contact], *, at: datetime) -> None:
        rules = AssignmentRule.objects.filter(active=True).order_by("position", "pk")
        self._rules = list(rules.select_related("team", "rep").prefetch_related("conditions"))
        self._places = [
            (rule.pk, clause)
            for rule in self._rules
            for clause in clauses(specs_of(rule.conditions.all()), at=at)
        ]
        self._failed = self._ask([contact.pk for contact in contacts])

    @property
    def name_account_owners(self) -> bool:
        """Whether one of them says for whom the account's owner is."""
        return any(rule.target == AssignmentRule.Target.ACCOUNT_OWNER for rule in self._rules)

    def of(self, contact: Contact) -> list[Fit]:
        """How each rule stands to `contact`, in order."""
        failed = self._failed.get(contact.pk, {})
        fits = []
        for rule in self._rules:
            at_fault = failed.get(rule.pk)
            said = _said(at_fault, contact) if at_fault else ""
            fits.append(Fit(rule, at_fault is None, said))
        return fits

    def _ask(self, contact_ids: Collection[int]) -> dict[int, dict[int, Failed]]:
        """By contact and rule, what does not hold first."""
        if not self._places:
            return {}
        answers = {
            f"holds_{number}": Case(
                When(clause.holds, then=Value(True)), default=Value(False), output_field=BooleanField()
            )
            for number, (_, clause) in enumerate(self._places)
        }
        scored = sorted({c.field for _, clause in self._places for c in clause.conditions if _is_score(c)})
        columns = [field.replace(".", "__") for field in scored]
        failed: dict[int, dict[int, Failed]] = {}
        asked = Contact.objects.filter(pk__in=contact_ids)
        for pk, *row in asked.values_list("pk", *columns, *answers.values()):
            of_contact = failed.setdefault(pk, {})
            scores, held = dict(zip(scored, row, strict=False)), row[len(scored) :]
            for holds, (rule, clause) in zip(held, self._places, strict=True):
                if not holds:
                    of_contact.setdefault(rule, Failed(clause, scores))
        return failed


@dataclass(frozen=True, slots=True)
class Failed:
    """What does not hold of a contact, with what they score where a rule asks for it."""

    clause: Clause
    scores: dict[str, Decimal | str | None]


def _is_score(condition: ConditionSpec) -> bool:
    return condition.field.startswith(SCORE)


def _said(failed: Failed, contact: Contact) -> str:
    """Why a clause does not hold, in words: what is wanted, and what is known."""
    conditions = failed.clause.conditions
    wants = " and ".join(_wanted(condition) for condition in conditions)
    wanted = f"wants that {wants}"[:LONGEST_REASON]
    field = conditions[0].field
    if field.startswith(ACTIVITY):
        return f"{wanted}: what they did does not meet that"
    if field in PERSONAL:
        return wanted
    known = failed.scores[field] if _is_score(conditions[0]) else _value_of(contact, field)
    return f"{wanted}: it is {_written(known)}" if known not in (None, "", []) else f"{wanted}: it is unknown"


def _wanted(condition: ConditionSpec) -> str:
    name = condition.field.replace("properties.", "").replace(".", " ").replace("_", " ")
    return f"{name} {Op(condition.op).label} {_written(condition.value)}".rstrip()


def _value_of(contact: Contact, field: str) -> Any:
    holder: Any = contact
    if field.startswith("company."):
        holder, field = contact.company, field.removeprefix("company.")
    if holder is None:
        return None
    if field.startswith("properties."):
        return holder.properties.get(field.removeprefix("properties."))
    return getattr(holder, field)


def _written(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).lower()
    if isinstance(value, int | float | Decimal):
        said = f"{value:,}"
        return said.rstrip("0").rstrip(".") if "." in said else said
    if isinstance(value, list):
        several = ", ".join(_written(one) for one in value[:5])
        return f"{several} …" if len(value) > 5 else several
    return str(value)[:80]
