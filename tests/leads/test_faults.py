"""Workers that are killed at any moment: every fact becomes what it should, once."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, Sum
from django.utils import timezone

from crm import record
from crm.facts import ActivityFacts, ContactFacts
from crm.models import Activity, Contact, Stage, StageChange
from leads.models import Delivery, Mql, Notification, Task
from scoring.models import Pending, Score, ScoreChange
from tests.factories import make_rep, publish_small_model
from tests.leads.nursery import Nursery, kill, name_of
from tests.processes import eventually

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

CONTACTS = 2000
KILLS = 20
BATCH = CONTACTS // KILLS
SECONDS = 60
"""The longest that anything here may take."""
RECOVERY_SECONDS = 25
"""Before the first run of the schedules, and long before django-q tries again what was killed with its worker."""


@pytest.fixture
def nursery(transactional_db: None, tmp_path: Path) -> Iterator[Nursery]:
    nursery = Nursery(tmp_path / "var")
    yield nursery
    nursery.close()


def email(number: int) -> str:
    return f"person{number}@people.example"


def qualifies(number: int) -> bool:
    """A quarter lacks the fit, another the engagement, and half have both."""
    return number % 4 > 1


def send_facts(batch: range) -> None:
    """Record people, then what they did, as a program would that sends them by the hundred."""
    try:
        record_facts(batch, at=timezone.now())
    finally:
        connection.close()


def record_facts(batch: range, *, at: datetime) -> None:
    people = [
        ContactFacts(email=email(number), job_title="" if number % 4 == 0 else "VP Sales") for number in batch
    ]
    record.upsert_contacts(people, at=at)
    did = [
        ActivityFacts(
            email(number),
            "page_view" if number % 4 == 1 else "webinar_attended",
            at,
            "test",
            external_id=f"{number}-{visit}",
        )
        for number in batch
        for visit in range(2)
    ]
    record.append_activities(did, at=at)


def is_connected(group: int) -> bool:
    return _connections("application_name = %s", name_of(group)) > 0


def has_work_in_hand(group: int) -> bool:
    in_transaction = "application_name = %s AND state <> 'idle' AND xact_start IS NOT NULL"
    return _connections(in_transaction, name_of(group)) > 0


def who_is_at_work(groups: list[int], *, otherwise: int) -> int:
    """The place of the first worker that is seen with a transaction open; `otherwise` where none is in two seconds."""
    end = time.monotonic() + 2
    while time.monotonic() < end:
        for place, group in enumerate(groups):
            if has_work_in_hand(group):
                return place
    return otherwise


def _connections(condition: str, name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM pg_stat_activity WHERE {condition}", [name])
        return int(cursor.fetchone()[0])


def everything_is_done() -> bool:
    return not Pending.objects.exists() and Mql.objects.count() >= sum(map(qualifies, range(CONTACTS)))


@pytest.mark.parametrize(
    ("workers", "deliveries"),
    [pytest.param(1, 1, id="one worker"), pytest.param(2, 2, id="two workers, every batch sent twice")],
)
def test_whoever_qualifies_gets_one_of_each_however_often_workers_are_killed(
    nursery: Nursery, workers: int, deliveries: int
) -> None:
    publish_small_model()
    for name in ("ada", "ben", "cleo"):
        make_rep(name)
    chance = random.Random(workers)

    interrupted = send_while_workers_are_killed(nursery, workers, deliveries, chance)
    last = [nursery.start() for _ in range(workers)]
    recovered = eventually(everything_is_done, seconds=RECOVERY_SECONDS)
    for group in last:
        kill(group)

    assert recovered
    assert interrupted > 0
    assert Activity.objects.count() == 2 * CONTACTS
    assert_one_of_each()
    assert_scores_are_what_their_history_says()


def send_while_workers_are_killed(
    nursery: Nursery, workers: int, deliveries: int, chance: random.Random
) -> int:
    """Send a batch for each kill. Returns how many kills met a worker with a transaction open."""
    running = [nursery.start() for _ in range(workers)]
    interrupted = 0
    with ThreadPoolExecutor(deliveries) as senders:
        for first in range(0, CONTACTS, BATCH):
            batch = range(first, first + BATCH)
            victim = chance.randrange(workers)
            sent = [senders.submit(send_facts, batch) for _ in range(deliveries)]
            assert eventually(lambda worker=running[victim]: is_connected(worker), seconds=SECONDS)
            if first // BATCH % 2:
                # A quick machine is done before chance strikes: every other kill falls on a worker at work.
                victim = who_is_at_work(running, otherwise=victim)
            else:
                # Not a wait for anything: the moment of the kill is what chance decides.
                time.sleep(chance.uniform(0, 0.8))
            interrupted += has_work_in_hand(running[victim])
            kill(running[victim])
            running[victim] = nursery.start()
            for each in sent:
                each.result(SECONDS)
    for group in running:
        kill(group)
    return interrupted


def assert_one_of_each() -> None:
    ids = dict(Contact.objects.values_list("email", "pk"))
    expected = Counter(ids[email(number)] for number in range(CONTACTS) if qualifies(number))
    mqls = list(Mql.objects.select_related("owner"))
    assert Counter(mql.contact_id for mql in mqls) == expected
    assert Counter(Task.objects.values_list("mql", "kind", "assignee")) == Counter(
        (mql.pk, Task.Kind.FIRST_TOUCH, mql.owner_id) for mql in mqls
    )
    assert Counter(Notification.objects.values_list("mql", "user", "kind")) == Counter(
        (mql.pk, mql.owner_id, Notification.Kind.MQL_ASSIGNED) for mql in mqls
    )
    assert Counter(Delivery.objects.values_list("context__mql", "recipient")) == Counter(
        (mql.pk, mql.owner.email) for mql in mqls
    )
    moved = StageChange.objects.filter(to_stage=Stage.MQL).values_list("contact", flat=True)
    assert Counter(moved) == expected


def assert_scores_are_what_their_history_says() -> None:
    moves = ScoreChange.objects.values_list("contact").annotate(
        moved=Sum(F("fit_to") - F("fit_from") + F("engagement_to") - F("engagement_from"))
    )
    scores: dict[int, Any] = dict(Score.objects.values_list("pk", "total"))
    assert dict(moves.order_by()) == scores
    assert Counter(scores.values()) == {50: CONTACTS / 4, 30: CONTACTS / 4, 80: CONTACTS / 2}
