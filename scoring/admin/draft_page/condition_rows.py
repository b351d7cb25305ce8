"""The rows of conditions in the form of a rule that may not be saved yet: values in, values out, no rows of a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.forms.models import BaseModelFormSet, modelformset_factory
from django.http import QueryDict
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from crm.errors import FieldError
from scoring.admin.condition_values import typed
from scoring.admin.conditions import ConditionForm
from scoring.admin.draft_page.opened import in_words
from scoring.models import Condition, Dimension, Op
from scoring.spec import ConditionSpec

PREFIX = "conditions"
WIDGETS = {"field": UnfoldAdminTextInputWidget, "op": UnfoldAdminSelectWidget}
PLACES = {"field": "field", "op": "op", "value": "typed_value"}


class Rows(BaseModelFormSet):
    """Rows of conditions that stand for themselves: each is sent whole, whatever there was before."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = "Remove"
        form.fields["DELETE"].widget.attrs["data-condition-delete"] = ""

    def given(self) -> list[Any]:
        """The rows that say something and are to stay, in their order."""
        filled = [row for row in self.forms if row.has_changed() and not row.cleaned_data.get("DELETE")]
        return sorted(filled, key=lambda row: row.cleaned_data.get("position") or 0)

    def conditions(self) -> tuple[ConditionSpec, ...]:
        """What valid rows say."""
        return tuple(
            ConditionSpec(row.cleaned_data["field"], Op(row.cleaned_data["op"]), row.instance.value)
            for row in self.given()
        )

    def add_faults(self, faults: Iterable[FieldError]) -> list[FieldError]:
        """Put the faults of conditions (`when.0.value`) beside their fields, and give back those of nothing here."""
        others = []
        for fault in faults:
            part, _, rest = fault.field.partition(".")
            index, _, inside = rest.partition(".")
            if part != "when":
                others.append(fault)
            elif index:
                self.given()[int(index)].add_error(PLACES.get(inside.partition(".")[0]), in_words(fault))
            else:
                self.non_form_errors().append(in_words(fault))
        return others


def _rows(number: int) -> type[Rows]:
    made = modelformset_factory(
        Condition, form=ConditionForm, formset=Rows, extra=number, can_delete=True, widgets=WIDGETS
    )
    return cast("type[Rows]", made)


def shown(conditions: Iterable[ConditionSpec], dimension: Dimension) -> Rows:
    """Rows that show `conditions`, and an empty one where there is none."""
    initial = [
        {"field": one.field, "op": one.op, "typed_value": typed(one.value), "position": place}
        for place, one in enumerate(conditions)
    ]
    return _rows(len(initial) or 1)(
        queryset=Condition.objects.none(), initial=initial, prefix=PREFIX, form_kwargs={"scope": dimension}
    )


def sent(data: QueryDict, dimension: Dimension) -> Rows:
    return _rows(0)(data, queryset=Condition.objects.none(), prefix=PREFIX, form_kwargs={"scope": dimension})


def in_short(conditions: Iterable[ConditionSpec]) -> str:
    """Conditions in a line, to hold beside those that somebody else wrote."""
    return " and ".join(f"{one.field} {one.op.label} {typed(one.value)}".strip() for one in conditions)
