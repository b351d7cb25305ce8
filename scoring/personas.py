"""Whether a model's personas come out as they should, by the one evaluator and not by a second one made for them.

Personas are people who do not exist. For the length of a savepoint, temporary tables named like those of the facts
stand before them (`pg_temp` comes first on every search path) and hold the personas alone, so that the evaluator's own
statements score them. Nothing is written to a real table, no signal is sent, and the rollback takes the tables away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from crm.email_domains import company_domain, domain_of, email_type, links_company
from crm.facts import CONTACT_TEXTS, normal_email, tidy
from crm.models import Activity, Company, Consent, Contact, Stage
from crm.strict_yaml import Fault
from scoring.evaluate import Evaluator
from scoring.explain import Explanation, explain_with
from scoring.explain_differences import what_changed
from scoring.models import Effect
from scoring.spec import ModelSpec, PersonaSpec
from scoring.standing import facts_in_the_way

CREATED_DAYS_AGO = 365
NOBODY = "persona@persona.example"
"""The address of a persona that gives none: a business one, of a company that is not recorded."""
SHADOWED = (Company, Contact, Activity)


@dataclass(frozen=True, slots=True)
class PersonaResult:
    """What a persona came to."""

    persona: PersonaSpec
    explanation: Explanation
    came_to: str
    """In words: "scored 57.5 of 60: Intent 27.5, ICP 30"."""
    changed: tuple[str, ...] = ()
    """Against another model, what differs: "Pricing page viewed gave 25, now 10". Empty where none was asked for."""

    @property
    def as_expected(self) -> bool:
        return self.explanation.qualifies == self.persona.qualifies


def check_personas(spec: ModelSpec, *, at: datetime, against: ModelSpec | None = None) -> list[PersonaResult]:
    """Score each persona of `spec` as of `at`, from which all its days are counted back. In the order of the model.

    `against`: another model, as the live one, by which they are scored too, so that results can say what changed.
    Both must be sound: `scoring.model_check` says so.
    """
    if not spec.personas:
        return []
    with transaction.atomic():
        _shadow_facts()
        ids = _enter(spec.personas, at)
        explanations = explain_with(Evaluator(spec), ids, at=at)
        former = explain_with(Evaluator(against), ids, at=at) if against else {}
        blocks = facts_in_the_way(ids, spec, at=at)
        transaction.set_rollback(True)
    results = []
    for persona, pk in zip(spec.personas, ids, strict=True):
        explanation = explanations[pk]
        explanation.blocked_by = blocks[pk]
        changed = what_changed(former[pk], explanation, was=against, now=spec) if against else []
        results.append(PersonaResult(persona, explanation, came_to(explanation, spec), tuple(changed)))
    return results


def persona_faults(spec: ModelSpec, *, at: datetime, against: ModelSpec | None = None) -> list[Fault]:
    """The personas of `spec` that do not come out as they say, with what changed since the model `against`."""
    faults = []
    for index, result in enumerate(check_personas(spec, at=at, against=against)):
        if not result.as_expected:
            wanted = "must qualify and does not" if result.persona.qualifies else "must not qualify and does"
            problem = f"“{result.persona.name}” {wanted}: {result.came_to}"
            if result.changed:
                problem = f"{problem}. What changed: {'; '.join(result.changed)}"
            faults.append(Fault(("personas", index, "qualifies"), problem, "mend the rules, or the persona"))
    return faults


def came_to(explanation: Explanation, spec: ModelSpec) -> str:
    """An explanation in one line: the score against the threshold by group, then whatever else decides."""
    groups = _points_by_group(explanation)
    parts = ", ".join(f"{name} {_plain(points)}" for name, points in groups.items()) or "no rule gave points"
    said = [f"scored {_plain(explanation.total)} of {spec.threshold:g}: {parts}"]
    for dimension, points in (("fit", explanation.fit), ("engagement", explanation.engagement)):
        least = getattr(spec, f"min_{dimension}")
        if points < Decimal(str(least)):
            said.append(f"{dimension} {_plain(points)} is below {least:g}")
    for effect, words in ((Effect.DISQUALIFY, "disqualified by"), (Effect.FAST_TRACK, "fast-tracked by")):
        names = [reason.rule for reason in explanation.reasons if reason.effect == effect]
        if names:
            said.append(f"{words} {', '.join(names)}")
    if explanation.blocked_by:
        said.append(f"blocked by {', '.join(explanation.blocked_by)}")
    return "; ".join(said)


def _points_by_group(explanation: Explanation) -> dict[str, Decimal]:
    """What each group came to within the caps of its rules and its own bounds."""
    group_of = {reason.rule: reason.group for reason in explanation.reasons}
    points: dict[str, Decimal] = defaultdict(Decimal)
    for reason in explanation.reasons:
        if reason.effect == Effect.POINTS:
            points[reason.group] += reason.points
    for cap in explanation.caps:
        what, _, name = cap.where.partition(" ")
        points[{"rule": group_of.get(name, name), "group": name}.get(what, f"limit of {name}")] += cap.points
    return dict(points)


def _plain(points: Decimal) -> str:
    return f"{points.quantize(Decimal('0.01')):f}".rstrip("0").rstrip(".")


def _shadow_facts() -> None:
    with connection.cursor() as cursor:
        for model in SHADOWED:
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(
                f"CREATE TEMPORARY TABLE {table} (LIKE {table} INCLUDING DEFAULTS INCLUDING GENERATED) ON COMMIT DROP"
            )


def _enter(personas: Sequence[PersonaSpec], at: datetime) -> list[int]:
    """Put personas in the place of the facts. Their ids are below zero: what hangs on a real id is not theirs."""
    companies, contacts, activities = [], [], []
    for number, persona in enumerate(personas, start=1):
        contact = _contact(persona.contact, -number, at)
        if "company" in persona.contact:
            company = _company(persona.contact["company"], contact)
            contact.company_id = company.pk
            companies.append(company)
        contacts.append(contact)
        for said in persona.activities:
            activities += [_activity(said, contact.pk, at) for _ in range(said.get("times", 1))]
    for number, activity in enumerate(activities, start=1):
        activity.pk = -number
    Company.objects.bulk_create(companies)
    Contact.objects.bulk_create(contacts)
    Activity.objects.bulk_create(activities)
    return [contact.pk for contact in contacts]


def _ago(days: float, at: datetime) -> datetime:
    return at - timedelta(days=days)


def _contact(said: dict[str, Any], pk: int, at: datetime) -> Contact:
    email = normal_email(said.get("email") or NOBODY)
    created_at = _ago(said.get("created_days_ago", CREATED_DAYS_AGO), at)
    stage = said.get("stage", Stage.LEAD)
    recycled_at = created_at if stage == Stage.NURTURE else None
    if "recycled_days_ago" in said:
        recycled_at = _ago(said["recycled_days_ago"], at)
    contact = Contact(
        pk=pk,
        email=email,
        email_domain=domain_of(email),
        email_type=email_type(domain_of(email)),
        stage=stage,
        recycled_at=recycled_at,
        properties=said.get("properties", {}),
        created_at=created_at,
        **{key: tidy(said[key]) for key in CONTACT_TEXTS if key in said and key not in ("email", "stage")},
    )
    if said.get("opted_out"):
        contact.sales_consent = Consent.OPTED_OUT
    return contact


def _company(said: dict[str, Any], contact: Contact) -> Company:
    """The persona's company, with the domain that its business address says unless it gives one itself."""
    domain = company_domain(said.get("domain", ""))
    if not domain and links_company(contact.email_domain):
        domain = company_domain(contact.email_domain)
    return Company(
        pk=contact.pk,
        name=tidy(said.get("name", "")) or domain or "A company",
        domain=domain,
        industry=tidy(said.get("industry", "")),
        employees=said.get("employees"),
        revenue=None if said.get("revenue") is None else Decimal(str(said["revenue"])),
        country=tidy(said.get("country", "")),
        properties=said.get("properties", {}),
    )


def _activity(said: dict[str, Any], contact_id: int, at: datetime) -> Activity:
    occurred_at = _ago(said.get("days_ago", 0), at)
    return Activity(
        contact_id=contact_id,
        kind=said["kind"],
        subject=tidy(said.get("subject", "")),
        campaign=tidy(said.get("campaign", "")),
        automated=said.get("automated", False),
        properties=said.get("properties", {}),
        occurred_at=occurred_at,
        recorded_at=occurred_at,
        source="persona",
    )
