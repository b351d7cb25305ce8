"""The judgement: rules, versions, scores and their reasons."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as installed
from django.db.models.signals import post_migrate
from django.utils import timezone


class ScoringConfig(AppConfig):
    name = "scoring"
    verbose_name = "Scoring"

    def ready(self) -> None:
        import_module("scoring.receivers")
        post_migrate.connect(keep_schedules, sender=self)


def keep_schedules(*, apps: Apps = installed, **_: Any) -> None:
    """After a migration, have the schedules there. Half a database has no table for them."""
    if "django_q_schedule" in {model._meta.db_table for model in apps.get_models()}:
        import_module("crm.schedules").keep(import_module("scoring.jobs").SCHEDULED, at=timezone.now())
