"""The work's pages in the admin: who may be given what, and what became of it. MQLs are worked on the pages of reps."""

from leads.admin import (
    assignment_rules,
    deliveries,
    held_back,
    mails,
    mqls,
    people,
    plans,
    routing,
    sla_targets,
    tasks,
    working_hours,
)

__all__ = [
    "assignment_rules",
    "deliveries",
    "held_back",
    "mails",
    "mqls",
    "people",
    "plans",
    "routing",
    "sla_targets",
    "tasks",
    "working_hours",
]
