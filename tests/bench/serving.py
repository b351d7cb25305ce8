"""What people wait for: from a fact to an MQL that can be seen, and the inbox. Through a real web server and worker."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from http.client import HTTPConnection
from itertools import cycle
from time import monotonic, perf_counter, sleep
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm import processes
from crm.models import Scope, User
from crm.models.apikey import create_key
from scoring import jobs
from scoring.everyone import ask_for_everyone, still_to_mark
from scoring.models import EveryoneRequest, Pending
from tests.bench.report import Report, middle

SECONDS = 30
"""The longest that anything here may take."""

POLL = 0.01
MILLISECONDS = 60
"""How long a page of somebody's desk may take."""
INBOX = {"the inbox": "/inbox/", "the inbox, everybody's": "/inbox/?queue=all"}
FILTERS = (
    "grade=A&grade=B&industry=Software&industry=Finance&country=DE&country=FR&size=51-200&size=201-1000"
    "&sla=breached&sla=touched&source=Web"
)
SEARCHES = {
    "the inbox, filtered": (f"/inbox/?queue=all&{FILTERS}", 12),
    "the inbox, searched by a name": ("/inbox/?queue=all&q=first{number}", 14),
    "the inbox, searched by a misspelled name": ("/inbox/?queue=all&q=frist{number}", 14),
    "contacts, searched by a name": ("/contacts/?q=first{number}+last{number}", 14),
    "contacts, searched by a misspelled name": ("/contacts/?q=frist{number}", 14),
    "contacts, searched by an address": ("/contacts/?q=person{number}11", 14),
}
"""Pages with a place for a number, and how many queries each may take. Only the inbox is held to a bar of time."""


@contextmanager
def served() -> Iterator[int]:
    """Web server and worker as `manage.py up` starts them, on a free port."""
    call_command("collectstatic", verbosity=0, interactive=False)
    with socket.socket() as probe:
        probe.bind((processes.HOST, 0))
        port = int(probe.getsockname()[1])
    children = [processes.web_server(port), processes.worker()]
    try:
        for child in children:
            child.start()
        deadline = monotonic() + SECONDS
        while not processes.is_alive(port):
            if monotonic() > deadline:
                raise RuntimeError(f"the web server does not answer after {SECONDS} seconds")
            sleep(POLL)
        yield port
    finally:
        processes.stop(children)


class Browser:
    """One connection that is kept, with the headers of one who may."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self.connection = HTTPConnection(processes.HOST, port, timeout=SECONDS)
        self.headers = headers

    def ask(self, method: str, path: str, body: Any = None) -> bytes:
        headers = self.headers | ({"Content-Type": "application/json"} if body is not None else {})
        self.connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:500]!r}")
        return content


def measure_freshness(report: Report, port: int, *, times: int) -> None:
    """Post what makes somebody qualify, and look until their MQL is listed."""
    seconds_until_mql = freshness(port, "bench")
    seconds_until_mql("first")
    took = [seconds_until_mql(str(number)) for number in range(times)]
    report.add("from a fact to a visible MQL: median", middle(took), "s")
    report.add("from a fact to a visible MQL: 95 of 100", middle(took, 95), "s", at_most=2)
    ask_for_everyone(at=timezone.now())
    jobs.ask_to_drain(lost_after=timedelta(0))
    took = [seconds_until_mql(f"meanwhile-{number}") for number in range(times)]
    still = still_to_mark()
    everyone = "the same, everyone being evaluated meanwhile"
    report.add(f"{everyone}: 95 of 100", middle(took, 95), "s", at_most=2)
    report.add(f"{everyone}: contacts left at the end", still or 0, "")
    # Nobody else's figures are to be those of a machine that is busy with this.
    EveryoneRequest.objects.update(requested_at=None)
    Pending.objects.filter(bulk=True).delete()


def freshness(port: int, whose: str) -> Callable[[str], float]:
    """What measures the seconds from a fact to a visible MQL of somebody new, whose name it is given. `whose` names the
    key that it posts with.
    """
    _, key = create_key(whose, [Scope.READ, Scope.WRITE_FACTS])
    return partial(_until_mql, Browser(port, {"Authorization": f"Bearer {key}"}))


def _until_mql(program: Browser, name: str) -> float:
    """Seconds from sending what a new contact did to the MQL in the API."""
    person = {"email": f"fresh-{name}@company1.example", "job_title": "VP Sales", "properties": {"seats": 80}}
    contact = json.loads(program.ask("POST", "/api/v1/contacts/", person))["id"]
    did = [
        {"contact": contact, "kind": "form_submitted", "subject": "quote", "external_id": f"{name}-1"},
        {"contact": contact, "kind": "webinar_attended", "subject": "Spring", "external_id": f"{name}-2"},
    ]
    started = perf_counter()
    program.ask("POST", "/api/v1/activities/", did)
    while not json.loads(program.ask("GET", f"/api/v1/mqls/?contact={contact}"))["results"]:
        if perf_counter() - started > SECONDS:
            raise RuntimeError(f"contact {contact} is no MQL after {SECONDS} seconds")
        sleep(POLL)
    return perf_counter() - started


def measure_inbox(report: Report, port: int, *, times: int) -> None:
    """The inbox of a rep and of their team lead, as it is served, and what it asks of the database."""
    for username, whose in (("rep0", "of a rep"), ("lead0", "of a team lead")):
        reader = Reader(port, username)
        for page, path in INBOX.items():
            reader.measure(report, f"{page}, {whose}", [path], times=times, queries=12)


def measure_searches(report: Report, port: int, *, times: int) -> None:
    """What a team lead filters and searches by, among all that they see. Every search is for somebody else."""
    reader = Reader(port, "lead0")
    for page, (path, queries) in SEARCHES.items():
        asked = [path.format(number=7 + 13 * each) for each in range(times)]
        bar = MILLISECONDS if page.startswith("the inbox") else None
        reader.measure(report, page, asked, times=times, queries=queries, bar=bar)


class Reader:
    """Somebody who looks at pages: over the wire, and in this process to count queries."""

    def __init__(self, port: int, username: str, headers: dict[str, str] | None = None) -> None:
        self.user = User.objects.get(username=username)
        self.headers = headers or {}
        self.client = Client()
        self.client.force_login(self.user)
        self.session = self.client.cookies[settings.SESSION_COOKIE_NAME].value
        cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={self.session}"}
        self.browser = Browser(port, cookie | self.headers)

    def measure(
        self,
        report: Report,
        about: str,
        paths: Sequence[str],
        *,
        times: int,
        queries: int,
        bar: float | None = MILLISECONDS,
    ) -> None:
        """Ask for `paths` in turn, `times` in all. At most `queries` are allowed, and `bar` milliseconds."""
        self.browser.ask("GET", paths[0])
        took = []
        for _, path in zip(range(times), cycle(paths), strict=False):
            started = perf_counter()
            self.browser.ask("GET", path)
            took.append(1000 * (perf_counter() - started))
        with CaptureQueriesContext(connection) as asked:
            self.client.get(paths[0], headers=self.headers)
        report.add(f"{about}: median", middle(took), "ms")
        report.add(f"{about}: 95 of 100", middle(took, 95), "ms", at_most=bar)
        report.add(f"{about}: queries", len(asked), "queries", at_most=queries)
