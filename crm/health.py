"""Liveness (`/healthz`) and readiness (`/readyz`) for load balancers and process managers, without a key."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django_q.models import OrmQ


def probes(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that answers both paths itself, before the host check and the redirect to https can."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return JsonResponse({"status": "ok"})
        if request.path == "/readyz":
            return readiness()
        return get_response(request)

    return answer


def readiness() -> JsonResponse:
    """200 when this process can serve: the database answers and has every migration. 503 otherwise.

    How long the oldest due job has waited is told, and never a reason for 503: pages work without the worker.
    """
    try:
        if missing := missing_migrations():
            return _not_ready(database="ok", migrations=f"{len(missing)} missing: run manage.py migrate")
        waiting = _seconds_that_a_job_waits()
    except DatabaseError as error:
        # The driver's words may name hosts and users.
        return _not_ready(database=type(error).__name__)
    return JsonResponse(
        {"status": "ok", "database": "ok", "migrations": "ok", "oldest_due_job_seconds": waiting}
    )


def _not_ready(**parts: Any) -> JsonResponse:
    return JsonResponse({"status": "unavailable", **parts}, status=503)


def missing_migrations() -> frozenset[tuple[str, str]]:
    """(app, name) of the migrations that the database has not had yet."""
    return _migrations_of_this_code() - MigrationRecorder(connection).applied_migrations().keys()


@lru_cache(maxsize=1)
def _migrations_of_this_code() -> frozenset[tuple[str, str]]:
    """(app, name) of every migration, which cannot change while the process runs."""
    return frozenset(MigrationLoader(None).graph.nodes)


def _seconds_that_a_job_waits() -> float:
    """Seconds since the oldest queued job became due, 0 when none is. `lock` is when a job may next be taken."""
    due_since = OrmQ.objects.filter(lock__lte=timezone.now()).aggregate(oldest=Min("lock"))["oldest"]
    return round((timezone.now() - due_since).total_seconds(), 1) if due_since else 0.0
