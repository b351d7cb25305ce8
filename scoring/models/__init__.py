"""The judgement's tables. Submodules import in this order: version, then all others, which import none but it."""

from scoring.models import trail
from scoring.models.lists import DomainList, DomainListEntry
from scoring.models.pause import Pause
from scoring.models.pending import DrainRequest, EveryoneRequest, Pending
from scoring.models.persona import Persona
from scoring.models.publication import Opening, Publication
from scoring.models.score import Score, ScoreChange
from scoring.models.segment import Segment, SegmentCondition
from scoring.models.survey import SurveyedField
from scoring.models.trial import Trial, TrialContact
from scoring.models.version import (
    Condition,
    ConditionRow,
    DecayKind,
    Dimension,
    Effect,
    Group,
    Op,
    Per,
    Rule,
    ScoringVersion,
)

__all__ = [
    "Condition",
    "ConditionRow",
    "DecayKind",
    "Dimension",
    "DomainList",
    "DomainListEntry",
    "DrainRequest",
    "Effect",
    "EveryoneRequest",
    "Group",
    "Op",
    "Opening",
    "Pause",
    "Pending",
    "Per",
    "Persona",
    "Publication",
    "Rule",
    "Score",
    "ScoreChange",
    "ScoringVersion",
    "Segment",
    "SegmentCondition",
    "SurveyedField",
    "Trial",
    "TrialContact",
    "trail",
]
