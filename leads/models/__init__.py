"""The work's tables. Submodules import in this order: routing, then mql, task, notification and delivery."""

from leads.models.delivery import Delivery
from leads.models.mql import Mql, Verdict, VerdictReason
from leads.models.notification import Notification
from leads.models.routing import Rep, Team
from leads.models.task import Task

__all__ = ["Delivery", "Mql", "Notification", "Rep", "Task", "Team", "Verdict", "VerdictReason"]
