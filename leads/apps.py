"""The work: MQLs, tasks, routing, notifications, and every page a rep looks at."""

from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "leads"
    verbose_name = "Leads"
