"""What changed: the story of models, segments, lists and routing, as a page and as a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.validators import MaxValueValidator
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.text import get_text_list

from crm.admin.base import acting_user
from crm.csv_lines import csv_lines
from crm.models import User
from leads.history.moments import OUTSIDE, Asked
from leads.history.story import story
from leads.history.tables import LABELS, Topic, topics_of

OTHERS = (
    ("key", "An API key"),
    ("job", "A job"),
    ("shell", "A command in the shell"),
    (OUTSIDE, "Somebody outside the application"),
)
COLUMNS = ("when", "who", "what", "version", "what happened")
LAST_DAY = date(9999, 12, 30)
"""The day after must be one too."""
WHOLE = 400
"""How many moments are read at a time for a file."""


class HistoryForm(forms.Form):
    """What somebody wants to read of the topics that they may read."""

    what = forms.ChoiceField(required=False)
    who = forms.ChoiceField(required=False)
    since = forms.DateField(label="From", required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(
        label="To",
        required=False,
        validators=[MaxValueValidator(LAST_DAY, "That day never comes.")],
        widget=forms.DateInput({"type": "date"}),
    )
    version = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=2_147_483_647,
        widget=forms.NumberInput({"placeholder": "as in 4"}),
    )
    q = forms.CharField(
        label="Search",
        required=False,
        max_length=100,
        widget=forms.TextInput({"type": "search", "placeholder": "rule, list, domain, rep"}),
    )

    def __init__(self, asked: QueryDict, *, topics: list[Topic]) -> None:
        super().__init__(asked)
        self.topics = topics
        staff = User.objects.filter(is_staff=True).order_by("first_name", "username")
        people = [(str(user.pk), str(user)) for user in staff]
        self._offer("what", [("", "Everything"), *((topic.value, LABELS[topic]) for topic in topics)])
        self._offer("who", [("", "Anybody"), *people, *OTHERS])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", "Choose the day that the story begins with, or a later one.")
        return cleaned

    @property
    def asked(self) -> Asked:
        said = self.cleaned_data
        return Asked(
            topics=[Topic(said["what"])] if said["what"] else self.topics,
            who=said["who"],
            since=said["since"],
            until=said["until"],
            version=said["version"],
            words=said["q"].strip(),
        )


def history(request: HttpRequest) -> HttpResponse:
    """The story, newest first, a page at a time."""
    form = _form(request)
    before = parse_moment(request.GET.get("before", ""))
    told = story(form.asked, before=before) if form.is_valid() else None
    context = {
        **admin.site.each_context(request),
        "title": "What changed",
        "form": form,
        "topics": get_text_list([LABELS[topic].lower() for topic in form.topics], "and"),
        "story": told,
        "filtered": any(request.GET.get(name) for name in form.fields),
        "before": before,
        "chosen": _without_place(request.GET),
        "older": told.older.isoformat() if told and told.older else "",
    }
    return TemplateResponse(request, "admin/leads/history.html", context)


def history_file(request: HttpRequest) -> HttpResponseBase:
    """All of what is asked for as CSV, a sentence a line."""
    form = _form(request)
    if not form.is_valid():
        return history(request)
    return StreamingHttpResponse(
        csv_lines(COLUMNS, _rows(form.asked)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="what-changed.csv"'},
    )


def _form(request: HttpRequest) -> HistoryForm:
    topics = topics_of(acting_user(request))
    if not topics:
        raise PermissionDenied
    return HistoryForm(request.GET, topics=topics)


def parse_moment(text: str) -> datetime | None:
    """The moment that an address names; None for one that is none, as an old link may hold."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and timezone.is_aware(moment) else None


def _without_place(query: QueryDict) -> str:
    """What is asked for, as an address, without the place on it."""
    kept = query.copy()
    kept.pop("before", None)
    return kept.urlencode()


def _rows(asked: Asked) -> Iterator[tuple[Any, ...]]:
    before, more = None, True
    while more:
        told = story(asked, before=before, size=WHOLE)
        for paragraph in told.paragraphs:
            at = timezone.localtime(paragraph.at).strftime("%Y-%m-%d %H:%M:%S")
            for part in paragraph.parts:
                yield at, paragraph.who, LABELS[part.topic], part.version or "", part.sentence
        before, more = told.older, told.older is not None


guard = partial(admin.site.admin_view, cacheable=False)
urlpatterns = [
    path("", guard(history), name="history"),
    path("what-changed.csv", guard(history_file), name="history-file"),
]
