"""The judgement: rules, versions, scores and their reasons."""

from importlib import import_module

from django.apps import AppConfig


class ScoringConfig(AppConfig):
    name = "scoring"
    verbose_name = "Scoring"

    def ready(self) -> None:
        import_module("scoring.receivers")
