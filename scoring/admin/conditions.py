"""The form of one condition, wherever rows of conditions are edited: with rules, segments, assignment rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.models import BaseInlineFormSet
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminTextInputWidget

from scoring.admin.condition_values import meant, typed
from scoring.condition_check import condition_faults
from scoring.fields import canonical
from scoring.models import Dimension, DomainList, Op
from scoring.spec import ConditionSpec

VALUE_HELP = "Several with commas between: CEO, CRO. Nothing for “is known”."


class ConditionForm(forms.ModelForm):
    typed_value = forms.CharField(
        label="value", required=False, help_text=VALUE_HELP, widget=UnfoldAdminTextInputWidget
    )

    class Meta:
        fields = ("field", "op", "typed_value")

    def __init__(self, *args: Any, dimension: Dimension | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dimension = dimension
        self.initial["typed_value"] = typed(self.instance.value)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not {"field", "op", "typed_value"} <= cleaned.keys():
            return cleaned
        cleaned["field"] = canonical(cleaned["field"].strip())
        try:
            value = meant(
                cleaned["typed_value"], field=cleaned["field"], op=cleaned["op"], dimension=self.dimension
            )
        except ValueError as error:
            self.add_error("typed_value", f"This {error}.")
            return cleaned
        self.instance.value = value
        if self.dimension:
            self._tell_faults(ConditionSpec(cleaned["field"], Op(cleaned["op"]), value), self.dimension)
        return cleaned

    def _tell_faults(self, condition: ConditionSpec, dimension: Dimension) -> None:
        lists = set(DomainList.objects.values_list("name", flat=True))
        shown = {"field": "field", "op": "op", "value": "typed_value"}
        for fault in condition_faults(condition, dimension, (), lists):
            place = shown.get(str(fault.path[0])) if fault.path else None
            self.add_error(place, f"{fault.problem}: {fault.mend}.")


def given(formset: BaseInlineFormSet) -> list[forms.ModelForm]:
    """The conditions that are there once `formset` is saved."""
    filled = [form for form in formset.forms if form.instance.pk or form.has_changed()]
    return [form for form in filled if not form.cleaned_data.get("DELETE")]


class FitConditionFormSet(BaseInlineFormSet):
    """Conditions on who somebody is."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "dimension": Dimension.FIT}


class FitConditionInline(TabularInline):
    """Conditions on who somebody is. `model` says whose they are."""

    form = ConditionForm
    formset = FitConditionFormSet
    fields = ("field", "op", "typed_value")
    verbose_name_plural = "conditions, all of which must hold"
    extra = 0
