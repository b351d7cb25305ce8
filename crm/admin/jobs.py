"""Background jobs: what waits, what failed, and what runs when. Their own library registers them plainly."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django_q.admin import FailAdmin
from django_q.models import Failure, OrmQ, Schedule, Success, Task
from unfold.decorators import display

from crm.admin.base import HandoffAdmin, ReadOnlyAdmin

for model in (Failure, OrmQ, Schedule, Success):
    admin.site.unregister(model)


@admin.register(Schedule)
class ScheduleAdmin(ReadOnlyAdmin):
    list_display = ("name", "func", "schedule_type", "minutes", "next_run", "last_run_succeeded")
    fields = ("name", "func", "schedule_type", "minutes", "next_run", "repeats")
    ordering = ("name", "pk")
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        last_run = Task.objects.filter(pk=OuterRef("task")).values("success")
        return super().get_queryset(request).annotate(succeeded=Subquery(last_run))

    @display(description="last run", boolean=True)
    def last_run_succeeded(self, schedule: Any) -> bool | None:
        return schedule.succeeded


@admin.register(Failure)
class FailureAdmin(FailAdmin, HandoffAdmin):
    """Failed for good, after every try. They can be asked for again, and cleared."""

    list_display = ("name", "func", "started", "stopped", "attempt_count", "short_result")
    list_filter = ()
    fields = ("name", "func", "args", "kwargs", "started", "stopped", "attempt_count", "result")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)


@admin.register(Success)
class SuccessAdmin(ReadOnlyAdmin):
    list_display = ("name", "func", "started", "took")
    fields = ("name", "func", "args", "kwargs", "started", "stopped", "attempt_count", "result")
    search_fields = ("func",)
    ordering = ("-stopped", "pk")
    sortable_by = ()

    @display(description="took")
    def took(self, job: Any) -> timedelta:
        return job.stopped - job.started


@admin.register(OrmQ)
class QueuedJobAdmin(ReadOnlyAdmin):
    list_display = ("id", "what", "lock")
    fields = ("id", "what", "arguments", "lock")
    ordering = ("pk",)
    sortable_by = ()

    @display(description="job")
    def what(self, queued: Any) -> str:
        return queued.func() or "?"

    @display(description="arguments")
    def arguments(self, queued: Any) -> str:
        return f"{queued.args() or ''} {queued.kwargs() or ''}".strip()
