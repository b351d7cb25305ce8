"""The judgement's pages in the admin: drafts edited, versions published, scores read."""

from scoring.admin import domain_lists, scores, segments, versions

__all__ = ["domain_lists", "scores", "segments", "versions"]
