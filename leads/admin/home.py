"""The admin's first page: what is there, and what somebody should look at, each with its link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django_q.models import Failure

from crm.models import Activity, Company, Contact
from leads import sla
from leads.models import Delivery, Mql, Rep, Task
from scoring.models import Pending, ScoringVersion


@dataclass(frozen=True, slots=True)
class Tile:
    """One number with where it leads. `urgent` says in a word why somebody should look, or nothing."""

    label: str
    number: int
    link: str
    urgent: str = ""


def at_a_glance(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What unfold asks for when somebody opens the first page. Counts what the user may see, in a few queries."""
    sections = [("Work", _work(request)), ("Scoring", _scoring(request)), ("Facts", _facts(request))]
    live = ScoringVersion.objects.live() if request.user.has_perm("scoring.view_scoringversion") else None
    return {**context, "sections": [(name, tiles) for name, tiles in sections if tiles], "live_version": live}


def _list(app: str, model: str, query: str = "") -> str:
    return reverse(f"admin:{app}_{model}_changelist") + (f"?{query}" if query else "")


def _work(request: HttpRequest) -> list[Tile]:
    now, tiles = timezone.now(), []
    if request.user.has_perm("leads.view_mql"):
        overdue = Q(first_touched_at=None, due_at__lt=now)
        counts = Mql.objects.open().aggregate(
            all=Count("pk"), unassigned=Count("pk", Q(owner=None)), overdue=Count("pk", overdue)
        )
        tiles += [
            Tile("Open MQLs", counts["all"], _list("leads", "mql", "state=open")),
            _watched(
                "Without an owner",
                counts["unassigned"],
                _list("leads", "mql", "state=unassigned"),
                "give them to somebody",
            ),
            _watched(
                "First touch overdue", counts["overdue"], _list("leads", "mql", "state=overdue"), "call them"
            ),
        ]
    if request.user.has_perm("leads.view_task"):
        late = Task.objects.open().filter(due_at__lt=now).count()
        tiles.append(Tile("Tasks overdue", late, _list("leads", "task", "done_at__isempty=1")))
    if request.user.has_perm("leads.view_rep"):
        taking = list(Rep.objects.available().values_list("user", flat=True))
        away = sla.absent(sla.hours_of(taking), at=now)
        tiles.append(
            Tile("Reps available", len(taking) - len(away), _list("leads", "rep", "available__exact=1"))
        )
    if request.user.has_perm("leads.view_delivery"):
        dead = Delivery.objects.filter(state=Delivery.State.DEAD).count()
        tiles.append(
            _watched("Dead letters", dead, _list("leads", "delivery", "state__exact=dead"), "send again")
        )
    if request.user.has_perm("django_q.view_failure"):
        tiles.append(
            _watched("Failed jobs", Failure.objects.count(), _list("django_q", "failure"), "look at them")
        )
    return tiles


def _scoring(request: HttpRequest) -> list[Tile]:
    tiles = []
    if request.user.has_perm("scoring.view_scoringversion"):
        drafts = ScoringVersion.objects.filter(status=ScoringVersion.Status.DRAFT).count()
        tiles.append(Tile("Drafts", drafts, _list("scoring", "scoringversion", "status__exact=draft")))
    if request.user.has_perm("scoring.view_pending"):
        tiles.append(Tile("Waiting for evaluation", Pending.objects.count(), _list("scoring", "pending")))
    return tiles


def _facts(request: HttpRequest) -> list[Tile]:
    named = ((Contact, "Contacts"), (Company, "Companies"), (Activity, "Activities"))
    visible = [
        (model, label)
        for model, label in named
        if request.user.has_perm(f"crm.view_{model._meta.model_name}")
    ]
    sizes = _sizes([model._meta.db_table for model, _ in visible])
    return [
        Tile(label, sizes[model._meta.db_table], _list("crm", str(model._meta.model_name)))
        for model, label in visible
    ]


def _watched(label: str, number: int, link: str, word: str) -> Tile:
    return Tile(label, number, link, urgent=word if number else "")


def _sizes(tables: list[str]) -> dict[str, int]:
    """How many rows tables have, as PostgreSQL last estimated: counting millions is not worth a first page."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = ANY(%s::regclass[])",
            [tables],
        )
        return dict(cursor.fetchall())
