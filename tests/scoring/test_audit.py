"""The audit trail: every change leaves an event that nobody can alter, with who made it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

import pghistory
import pytest
from django.core.asgi import get_asgi_application
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client, RequestFactory
from django_q.tasks import async_task
from psycopg.sql import SQL, Identifier

from crm import trail
from crm.threads import KeptThreads, Pages
from crm.trail import TrailEvent
from crm.who import asked_by, by_command, said_by
from leads.models import SlaTarget, VerdictReason
from scoring.domain_lists import add_domains
from scoring.models import DomainList, DomainListEntry, Rule, ScoringVersion, Segment
from scoring.publish import publish
from scoring.versions import save_draft
from tests.factories import NOW, SMALL_MODEL, make_user


def events_of(model: type[Any], **columns: Any) -> Any:
    return model.pgh_event_model.objects.filter(**columns).order_by("pgh_id")


@pytest.fixture
def draft(db: None) -> ScoringVersion:
    return save_draft(SMALL_MODEL, by=None, at=NOW)


def test_a_change_leaves_the_row_as_it_is_from_then_on(draft: ScoringVersion) -> None:
    rule = Rule.objects.filter(group__version=draft).earliest("pk")

    Rule.objects.filter(pk=rule.pk).update(points=99)
    Rule.objects.filter(pk=rule.pk).delete()

    kept = events_of(Rule, pgh_obj=rule.pk).values_list("pgh_label", "points", "name")
    assert list(kept) == [
        ("insert", rule.points, rule.name),
        ("update", 99, rule.name),
        ("delete", 99, rule.name),
    ]


def test_an_update_that_changes_nothing_leaves_nothing(draft: ScoringVersion) -> None:
    Rule.objects.filter(group__version=draft).update(points=0)
    before = events_of(Rule).count()

    Rule.objects.filter(group__version=draft).update(points=0)

    assert events_of(Rule).count() == before


def test_what_is_written_in_bulk_leaves_an_event_for_each_row(db: None) -> None:
    rivals = DomainList.objects.create(name="rivals")

    add_domains(rivals, [f"rival{number}.example" for number in range(48)])
    DomainListEntry.objects.filter(domain__startswith="rival1").delete()

    labels = [event.pgh_label for event in events_of(DomainListEntry, list=rivals)]
    assert (labels.count("insert"), labels.count("delete")) == (48, 11)


@pytest.fixture
def event(draft: ScoringVersion) -> TrailEvent:
    return events_of(ScoringVersion).get()


@pytest.fixture
def guarded(event: TrailEvent) -> Iterator[str]:
    """A table of events with all its triggers, one of which the tests do without to empty their tables."""
    table = event._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
    return table


@pytest.mark.parametrize(
    "attempt",
    ["UPDATE {} SET name = 'Never'", "DELETE FROM {}", "TRUNCATE {}", "UPDATE {} SET name = '' WHERE false"],
)
def test_events_cannot_be_altered(guarded: str, attempt: str) -> None:
    with (
        pytest.raises(IntegrityError, match="only added to"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(attempt.format(guarded))

    assert events_of(ScoringVersion).count() == 1


def test_no_setting_of_a_session_makes_the_triggers_look_away(guarded: str, draft: ScoringVersion) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(tgname) FROM pg_trigger WHERE tgname LIKE 'pgtrigger_%'")
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s::text, true)", [str(cursor.fetchone()[0])])

    ScoringVersion.objects.filter(pk=draft.pk).update(name="Unseen")
    with (
        pytest.raises(IntegrityError, match="only added to"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"DELETE FROM {guarded}")

    assert [event.name for event in events_of(ScoringVersion)] == [draft.name, "Unseen"]


def test_every_table_of_events_refuses_all_three(db: None) -> None:
    tables = {model._meta.db_table for model in trail.event_models()}

    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT tgrelid::regclass::text, bit_or(tgtype) & (8 + 16 + 32) FROM pg_trigger
            WHERE tgname ~ '^pgtrigger_kept_' AND tgtype & 2 = 2 GROUP BY 1
            """
        )
        refusing = dict(cursor.fetchall())

    assert refusing == dict.fromkeys(tables, 8 + 16 + 32)


def test_deleting_who_and_what_an_event_names_leaves_the_event(draft: ScoringVersion) -> None:
    grace = make_user("grace")
    ScoringVersion.objects.filter(pk=draft.pk).update(created_by=grace)

    number = grace.pk

    grace.delete()
    draft.delete()

    story = list(events_of(ScoringVersion).values_list("pgh_label", "created_by"))
    assert story == [("insert", None), ("update", number), ("update", None), ("delete", None)]


def who_wrote(name: str) -> Any:
    return events_of(Segment, name=name).get().pgh_context


def make_segment(name: str) -> None:
    Segment.objects.create(name=name)


def test_what_comes_from_outside_the_application_has_nobody(db: None) -> None:
    make_segment("By hand")

    assert who_wrote("By hand") is None


def test_an_event_says_which_user_sent_the_request(db: None) -> None:
    grace = make_user("grace", first_name="Grace", last_name="Hopper")
    request = RequestFactory().post("/")
    request.user = grace

    asked_by(lambda _: make_segment("Grace's"))(request)

    assert who_wrote("Grace's") == {"by": {"kind": "user", "id": grace.pk, "name": "Grace Hopper"}}


def test_who_is_only_known_in_the_view_counts_all_the_same(db: None) -> None:
    request = RequestFactory().post("/")
    grace = make_user("grace")

    def view(_: Any) -> None:
        request.user = grace
        make_segment("Late")

    asked_by(view)(request)

    assert who_wrote("Late")["by"]["id"] == grace.pk


def test_what_one_request_changes_belongs_together(db: None) -> None:
    request = RequestFactory().post("/")
    request.user = make_user()

    asked_by(lambda _: [make_segment("One"), make_segment("Two")])(request)
    asked_by(lambda _: make_segment("Other"))(request)

    one, two, other = events_of(Segment)
    assert one.pgh_context_id == two.pgh_context_id != other.pgh_context_id


def test_an_event_says_which_job_it_was(db: None) -> None:
    async_task("tests.scoring.test_audit.make_segment", "Nightly", sync=True)

    assert who_wrote("Nightly") == {"by": {"kind": "job", "name": "make segment"}}


def test_after_a_job_nothing_is_said_to_be_its_work(db: None) -> None:
    with pytest.raises(ZeroDivisionError):
        async_task("operator.floordiv", 1, 0, sync=True)

    assert not hasattr(pghistory.runtime._tracker, "value")


def test_an_event_says_which_command_it_was(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "ada")

    with by_command(["scoring_model", "import", "model.yaml"]):
        make_segment("Shell")

    assert who_wrote("Shell") == {"by": {"kind": "shell", "command": "scoring_model", "account": "ada"}}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE scoring_segment SET description = '100 %' WHERE name LIKE 'Sh%'",
        "WITH one AS (SELECT 7 % 4 AS rest) UPDATE scoring_segment SET description = '100 %' FROM one",
        SQL("UPDATE {} SET description = '100 %'").format(Identifier("scoring_segment")),
    ],
)
def test_any_statement_may_be_run_while_somebody_is_named(db: None, statement: Any) -> None:
    with said_by({"kind": "shell", "command": "test"}), connection.cursor() as cursor:
        make_segment("Shell")
        cursor.execute(statement)
        cursor.execute("SELECT 7 % 4, description LIKE '100 %' FROM scoring_segment")
        assert cursor.fetchone() == (3, True)

    assert events_of(Segment, pgh_label="update").get().description == "100 %"


def test_a_command_that_serves_others_is_nobody(db: None) -> None:
    with by_command(["qcluster"]):
        make_segment("Served")

    assert who_wrote("Served") is None


def test_publishing_is_kept_with_what_it_retires(draft: ScoringVersion) -> None:
    publish(draft, by=None, at=NOW)
    publish(save_draft(SMALL_MODEL, by=None, at=NOW), by=None, at=NOW)

    moves = [(event.number, event.status) for event in events_of(ScoringVersion, pgh_label="update")]
    assert moves == [(1, "published"), (1, "retired"), (2, "published")]


def test_a_page_of_the_admin_says_who_saved_it(client: Client, db: None) -> None:
    admin = make_user("admin", is_staff=True, is_superuser=True)
    client.force_login(admin)

    client.post("/admin/leads/slatarget/add/", {"grade": "A1", "minutes": "15", "remind_at_percent": "50"})

    assert events_of(SlaTarget).get().pgh_context["by"]["id"] == admin.pk


async def post(pages: Pages, path: str, fields: str, session: str) -> int:
    """The status of a form that is sent in a session, as an ASGI server hands it over."""
    token = "x" * 32
    body = f"{fields}&csrfmiddlewaretoken={token}".encode()
    statuses = []
    read = asyncio.Event()

    async def receive() -> Mapping[str, Any]:
        if read.is_set():
            # Whoever sent it stays for the answer.
            await asyncio.Event().wait()
        read.set()
        return {"type": "http.request", "body": body}

    async def send(message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    headers = {
        "host": "testserver",
        "content-type": "application/x-www-form-urlencoded",
        "content-length": str(len(body)),
        "cookie": f"sessionid={session}; csrftoken={token}",
    }
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b""}
    scope["headers"] = [(name.encode(), value.encode()) for name, value in headers.items()]
    await pages(scope, receive, send)
    return statuses[0]


@pytest.mark.django_db(transaction=True)
def test_of_two_requests_at_once_each_is_its_own_users(client: Client) -> None:
    users = [make_user(name, is_staff=True, is_superuser=True) for name in ("grace", "ada")]
    sessions = []
    for user in users:
        client.force_login(user)
        sessions.append(client.cookies["sessionid"].value)
        client.cookies.clear()
    pages = KeptThreads(get_asgi_application())

    async def both() -> list[int]:
        saved = [
            post(
                pages,
                "/admin/leads/verdictreason/add/",
                f"verdict=recycled&position=99&text={user.username}",
                session,
            )
            for user, session in zip(users, sessions, strict=True)
        ]
        return await asyncio.gather(*saved)

    statuses = asyncio.run(both())
    for thread in pages._idle:
        thread.submit(connections.close_all).result()

    assert statuses == [302, 302]
    wrote = {event.text: event.pgh_context["by"]["id"] for event in events_of(VerdictReason, position=99)}
    assert wrote == {user.username: user.pk for user in users}
