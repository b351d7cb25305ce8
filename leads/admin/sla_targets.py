"""The time to the first touch, by grade."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from crm.admin.base import HandoffAdmin
from leads.models import SlaTarget

FITS, ENGAGEMENTS = "ABCD", "1234"
GRADES = [
    ("", "Every other grade"),
    *[(fit, f"{fit}: all of that fit") for fit in FITS],
    *[(fit + engagement, fit + engagement) for fit in FITS for engagement in ENGAGEMENTS],
]


class SlaTargetForm(forms.ModelForm):
    grade = forms.ChoiceField(
        choices=GRADES,
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text="The closest counts: A1 before A, and A before every other grade.",
    )

    class Meta:
        model = SlaTarget
        fields = ("grade", "minutes", "remind_at_percent", "reassign_at_percent")


@admin.register(SlaTarget)
class SlaTargetAdmin(HandoffAdmin):
    """A change counts for MQLs that open, or go to another rep, from then on."""

    form = SlaTargetForm
    list_display = ("sentence",)
    ordering = ("grade",)
    fieldsets = (
        (None, {"fields": ("grade", "minutes")}),
        (
            "As time runs out",
            {
                "fields": (("remind_at_percent", "reassign_at_percent"),),
                "description": "In percent of the time. At 100 percent the team lead is told.",
            },
        ),
    )

    @display(description="target", ordering="grade")
    def sentence(self, target: SlaTarget) -> str:
        return str(target)
