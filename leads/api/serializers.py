"""Shapes of the work."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from crm.api.fields import Moment
from crm.api.serializers import OwnerOut
from crm.models import Contact
from leads.models import Mql, Verdict
from scoring.api.serializers import ExplanationOut


class ContactNameOut(serializers.ModelSerializer[Contact]):
    class Meta:
        model = Contact
        fields = ["id", "email", "name"]


@extend_schema_field(ExplanationOut)
class ExplanationAsKept(serializers.JSONField):
    """An explanation that is stored in the shape it goes out in."""


class MqlOut(serializers.ModelSerializer[Mql]):
    contact = ContactNameOut()
    owner = OwnerOut(allow_null=True)
    version = serializers.IntegerField(source="version.number")
    fit = serializers.FloatField()
    engagement = serializers.FloatField()
    total = serializers.FloatField()
    explanation = ExplanationAsKept(help_text="The score and its reasons as they stood when it opened.")
    opened_at = Moment()
    due_at = Moment(allow_null=True, help_text="By when sales must have touched it first.")
    first_touched_at = Moment(allow_null=True)
    accepted_at = Moment(allow_null=True)
    accepted_by = OwnerOut(allow_null=True)
    closed_at = Moment(allow_null=True)
    closed_by = OwnerOut(allow_null=True)
    verdict = serializers.ChoiceField(
        choices=Verdict.choices, allow_blank=True, help_text="Empty while it is open."
    )

    class Meta:
        model = Mql
        fields = [
            "id", "contact", "owner", "routed_because", "version", "fit", "engagement", "total", "grade",
            "explanation", "opened_at", "due_at", "first_touched_at", "accepted_at", "accepted_by", "closed_at",
            "closed_by", "verdict", "reason", "note", "budget", "authority", "need", "timeline",
        ]  # fmt: skip
