"""What forms about an MQL carry along, and the way back after a verdict."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import NamedTuple

from django import template
from django.contrib.messages.storage.base import Message
from django.template.context import RequestContext
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from leads import seen
from leads.actions import TIME_TO_UNDO
from leads.models import ComeBack, Mql, MqlAction

register = template.Library()

PREFIX = "undo"


class Offer(NamedTuple):
    """What may be taken back, and until when."""

    action: int
    until: datetime

    @property
    def seconds(self) -> int:
        """How many are left, which a browser counts from when it has the page: its clock may be wrong."""
        return max(0, int((self.until - timezone.now()).total_seconds()))


def tag_of(action: MqlAction) -> str:
    """Marks the message about `action`, so that the page offers to take it back."""
    return f"{PREFIX}:{action.pk}:{(action.at + TIME_TO_UNDO).timestamp()}"


@register.simple_tag
def offer_of(message: Message) -> Offer | None:
    """What the thing that `message` tells of is taken back by, as long as it may be."""
    prefix, _, rest = (message.extra_tags or "").partition(":")
    if prefix != PREFIX:
        return None
    action, _, until = rest.partition(":")
    offer = Offer(int(action), datetime.fromtimestamp(float(until), UTC))
    return offer if offer.until > timezone.now() else None


@register.filter
def offer(action: MqlAction) -> Offer:
    """The way back from `action`."""
    return Offer(action.pk, action.at + TIME_TO_UNDO)


@register.filter
def coming_back(wait: ComeBack) -> str:
    """When a recycled contact is looked at again, or what ended the waiting."""
    if wait.done_at:
        return f"{wait.done_because}, on {_day(timezone.localdate(wait.done_at))}."
    ways = [f"on {_day(wait.on_day)}"] if wait.on_day else []
    ways += ["as soon as they do something of their own accord"] if wait.on_activity else []
    whose = f" {wait.user} has a task then." if wait.user else ""
    return f"To come back to {', or '.join(ways)}.{whose}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


@register.simple_tag(takes_context=True)
def seen_as(context: RequestContext, mql: Mql) -> SafeString:
    """A hidden field that says how `mql` stood when its reader was shown this form."""
    token = seen.token(mql, context["request"].user)
    return format_html('<input type="hidden" name="seen" value="{}">', token)
