"""The flood guard: who qualifies by a change of the rules alone waits for their turn, or until they engage anew.

From when a version goes live until everyone has been evaluated under it, whoever crosses the threshold without having
done anything since is held back, as its publication says. Then `leads.let_go` opens the best at once and the others day
by day; whoever engages anew meanwhile goes at once. A held contact waits in a row, so that nobody is lost.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from crm.models import Activity, Contact
from leads import sla
from leads.models import HeldBack
from scoring.models import Opening, Publication


def hold_back(contact_ids: Collection[int], *, at: datetime) -> set[int]:
    """Of contacts who would become MQLs, be it after a pause: those who must wait. In the caller's transaction, which
    holds the contacts. Safe twice: each waits in one row.
    """
    publication = Publication.objects.current()
    if publication is None:
        return set()
    waiting = HeldBack.objects.waiting(publication).filter(contact__in=contact_ids)
    if publication.opening == Opening.ALL:
        # Those who were held before somebody chose otherwise.
        waiting.update(ended_at=at, because=HeldBack.Because.TURN)
        return set()
    held = set(waiting.values_list("contact", flat=True))
    # Once everyone has been seen, who crosses does so by a fact of their own, or by time.
    asked = held if publication.swept_at else set(contact_ids)
    still = set(_idle_since(publication, asked).values_list("pk", flat=True)) if asked else set()
    if moved := held - still:
        waiting.filter(contact__in=moved).update(ended_at=at, because=HeldBack.Because.ENGAGED)
    rows = [HeldBack(contact_id=pk, publication=publication, held_at=at) for pk in sorted(still - held)]
    HeldBack.objects.bulk_create(rows, ignore_conflicts=True)
    return still


def _idle_since(publication: Publication, contact_ids: Collection[int]) -> QuerySet[Contact]:
    """Those who were there when the version went live, and did nothing of their own accord since."""
    engaged = Activity.objects.engaging().filter(contact=OuterRef("pk"), recorded_at__gt=publication.done_at)
    there = Contact.objects.filter(pk__in=contact_ids, created_at__lte=publication.done_at)
    return there.filter(~Exists(engaged)).order_by()


def left_today(publication: Publication, *, at: datetime) -> int:
    """How many more may have their turn on the working day of `at`."""
    if publication.swept_at is None or publication.opening == Opening.NEW_ONLY:
        return 0
    if publication.opening == Opening.ALL:
        return HeldBack.objects.waiting(publication).count()
    office = sla.office_hours()
    today, first = office.day_of(at), office.day_of(publication.swept_at)
    turns = HeldBack.objects.filter(publication=publication, because=HeldBack.Because.TURN)
    had = turns.count()
    if had < publication.open_now:
        return publication.open_now - had
    if today <= first or not office.is_working_day(today):
        return 0
    # By the clocks of the office a day may be an hour longer; two days back holds all of it.
    recent = turns.filter(ended_at__gt=at - timedelta(days=2)).values_list("ended_at", flat=True)
    had_today = sum(office.day_of(ended_at) == today for ended_at in recent if ended_at)
    return max(0, publication.open_per_day - had_today)


def waiting_for(publication: Publication) -> int:
    """How many wait for their turn, or until they engage anew. `scoring` asks this."""
    return HeldBack.objects.waiting(publication).count()
