"""The judgement's pages in the admin: drafts edited, versions published, scores read."""

from scoring.admin import domain_lists, groups, personas, rules, scores, segments, versions

__all__ = ["domain_lists", "groups", "personas", "rules", "scores", "segments", "versions"]
