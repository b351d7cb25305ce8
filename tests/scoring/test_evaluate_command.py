"""`manage.py evaluate`: whom it evaluates, what it changes, and which questions it refuses."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from crm import record
from leads.models import Mql
from scoring.management.commands import evaluate
from scoring.models import Pending, Score, ScoreChange, ScoringVersion
from scoring.versions import save_draft
from tests.factories import make_activity, make_contact, publish_small_model
from tests.scoring.conftest import WORKED_EXAMPLE

pytestmark = pytest.mark.django_db

NOW = timezone.now()
"""The command's own clock is the real one."""


@pytest.fixture
def live() -> ScoringVersion:
    return publish_small_model()


@pytest.fixture
def unpublished(live: ScoringVersion) -> ScoringVersion:
    return save_draft(WORKED_EXAMPLE, by=None, at=NOW)


def run(*arguments: str | Path) -> str:
    out = StringIO()
    call_command("evaluate", *[str(argument) for argument in arguments], stdout=out)
    return out.getvalue().strip()


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def evaluated() -> set[str]:
    return set(Score.objects.values_list("contact__email", flat=True))


def nothing_changed(live: ScoringVersion) -> bool:
    """Of a base in which nobody was ever evaluated."""
    rows = Score.objects.exists() or ScoreChange.objects.exists() or Mql.objects.exists()
    return not rows and Pending.objects.count() == 2 and ScoringVersion.objects.live() == live


# --- that change scores


def test_without_options_those_are_evaluated_whom_facts_changed_for(live: ScoringVersion) -> None:
    make_contact("ada@acme.example")
    make_contact("bob@acme.example")
    Pending.objects.filter(contact__email="bob@acme.example").delete()

    assert run() == "1 evaluated"

    assert evaluated() == {"ada@acme.example"}


def test_all_evaluates_everyone_and_opens_mqls(live: ScoringVersion) -> None:
    contact = make_contact("ada@acme.example", job_title="VP Sales")
    make_activity(contact, "webinar_attended", at=NOW)
    make_contact("bob@acme.example")
    Pending.objects.all().delete()

    run("--all")

    assert evaluated() == {"ada@acme.example", "bob@acme.example"}
    assert Mql.objects.get().contact == contact


def test_evaluating_everyone_twice_changes_nothing(live: ScoringVersion) -> None:
    make_activity(make_contact(job_title="VP Sales"), "webinar_attended", at=NOW)
    run("--all")
    scores = list(Score.objects.values())

    run("--all")

    assert list(Score.objects.values()) == scores
    assert ScoreChange.objects.count() == 1
    assert Mql.objects.count() == 1


def test_one_contact_is_evaluated_and_told(live: ScoringVersion) -> None:
    make_contact("ada@acme.example", job_title="VP Sales")

    said = run("--contact", " ADA@acme.example")

    assert said.splitlines() == [
        "1 evaluated",
        "ada@acme.example fit 30.00 engagement 0.00 total 30.00 grade C4 qualifies no",
    ]
    assert Score.objects.get().total == 30


# --- that change nothing


def test_any_version_scores_one_contact_and_changes_nothing(
    live: ScoringVersion, unpublished: ScoringVersion
) -> None:
    contact = make_contact("ada@acme.example", job_title="VP Sales")
    make_activity(contact, "page_view", subject="/pricing", at=NOW)
    make_contact()

    said = run("--contact", "ada@acme.example", "--version", str(unpublished.number))

    assert said == "ada@acme.example fit 30.00 engagement 10.00 total 40.00 grade C4 qualifies no"
    assert nothing_changed(live)


def test_one_contact_is_scored_as_it_was_then(live: ScoringVersion) -> None:
    contact = make_contact("ada@acme.example", job_title="Assistant", at=NOW - timedelta(days=50))
    make_activity(contact, "webinar_attended", days_ago=20, at=NOW)
    record.correct_contact(contact.pk, by=None, at=NOW - timedelta(days=10), job_title="VP Sales")
    make_contact()

    moments = [(NOW - timedelta(days=days)).isoformat() for days in (30, 15, 5)]
    totals = [run("--contact", "ada@acme.example", "--as-of", moment).split()[6] for moment in moments]

    assert totals == ["0.00", "50.00", "80.00"]
    assert nothing_changed(live)


def test_a_file_holds_everyones_score_and_nothing_changes(live: ScoringVersion, tmp_path: Path) -> None:
    contact = make_contact("ada@acme.example", job_title="VP Sales")
    make_activity(contact, "webinar_attended", at=NOW)
    make_contact("bob@acme.example")
    path = tmp_path / "scores.csv"

    said = run("--out", path)

    assert said == f"2 contacts scored under version {live.number} into {path}"
    assert rows_of(path) == [
        {"email": "ada@acme.example", "fit": "30.00", "engagement": "50.00", "total": "80.00", "grade": "C2",
         "qualifies": "true"},
        {"email": "bob@acme.example", "fit": "0.00", "engagement": "0.00", "total": "0.00", "grade": "D4",
         "qualifies": "false"},
    ]  # fmt: skip
    assert nothing_changed(live)


def test_a_file_may_hold_a_version_that_is_not_published(
    live: ScoringVersion, unpublished: ScoringVersion, tmp_path: Path
) -> None:
    make_activity(make_contact(job_title="VP Sales"), "page_view", subject="/pricing", at=NOW)
    make_contact()

    run("--all", "--version", str(unpublished.number), "--out", tmp_path / "scores.csv")

    assert [row["engagement"] for row in rows_of(tmp_path / "scores.csv")] == ["10.00", "0.00"]
    assert nothing_changed(live)


def test_a_file_as_of_a_past_moment_says_what_held_then(live: ScoringVersion, tmp_path: Path) -> None:
    contact = make_contact(job_title="VP Sales")
    make_activity(contact, "webinar_attended", days_ago=5, at=NOW)
    make_contact()

    for days in (6, 4):
        run("--as-of", (NOW - timedelta(days=days)).isoformat(), "--out", tmp_path / f"{days}.csv")

    assert [rows_of(tmp_path / f"{days}.csv")[0]["qualifies"] for days in (6, 4)] == ["false", "true"]
    assert nothing_changed(live)


def test_who_may_not_become_an_mql_does_not_qualify_in_a_file_either(
    live: ScoringVersion, tmp_path: Path
) -> None:
    for columns in ({"sales_consent": "opted_out"}, {"stage": "customer"}):
        make_activity(make_contact(job_title="VP Sales", **columns), "webinar_attended", at=NOW)

    run("--out", tmp_path / "scores.csv")

    rows = rows_of(tmp_path / "scores.csv")
    assert [(row["total"], row["qualifies"]) for row in rows] == [("80.00", "false")] * 2


def test_who_is_erased_while_a_file_is_written_is_left_out_of_it(
    live: ScoringVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluate, "BATCH", 1)
    contacts = {contact.email: contact.pk for contact in (make_contact(), make_contact(), make_contact())}
    rows = evaluate.scored(live, at=NOW, past=False)
    written = [next(rows)[0]]
    gone = next(email for email in contacts if email not in written)

    record.erase_contacts([contacts[gone]])

    written += [row[0] for row in rows]
    assert sorted(written) == sorted(contacts.keys() - {gone})


# --- that are refused


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--as-of", "2026-03-01T09:00:00Z"], "add --out FILE.csv or --contact"),
        (["--version", "1"], "add --out FILE.csv or --contact"),
        (["--all", "--as-of", "2026-03-01T09:00:00Z"], "add --out FILE.csv or --contact"),
        (["--all", "--version", "1"], "add --out FILE.csv or --contact"),
        (["--all", "--contact", "ada@acme.example"], "--contact, --all: mean one contact and everyone"),
        (["--contact", "ada@acme.example", "--out", "scores.csv"], "--contact, --out: mean one contact"),
        (["--contact", "nobody@acme.example"], "no contact has the address"),
        (["--contact", ""], "--contact: is given without a value"),
        (["--all", "--out", ""], "--out: is given without a value"),
        (["--all", "--version", ""], "--version: is given without a value"),
        (["--out", "scores.csv", "--as-of", ""], "--as-of: is given without a value"),
        (["--out", "scores.csv", "--as-of", "yesterday"], "is not a moment"),
        (["--out", "scores.csv", "--as-of", "2026-03-01T09:00:00"], "no time zone"),
        (["--out", "scores.csv", "--as-of", "1969-03-01T09:00:00Z"], "before 1970"),
        (["--out", "scores.csv", "--version", "99"], "there is no version 99"),
        (["--out", "scores.csv", "--version", "latest"], "there is no version latest"),
        (["--out", "nowhere/scores.csv"], "cannot be written: No such file"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_and_changes_nothing(
    live: ScoringVersion,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    make_contact("ada@acme.example")
    make_contact("bob@acme.example")

    with pytest.raises(CommandError, match=said):
        run(*arguments)

    assert nothing_changed(live)
    assert not list(tmp_path.iterdir())


def test_without_a_published_version_it_says_how_to_get_one(db: None) -> None:
    make_contact()

    with pytest.raises(CommandError, match="scoring_model import"):
        run("--all")

    assert not Score.objects.exists()
