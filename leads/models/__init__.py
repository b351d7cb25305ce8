"""The work's tables. Submodules import in this order: working_time, routing, mql, then the others."""

from leads.models import trail
from leads.models.assignment import Assignment, AssignmentCondition, AssignmentRule
from leads.models.calendar_feed import CalendarFeed
from leads.models.come_back import ComeBack
from leads.models.delivery import Delivery
from leads.models.held_back import HeldBack
from leads.models.mail import MailTemplate, ProspectMail
from leads.models.mql import Mql, Verdict, VerdictReason
from leads.models.notification import Notification
from leads.models.plan import CallOutcome, Enrolment, Plan, PlanStep
from leads.models.preference import DigestItem, NotificationPreference, NotificationSettings
from leads.models.routing import Absence, Rep, Team
from leads.models.saved_view import SavedView
from leads.models.sla import SlaTarget
from leads.models.task import Task
from leads.models.undo import MqlAction
from leads.models.working_time import ClosedDay, WorkingHours

__all__ = [
    "Absence",
    "Assignment",
    "AssignmentCondition",
    "AssignmentRule",
    "CalendarFeed",
    "CallOutcome",
    "ClosedDay",
    "ComeBack",
    "Delivery",
    "DigestItem",
    "Enrolment",
    "HeldBack",
    "MailTemplate",
    "Mql",
    "MqlAction",
    "Notification",
    "NotificationPreference",
    "NotificationSettings",
    "Plan",
    "PlanStep",
    "ProspectMail",
    "Rep",
    "SavedView",
    "SlaTarget",
    "Task",
    "Team",
    "Verdict",
    "VerdictReason",
    "WorkingHours",
    "trail",
]
