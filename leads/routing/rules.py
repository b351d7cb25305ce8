"""What admins say: ordered rules, each with whom it is for. A batch is asked in one query, whatever the rules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Case, Q, Value, When

from crm.models import Contact
from leads.models import AssignmentRule
from scoring.conditions import fit_condition
from scoring.models import Op
from scoring.segments import specs_of
from scoring.spec import ConditionSpec

PERSONAL = frozenset({"email", "first_name", "last_name", "phone"})
"""Fields whose content is not repeated in a trail, which outlives the person's data."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether a rule is for a contact; where it is not, `because` says which condition does not hold."""

    rule: AssignmentRule
    holds: bool
    because: str

    def __str__(self) -> str:
        return f"Rule “{self.rule.name}”"


class Rules:
    """The active rules in order, asked of a batch of contacts."""

    def __init__(self, contacts: Sequence[Contact]) -> None:
        rules = AssignmentRule.objects.filter(active=True).order_by("position", "pk")
        self._rules = list(rules.select_related("team", "rep").prefetch_related("conditions"))
        self._conditions = {rule.pk: specs_of(rule.conditions.all()) for rule in self._rules}
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

    def _ask(self, contact_ids: Collection[int]) -> dict[int, dict[int, ConditionSpec]]:
        """By contact and rule, the first condition that does not hold."""
        places = [(rule.pk, condition) for rule in self._rules for condition in self._conditions[rule.pk]]
        if not places:
            return {}
        answers = {
            f"holds_{number}": Case(
                When(Q(fit_condition(condition)), then=Value(True)),
                default=Value(False),
                output_field=BooleanField(),
            )
            for number, (_, condition) in enumerate(places)
        }
        failed: dict[int, dict[int, ConditionSpec]] = {}
        for pk, *held in Contact.objects.filter(pk__in=contact_ids).values_list("pk", *answers.values()):
            of_contact = failed.setdefault(pk, {})
            for holds, (rule, condition) in zip(held, places, strict=True):
                if not holds:
                    of_contact.setdefault(rule, condition)
        return failed


def _said(condition: ConditionSpec, contact: Contact) -> str:
    """Why `condition` does not hold, in words: what is wanted, and what is known."""
    name = condition.field.replace("properties.", "").replace(".", " ").replace("_", " ")
    wanted = f"wants that {name} {Op(condition.op).label} {_written(condition.value)}".rstrip()
    if condition.field in PERSONAL:
        return wanted
    known = _value_of(contact, condition.field)
    return f"{wanted}: it is {_written(known)}" if known not in (None, "", []) else f"{wanted}: it is unknown"


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
    if isinstance(value, int | float):
        return f"{value:,}"
    if isinstance(value, list):
        several = ", ".join(_written(one) for one in value[:5])
        return f"{several} …" if len(value) > 5 else several
    return str(value)[:80]
