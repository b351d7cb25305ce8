"""What the audit trail keeps of the work: every change of who is given what by when, and of verdict reasons."""

from crm.trail import keep
from leads.models.assignment import AssignmentCondition, AssignmentRule
from leads.models.mql import VerdictReason
from leads.models.routing import Absence, Rep, Team
from leads.models.sla import SlaTarget
from leads.models.working_time import ClosedDay, WorkingHours

for model in (
    AssignmentRule, AssignmentCondition, Team, Absence, SlaTarget, WorkingHours, ClosedDay, VerdictReason,
):  # fmt: skip
    keep(model)
# Whose turn it is moves with every hand-over.
keep(Rep, leave_out=("turn", "team_turn"))
