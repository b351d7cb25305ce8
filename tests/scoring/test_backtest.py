"""What a version would have opened, held against what sales said. Facts, MQLs and verdicts come the usual ways."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from crm import record
from crm.models import Contact, Stage
from leads.models import Mql, Verdict
from leads.verdict import give_verdict
from scoring.backtest.measure import Compared, Share, wilson
from scoring.backtest.period import Period, last_weeks
from scoring.backtest.replay import replay
from scoring.backtest.run import backtest, run
from scoring.backtest.sales import past_mqls
from scoring.drain import drain
from scoring.model_file import write_model
from scoring.models import ScoringVersion, Trial, TrialContact
from scoring.spec import ModelSpec
from tests.factories import (
    NOW,
    SMALL_MODEL,
    make_activity,
    make_contact,
    make_qualifying,
    make_rep,
    publish_small_model,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
MIDNIGHT = NOW.replace(hour=0)
PERIOD = Period(tuple(MIDNIGHT + number * DAY for number in range(15)))
"""Fourteen days, from the midnight before NOW."""

STRICTER = replace(SMALL_MODEL, threshold=90)
LOOSER = replace(SMALL_MODEL, threshold=50, min_fit=0)
"""Under which a webinar is enough."""


@pytest.fixture(autouse=True)
def live() -> ScoringVersion:
    return publish_small_model()


@pytest.fixture
def rep() -> Any:
    return make_rep("rep").user


def replayed(spec: ModelSpec, **options: Any) -> tuple[dict[str, Any], list[Compared]]:
    options.setdefault("now", PERIOD.end + 30 * DAY)
    return backtest(spec, PERIOD, **options)


def attend(contact: Contact, at: datetime) -> None:
    """Attend a webinar, and be scored."""
    make_activity(contact, "webinar_attended", subject="Spring", at=at)
    drain(at=at)


def mql_of(contact: Contact) -> Mql:
    return Mql.objects.open().get(contact=contact)


def changes(compared: Sequence[Compared]) -> dict[int, str]:
    return {each.spell.contact_id: each.change.value for each in compared}


def test_the_live_version_opens_what_it_really_opened() -> None:
    contact = make_contact(job_title="VP Sales")
    attend(contact, NOW + 3 * DAY)

    result, [compared] = replayed(SMALL_MODEL)

    assert (compared.spell.contact_id, compared.change) == (contact.pk, TrialContact.Change.SAME)
    assert result["lead_time"] == {"pairs": 1, "median": 0, "lower": 0, "upper": 0}


def test_a_stricter_version_loses_and_a_looser_one_gains() -> None:
    qualified, only_engaged = make_contact(job_title="VP Sales"), make_contact(job_title="Analyst")
    for contact in (qualified, only_engaged):
        attend(contact, NOW + 3 * DAY)

    _, by_stricter = replayed(STRICTER)
    _, by_looser = replayed(LOOSER)

    assert changes(by_stricter) == {qualified.pk: "lost"}
    assert changes(by_looser) == {qualified.pk: "same", only_engaged.pk: "gained"}


def test_days_earlier_are_counted_by_the_calendar() -> None:
    contact = make_contact(job_title="Analyst")
    attend(contact, NOW + 2 * DAY)
    record.correct_contact(contact.pk, by=None, at=NOW + 7 * DAY, job_title="VP Sales")
    drain(at=NOW + 7 * DAY)

    _, [compared] = replayed(LOOSER)

    assert (compared.change, compared.days_earlier) == (TrialContact.Change.EARLIER, 5)


def test_an_mql_that_a_rep_has_accepted_does_not_hide_that_the_version_opens_later(rep: Any) -> None:
    contact = make_contact(job_title="VP Sales")
    attend(contact, NOW + 2 * DAY)
    record.move_stage([contact.pk], Stage.SAL, by=rep, at=NOW + 3 * DAY)
    make_activity(contact, "page_view", at=NOW + 6 * DAY)

    _, [compared] = replayed(_needs_a_visit())

    assert (compared.change, compared.days_earlier) == (TrialContact.Change.LATER, -4)


def _needs_a_visit() -> ModelSpec:
    """The live model, with ten points more to reach and ten for a page view."""
    webinar, vice_president = SMALL_MODEL.rules
    visit = replace(webinar, name="Visit", points=20.0, when=(replace(webinar.when[0], value="page_view"),))
    return replace(SMALL_MODEL, threshold=100, rules=(webinar, vice_president, visit))


def test_what_sales_has_closed_by_then_came_too_late_for_the_version(rep: Any) -> None:
    contact = make_contact(job_title="VP Sales")
    attend(contact, NOW + 2 * DAY)
    give_verdict(mql_of(contact), Verdict.QUALIFIED, by=rep, at=NOW + 4 * DAY)
    make_activity(contact, "page_view", at=NOW + 6 * DAY)

    result, [compared] = replayed(_needs_a_visit())

    assert compared.change == TrialContact.Change.LOST
    assert (result["draft"]["recall"]["hits"], result["draft"]["recall"]["of"]) == (0, 1)
    assert (result["really"]["recall"]["hits"], result["really"]["recall"]["of"]) == (1, 1)


def test_a_verdict_on_the_very_day_does_not_hide_the_opening(rep: Any) -> None:
    contact = make_contact(job_title="VP Sales")
    attend(contact, NOW + 2 * DAY)
    give_verdict(mql_of(contact), Verdict.QUALIFIED, by=rep, at=NOW + 2 * DAY + timedelta(hours=2))

    result, [compared] = replayed(SMALL_MODEL)

    assert compared.change == TrialContact.Change.SAME
    assert result["draft"]["precision"]["hits"] == 1


def test_what_was_open_when_the_period_began_counts_for_nobody_and_blocks_until_it_is_closed(
    rep: Any,
) -> None:
    contact = make_qualifying(at=NOW - 5 * DAY)
    drain(at=NOW - 5 * DAY)
    give_verdict(mql_of(contact), Verdict.QUALIFIED, by=rep, at=NOW + 4 * DAY)

    result, compared = replayed(SMALL_MODEL)

    assert (compared, result["in_hand"]) == ([], 1)
    assert result["draft"]["recall"]["of"] == 0


def test_who_qualifies_as_it_goes_live_is_counted_apart() -> None:
    contact = make_contact(job_title="Analyst")
    attend(contact, NOW - 5 * DAY)

    result, [compared] = replayed(LOOSER)

    assert compared.would is not None
    assert (compared.would.at_start, compared.would.at) == (True, PERIOD.start)
    assert (result["draft"]["opened"], result["draft"]["at_start"]) == (1, 1)
    assert sum(sum(week.values()) for week in result["draft"]["weeks"]) == 0


def test_who_became_sql_without_an_mql_is_missed(rep: Any) -> None:
    contact = make_contact(job_title="Analyst")
    record.move_stage([contact.pk], Stage.SQL, by=rep, at=NOW + 5 * DAY)
    record.move_stage([contact.pk], Stage.CUSTOMER, by=rep, at=NOW + 9 * DAY)

    result, _ = replayed(SMALL_MODEL)

    assert (result["draft"]["recall"]["hits"], result["draft"]["recall"]["of"]) == (0, 1)
    assert (result["draft"]["customers"]["hits"], result["draft"]["customers"]["of"]) == (0, 1)


def test_a_gained_one_whose_stage_says_so_later_counts_as_right(rep: Any) -> None:
    contact = make_contact(job_title="Analyst")
    attend(contact, NOW + 2 * DAY)
    record.move_stage([contact.pk], Stage.SQL, by=rep, at=NOW + 9 * DAY)

    result, [compared] = replayed(LOOSER)

    assert compared.change == TrialContact.Change.GAINED
    assert (result["draft"]["sql"], result["draft"]["unknown"]) == (1, 0)
    assert result["draft"]["recall"]["hits"] == 1


def test_a_recycled_contact_waits_as_long_as_the_version_says_and_must_engage_anew(rep: Any) -> None:
    contact = make_contact(job_title="VP Sales")
    attend(contact, NOW + 1 * DAY)
    give_verdict(mql_of(contact), Verdict.RECYCLED, by=rep, at=NOW + 2 * DAY, reason="No project yet")
    make_activity(contact, "webinar_attended", at=NOW + 4 * DAY)

    _, compared = replayed(replace(SMALL_MODEL, requalify_after_days=5))

    assert [each.would.at for each in compared if each.would] == [MIDNIGHT + 2 * DAY, MIDNIGHT + 8 * DAY]
    assert [each.change.value for each in compared] == ["same", "gained"]


def test_facts_that_are_recorded_after_a_day_do_not_count_on_it(rep: Any) -> None:
    people = [make_contact(f"person{number}@acme.example", job_title="VP Sales") for number in range(6)]
    late, demoted, opted_out, turned_down, gone_on, plain = people
    for contact in (demoted, opted_out, turned_down, gone_on):
        make_activity(contact, "webinar_attended", at=NOW + 1 * DAY)
    make_activity(plain, "page_view", at=NOW + 1 * DAY)
    up_to = Period(PERIOD.moments[:4])
    before = opened(up_to)

    later = NOW + 5 * DAY
    make_activity(late, "webinar_attended", at=later, days_ago=4)
    record.correct_contact(demoted.pk, by=None, at=later, job_title="Student")
    record.set_consent([opted_out.pk], "sales", "opted_out", ground="wrote", at=later)
    record.move_stage([turned_down.pk], Stage.NURTURE, by=rep, at=later)
    record.move_stage([gone_on.pk], Stage.SQL, by=rep, at=later)
    make_qualifying("new@acme.example", at=later)
    drain(at=later)

    assert {pk for pk, _ in before} == {demoted.pk, opted_out.pk, turned_down.pk, gone_on.pk}
    assert opened(up_to) == before
    assert opened(PERIOD)[: len(before)] == before


def opened(period: Period) -> list[tuple[int, datetime]]:
    replayed_ones = replay(SMALL_MODEL, period, past_mqls(period.start)).openings
    return [(each.contact_id, each.at) for each in replayed_ones]


def test_an_mql_that_stays_open_though_somebody_moved_the_contact_stands_in_the_way(rep: Any) -> None:
    contact = make_contact(job_title="VP Sales")
    attend(contact, NOW + 1 * DAY)
    record.move_stage([contact.pk], Stage.NURTURE, by=rep, at=NOW + 2 * DAY)
    make_activity(contact, "webinar_attended", at=NOW + 3 * DAY)

    _, compared = replayed(replace(SMALL_MODEL, requalify_after_days=0))

    assert changes(compared) == {contact.pk: "same"}


def test_the_same_model_is_compared_beside_the_draft() -> None:
    attend(make_contact(job_title="VP Sales"), NOW + 3 * DAY)

    result, _ = replayed(STRICTER, against=SMALL_MODEL)

    assert (result["draft"]["opened"], result["against"]["opened"], result["really"]["opened"]) == (0, 1, 1)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        # From the tables of R. G. Newcombe, Statistics in Medicine 17 (1998), 857–872, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_wilsons(hits: int, of: int, low: float, high: float) -> None:
    assert wilson(hits, of) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_too_few_verdicts_are_said_to_be_too_few() -> None:
    assert Share(29, 29).as_json()["enough"] is False
    assert Share(30, 30).as_json()["enough"] is True
    assert Share(0, 0).as_json() == {
        "hits": 0, "of": 0, "share": None, "low": 0.0, "high": 1.0, "enough": False,
    }  # fmt: skip


def test_a_trial_keeps_whom_it_names_once_and_tells_how_far_it_is(live: ScoringVersion) -> None:
    gained = make_contact(job_title="Analyst")
    attend(gained, NOW + 3 * DAY)
    trial = Trial.objects.create(
        kind=Trial.Kind.BACKTEST, version=live, against=live, model=write_model(LOOSER),
        options={"weeks": 2}, asked_at=NOW + 10 * DAY,
    )  # fmt: skip
    told: list[tuple[int, int]] = []

    run(trial, lambda done, total: told.append((done, total)))
    result = run(trial, lambda done, total: None)

    [row] = TrialContact.objects.filter(trial=trial)
    assert (row.contact_id, row.change, row.really_at) == (gained.pk, TrialContact.Change.GAINED, None)
    assert result["draft"]["opened"] == 1
    assert told[-1] == (2_000, 2_000)
    assert told == sorted(told)


def test_a_report_that_raises_stops_it(live: ScoringVersion) -> None:
    def stop(done: int, total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        backtest(SMALL_MODEL, PERIOD, report=stop)


def test_the_last_weeks_end_with_the_last_midnight() -> None:
    period = last_weeks(2, now=NOW)

    assert (period.start, period.end, period.days) == (MIDNIGHT - 14 * DAY, MIDNIGHT, 14)


def test_its_page_says_what_came_of_it_and_names_the_gained_and_the_lost(
    live: ScoringVersion, rep: Any, admin_client: Client
) -> None:
    gained, lost = (
        make_contact(job_title="Analyst", first_name="Ada"),
        make_contact(job_title="VP", last_name="Lost"),
    )
    for contact in (gained, lost):
        attend(contact, NOW + 3 * DAY)
    give_verdict(mql_of(lost), Verdict.QUALIFIED, by=rep, at=NOW + 5 * DAY)
    only_analysts = replace(
        SMALL_MODEL,
        rules=(
            SMALL_MODEL.rules[0],
            replace(SMALL_MODEL.rules[1], when=(replace(SMALL_MODEL.rules[1].when[0], value="analyst"),)),
        ),
    )
    trial = ended(live, only_analysts)

    page = admin_client.get(reverse("admin:scoring_trial", args=[trial.pk])).content.decode()

    said = " ".join(page.split())
    assert "It would have opened 1 MQL. Really, 1 was opened." in said
    assert "Of 1 contact who became SQL it would have handed over 0 before. Too few to tell" in said
    assert f'<a href="{reverse("admin:crm_contact_change", args=[gained.pk])}">Ada</a>' in said
    assert f'<a href="{reverse("admin:crm_contact_change", args=[lost.pk])}">Lost</a>' in said


def test_its_page_of_a_time_without_anything_says_so(live: ScoringVersion, admin_client: Client) -> None:
    trial = ended(live, SMALL_MODEL)

    page = admin_client.get(reverse("admin:scoring_trial", args=[trial.pk])).content.decode()

    assert "It would have opened 0 MQLs. Really, 0 were opened." in page
    assert "Nobody became SQL in that time whom it could have found." in page


def ended(version: ScoringVersion, spec: ModelSpec) -> Trial:
    """A backtest of the fortnight after NOW that came to its end."""
    trial = Trial.objects.create(
        kind=Trial.Kind.BACKTEST, version=version, against=version, model=write_model(spec),
        options={"weeks": 2}, asked_at=NOW + 10 * DAY, state=Trial.State.DONE, ended_at=NOW + 10 * DAY,
    )  # fmt: skip
    trial.result = run(trial, lambda done, total: None)
    trial.save(update_fields=["result"])
    return trial


def test_the_shell_says_it_in_sentences_and_for_machines(live: ScoringVersion, capsys: Any) -> None:
    call_command("backtest", "--version", str(live.number), "--weeks", "2")
    call_command("backtest", "--against", str(live.number), "--weeks", "2", "--json")

    sentences, _, figures = capsys.readouterr().out.partition("{")
    assert sentences.startswith("It would have opened 0 MQLs. Really, 0 were opened.")
    assert json.loads("{" + figures)["against"]["opened"] == 0


@pytest.mark.parametrize("asked", [["--weeks", "0"], ["--version", "77"]])
def test_the_shell_refuses_what_it_cannot_replay(asked: list[str]) -> None:
    with pytest.raises(CommandError, match=asked[1]):
        call_command("backtest", *asked)
