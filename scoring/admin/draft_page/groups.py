"""Groups of a draft: their names and bounds, added and deleted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from crm.errors import Invalid
from scoring import edit
from scoring.admin.draft_page import answer
from scoring.admin.draft_page.asked import Asked
from scoring.admin.draft_page.numbers import number_field_attrs, typed_number
from scoring.admin.draft_page.opened import Opened, add_faults, differing
from scoring.admin.draft_page.rules import group_of
from scoring.models import Dimension
from scoring.spec import GroupSpec

KINDS = [
    (Dimension.FIT, "Fit: who they are"),
    (Dimension.ENGAGEMENT, "Engagement: what they did"),
]


class GroupForm(forms.Form):
    name = forms.CharField(
        max_length=120,
        help_text="What its rules have in common. Example: Intent.",
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    dimension = forms.ChoiceField(
        label="Kind",
        choices=KINDS,
        help_text="Example: job titles are fit, visits are engagement.",
        widget=UnfoldAdminSelectWidget,
    )
    min_points = forms.FloatField(
        label="At least",
        required=False,
        help_text="Its rules together take no more than down to this. Example: -20. Empty: no limit.",
        widget=UnfoldAdminTextInputWidget(attrs=number_field_attrs()),
    )
    max_points = forms.FloatField(
        label="At most",
        required=False,
        help_text="Its rules together give no more than this. Example: 40. Empty: no limit.",
        widget=UnfoldAdminTextInputWidget(attrs=number_field_attrs()),
    )

    def __init__(self, *args: Any, holds_rules: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if holds_rules:
            # What somebody did is not what somebody is: its rules could not follow.
            self.fields["dimension"].disabled = True

    def group(self) -> GroupSpec:
        said = self.cleaned_data
        return GroupSpec(said["name"], Dimension(said["dimension"]), said["min_points"], said["max_points"])


def typed_group(group: GroupSpec) -> dict[str, Any]:
    return {
        "name": group.name,
        "dimension": group.dimension,
        "min_points": typed_number(group.min_points),
        "max_points": typed_number(group.max_points),
    }


def open_group(asked: Asked, pk: int) -> Opened:
    part = group_of(asked, pk)
    form = GroupForm(initial=typed_group(part.spec), holds_rules=bool(part.rules))
    return Opened("group", pk, f"head-{pk}", form, seen=part.seen, title=part.spec.name)


def open_new(asked: Asked, pk: int) -> Opened:
    return Opened("new-group", pk, "new-group", GroupForm(), title="A new group")


def open_deletion(asked: Asked, pk: int) -> Opened:
    part = group_of(asked, pk)
    return Opened("delete-group", pk, f"head-{pk}", seen=part.seen_whole, title=part.spec.name)


def save(asked: Asked, pk: int) -> HttpResponse:
    part = group_of(asked, pk)
    form = GroupForm(asked.request.POST, initial=typed_group(part.spec), holds_rules=bool(part.rules))
    opened = Opened("group", pk, f"head-{pk}", form, seen=asked.seen, title=part.spec.name)
    if form.is_valid():
        try:
            edit.change_group(asked.version, pk, form.group(), seen=asked.seen, by=asked.by, at=asked.at)
        except edit.Changed as error:
            if error.gone:
                raise
            asked.reread()
            part = group_of(asked, pk)
            opened.differences = differing(form, typed_group(part.spec))
            opened.seen = part.seen
            opened.meanwhile = "Somebody else changed this group meanwhile, and nothing was saved."
            return answer.refused(asked, "_group_head.html", {"group": part}, opened, 409)
        except Invalid as error:
            add_faults(form, error)
        else:
            asked.reread()
            head = ("_group_head.html", {"group": group_of(asked, pk)})
            return answer.done(asked, f"Saved “{form.group().name}”.", part.place, head)
    return answer.refused(asked, "_group_head.html", {"group": part}, opened, 422)


def add(asked: Asked, pk: int) -> HttpResponse:
    form = GroupForm(asked.request.POST)
    if form.is_valid():
        try:
            row = edit.add_group(asked.version, form.group(), by=asked.by, at=asked.at)
        except Invalid as error:
            add_faults(form, error)
        else:
            asked.reread()
            group = ("_group.html", {"group": group_of(asked, row.pk)})
            said = f"Added “{row.name}”. It is empty: add its first rule."
            return answer.done(asked, said, f"group-{row.pk}", group, ("_new_group.html", {}))
    opened = Opened("new-group", pk, "new-group", form, title="A new group")
    return answer.refused(asked, "_new_group.html", {}, opened, 422)


def delete(asked: Asked, pk: int) -> HttpResponse:
    part = group_of(asked, pk)
    try:
        edit.delete_group(asked.version, pk, seen=asked.seen, by=asked.by, at=asked.at)
    except edit.Changed as error:
        if error.gone:
            raise
        asked.reread()
        again = open_deletion(asked, pk)
        again.meanwhile = (
            "Somebody else changed this group or a rule in it meanwhile, and it was not deleted. "
            "Reload the page to see what it holds now."
        )
        return answer.refused(asked, "_group_head.html", {"group": group_of(asked, pk)}, again, 409)
    return answer.done(
        asked, f"Deleted “{part.spec.name}” with its rules.", "rules", ("_gone_group.html", {"pk": pk})
    )
