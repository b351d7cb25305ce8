"""Who is told of what, by which way, when, and never twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from threading import Thread

import pytest
from django.core import mail
from pytest_django.fixtures import Settings

from crm.errors import Invalid
from crm.models import User
from leads import notify, outbox, webhook
from leads.models import (
    Assignment,
    Delivery,
    DigestItem,
    Mql,
    Notification,
    NotificationPreference,
    NotificationSettings,
    Task,
)
from leads.notify import Told
from leads.tasks import add_task
from scoring.models import ScoreChange, ScoringVersion
from tests.factories import NOW, make_activity, make_mql, make_rep, make_team, make_user

pytestmark = pytest.mark.django_db

Kind = Notification.Kind
Mail = NotificationPreference.Mail
SATURDAY = NOW + timedelta(days=5)
MONDAY = NOW + timedelta(days=7)


@pytest.fixture
def owner(small_model: ScoringVersion) -> User:
    return make_rep("ada", team=make_team("North", lead=make_user("lead"))).user


@pytest.fixture
def mql(owner: User) -> Mql:
    """An open MQL of Vera Moss, about which nobody was told anything yet."""
    made = make_mql("vera@acme.example", first_name="Vera", last_name="Moss")
    Notification.objects.all().delete(), Delivery.objects.all().delete(), DigestItem.objects.all().delete()
    return made


def prefer(user: User, kind: Kind, **columns: object) -> None:
    NotificationPreference.objects.create(user=user, kind=kind, **columns)


def say(mql: Mql, user: User, kind: Kind = Kind.REPLIED, *, key: str = "1", at: object = NOW) -> None:
    notify.tell(kind, [Told(key, user, mql, "{who} answered your mail")], at=at)


def test_the_same_thing_is_told_once(mql: Mql, owner: User) -> None:
    say(mql, owner)
    say(mql, owner, at=NOW + timedelta(minutes=5))

    assert Notification.objects.get().text == "Vera Moss answered your mail"
    assert Delivery.objects.get().recipient == owner.email


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param({"mail": Mail.DIGEST}, {"mail": Mail.AT_ONCE}, id="the digest, then mail at once"),
        pytest.param({"mail": Mail.AT_ONCE}, {"mail": Mail.DIGEST}, id="mail at once, then the digest"),
        pytest.param({"in_app": False}, {"mail": Mail.OFF}, id="mail, then the bell"),
        pytest.param({"mail": Mail.OFF}, {"slack": True}, id="the bell, then the webhook"),
    ],
)
def test_who_chooses_another_way_is_not_told_again_by_it(
    mql: Mql, owner: User, before: dict[str, object], after: dict[str, object]
) -> None:
    NotificationSettings.objects.create(user=owner, slack_url="https://hooks.example/1")
    prefer(owner, Kind.REPLIED, **before)
    say(mql, owner)
    told = [model.objects.count() for model in (Notification, Delivery, DigestItem)]
    NotificationPreference.objects.all().delete()
    prefer(owner, Kind.REPLIED, **after)

    say(mql, owner, at=NOW + timedelta(minutes=1))

    assert [model.objects.count() for model in (Notification, Delivery, DigestItem)] == told


def test_mail_about_an_mql_holds_no_name_until_it_leaves(mql: Mql, owner: User) -> None:
    say(mql, owner)

    assert "vera" not in str(Delivery.objects.values().get()).lower()
    outbox.deliver_due(at=NOW)
    [sent] = mail.outbox
    assert sent.subject == "Vera Moss answered your mail"
    assert f"/inbox/{mql.pk}/" in sent.body


@pytest.mark.parametrize(
    ("chosen", "rung", "mailed", "put_off"),
    [
        ({"in_app": False}, 0, 1, 0),
        ({"mail": Mail.OFF}, 1, 0, 0),
        ({"mail": Mail.DIGEST}, 1, 0, 1),
        ({"in_app": False, "mail": Mail.OFF}, 0, 0, 0),
    ],
)
def test_each_user_chooses_the_ways(
    mql: Mql, owner: User, chosen: dict[str, object], rung: int, mailed: int, put_off: int
) -> None:
    prefer(owner, Kind.REPLIED, **chosen)

    say(mql, owner)

    counted = [model.objects.count() for model in (Notification, Delivery, DigestItem)]
    assert counted == [rung, mailed, put_off]


def test_outside_working_hours_the_bell_rings_and_mail_waits(mql: Mql, owner: User) -> None:
    say(mql, owner, at=SATURDAY)

    assert Notification.objects.get().created_at == SATURDAY
    assert Delivery.objects.get().next_attempt_at == MONDAY
    assert outbox.deliver_due(at=SATURDAY + timedelta(hours=1)) == 0
    assert outbox.deliver_due(at=MONDAY) == 1


def test_who_wants_word_at_any_hour_gets_it(mql: Mql, owner: User) -> None:
    NotificationSettings.objects.create(user=owner, outside_hours=True)

    say(mql, owner, at=SATURDAY)

    assert Delivery.objects.get().next_attempt_at == SATURDAY


def test_who_cannot_sign_in_is_told_nothing(mql: Mql, owner: User) -> None:
    owner.is_active = False

    say(mql, owner)

    assert not Notification.objects.exists()


def hand_over(mql: Mql, to: User) -> None:
    Assignment.objects.create(mql=mql, at=NOW, to_owner=to, from_owner=mql.owner, because="test")
    before, mql.owner = mql.owner, to
    notify.tell_of_moving(mql, before, to, at=NOW)


def test_whoever_gets_it_back_is_told_again(mql: Mql, owner: User) -> None:
    other = make_rep("ben").user

    hand_over(mql, other)
    hand_over(mql, owner)

    told = Notification.objects.order_by("pk").values_list("user__username", "kind")
    assert sorted(told) == [
        ("ada", Kind.MQL_ASSIGNED),
        ("ada", Kind.MQL_TAKEN_AWAY),
        ("ben", Kind.MQL_ASSIGNED),
        ("ben", Kind.MQL_TAKEN_AWAY),
    ]


def test_mail_that_waits_for_the_old_owner_never_leaves(mql: Mql, owner: User) -> None:
    other = make_rep("ben").user
    notify.tell_owners([mql], at=SATURDAY)

    notify.tell_of_moving(mql, owner, other, at=SATURDAY)
    mql.owner = other
    outbox.deliver_due(at=MONDAY)

    states = dict(Delivery.objects.filter(recipient=owner.email).values_list("template", "state"))
    assert states == {"mql_assigned": Delivery.State.WITHDRAWN, "notice": Delivery.State.SENT}


@pytest.mark.parametrize("by", ["old", "new"])
def test_who_moves_it_is_told_nothing(mql: Mql, owner: User, by: str) -> None:
    other = make_rep("ben").user
    mql.owner = other

    notify.tell_of_moving(mql, owner, other, at=NOW, by=owner if by == "old" else other)

    assert Notification.objects.get().user == (other if by == "old" else owner)


def test_a_clock_reminds_once_and_a_new_clock_again(mql: Mql) -> None:
    notify.tell_of_reminder([mql], at=NOW)
    notify.tell_of_reminder([mql], at=NOW + timedelta(minutes=1))
    mql.sla_started_at = NOW + timedelta(hours=1)
    notify.tell_of_reminder([mql], at=NOW + timedelta(hours=2))

    assert Notification.objects.filter(kind=Kind.SLA_REMINDER).count() == 2


def test_of_a_breach_the_lead_of_the_owners_team_is_told(mql: Mql) -> None:
    make_team("South", lead=make_user("other_lead"))

    notify.tell_of_breach([mql], at=NOW)

    assert Notification.objects.get().user.username == "lead"


def rise(mql: Mql, *, at: datetime, engagement: int = 60) -> None:
    """What an evaluation writes when a contact engages."""
    ScoreChange.objects.create(
        contact=mql.contact,
        version=mql.version,
        at=at,
        fit_from=30,
        fit_to=30,
        engagement_from=50,
        engagement_to=engagement,
        grade_from="A1",
        grade_to="A1",
        because={},
    )
    notify.tell_of_engagement([mql.contact_id], at=at)


def test_new_interest_in_an_open_mql_is_told_once_a_day(mql: Mql, owner: User) -> None:
    for hours in (1, 2, 25):
        rise(mql, at=NOW + timedelta(hours=hours))

    told = Notification.objects.filter(kind=Kind.MQL_ENGAGED, user=owner)
    assert [each.created_at for each in told.order_by("pk")] == [
        NOW + timedelta(hours=1),
        NOW + timedelta(hours=25),
    ]


def test_interest_that_fades_is_not_told(mql: Mql) -> None:
    rise(mql, at=NOW + timedelta(hours=1), engagement=40)

    assert not Notification.objects.exists()


def test_what_opens_an_mql_is_not_told_as_new_interest(owner: User) -> None:
    make_mql()

    assert [each.kind for each in Notification.objects.all()] == [Kind.MQL_ASSIGNED]


def test_a_due_task_rings_once_for_each_time(mql: Mql, owner: User) -> None:
    task = add_task(mql.contact, "Call", due_at=NOW, by=owner, at=NOW, mql=mql)

    notify.tell_of_due_tasks(at=NOW + timedelta(minutes=1))
    notify.tell_of_due_tasks(at=NOW + timedelta(minutes=2))
    Task.objects.filter(pk=task.pk).update(due_at=NOW + timedelta(hours=1))
    notify.tell_of_due_tasks(at=NOW + timedelta(hours=1))

    told = Notification.objects.filter(kind=Kind.TASK_DUE)
    assert [each.text for each in told] == ["Follow-up due: Vera Moss"] * 2
    assert not Delivery.objects.exists()


def test_an_answer_by_mail_is_told_to_the_owner(mql: Mql, owner: User) -> None:
    make_activity(mql.contact, "email_reply", at=NOW)
    make_activity(mql.contact, "email_reply", at=NOW, days_ago=90)

    told = Notification.objects.get(kind=Kind.REPLIED)
    assert (told.user, told.mql, told.text) == (owner, mql, "Vera Moss answered your mail")


# The digest


def test_a_digest_gathers_what_waited_once_a_day(mql: Mql, owner: User) -> None:
    prefer(owner, Kind.REPLIED, mail=Mail.DIGEST)
    NotificationSettings.objects.create(user=owner, digest_at=time(10))
    say(mql, owner, key="1")

    assert notify.send_digests(at=NOW) == 0
    assert notify.send_digests(at=NOW + timedelta(hours=1)) == 1
    say(mql, owner, key="2", at=NOW + timedelta(hours=2))
    assert notify.send_digests(at=NOW + timedelta(hours=3)) == 0
    assert notify.send_digests(at=NOW + timedelta(days=1, hours=1)) == 1
    outbox.deliver_due(at=NOW + timedelta(days=1, hours=1))

    assert [sent.subject for sent in mail.outbox] == ["Handoff: 1 thing of the last day"] * 2
    assert "Prospect replied" in mail.outbox[0].body
    assert "Vera Moss" in mail.outbox[0].body


def test_no_digest_leaves_at_the_weekend(mql: Mql, owner: User) -> None:
    prefer(owner, Kind.REPLIED, mail=Mail.DIGEST)
    say(mql, owner)

    assert notify.send_digests(at=SATURDAY + timedelta(hours=2)) == 0
    assert notify.send_digests(at=MONDAY + timedelta(hours=2)) == 1


# The webhook


@pytest.fixture
def receiver(settings: Settings) -> Iterator[tuple[str, list[dict[str, str]], list[int]]]:
    """A webhook on this machine: its address, what it got, and the statuses that it answers with before it is well."""
    settings.WEBHOOKS_TO_OWN_NETWORK = True
    got: list[dict[str, str]] = []
    statuses: list[int] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = statuses.pop(0) if statuses else 200
            if status == 200:
                got.append(json.loads(body))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook", got, statuses
    server.shutdown()
    server.server_close()


def test_the_webhook_is_told_in_slacks_format(
    mql: Mql, owner: User, receiver: tuple[str, list[dict[str, str]], list[int]]
) -> None:
    address, got, statuses = receiver
    NotificationSettings.objects.create(user=owner, slack_url=address)
    prefer(owner, Kind.REPLIED, mail=Mail.OFF, slack=True)
    statuses.append(500)

    say(mql, owner)
    outbox.deliver_due(at=NOW)
    assert got == []
    outbox.deliver_due(at=NOW + timedelta(minutes=2))
    outbox.deliver_due(at=NOW + timedelta(minutes=20))

    [message] = got
    assert message["text"].startswith("Vera Moss answered your mail\nhttp")
    assert address not in str(list(Delivery.objects.values()))


@pytest.mark.parametrize(
    "address",
    [
        "http://hooks.slack.com/services/1",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.8/",
        "https://192.168.1.1/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fe80::1]/",
        "https://0x7f000001/",
        "https://user:secret@example.com/",
        "https://example.com:99999/",
        "ftp://example.com/",
        "https://",
    ],
)
def test_a_webhook_that_leads_inside_is_refused(address: str) -> None:
    with pytest.raises(Invalid):
        webhook.check_address(address)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 (an address to refuse)
    ],
)
def test_an_address_is_looked_at_however_it_is_written(address: str, public: bool) -> None:
    assert webhook.is_public(ip_address(address)) is public


def test_a_webhook_that_leads_inside_is_refused_when_it_is_asked_too(mql: Mql, owner: User) -> None:
    NotificationSettings.objects.create(user=owner, slack_url="https://127.0.0.1/hook")
    prefer(owner, Kind.REPLIED, mail=Mail.OFF, slack=True)

    say(mql, owner)
    outbox.deliver_due(at=NOW)

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == (Delivery.State.WAITING, 1)
    assert "private network" in delivery.last_error
