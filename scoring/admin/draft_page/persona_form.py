"""The form of a persona: who they are, what they did, and whether the model must make an MQL of them."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.http import QueryDict
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from crm.errors import FieldError
from crm.models import Stage
from scoring.admin.draft_page.opened import in_words
from scoring.admin.draft_page.persona_text import details_in, lines_of, put, value_at
from scoring.persona_check import PERSONA_ACTIVITY, PERSONA_CONTACT
from scoring.spec import PersonaSpec

PREFIX = "did"
EMPTY_ROWS = 1
WHO = {
    "job_title": ("Job title", "Example: VP Sales."),
    "email": ("E-mail", "Example: ada@acme.example. Empty: a business address."),
    "country": ("Country", "Example: Germany."),
    "source": ("Source", "Example: webinar."),
    "company.name": ("Company", "Example: Acme."),
    "company.industry": ("Industry", "Example: Software."),
    "company.employees": ("Employees", "Example: 400."),
    "created_days_ago": ("Known for days", "Example: 60. Empty: a year."),
}
"""What a persona's form asks about who they are, by place: a label and an example."""
HAS_FIELDS = frozenset({*WHO, "stage"})
OF_ACTIVITY = ("kind", "subject", "days_ago", "times")


def _text(label: str, help_text: str = "", **attrs: str) -> forms.CharField:
    widget = UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", **attrs})
    return forms.CharField(label=label, help_text=help_text, required=False, widget=widget)


def _lines(label: str, help_text: str) -> forms.CharField:
    widget = UnfoldAdminTextareaWidget(attrs={"rows": 2})
    return forms.CharField(label=label, help_text=help_text, required=False, widget=widget)


class PersonaForm(forms.Form):
    name = forms.CharField(
        max_length=200,
        help_text="Who this is. Example: VP who keeps reading the prices.",
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    qualifies = forms.TypedChoiceField(
        label="Must they become an MQL?",
        choices=[("yes", "Yes, they must"), ("no", "No, they must not")],
        coerce=lambda said: said == "yes",
        help_text="A version that decides otherwise is not published. Example: a student must not.",
        widget=UnfoldAdminSelectWidget,
    )
    stage = forms.ChoiceField(
        label="Stage",
        required=False,
        choices=[("", "Lead"), *[each for each in Stage.choices if each[0] != Stage.LEAD]],
        help_text="Where they stand. Example: Lead.",
        widget=UnfoldAdminSelectWidget,
    )
    more = _lines(
        "Anything else about them",
        "One a line, with =. Example: utm_campaign = spring, or properties.plan = pro, or company.revenue = 5000000.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = {path.replace(".", "_"): _text(*words) for path, words in WHO.items()}
        order = ["name", "qualifies", *asked, "stage", "more"]
        self.fields |= asked
        self.order_fields(order)

    def clean_more(self) -> dict[str, Any]:
        return _details(self.cleaned_data["more"], PERSONA_CONTACT)

    def contact(self) -> dict[str, Any]:
        """Who a valid form says they are."""
        said: dict[str, Any] = {**self.cleaned_data["more"]}
        for path in HAS_FIELDS:
            if text := self.cleaned_data[path.replace(".", "_")].strip():
                put(said, path, text, PERSONA_CONTACT)
        return said


def _details(text: str, keys: dict[str, Any]) -> dict[str, Any]:
    try:
        return details_in(text, keys)
    except ValueError as error:
        raise forms.ValidationError(f"{error}.") from error


class ActivityForm(forms.Form):
    """One kind of thing a persona did. A row without a kind is none."""

    kind = _text("What they did", list="activity-kinds")
    subject = _text("Of what")
    days_ago = _text("Days ago", inputmode="decimal")
    times = _text("Times", inputmode="numeric")
    more = _lines("Anything else", "")

    def clean_more(self) -> dict[str, Any]:
        return _details(self.cleaned_data["more"], PERSONA_ACTIVITY)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.has_changed() and not cleaned.get("kind"):
            self.add_error("kind", "Write what they did, as in page_view.")
        return cleaned

    def activity(self) -> dict[str, Any]:
        said: dict[str, Any] = {}
        for path in OF_ACTIVITY:
            if text := self.cleaned_data[path].strip():
                put(said, path, text, PERSONA_ACTIVITY)
        return {**said, **self.cleaned_data["more"]}


class Activities(forms.BaseFormSet[ActivityForm]):
    def given(self) -> list[ActivityForm]:
        return [row for row in self.forms if row.has_changed()]


def _rows(number: int) -> type[Activities]:
    return cast("type[Activities]", forms.formset_factory(ActivityForm, formset=Activities, extra=number))


def shown(persona: PersonaSpec) -> tuple[PersonaForm, Activities]:
    who = {path.replace(".", "_"): value_at(persona.contact, path) for path in HAS_FIELDS}
    more = lines_of(persona.contact, PERSONA_CONTACT, without=HAS_FIELDS)
    qualifies = "yes" if persona.qualifies else "no"
    form = PersonaForm(initial={"name": persona.name, "qualifies": qualifies, **who, "more": more})
    did = [
        {path: value_at(one, path) for path in OF_ACTIVITY}
        | {"more": lines_of(one, PERSONA_ACTIVITY, without=frozenset(OF_ACTIVITY))}
        for one in persona.activities
    ]
    return form, _rows(EMPTY_ROWS)(initial=did, prefix=PREFIX)


def sent(data: QueryDict) -> tuple[PersonaForm, Activities]:
    return PersonaForm(data), _rows(0)(data, prefix=PREFIX)


def persona(form: PersonaForm, rows: Activities) -> PersonaSpec:
    """What valid forms say."""
    said = form.cleaned_data
    activities = tuple(row.activity() for row in rows.given())
    return PersonaSpec(said["name"], said["qualifies"], form.contact(), activities)


def add_faults(form: PersonaForm, rows: Activities, faults: tuple[FieldError, ...]) -> None:
    """Put what the write path refused beside its field, or beside all the others that have none."""
    for fault in faults:
        part, _, inside = fault.field.partition(".")
        if part == "activities" and inside:
            index, _, key = inside.partition(".")
            row = rows.given()[int(index)]
            row.add_error(key if key in OF_ACTIVITY else "more", in_words(fault))
        elif part == "contact":
            name = inside.replace(".", "_")
            form.add_error(name if name in form.fields else "more", in_words(fault))
        else:
            form.add_error(part if part in form.fields else None, in_words(fault))
