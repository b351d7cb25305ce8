"""What somebody saw before they act, so that nothing is done to what they have not seen."""

from __future__ import annotations

import hashlib

from scoring.models import ScoringVersion
from scoring.versions import spec_of


def fingerprint(*values: object) -> str:
    """Sixteen letters that are others as soon as a value is another."""
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]


def seen_version(version: ScoringVersion) -> str:
    """What is seen of a whole version: its settings, groups, rules and personas."""
    return fingerprint(spec_of(version))
