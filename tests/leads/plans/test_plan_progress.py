"""What the page and the admin say of plans."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.models import User
from leads import plans
from leads.models import Enrolment, MailTemplate, Mql, Plan, VerdictReason
from leads.plan_progress import progress, sentence
from scoring.models import ScoringVersion
from tests.factories import NOW, make_mql, make_rep, make_user
from tests.leads.page_client import signed_in, text_of
from tests.leads.plan_factory import DAY, HOUR, REASON, make_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def rep(small_model: ScoringVersion) -> User:
    return make_rep("ada", first_name="Ada").user


@pytest.fixture
def mql(rep: User) -> Mql:
    make_plan()
    return make_mql("vera@people.example", first_name="Vera", last_name="Prince")


@pytest.fixture
def admin(db: None) -> Client:
    return signed_in(make_user("admin", is_staff=True, is_superuser=True))


def test_progress_says_the_day_and_what_is_next(mql: Mql, rep: User) -> None:
    plans.after_call(mql, "voicemail", by=rep, at=NOW + HOUR)

    stands = progress(mql, at=NOW + DAY)

    assert stands is not None
    assert stands.next is not None
    assert (stands.day, stands.days, stands.next.what, stands.next.due_at) == (1, 5, "Mail", NOW + DAY)
    assert [line.state for line in stands.lines] == ["taken", "next", "ahead", "ahead"]


def test_progress_of_a_plan_that_ended_says_what_was_dropped(mql: Mql, rep: User) -> None:
    plans.after_call(mql, "connected", by=rep, at=NOW + HOUR)

    stands = progress(mql, at=NOW + 9 * DAY)

    assert stands is not None
    assert (stands.day, stands.next) == (0, None)
    assert [line.state for line in stands.lines] == ["taken", "dropped", "dropped", "dropped"]


def test_a_step_that_an_answer_made_needless_was_not_taken(mql: Mql, rep: User) -> None:
    plans.after_call(mql, "voicemail", by=rep, at=NOW + HOUR)
    plans.end(mql, "They answered", at=NOW + 2 * HOUR)

    stands = progress(mql, at=NOW + DAY)

    assert stands is not None
    assert [line.state for line in stands.lines] == ["taken", "dropped", "dropped", "dropped"]


def test_the_page_of_an_mql_shows_its_plan(mql: Mql, rep: User) -> None:
    plans.after_call(mql, "voicemail", by=rep, at=NOW + HOUR)

    seen = text_of(signed_in(rep).get(f"/inbox/{mql.pk}/"))

    assert "Follow-up plan Day 5 of 5: mail by Tue 3 Mar, 09:00 Day 0 Call taken Day 1 Mail" in seen


def test_progress_costs_few_queries(mql: Mql) -> None:
    with CaptureQueriesContext(connection) as captured:
        progress(mql, at=NOW)

    assert len(captured) <= 6


def test_a_plan_reads_as_a_sentence() -> None:
    steps = list(make_plan().steps.select_related("template", "reason"))

    assert sentence(steps) == (
        f"Call at once, mail “Sorry to have missed you” on day 1, call on day 3, give up ({REASON}) on day 5."
    )


def steps_form(*steps: dict[str, object]) -> dict[str, object]:
    form: dict[str, object] = {"steps-TOTAL_FORMS": len(steps), "steps-INITIAL_FORMS": 0}
    for number, step in enumerate(steps):
        form |= {f"steps-{number}-{name}": value for name, value in {"position": number, **step}.items()}
    return form


def test_a_plan_is_made_in_the_admin(admin: Client) -> None:
    template = MailTemplate.objects.create(name="Hello", subject="Hello")
    reason = VerdictReason.objects.get(verdict="recycled", text=REASON)
    form = steps_form(
        {"day": 0, "action": "call"},
        {"day": 1, "action": "mail", "template": template.pk},
        {"day": 4, "action": "give_up", "reason": reason.pk},
    )

    response = admin.post(
        "/admin/leads/plan/add/",
        {"name": "Short", "active": "on", "is_default": "on", "touches_per_week": 3, **form},
        follow=True,
    )

    assert response.status_code == 200
    assert [step.action for step in Plan.objects.get().steps.all()] == ["call", "mail", "give_up"]
    assert "mail “Hello” on day 1" in text_of(response)


@pytest.mark.parametrize(
    ("steps", "fault"),
    [
        (({"day": 0, "action": "mail"},), "Choose the template"),
        (({"day": 0, "action": "give_up"},), "Say why it is recycled"),
        (({"day": 3, "action": "call"}, {"day": 1, "action": "call"}), "The step before it is on day 3"),
        (({"day": 1, "action": "call"}, {"day": 1, "action": "call", "position": 0}), "has this position"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(
    admin: Client, steps: tuple[dict[str, object], ...], fault: str
) -> None:
    form = {"name": "Odd", "active": "on", "touches_per_week": 3, **steps_form(*steps)}

    response = admin.post("/admin/leads/plan/add/", form)

    assert fault in text_of(response)
    assert not Plan.objects.exists()


def test_nothing_follows_giving_up(admin: Client) -> None:
    reason = VerdictReason.objects.get(verdict="recycled", text=REASON)
    steps = steps_form({"day": 1, "action": "give_up", "reason": reason.pk}, {"day": 2, "action": "call"})

    response = admin.post("/admin/leads/plan/add/", {"name": "Odd", "touches_per_week": 3, **steps})

    assert "Nothing can follow giving up" in text_of(response)


def test_a_second_default_is_refused(admin: Client) -> None:
    make_plan()

    response = admin.post(
        "/admin/leads/plan/add/",
        {"name": "Other", "active": "on", "is_default": "on", "touches_per_week": 3, **steps_form()},
    )

    assert "“Five days” is the default: unset it there first." in text_of(response)


def test_the_admin_says_who_is_on_a_plan(admin: Client, mql: Mql) -> None:
    assert Enrolment.objects.open().count() == 1
    assert "Five days" in text_of(admin.get("/admin/leads/plan/"))
    assert "vera" in text_of(admin.get("/admin/leads/enrolment/")).lower()
