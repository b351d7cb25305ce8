"""The background work of publications, apart from `scoring.jobs`, which publishing itself asks for a drain."""

from __future__ import annotations

from django.utils import timezone

from scoring import plan_publication, sweep


def publish_due() -> int:
    """Publish what was planned for now or before, every minute. Safe twice: each is held meanwhile."""
    return plan_publication.publish_due(at=timezone.now())


def note_swept() -> bool:
    """Note, every minute, when everyone has been evaluated under the version that went live. Safe twice."""
    return sweep.note_swept(at=timezone.now())
