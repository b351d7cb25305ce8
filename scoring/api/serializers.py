"""Shapes of the judgement. They go out only: a score comes from evaluations and from nothing else."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from crm.api.fields import Moment
from crm.api.serializers import ContactOut
from crm.models import Contact
from scoring.models import Dimension, Effect, Score


class ScoreOut(serializers.ModelSerializer[Score]):
    version = serializers.IntegerField(source="version.number")
    fit = serializers.FloatField()
    engagement = serializers.FloatField()
    total = serializers.FloatField()
    changed_at = Moment()

    class Meta:
        model = Score
        fields = [
            "version",
            "fit",
            "engagement",
            "total",
            "grade",
            "disqualified",
            "fast_tracked",
            "changed_at",
        ]


class ScoredContactOut(ContactOut):
    score = ScoreOut(
        allow_null=True, help_text="As last evaluated. Null until then: seconds after the first fact."
    )

    class Meta(ContactOut.Meta):
        model = Contact
        fields = [*ContactOut.Meta.fields, "score"]


class ReasonOut(serializers.Serializer[Any]):
    """What one rule gave, before any cap."""

    rule = serializers.CharField()
    group = serializers.CharField()
    dimension = serializers.ChoiceField(choices=Dimension.choices)
    effect = serializers.ChoiceField(choices=Effect.choices)
    points = serializers.FloatField(help_text="To four decimals.")
    matches = serializers.IntegerField()
    newest = Moment(allow_null=True)


class CapOut(serializers.Serializer[Any]):
    """What a maximum took, or a minimum gave."""

    where = serializers.CharField(help_text="`rule NAME`, `group NAME` or `dimension NAME`.")
    points = serializers.FloatField()


class ExplanationOut(serializers.Serializer[Any]):
    """A score with its reasons. Reasons and caps of a dimension sum to it."""

    email = serializers.EmailField()
    as_of = Moment()
    version = serializers.IntegerField()
    fit = serializers.FloatField()
    engagement = serializers.FloatField()
    total = serializers.FloatField()
    grade = serializers.CharField(help_text="A letter for fit, A best; a number for engagement, 1 best.")
    disqualified = serializers.BooleanField()
    fast_tracked = serializers.BooleanField()
    qualifies = serializers.BooleanField()
    blocked_by = serializers.ListField(
        child=serializers.CharField(), help_text="What else stands in the way of an MQL, in fixed words."
    )
    reasons = ReasonOut(many=True)
    caps = CapOut(many=True)
