"""The pages on which a version is tried: on everyone now, on the past, on one person."""

from scoring.admin.trials.urls import trial_urls

__all__ = ["trial_urls"]
