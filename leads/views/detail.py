"""What a person's page and pane are rendered from: facts, reasons, the score over time, colleagues, the story."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from crm.models import Contact, User
from leads.actions import just_done
from leads.chart import Chart, chart
from leads.colleagues import colleagues
from leads.deadlines import note_hours
from leads.first_mail import mails_under_way
from leads.forms import NoteForm, TaskForm
from leads.hand_over import hand_overs_of
from leads.models import Mql, Rep
from leads.plan_progress import progress
from leads.reasons import Breakdown, breakdown
from leads.timeline import Group, chosen, timeline
from leads.views.requests import PageRequest
from scoring.explain import explain

MANY = 20
"""How many MQLs and open tasks of a contact are shown: few have more than two."""

OF_EARLIER = (
    "contact", "grade", "total", "opened_at", "closed_at", "verdict", "reason", "owner__username", "owner__first_name",
    "owner__last_name", "closed_by__username", "closed_by__first_name", "closed_by__last_name",
)  # fmt: skip
"""What is shown of an earlier MQL, which is all that is read."""


def readable(user: User) -> QuerySet[Mql]:
    """MQLs that `user` may read, with what their page shows of other tables."""
    return (
        Mql.objects.visible_to(user)
        .defer("search", "document")
        # What few MQLs have is asked for where it is shown: to plan each further join takes longer than a query.
        .select_related("contact__company", "contact__score__version", "owner")
    )


def mql_context(request: PageRequest, shown: Mql) -> dict[str, Any]:
    """What one MQL's pane is rendered from."""
    user, contact = request.user, shown.contact
    earlier = Mql.objects.visible_to(user).filter(contact=contact).exclude(pk=shown.pk)
    score = getattr(contact, "score", None)
    note_hours([shown])
    return {
        "may_change": Mql.objects.changeable_by(user).filter(pk=shown.pk).exists(),
        "hand_overs": hand_overs_of(shown),
        "just_done": just_done(shown, user, at=timezone.now()),
        "earlier": earlier.select_related("owner", "closed_by")
        .only(*OF_EARLIER)
        .order_by("-opened_at", "-pk")[:MANY],
        "chart": chart_of(contact, now=score.total) if score else None,
        "plan": progress(shown, at=timezone.now()),
        **person_context(request, contact, page=_address(request, shown)),
        **explanation_context(request, shown),
    }


def person_context(request: PageRequest, contact: Contact, *, page: str) -> dict[str, Any]:
    """What the pane of an MQL and the page of a contact have in common. `page`: the address that is shown."""
    user = request.user
    return {
        "contact": contact,
        "company": contact.company,
        "colleagues": colleagues(contact, user=user),
        "tasks": contact.tasks.open().visible_to(user).select_related("assignee")[:MANY],
        "mails": mails_under_way(contact, user=user, at=timezone.now()),
        **timeline_context(request, contact),
        **writing_context(user, page=page),
    }


def timeline_context(request: PageRequest, contact: Contact) -> dict[str, Any]:
    """The part of the story that the address asks for: `show`, once for each group, and `before`, a cursor."""
    wanted = chosen(request.GET.getlist("show"))
    told = timeline(contact, before=request.GET.get("before", ""), show=wanted)
    return {
        "contact": contact,
        "groups": [(group, group in wanted, _toggled(wanted, group)) for group in Group],
        "shown_groups": sorted(wanted),
        "timeline": told,
        "timeline_earlier": urlencode({"show": sorted(wanted), "before": told.earlier}, doseq=True),
    }


def _toggled(wanted: frozenset[Group], group: Group) -> list[str]:
    """What `show` holds once `group` is pressed."""
    return sorted(wanted ^ {group})


def _address(request: PageRequest, shown: Mql) -> str:
    query = request.GET.urlencode()
    return reverse("mql", args=[shown.pk]) + (f"?{query}" if query else "")


def writing_context(user: User, *, page: str) -> dict[str, Any]:
    """What the forms for notes and tasks about a contact are rendered from. `page`: where they lead back to."""
    return {
        "may_write": Rep.objects.takes_part(user),
        "note_form": NoteForm(),
        "task_form": TaskForm(),
        "page_address": page,
    }


def explanation_context(request: PageRequest, shown: Mql) -> dict[str, Any]:
    """The explanation as the address asks for it: as it stood when the MQL opened, or as it stands now."""
    now = request.GET.get("score") == "now"
    lines = current_breakdown(shown.contact) if now else breakdown(shown.explanation)
    return {"mql": shown, "now": now, "breakdown": lines}


def current_breakdown(contact: Contact) -> Breakdown | None:
    """The score of `contact` as it stands now, explained. None before the first version is published."""
    explanation = explain([contact.pk], at=timezone.now()).get(contact.pk)
    return breakdown(explanation.as_json()) if explanation else None


def chart_of(contact: Contact, *, now: Decimal) -> Chart | None:
    """The score up to what it is `now`, beside the threshold of the version that scores it."""
    score = getattr(contact, "score", None)
    if score is None:
        return None
    return chart(contact, threshold=score.version.threshold, now=now, at=timezone.now())
