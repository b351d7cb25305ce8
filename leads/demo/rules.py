"""How the made-up seller came to its scoring model: a first version, the one of `examples/model.yaml`, a draft."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.conf import settings

from crm.models import User
from leads.demo.companies import COMPETITORS
from scoring import trials
from scoring.model_file import ModelFile, read_file
from scoring.model_import import save_lists
from scoring.models import DomainList, DomainListEntry, Op, ScoringVersion, Trial
from scoring.publish import publish
from scoring.spec import ModelSpec, RuleSpec
from scoring.versions import save_draft

FIRST_THRESHOLD = 80.0
TRIED_THRESHOLD = 60.0
STRONGER, STRONGER_POINTS, STRONGER_MOST = "Pricing page viewed", 15.0, 45.0
"""What the draft gives more for: sales says that who reads the prices picks up the telephone."""


def _file() -> ModelFile:
    return read_file((settings.BASE_DIR / "examples" / "model.yaml").read_text(encoding="utf-8"))


def _model() -> ModelSpec:
    return _file().model


def publish_first(*, by: User, at: datetime) -> None:
    save_lists(_file().lists, at=at)
    spec = replace(_model(), threshold=FIRST_THRESHOLD, personas=())
    note = "A start: the threshold is a guess, and rather too high than too low."
    publish(save_draft(spec, by=by, at=at, note=note), by=by, at=at, why="To begin with")


def publish_current(*, by: User, at: datetime) -> None:
    spec = _model()
    note = (
        f"Threshold down from {FIRST_THRESHOLD:.0f} to {spec.threshold:.0f}: the first verdicts say that what lies "
        "between is worth a call. Personas added, so that nobody breaks that by accident."
    )
    live = ScoringVersion.objects.live()
    draft = save_draft(spec, by=by, at=at, note=note, made_from=live)
    publish(draft, by=by, at=at, why="What scored 70 to 80 was worth a call")


def draft_next(*, by: User, at: datetime, now: datetime) -> None:
    """A draft that marketing is at: a lower threshold, more for reading the prices, and competitors kept as a list.

    Its preview and its backtest are asked for `now` and wait for the worker: once it runs there is something to see.
    """
    competitors = DomainList.objects.create(name="competitors", description="Never to be called.")
    DomainListEntry.objects.bulk_create(
        DomainListEntry(list=competitors, domain=domain) for _, domain in COMPETITORS
    )
    spec = _model()
    rules = tuple(_stronger(_naming(rule, competitors)) for rule in spec.rules)
    spec = replace(spec, threshold=TRIED_THRESHOLD, rules=rules)
    note = f"To be tried: what would a threshold of {TRIED_THRESHOLD:.0f} bring?"
    draft = save_draft(spec, by=by, at=at, note=note, made_from=ScoringVersion.objects.live())
    trials.ask(draft, Trial.Kind.PREVIEW, by=by, at=now)
    trials.ask(draft, Trial.Kind.BACKTEST, by=by, at=now, options={"weeks": 26})


def _stronger(rule: RuleSpec) -> RuleSpec:
    return replace(rule, points=STRONGER_POINTS, max_points=STRONGER_MOST) if rule.name == STRONGER else rule


def _naming(rule: RuleSpec, domains: DomainList) -> RuleSpec:
    when = (
        replace(c, value=domains.name) if c.op == Op.IN_DOMAIN_LIST and isinstance(c.value, list) else c
        for c in rule.when
    )
    return replace(rule, when=tuple(when))
