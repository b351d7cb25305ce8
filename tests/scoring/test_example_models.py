"""The example models rank real leads by what became of them. Needs the data folder beside the checkout."""

import csv
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from crm.models import Contact
from scoring.evaluate import Evaluator
from scoring.model_file import check_model
from scoring.spec import ModelSpec

pytestmark = pytest.mark.django_db

DATA = Path(settings.BASE_DIR).parent / "shared" / "data"
EXAMPLES = Path(settings.BASE_DIR) / "examples"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="no ../shared/data beside the checkout")


def model(name: str) -> ModelSpec:
    return check_model((EXAMPLES / "models" / name).read_text(encoding="utf-8"), at=timezone.now())


def without_group(spec: ModelSpec, name: str) -> ModelSpec:
    return replace(
        spec,
        groups=tuple(group for group in spec.groups if group.name != name),
        rules=tuple(rule for rule in spec.rules if rule.group != name),
    )


def totals(spec: ModelSpec) -> dict[str, float]:
    """The score of everyone, by the external id that the import gave them."""
    ids = dict(Contact.objects.values_list("pk", "external_id"))
    return {ids[row.contact_id]: float(row.total) for row in Evaluator(spec).score(at=timezone.now())}


def auc(scores: Iterable[tuple[float, bool]]) -> float:
    """How often one that was won is ranked above one that was not, a tie counting half."""
    ranked = sorted(scores)
    won = sum(is_won for _, is_won in ranked)
    pairs, lost_below, start = 0.0, 0, 0
    while start < len(ranked):
        tied = [is_won for score, is_won in ranked[start:] if score == ranked[start][0]]
        lost = len(tied) - sum(tied)
        pairs += sum(tied) * (lost_below + lost / 2)
        lost_below += lost
        start += len(tied)
    return pairs / (won * (len(ranked) - won))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([(1, False), (2, True)], 1.0),
        ([(1, True), (2, False)], 0.0),
        ([(1, True), (1, False)], 0.5),
        ([(1, False), (2, True), (2, False), (3, True)], 0.875),
    ],
)
def test_the_ranking_is_measured_by_pairs(scores: list[tuple[float, bool]], expected: float) -> None:
    assert auc(scores) == expected


@needs_data
def test_the_x_education_model_ranks_as_well_as_a_regression_on_what_it_uses() -> None:
    leads = DATA / "xeducation" / "leads.csv"
    call_command("import_contacts", str(leads), "--map", str(EXAMPLES / "maps" / "xeducation.yaml"))
    spec = model("xeducation.yaml")
    outcome = {row["Prospect ID"]: row["Converted"] == "1" for row in rows(leads)}

    ranked = auc((total, outcome[lead]) for lead, total in totals(spec).items())
    barely = auc((total, outcome[lead]) for lead, total in totals(without_group(spec, "Occupation")).items())

    assert len(outcome) == 6_992
    assert ranked >= 0.861
    assert barely >= 0.83


@needs_data
def test_the_olist_model_ranks_the_leads_of_2018_by_what_was_won_within_90_days() -> None:
    leads = DATA / "olist" / "olist_marketing_qualified_leads_dataset.csv"
    call_command("import_contacts", str(leads), "--map", str(EXAMPLES / "maps" / "olist_mqls.yaml"))
    met = {row["mql_id"]: date.fromisoformat(row["first_contact_date"]) for row in rows(leads)}
    deals = rows(DATA / "olist" / "olist_closed_deals_dataset.csv")
    won = {row["mql_id"]: date.fromisoformat(row["won_date"][:10]) for row in deals}

    scores = [
        (total, lead in won and (won[lead] - met[lead]).days <= 90)
        for lead, total in totals(model("olist.yaml")).items()
        if met[lead] >= date(2018, 1, 1)
    ]

    assert len(scores) == 5_998
    assert auc(scores) >= 0.68
