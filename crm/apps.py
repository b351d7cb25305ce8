"""The facts: companies, contacts, activities, stages, consent, and the project's plumbing."""

from django.apps import AppConfig
from django.core.checks import Tags, register

from crm.demo_logins import check_demo_passwords


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = "Facts"

    def ready(self) -> None:
        register(check_demo_passwords, Tags.database)
