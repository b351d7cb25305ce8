"""Calendars of work: hours, days, public holidays and closed days, with what comes of them."""

from __future__ import annotations

from datetime import date, datetime
from difflib import get_close_matches
from itertools import islice
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.admin import TabularInline
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from crm.admin.base import HandoffAdmin
from leads.models import ClosedDay, WorkingHours
from leads.public_holidays import check_place, names_of_holidays
from leads.sla import working_time

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SHOWN_DAYS = 5
SHOWN_HOLIDAYS = 5


class WorkingHoursForm(forms.ModelForm):
    days = forms.TypedMultipleChoiceField(
        choices=list(enumerate(DAYS)),
        coerce=int,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        error_messages={"required": "Tick at least one day: nobody would ever be at work."},
    )

    class Meta:
        model = WorkingHours
        fields = (
            "name",
            "time_zone",
            "starts",
            "ends",
            "days",
            "holidays_country",
            "holidays_subdivision",
        )
        labels = {"holidays_country": "Country", "holidays_subdivision": "State or province"}
        help_texts = {"holidays_subdivision": "As BY or CA. Empty: only those of the whole country."}

    def clean_time_zone(self) -> str:
        asked: str = self.cleaned_data["time_zone"].strip()
        known = available_timezones()
        if asked in known:
            return asked
        cities = {name.rpartition("/")[2].lower(): name for name in sorted(known)}
        near = get_close_matches(asked.rpartition("/")[2].lower().replace(" ", "_"), cities, n=1)
        mend = f"did you mean {cities[near[0]]}?" if near else "use a name such as Europe/Paris."
        raise ValidationError(f"“{asked}” is no time zone: {mend}")

    def clean_holidays_country(self) -> str:
        return str(self.cleaned_data["holidays_country"]).strip().upper()

    def clean_holidays_subdivision(self) -> str:
        return str(self.cleaned_data["holidays_subdivision"]).strip()

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if starts and ends and starts >= ends:
            self.add_error("ends", "The working day ends after it starts, on the same date.")
        if "holidays_country" in cleaned and "holidays_subdivision" in cleaned:
            check_place(cleaned["holidays_country"], cleaned["holidays_subdivision"])
        return cleaned


class ClosedDayInline(TabularInline):
    model = ClosedDay
    extra = 0
    hide_title = True
    fields = ("day", "name")


@admin.register(WorkingHours)
class WorkingHoursAdmin(HandoffAdmin):
    form = WorkingHoursForm
    list_display = ("name", "working_day", "working_days", "time_zone", "place", "teams", "reps")
    search_fields = ("name", "time_zone")
    inlines = (ClosedDayInline,)
    readonly_fields = ("preview",)
    fieldsets = (
        (None, {"fields": ("name", "time_zone", ("starts", "ends"), "days")}),
        ("Public holidays", {"fields": (("holidays_country", "holidays_subdivision"),)}),
        ("What comes of it", {"fields": ("preview",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkingHours]:
        counts = {
            "number_of_teams": Count("teams", distinct=True),
            "number_of_reps": Count("reps", distinct=True),
        }
        return super().get_queryset(request).annotate(**counts)

    @display(description="from to", ordering="starts")
    def working_day(self, hours: WorkingHours) -> str:
        return f"{hours.starts:%H:%M}–{hours.ends:%H:%M}"

    @display(description="days")
    def working_days(self, hours: WorkingHours) -> str:
        return ", ".join(DAYS[day] for day in sorted(hours.days))

    @display(description="holidays of")
    def place(self, hours: WorkingHours) -> str:
        return " ".join(part for part in (hours.holidays_country, hours.holidays_subdivision) if part) or "–"

    @display(description="teams", ordering="number_of_teams")
    def teams(self, hours: Any) -> int:
        return int(hours.number_of_teams)

    @display(description="reps", ordering="number_of_reps")
    def reps(self, hours: Any) -> int:
        return int(hours.number_of_reps)

    @display(description="Next days")
    def preview(self, hours: WorkingHours) -> str | SafeString:
        if hours._state.adding:
            return "Save to see the next working days and holidays."
        return outlook(hours, at=timezone.now())


def outlook(hours: WorkingHours, *, at: datetime) -> SafeString:
    """The next days of work, and the holidays that come, by the clock where these hours are."""
    calendar = working_time(hours)
    days = [
        f"{start.astimezone(calendar.zone):%a %-d %b, %H:%M}–{end.astimezone(calendar.zone):%H:%M}"
        for start, end in islice(calendar.spans_from(at), SHOWN_DAYS)
    ]
    holidays = [f"{day:%a %-d %b %Y}: {name}" for day, name in _holidays_from(calendar.day_of(at), hours)]
    return format_html(
        "<strong>Works next</strong><ul>{}</ul><br><strong>Public holidays ahead</strong><ul>{}</ul>",
        _items(days or ["never: every day is closed"]),
        _items(holidays or ["none"]),
    )


def _holidays_from(today: date, hours: WorkingHours) -> list[tuple[date, str]]:
    if not hours.holidays_country:
        return []
    place = (hours.holidays_country, hours.holidays_subdivision)
    named = names_of_holidays(*place, today.year) | names_of_holidays(*place, today.year + 1)
    return [(day, name) for day, name in sorted(named.items()) if day >= today][:SHOWN_HOLIDAYS]


def _items(lines: list[str]) -> SafeString:
    return format_html_join("", "<li>{}</li>", ((line,) for line in lines))
