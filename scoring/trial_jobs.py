"""The background work of trials. Each job is safe twice: the trial's row says whose turn it is."""

from __future__ import annotations

from django.utils import timezone

from scoring import trials


def run_trial(trial_id: int) -> bool:
    """Work a trial out, where nobody does."""
    return trials.run(trial_id)


def go_on_with_trials() -> int | None:
    """Every minute: begin anew what has lost its worker, and what nobody was asked to do."""
    return trials.go_on(at=timezone.now())


def delete_old_trials() -> int:
    """Every night: trials are of the people and the rules of their day."""
    return trials.delete_old(at=timezone.now())
