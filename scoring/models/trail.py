"""What the audit trail keeps of the judgement: every change of models, segments and lists, and of what is live."""

from crm.trail import keep
from scoring.models.lists import DomainList, DomainListEntry
from scoring.models.pause import Pause
from scoring.models.persona import Persona
from scoring.models.publication import Publication
from scoring.models.segment import Segment, SegmentCondition
from scoring.models.version import Condition, Group, Rule, ScoringVersion

for model in (
    ScoringVersion,
    Group,
    Rule,
    Condition,
    Persona,
    Segment,
    SegmentCondition,
    DomainList,
    DomainListEntry,
    Pause,
):
    keep(model)
# When a sweep ended is the work of a job, and nobody's decision.
keep(Publication, leave_out=("swept_at", "planned_as", "expected"))
