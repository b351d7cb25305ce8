"""What a version says otherwise than the one it was made from, in sentences."""

from __future__ import annotations

from typing import Any

from scoring.admin.draft_page.asked import Asked
from scoring.differences import differences
from scoring.models import ScoringVersion
from scoring.versions import spec_of


def changes_of(asked: Asked) -> dict[str, Any]:
    """The context of `_changes.html`."""
    before = version_before(asked.version)
    changes = differences(spec_of(before), asked.draft.spec) if before else []
    return {"before": before, "changes": changes}


def version_before(version: ScoringVersion) -> ScoringVersion | None:
    """The version that `version` was made from; of an import the last that was published before it, if any was."""
    if version.made_from:
        return version.made_from
    published = ScoringVersion.objects.exclude(status=ScoringVersion.Status.DRAFT)
    return published.filter(number__lt=version.number).order_by("-number").first()
