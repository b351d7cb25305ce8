"""Assignment rules: whom those go to who meet conditions, in order; and what they would do with somebody now."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminEmailInputWidget

from crm.admin.base import HandoffAdmin
from crm.models import Contact
from leads.models import AssignmentCondition, AssignmentRule
from leads.routing.trial import try_on
from scoring.admin.conditions import ConditionFormSet, ConditionInline
from scoring.audience_words import people_words

Target = AssignmentRule.Target


class RuleForm(forms.ModelForm):
    class Meta:
        model = AssignmentRule
        fields = ("name", "position", "active", "target", "team", "rep")

    def clean(self) -> dict[str, Any]:
        """What another target asked for is dropped, so that changing one's mind takes one click."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        target = cleaned.get("target")
        for name in (Target.TEAM, Target.REP):
            if target != name:
                cleaned[name] = None
            elif not cleaned.get(name):
                self.add_error(name, ValidationError(f"Say which {name} it goes to."))
        return cleaned


class TrialForm(forms.Form):
    email = forms.EmailField(
        label="E-mail address of a contact", widget=UnfoldAdminEmailInputWidget(attrs={"autofocus": True})
    )

    def clean_email(self) -> Contact:
        address = self.cleaned_data["email"].lower()
        contact = Contact.objects.select_related("company").filter(email=address).first()
        if contact is None:
            raise ValidationError("No contact has this address.")
        return contact


class AssignmentConditionFormSet(ConditionFormSet):
    counts_people = True


class AssignmentConditionInline(ConditionInline):
    model = AssignmentCondition
    formset = AssignmentConditionFormSet
    verbose_name_plural = "conditions, all of which must hold; without any it is for everybody"


@admin.register(AssignmentRule)
class AssignmentRuleAdmin(HandoffAdmin):
    form = RuleForm
    list_display = ("name", "position", "active", "conditions_in_words", "goes_to")
    list_editable = ("position", "active")
    list_select_related = ("team", "rep__user")
    list_filter = ("active", "target")
    search_fields = ("name",)
    ordering = ("position", "pk")
    autocomplete_fields = ("team", "rep")
    inlines = (AssignmentConditionInline,)
    actions_list = ("try_it",)
    list_before_template = "admin/leads/before_rules.html"
    fieldsets = (
        (None, {"fields": ("name", ("position", "active"))}),
        ("Whom they go to", {"fields": ("target", ("team", "rep"))}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[AssignmentRule]:
        return super().get_queryset(request).prefetch_related("conditions")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        active = AssignmentRule.objects.filter(active=True)
        ruled = active.filter(target=Target.ACCOUNT_OWNER).exists()
        return super().changelist_view(request, {**(extra_context or {}), "account_owners_ruled": ruled})

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        last = AssignmentRule.objects.aggregate(last=Max("position"))["last"]
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        return {"position": 10 if last is None else last + 10, **initial}

    @display(description="for whom")
    def conditions_in_words(self, rule: AssignmentRule) -> str:
        return people_words(rule.conditions.all()) or "everybody"

    @display(description="goes to")
    def goes_to(self, rule: AssignmentRule) -> str:
        return str(rule.team or rule.rep or rule.get_target_display())

    @action(description="Try it on a contact", url_path="try", icon="fact_check", permissions=["view"])
    def try_it(self, request: HttpRequest) -> HttpResponse:
        form = TrialForm(request.GET or None)
        contact = form.cleaned_data["email"] if form.is_valid() else None
        context = {
            **self.admin_site.each_context(request),
            "title": "Who would get this contact now?",
            "opts": self.model._meta,
            "form": form,
            "contact": contact,
            "decision": try_on(contact, at=timezone.now()) if contact else None,
        }
        return TemplateResponse(request, "admin/leads/try_routing.html", context)
