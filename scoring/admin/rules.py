"""Rules, each on a page of its own with its conditions below."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from scoring.admin.conditions import ConditionFormSet, ConditionInline, given
from scoring.admin.drafts import DraftAdmin, is_draft
from scoring.fields import Scope
from scoring.model_check import errors_of
from scoring.models import Condition, Dimension, Group, Rule, ScoringVersion
from scoring.versions import spec_of


class RuleConditionFormSet(ConditionFormSet):
    """Conditions of the dimension of the group that was chosen for their rule."""

    @property
    def scope(self) -> Scope | None:
        group = self.instance.group if self.instance.group_id else None
        return Dimension(group.dimension) if group else None

    def clean(self) -> None:
        super().clean()
        if not given(self):
            raise forms.ValidationError("Give the rule at least one condition.")


class RuleConditionInline(ConditionInline):
    model = Condition
    formset = RuleConditionFormSet
    min_num = 1

    def _is_open(self, obj: Rule | None) -> bool:
        return obj is None or is_draft(obj.group.version)

    def has_add_permission(self, request: HttpRequest, obj: Rule | None = None) -> bool:
        return bool(super().has_add_permission(request, obj)) and self._is_open(obj)

    def has_change_permission(self, request: HttpRequest, obj: Rule | None = None) -> bool:
        return bool(super().has_change_permission(request, obj)) and self._is_open(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Rule | None = None) -> bool:
        return bool(super().has_delete_permission(request, obj)) and self._is_open(obj)


@admin.register(Rule)
class RuleAdmin(DraftAdmin):
    list_display = ("name", "version", "group", "dimension", "gives", "conditions_in_words")
    list_select_related = ("group__version",)
    list_filter = (
        ("group__version", RelatedDropdownFilter),
        ("group__dimension", ChoicesDropdownFilter),
        ("effect", ChoicesDropdownFilter),
    )
    search_fields = ("name", "group__name")
    ordering = ("-group__version__number", "position", "pk")
    readonly_fields = ("version_page",)
    inlines = (RuleConditionInline,)
    fieldsets = (
        (None, {"fields": (("group", "version_page"), ("name", "position"), ("effect", "points"))}),
        (
            "What counts (engagement)",
            {
                "classes": ["tab"],
                "fields": (("per", "at_least"), ("max_points", "window_days")),
            },
        ),
        (
            "How it fades",
            {
                "classes": ["tab"],
                "fields": ("decay_kind", ("decay_days", "decay_percent")),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rule]:
        return super().get_queryset(request).select_related("group__version").prefetch_related("conditions")

    def version_of(self, obj: Rule) -> ScoringVersion | None:
        return obj.group.version if obj.group_id else None

    @display(description="version", ordering="group__version__number")
    def version(self, rule: Rule) -> str:
        version = rule.group.version
        return f"{version.number} ({version.get_status_display().lower()})"

    @display(description="part of")
    def version_page(self, rule: Rule) -> str:
        if not rule.group_id:
            return ""
        version = rule.group.version
        page = reverse("admin:scoring_scoringversion_change", args=[version.pk])
        return format_html(
            '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', page, version
        )

    @display(description="dimension", label={"Fit": "info", "Engagement": "success"})
    def dimension(self, rule: Rule) -> str:
        return Dimension(rule.group.dimension).label

    @display(description="gives", ordering="points")
    def gives(self, rule: Rule) -> str:
        return f"{rule.points:+g} points" if rule.effect == "points" else rule.get_effect_display()

    @display(description="when")
    def conditions_in_words(self, rule: Rule) -> str:
        return " and ".join(str(condition) for condition in rule.conditions.all())

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "group":
            drafts = Group.objects.filter(version__status=ScoringVersion.Status.DRAFT)
            kwargs["queryset"] = drafts.select_related("version").order_by(
                "-version__number", "position", "pk"
            )
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "group":
            field.label_from_instance = lambda group: f"Version {group.version.number}: {group.name}"
        return field

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        last = Rule.objects.filter(group__version__groups=initial.get("group")).aggregate(
            last=Max("position")
        )["last"]
        return {"position": 0 if last is None else last + 1, **initial}

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        faults = errors_of(spec_of(form.instance.group.version))
        here = [fault for fault in faults if f"“{form.instance.name}”" in fault.field]
        for fault in here[:5]:
            messages.warning(request, f"{fault}. The version cannot be published before.")
