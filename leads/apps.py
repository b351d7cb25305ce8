"""The work: MQLs, tasks, routing, notifications, and every page a rep looks at."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as installed
from django.db.models.signals import post_migrate
from django.utils import timezone


class LeadsConfig(AppConfig):
    name = "leads"
    verbose_name = "Work"

    def ready(self) -> None:
        import_module("leads.receivers")
        standing, qualify = import_module("scoring.standing"), import_module("leads.qualify")
        standing.register_open_mql(qualify.with_open_mql)
        import_module("scoring.sweep").register_waiting(import_module("leads.hold_back").waiting_for)
        sales, past = import_module("scoring.backtest.sales"), import_module("leads.past_mqls")
        sales.register_past_mqls(past.past_mqls)
        share = import_module("leads.routing.share")
        import_module("scoring.preview.sharing").register_share_out(share.share_out)
        post_migrate.connect(keep_roles_and_schedules, sender=self)


def keep_roles_and_schedules(*, apps: Apps = installed, **_: Any) -> None:
    """After a migration, have the groups and the schedules there. Half a database has neither."""
    if {"auth_group", "django_q_schedule"} <= {model._meta.db_table for model in apps.get_models()}:
        import_module("leads.roles").ensure_groups()
        import_module("crm.schedules").keep(import_module("leads.jobs").SCHEDULED, at=timezone.now())
