"""The form of one condition, wherever rows of conditions are edited: with rules, segments, assignment rules.

Its rows are drawn by `templates/admin/scoring/_condition_row.html` and helped along by `scoring/conditions.js`, which
documents the `data-` attributes. Without JavaScript it is a plain formset.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.models import BaseInlineFormSet
from django.forms.widgets import Script
from django.utils import timezone
from django.utils.functional import cached_property
from unfold.admin import TabularInline
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from scoring.admin.condition_values import read_condition, typed
from scoring.fields import Audience, Scope
from scoring.head_count import HeadCount, head_count
from scoring.models import ConditionRow, DomainList

VALUE_HELP = "Several with commas between: CEO, CRO. Nothing for “is known”."
# The stubs of Django do not know yet that a script may be more than its path.
SCRIPT: Any = Script("scoring/conditions.js", type="module")
MEDIA = forms.Media(css={"all": ["scoring/conditions.css"]}, js=[SCRIPT])


class ConditionForm(forms.ModelForm):
    """One *field, operator, value*, checked by what its `scope` can ask. `position` is its place among the rows."""

    typed_value = forms.CharField(
        label="value", required=False, help_text=VALUE_HELP, widget=UnfoldAdminTextInputWidget
    )
    position = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    class Meta:
        fields = ("field", "op", "typed_value", "position")

    def __init__(self, *args: Any, scope: Scope | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope = scope
        self.initial.setdefault("typed_value", typed(self.instance.value))
        for name in ("field", "op", "typed_value", "position"):
            mark = f"data-condition-{name.removeprefix('typed_')}"
            self.fields[name].widget.attrs |= {mark: "", "autocomplete": "off"}

    @cached_property
    def changed_data(self) -> list[str]:
        """A row that was only moved, and never filled, is not there."""
        changed: list[str] = super().changed_data
        return [] if changed == ["position"] and not self.instance.pk else changed

    def clean_position(self) -> int:
        return self.cleaned_data["position"] or 0

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not {"field", "op", "typed_value"} <= cleaned.keys():
            return cleaned
        reading = read_condition(
            cleaned["field"], cleaned["op"], cleaned["typed_value"], scope=self.scope, lists=list_names()
        )
        for place, said in reading.faults:
            self.add_error(place or None, said)
        if reading.condition:
            cleaned["field"] = reading.condition.field
            self.instance.value = reading.condition.value
        return cleaned


def list_names() -> set[str]:
    return set(DomainList.objects.values_list("name", flat=True))


def given(formset: BaseInlineFormSet) -> list[forms.ModelForm]:
    """The conditions that are there once `formset` is saved."""
    filled = [form for form in formset.forms if form.instance.pk or form.has_changed()]
    return [form for form in filled if not form.cleaned_data.get("DELETE")]


class ConditionFormSet(BaseInlineFormSet):
    """Rows of conditions in their order, all of one scope. With `counts_people` the page says for whom they hold."""

    counts_people = False

    @property
    def scope(self) -> Scope | None:
        """What they are about; None while that is not known, such as for a rule without a group."""
        return Audience.PEOPLE

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "scope": self.scope}

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        if index is not None and not form.instance.pk:
            form.fields["position"].initial = index
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = "Remove"
            form.fields["DELETE"].widget.attrs["data-condition-delete"] = ""

    @property
    def people(self) -> HeadCount | None:
        """The people whom the saved conditions name; None where there are none."""
        rows: list[ConditionRow] = list(self.get_queryset()) if self.instance.pk else []
        return head_count(rows, at=timezone.now()) if rows else None


class ConditionInline(TabularInline):
    """Conditions below what they belong to. `model` says whose they are."""

    form = ConditionForm
    formset = ConditionFormSet
    template = "admin/scoring/conditions_inline.html"
    fields = ("field", "op", "typed_value", "position")
    verbose_name = "condition"
    verbose_name_plural = "conditions, all of which must hold"
    extra = 0

    @property
    def media(self) -> forms.Media:
        return super().media + MEDIA

    @display(description="value")
    def typed_value(self, condition: Any) -> str:
        """What whoever may not change it sees in the place of the field."""
        return typed(condition.value)
