"""The facts: companies, contacts, activities, stages, consent, and the project's plumbing."""

from importlib import import_module

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate

from crm import who
from crm.demo_logins import check_demo_passwords


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = "Facts"

    def ready(self) -> None:
        register(check_demo_passwords, Tags.database)
        jobs = import_module("django_q.signals")
        jobs.pre_execute.connect(who.job_begins)
        jobs.post_execute_in_worker.connect(who.job_ends)
        post_migrate.connect(import_module("crm.trail").close_back_door, sender=self)
