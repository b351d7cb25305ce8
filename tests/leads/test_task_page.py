"""The tasks page: what is overdue, due today and coming, and marking it done."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.asserts import assertRedirects

from crm.models import Activity, User
from leads.models import Task
from leads.tasks import add_task, complete
from tests.factories import make_contact, make_rep, make_team, make_user
from tests.leads.page_client import htmx, signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def sdr(db: None) -> User:
    return make_rep("sdr", first_name="Sam").user


@pytest.fixture
def page(sdr: User) -> Client:
    return signed_in(sdr)


def make_task(title: str, *, by: User, days: float) -> Task:
    now = timezone.now()
    return add_task(make_contact(), title, due_at=now + timedelta(days=days), by=by, at=now)


def test_tasks_stand_under_when_they_are_due(page: Client, sdr: User) -> None:
    make_task("Later", by=sdr, days=3)
    make_task("Missed", by=sdr, days=-1)

    seen = text_of(page.get("/tasks/"))

    assert re.search(r"Overdue 1 Missed .*24 h overdue.* Coming 1 Later .*in 2 days", seen)


def test_mine_are_mine_and_the_teams_are_the_teams(page: Client, sdr: User) -> None:
    mate = make_rep("mate", team=sdr.rep.team).user
    other = make_rep("other", team=make_team("Other")).user
    for owner in (sdr, mate, other):
        make_task(f"Of {owner.username}", by=owner, days=1)

    mine, team = text_of(page.get("/tasks/")), text_of(page.get("/tasks/?whose=team"))

    assert "Of sdr" in mine
    assert "Of mate" not in mine
    assert "Of mate" in team
    assert "Of other" not in team


def test_a_task_is_done_with_how_it_went(page: Client, sdr: User) -> None:
    task = make_task("Call back", by=sdr, days=1)

    response = page.post(
        f"/tasks/{task.pk}/complete/", {"outcome": "Voicemail", "next": "/tasks/?whose=team"}
    )

    task.refresh_from_db()
    assertRedirects(response, "/tasks/?whose=team")
    assert task.done_by == sdr
    assert task.outcome == "Voicemail"
    assert Activity.objects.get(kind="task_done").subject == "Call back"


def test_a_task_that_is_done_already_says_so(page: Client, sdr: User) -> None:
    task = make_task("Call back", by=sdr, days=1)
    complete(task, by=sdr, at=timezone.now(), outcome="Connected")

    response = page.post(f"/tasks/{task.pk}/complete/", {"outcome": "Voicemail"}, **htmx())

    task.refresh_from_db()
    assert response.status_code == 409
    assert "“Call back” is done already" in text_of(response)
    assert task.outcome == "Connected"


def test_an_outcome_that_is_too_long_is_refused(page: Client, sdr: User) -> None:
    task = make_task("Call back", by=sdr, days=1)

    response = page.post(f"/tasks/{task.pk}/complete/", {"outcome": "x" * 201}, follow=True)

    task.refresh_from_db()
    assert task.done_at is None
    assert "at most 200 characters" in text_of(response)


def test_another_teams_task_is_not_found(page: Client) -> None:
    task = make_task("Theirs", by=make_rep("other", team=make_team("Other")).user, days=1)

    assert page.post(f"/tasks/{task.pk}/complete/").status_code == 404


def test_a_teammates_task_is_forbidden(page: Client, sdr: User) -> None:
    task = make_task("Theirs", by=make_rep("mate", team=sdr.rep.team).user, days=1)

    response = page.post(f"/tasks/{task.pk}/complete/")

    task.refresh_from_db()
    assert response.status_code == 403
    assert "This task is somebody else's" in text_of(response)
    assert task.done_at is None


def test_headings_say_how_many_there_are(page: Client, sdr: User) -> None:
    for days in (-1, -2, 3):
        make_task("Call", by=sdr, days=days)

    assert re.search(r"Overdue 2 Call .* Coming 1 Call", text_of(page.get("/tasks/")))


def test_what_was_done_is_listed_the_newest_first(page: Client, sdr: User) -> None:
    for hours, title in ((2, "Earlier"), (1, "Later")):
        task = make_task(title, by=sdr, days=1)
        complete(task, by=sdr, at=timezone.now() - timedelta(hours=hours), outcome=f"{title} it went")

    seen = text_of(page.get("/tasks/?show=done"))

    assert re.search(r"Later Done .*Later it went.* Earlier Done .*Earlier it went", seen)
    assert "Nothing to do" in text_of(page.get("/tasks/"))


def test_only_what_one_may_change_has_buttons(page: Client, sdr: User) -> None:
    make_task("Theirs", by=make_rep("mate", team=sdr.rep.team).user, days=1)

    seen = text_of(page.get("/tasks/?whose=team"))

    assert "Theirs" in seen
    assert "Snooze" not in seen


def test_a_task_is_put_off_from_a_page_without_scripts(page: Client, sdr: User) -> None:
    task = make_task("Call back", by=sdr, days=1)

    asked = text_of(page.get(f"/tasks/{task.pk}/snooze/"))
    response = page.post(f"/tasks/{task.pk}/snooze/", {"until": "next_week", "next": "/tasks/"})

    task.refresh_from_db()
    assert "Snooze until Call back In an hour" in asked
    assertRedirects(response, "/tasks/")
    assert task.snoozed_times == 1


def test_a_task_is_put_off_to_a_chosen_time(page: Client, sdr: User) -> None:
    task = make_task("Call back", by=sdr, days=1)
    chosen = timezone.localtime() + timedelta(days=30)

    page.post(f"/tasks/{task.pk}/snooze/", {"moment": f"{chosen:%Y-%m-%dT%H:%M}"})

    task.refresh_from_db()
    assert task.due_at >= chosen.replace(second=0, microsecond=0)


def test_no_time_is_asked_for_again(page: Client, sdr: User) -> None:
    task = make_task("Call back", by=sdr, days=1)

    response = page.post(f"/tasks/{task.pk}/snooze/", {}, **htmx())

    assert response.status_code == 422
    assert "Choose a time." in text_of(response)


def test_a_task_is_handed_on_to_a_teammate(page: Client, sdr: User) -> None:
    task, mate = make_task("Call back", by=sdr, days=1), make_rep("mate", team=sdr.rep.team).user
    make_rep("stranger", team=make_team("Other"))

    asked = text_of(page.get(f"/tasks/{task.pk}/reassign/", **htmx()))
    page.post(f"/tasks/{task.pk}/reassign/", {"assignee": mate.pk})

    task.refresh_from_db()
    assert task.assignee == mate
    assert "mate" in asked
    assert "stranger" not in asked


@pytest.mark.parametrize("verb", ["snooze", "reassign"])
def test_another_teams_task_is_neither_put_off_nor_handed_on(page: Client, verb: str) -> None:
    task = make_task("Theirs", by=make_rep("other", team=make_team("Other")).user, days=1)

    assert page.get(f"/tasks/{task.pk}/{verb}/").status_code == 404
    assert page.post(f"/tasks/{task.pk}/{verb}/", {"until": "hour"}).status_code == 404


def test_a_done_task_leaves_the_list_in_place(page: Client, sdr: User) -> None:
    first, second = (make_task(title, by=sdr, days=1) for title in ("First", "Second"))

    response = page.post(f"/tasks/{first.pk}/complete/", {"next": "/tasks/?whose=team"}, **htmx("task-page"))

    html = response.content.decode()
    assert f"task-{second.pk}" in html
    assert f"task-{first.pk}" not in html
    assert "Done: First." in text_of(response)
    assert "<html" not in html
    assert 'value="/tasks/?whose=team"' in html


def test_a_faulty_time_stays_in_the_dialog(page: Client, sdr: User) -> None:
    task = make_task("Call back", by=sdr, days=1)

    response = page.post(f"/tasks/{task.pk}/snooze/", {}, **htmx("task-page"))

    assert (response.status_code, response["HX-Retarget"]) == (422, "#dialog")


def test_a_form_leads_back_to_no_other_site(page: Client, sdr: User) -> None:
    task = make_task("Call back", by=sdr, days=1)

    asked = page.get(f"/tasks/{task.pk}/snooze/?next=https://evil.example/").content.decode()

    assert "evil.example" not in asked


def test_nothing_to_do_says_what_to_do(page: Client) -> None:
    assert "Nothing to do" in text_of(page.get("/tasks/"))


def test_whoever_works_in_no_team_has_an_empty_page(db: None) -> None:
    assert "Nothing to do" in text_of(signed_in(make_user("marketer", is_staff=True)).get("/tasks/"))


def test_the_page_asks_as_often_for_many_as_for_few(page: Client, sdr: User) -> None:
    def queries(number: int) -> int:
        for _ in range(number):
            make_task("Call", by=sdr, days=1)
        with CaptureQueriesContext(connection) as captured:
            page.get("/tasks/")
        return len(captured)

    assert queries(3) == queries(27) <= 12
