"""The judgement's tables. Submodules import in this order: version, then segment, persona, lists, score and pending."""

from scoring.models.lists import DomainList, DomainListEntry
from scoring.models.pending import DrainRequest, Pending
from scoring.models.persona import Persona
from scoring.models.score import Score, ScoreChange
from scoring.models.segment import Segment, SegmentCondition
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
    "Group",
    "Op",
    "Pending",
    "Per",
    "Persona",
    "Rule",
    "Score",
    "ScoreChange",
    "ScoringVersion",
    "Segment",
    "SegmentCondition",
]
