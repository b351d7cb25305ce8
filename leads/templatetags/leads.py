"""How pages put values into words: times, points, marks, and the kinds of what happened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django import template
from django.template.context import RequestContext
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from crm.models import Activity, ActivityKind, Contact, Stage, User
from leads import deadlines, reasons
from leads.deadlines import DAY, MINUTE, Deadline, duration
from leads.models import Mql, Task
from leads.models.plan import CallOutcome
from leads.wrong_number import is_wrong_number
from scoring.models import ScoreChange

register = template.Library()

ICONS_OF_KINDS: dict[str, str] = {
    ActivityKind.PAGE_VIEW: "eye",
    ActivityKind.FORM_SUBMITTED: "form",
    ActivityKind.DEMO_REQUESTED: "spark",
    ActivityKind.DEMO_VIEWED: "play",
    ActivityKind.CONTENT_DOWNLOADED: "download",
    ActivityKind.WEBINAR_REGISTERED: "calendar",
    ActivityKind.WEBINAR_ATTENDED: "play",
    ActivityKind.EVENT_ATTENDED: "calendar",
    ActivityKind.ROI_CALCULATOR: "calculator",
    ActivityKind.TRIAL_STARTED: "spark",
    ActivityKind.CHAT: "chat",
    ActivityKind.CALL: "phone",
    ActivityKind.MEETING: "calendar",
    ActivityKind.NOTE: "note",
    ActivityKind.SMS_SENT: "chat",
    ActivityKind.TASK_DONE: "check",
}
ICONS_OF_DEADLINES = {"over": "alert", "soon": "clock", "ahead": "clock", "met": "check", "none": "clock"}
STAGES_THAT_ARE_WORKED = {Stage.MQL, Stage.SAL, Stage.SQL, Stage.OPPORTUNITY, Stage.CUSTOMER}


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """A drawing from the sprite. It never stands alone: the words beside it say what it means.

    Each is put together once: a page has a hundred, of some twenty names that stand in templates.
    """
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static("leads/icons.svg"), name
    )


@register.inclusion_tag("leads/_nav_link.html", takes_context=True)
def nav_link(context: RequestContext, page: str, label: str, key: str = "") -> dict[str, Any]:
    """A link of the navigation, marked when the page shown is below it. It is followed by g, then `key`."""
    address = reverse(page)
    return {
        "address": address,
        "label": label,
        "key": key,
        "icon": page.partition(":")[0],
        "current": context["request"].path.startswith(address),
    }


# Times


@register.filter
def ago(moment: datetime | None) -> str | SafeString:
    """How long ago, with the exact time for whoever points at it."""
    return _time(moment, _ago(moment, timezone.now())) if moment else ""


def _ago(moment: datetime, now: datetime) -> str:
    passed = now - moment
    if passed < MINUTE:
        return "just now"
    if passed < DAY:
        return f"{duration(passed)} ago"
    if passed < 14 * DAY:
        # By the calendar, as the sentence that says why now.
        days = (timezone.localdate(now) - timezone.localdate(moment)).days
        return "yesterday" if days == 1 else f"{days} days ago"
    return _date(moment, now)


@register.filter
def day(moment: datetime | None) -> str | SafeString:
    """The date: 4 Mar, or 4 Mar 2025 in another year."""
    return _time(moment, _date(moment, timezone.now())) if moment else ""


def _date(moment: datetime, now: datetime) -> str:
    local = timezone.localtime(moment)
    return (
        f"{local.day} {local:%b}"
        if local.year == timezone.localtime(now).year
        else f"{local.day} {local:%b %Y}"
    )


@register.filter
def until(moment: datetime) -> SafeString:
    """How long until something happens by itself: leaves in 25 min."""
    left = moment - timezone.now()
    return _time(moment, f"leaves in {duration(left)}" if left >= MINUTE else "leaves now")


@register.filter
def clock(moment: datetime) -> SafeString:
    """The time of day."""
    return _time(moment, f"{timezone.localtime(moment):%H:%M}")


@register.filter
def day_and_clock(moment: datetime) -> SafeString:
    """The date and the time of day: Mon 2 Mar, 09:00."""
    local = timezone.localtime(moment)
    return _time(moment, f"{local:%a} {_date(moment, timezone.now())}, {local:%H:%M}")


@register.filter
def heading(moment: datetime) -> str:
    """A day as the heading of what happened on it."""
    local, today = timezone.localdate(moment), timezone.localdate()
    if 0 <= (today - local).days < 2:
        return ("Today", "Yesterday")[(today - local).days]
    return f"{local:%a} {local.day} {local:%b}" + ("" if local.year == today.year else f" {local.year}")


def _time(moment: datetime, words: str) -> SafeString:
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(timespec="seconds"),
        f"{local:%A} {local.day} {local:%B %Y, %H:%M %Z}",
        words,
    )


@register.simple_tag
def sla(mql: Mql) -> SafeString:
    """What is left of an MQL's SLA."""
    return _deadline(deadlines.first_touch(mql, at=timezone.now()))


@register.simple_tag
def due(task: Task) -> SafeString:
    """How long until a task is due, or how long it has been."""
    return _deadline(deadlines.task(task, at=timezone.now()))


def _deadline(deadline: Deadline) -> SafeString:
    words = deadline.words
    return format_html(
        '<span class="due due-{}">{}{}</span>',
        deadline.state,
        icon(ICONS_OF_DEADLINES[deadline.state]),
        _time(deadline.at, words) if deadline.at else words,
    )


# Points and reasons


@register.filter
def score(points: Decimal | None) -> str:
    """A score without zeros that say nothing: 65, 57.5."""
    if points is None:
        return ""
    text = f"{points:.2f}".rstrip("0").rstrip(".")
    return text.replace("-", "−")


@register.filter
def points(amount: Decimal) -> str:
    """Points to the cent with their sign, so that a column of them adds up before the eye."""
    return f"{amount:+.2f}".replace("-", "−") if amount else "0.00"


@register.filter
def moved(change: Decimal) -> str:
    """By how much a score moved: ▲ 12, ▼ 3.5."""
    return f"{'▲' if change > 0 else '▼'} {score(abs(change))}"


@register.filter
def moved_in_words(change: Decimal) -> str:
    """By how much a score moved, as it is said aloud."""
    return f"{'up' if change > 0 else 'down'} {score(abs(change))}"


@register.filter
def grade_class(grade: str) -> str:
    return f"grade-{grade[:1].lower()}"


@register.filter
def why(explanation: Mapping[str, Any]) -> str:
    """The reasons of a score in one sentence."""
    return reasons.sentence(explanation, at=timezone.now())


# What happened


@register.filter
def kind_label(kind: str) -> str:
    """What an activity was. A kind that Handoff does not know by name is spelled as words."""
    return ActivityKind(kind).label if kind in ActivityKind.values else kind.replace("_", " ").capitalize()


@register.filter
def kind_icon(kind: str) -> str:
    if kind.startswith("email"):
        return "mail"
    return ICONS_OF_KINDS.get(kind, "dot")


@register.filter
def told_beside(activity: Activity) -> str:
    """What is known of an activity besides its kind and subject: the outcome, who noted it, the campaign."""
    said = activity.properties if isinstance(activity.properties, dict) else {}
    campaign = "" if activity.campaign == activity.subject else activity.campaign
    outcome = said.get("outcome")
    if outcome in CallOutcome.values:
        outcome = CallOutcome(outcome).label
    outcome = "" if outcome == activity.subject else outcome
    return " · ".join(str(part) for part in (outcome, said.get("by"), campaign) if part)


@register.filter
def stage_label(stage: str) -> str:
    return Stage(stage).label if stage else "New"


@register.filter
def stage_class(stage: str) -> str:
    """How a stage's mark looks: where sales works, in the accent."""
    return "mark mark-accent" if stage in STAGES_THAT_ARE_WORKED else "mark"


@register.filter
def initials(user: User) -> str:
    words = str(user).split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.filter
def score_before(change: ScoreChange) -> Decimal:
    return change.fit_from + change.engagement_from


@register.filter
def score_after(change: ScoreChange) -> Decimal:
    return change.fit_to + change.engagement_to


# Facts


@register.filter
def phone_link(number: str) -> str:
    """A telephone number as a link dials it: digits, and the plus of a country, after which no zero is dialled."""
    dialled = number.replace("(0)", "") if number.lstrip().startswith("+") else number
    return "".join(sign for sign in dialled if sign.isdecimal() or sign == "+")


@register.filter
def has_wrong_number(contact: Contact) -> bool:
    """Whether somebody called the number and reached somebody else."""
    return is_wrong_number(contact)


@register.filter
def came_by(contact: Contact) -> str:
    """Where the contact's first click came from: medium and source of its UTM tags."""
    return " / ".join(part for part in (contact.utm_source, contact.utm_medium) if part)


@register.filter
def whole(number: int | None) -> str:
    """A whole number with its thousands set off; nothing when it is not known."""
    return "" if number is None else f"{number:,}"


@register.filter
def money(amount: Decimal | None) -> str:
    """A year's revenue in round figures: 12.5 million."""
    if amount is None:
        return ""
    for size, name in ((10**9, "billion"), (10**6, "million")):
        if amount >= size:
            return f"{score((amount / size).quantize(Decimal('0.1')))} {name}"
    return f"{amount:,.0f}"
