"""Personas: made-up people whom a version must or must not qualify."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Max
from django.http import HttpRequest
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display

from scoring.admin.drafts import DraftAdmin
from scoring.models import Persona, ScoringVersion
from scoring.persona_check import shape_faults
from scoring.spec import PersonaSpec


class PersonaForm(forms.ModelForm):
    class Meta:
        model = Persona
        fields = ("version", "name", "qualifies", "contact", "activities", "position")
        help_texts = {
            "qualifies": "Set: must become an MQL. Not set: must not.",
            "contact": "As in the model file: job_title, email, company {employees, industry}, properties, …",
            "activities": "As in the model file: a list of kind, subject, days_ago, times, …",
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        contact, activities = cleaned.get("contact") or {}, cleaned.get("activities") or []
        if not isinstance(contact, dict):
            self.add_error("contact", "Give an object: names with their values in braces.")
        elif not isinstance(activities, list) or not all(isinstance(each, dict) for each in activities):
            self.add_error("activities", "Give a list of objects, in brackets.")
        else:
            persona = PersonaSpec(
                cleaned.get("name", ""), cleaned.get("qualifies", False), contact, tuple(activities)
            )
            for fault in shape_faults(persona, ()):
                place = str(fault.path[0]) if fault.path and fault.path[0] in self.fields else None
                inside = ".".join(str(step) for step in fault.path[1:])
                self.add_error(place, f"{inside} {fault.problem}: {fault.mend}.".strip())
        cleaned["contact"], cleaned["activities"] = contact, activities
        return cleaned


@admin.register(Persona)
class PersonaAdmin(DraftAdmin):
    form = PersonaForm
    list_display = ("name", "version", "must", "position")
    list_select_related = ("version",)
    list_filter = (("version", RelatedDropdownFilter), "qualifies")
    search_fields = ("name",)
    ordering = ("-version__number", "position", "pk")

    @display(description="must", label={"Qualify": "success", "Not qualify": "danger"})
    def must(self, persona: Persona) -> str:
        return "Qualify" if persona.qualifies else "Not qualify"

    def version_of(self, obj: Persona) -> ScoringVersion | None:
        return obj.version if obj.version_id else None

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "version":
            kwargs["queryset"] = ScoringVersion.objects.filter(status=ScoringVersion.Status.DRAFT)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        last = Persona.objects.filter(version=initial.get("version")).aggregate(last=Max("position"))["last"]
        return {"position": 0 if last is None else last + 1, **initial}
