"""The work's pages in the admin: who may be given what, and what became of it. MQLs are worked on the pages of reps."""

from leads.admin import deliveries, mqls, routing, tasks

__all__ = ["deliveries", "mqls", "routing", "tasks"]
