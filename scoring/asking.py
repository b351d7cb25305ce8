"""Whom, when and under which version: what the shell and the API ask for by words, turned into what it means."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from crm.errors import FieldError, Invalid
from crm.facts import EARLIEST, LATEST_AHEAD, normal_email
from crm.models import Contact
from scoring.models import ScoringVersion

MOST_DIGITS = 9
"""Of a version's number: Python refuses to read endless ones."""


def moment_asked(text: str | None) -> tuple[datetime, bool]:
    """A moment in ISO 8601 with its zone, and whether it is in the past; without `text`, now. Raises Invalid."""
    now = timezone.now()
    if not text:
        return now, False
    mend = "write it as 2026-03-01T09:00:00Z"
    try:
        moment = parse_datetime(text.strip().replace(" ", "+") if "T" in text else text)
    except ValueError as error:
        raise Invalid(FieldError("as_of", f"“{text}” is not a moment: {error}", mend)) from error
    if moment is None:
        raise Invalid(FieldError("as_of", f"“{text}” is not a moment", mend))
    if moment.tzinfo is None:
        raise Invalid(FieldError("as_of", f"“{text}” has no time zone", mend))
    if not EARLIEST <= moment <= now + LATEST_AHEAD:
        raise Invalid(FieldError("as_of", f"“{text}” is before 1970 or more than a year ahead", mend))
    return moment, moment < now


def version_asked(number: int | str | None) -> ScoringVersion:
    """The version of that number; without one, the published one. Raises Invalid where there is none."""
    if number in (None, "", "live"):
        version = ScoringVersion.objects.live()
        mend = "publish one: scoring_model import examples/model.yaml --publish"
        problem = "no version is published"
    else:
        sound = str(number).isdecimal() and len(str(number)) <= MOST_DIGITS
        version = ScoringVersion.objects.filter(number=number).first() if sound else None
        problem, mend = f"there is no version {str(number)[:40]}", "see the list under Scoring versions"
    if version is None:
        raise Invalid(FieldError("version", problem, mend))
    return version


def contact_asked(email: str) -> Contact:
    """The contact of that e-mail, however it is written. Raises Invalid where there is none."""
    try:
        contact = Contact.objects.filter(email=normal_email(email)).first()
    except ValueError as error:
        raise Invalid(FieldError("email", str(error), "give one address, as in ada@acme.example")) from error
    if contact is None:
        raise Invalid(FieldError("email", f"no contact has the address {email}", "look for typing errors"))
    return contact
