"""Follow-up plans: their steps, in words too, and who is on one now."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.decorators import display

from crm.admin.base import HandoffAdmin, ReadOnlyAdmin
from leads.models import Enrolment, Plan, PlanStep
from leads.plan_progress import sentence

Action = PlanStep.Action


class PlanForm(forms.ModelForm):
    class Meta:
        model = Plan
        fields = ("name", "active", "is_default", "touches_per_week")

    def clean_is_default(self) -> bool:
        """One plan is the default: the other must be unset first, since new MQLs start with it."""
        wanted = bool(self.cleaned_data["is_default"])
        other = Plan.objects.filter(is_default=True).exclude(pk=self.instance.pk).first()
        if wanted and other:
            raise ValidationError(f"“{other}” is the default: unset it there first.")
        return wanted


class StepsFormSet(BaseInlineFormSet):
    """Steps in order: days never go back, a mail has a template, and nothing follows giving up."""

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if _counts(form)]
        kept.sort(key=lambda form: form.cleaned_data.get("position") or 0)
        for form in kept:
            _check_alone(form)
        for before, after in pairwise(kept):
            _check_order(before, after)


def _counts(form: forms.ModelForm) -> bool:
    said = getattr(form, "cleaned_data", {})
    return bool(said.get("action")) and not said.get("DELETE")


def _check_alone(form: forms.ModelForm) -> None:
    said = form.cleaned_data
    action = said["action"]
    if action == Action.MAIL and not said.get("template"):
        form.add_error("template", ValidationError("Choose the template that the mail is written from."))
    if action != Action.MAIL and said.get("template"):
        form.add_error("template", ValidationError("Only a mail has a template."))
    if action == Action.GIVE_UP and not said.get("reason"):
        form.add_error("reason", ValidationError("Say why it is recycled."))
    if action != Action.GIVE_UP and said.get("reason"):
        form.add_error("reason", ValidationError("Only giving up has a reason."))


def _check_order(before: forms.ModelForm, after: forms.ModelForm) -> None:
    first, second = before.cleaned_data, after.cleaned_data
    if first["action"] == Action.GIVE_UP:
        after.add_error("action", ValidationError("Nothing can follow giving up."))
    if (second.get("day") or 0) < (first.get("day") or 0):
        after.add_error("day", ValidationError(f"The step before it is on day {first['day']}."))
    if first.get("position") == second.get("position"):
        after.add_error("position", ValidationError("Another step has this position."))


class StepForm(forms.ModelForm):
    def has_changed(self) -> bool:
        """A step that was added counts even where every value is the one that it began with: call, at once."""
        return not self.instance.pk or bool(super().has_changed())


class StepInline(TabularInline):
    model = PlanStep
    form = StepForm
    formset = StepsFormSet
    extra = 0
    fields = ("position", "day", "action", "template", "reason")


@admin.register(Plan)
class PlanAdmin(HandoffAdmin):
    """Whoever stands at a step that is deleted goes on with the next one within a minute."""

    form = PlanForm
    list_display = ("name", "active", "is_default", "in_words", "now_on_it", "touches_per_week")
    list_filter = ("active",)
    search_fields = ("name",)
    inlines = (StepInline,)
    readonly_fields = ("in_words", "now_on_it")
    fields = ("name", ("active", "is_default"), "touches_per_week", "in_words", "now_on_it")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Plan]:
        plans = super().get_queryset(request).prefetch_related("steps__template", "steps__reason")
        return plans.annotate(number=Count("enrolments", filter=Q(enrolments__ended_at=None)))

    @display(description="in words")
    def in_words(self, plan: Plan) -> str:
        return sentence(list(plan.steps.all())) if plan.pk else "No steps yet."

    @display(description="MQLs on it", ordering="number")
    def now_on_it(self, plan: Any) -> int:
        return int(getattr(plan, "number", 0))


@admin.register(Enrolment)
class EnrolmentAdmin(ReadOnlyAdmin):
    list_display = ("mql", "plan", "step", "started_at", "give_up_at", "ended_at", "ended_because")
    list_select_related = ("mql__contact", "plan", "step")
    list_filter = (("ended_at", admin.EmptyFieldListFilter), ("plan", admin.RelatedOnlyFieldListFilter))
    search_fields = ("mql__contact__email", "mql__contact__last_name")
