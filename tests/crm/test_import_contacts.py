"""Contacts from a file: what a row becomes, and what it never does."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from crm.contact_import.run import CHUNK_ROWS
from crm.models import Company, Consent, Contact, ContactVersion, Stage
from crm.record import move_stage, set_consent
from tests.crm.importing import CREATED, UNCHANGED, UPDATED, run, write
from tests.factories import NOW, make_contact, make_user

pytestmark = pytest.mark.django_db


def test_columns_constants_translations_and_properties_become_a_contact(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "Mail;Name;Status;Joined;Score;Tags;VIP;Plan;Ignored\n"
        "ADA@acme.example;Ada;marketing qualified;01.03.2026;1.234,5;a, b,;ja;Select;x\n",
    )

    report = run(
        path,
        """
        decimal: comma
        dates: "%d.%m.%Y"
        time_zone: Europe/Berlin
        unknown: [select]
        contact:
          email: Mail
          first_name: Name
          country: {value: Germany}
          stage: {column: Status, values: {Marketing Qualified: mql}}
          created_at: Joined
          properties:
            score: {column: Score, type: number}
            tags: {column: Tags, separator: ","}
            vip: {column: VIP, type: boolean}
            plan: Plan
        """,
    )

    contact = Contact.objects.get()
    assert (contact.email, contact.first_name, contact.country) == ("ada@acme.example", "Ada", "Germany")
    assert contact.stage == Stage.MQL
    assert contact.created_at == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert contact.properties == {"score": 1234.5, "tags": ["a", "b"], "vip": True}
    assert report.unmapped == ["Ignored"]


def test_the_first_column_that_says_something_is_taken(tmp_path: Path) -> None:
    path = write(tmp_path, "Work,Home\n,ada@home.example\nbob@work.example,bob@home.example\n")

    run(path, "contact: {email: {columns: [Work, Home]}}")

    assert set(Contact.objects.values_list("email", flat=True)) == {"ada@home.example", "bob@work.example"}


def test_people_without_addresses_get_one_made_of_their_id_and_no_company(tmp_path: Path) -> None:
    path = write(tmp_path, "Lead\nA 17/x\n")

    run(path, 'contact: {email: "{Lead}@leads.example"}')

    contact = Contact.objects.get()
    assert contact.email == "a-17-x@leads.example"
    assert contact.company is None
    assert not Company.objects.exists()


def test_the_same_file_twice_adds_nothing_and_says_so(tmp_path: Path) -> None:
    path = write(
        tmp_path, "Email,First,Last,Title,Country\nada@acme.example,Ada,,CTO,\nbob@beta.example,,,,\n"
    )

    first, second = run(path), run(path, at=NOW + timedelta(days=1))

    assert (first.contacts, first.companies) == ({CREATED: 2}, {CREATED: 2})
    assert (second.contacts, second.companies) == ({UNCHANGED: 2}, {})
    assert "nothing new: everything in the file was recorded before" in second.lines()
    assert ContactVersion.objects.count() == 2


def test_an_empty_cell_blanks_nothing_and_a_full_one_updates(tmp_path: Path) -> None:
    make_contact("ada@acme.example", first_name="Ada", job_title="CTO", properties={"plan": "pro"})
    path = write(tmp_path, "Email,First,Title,Plan\nada@acme.example,,CEO,\n")

    report = run(
        path, "contact: {email: Email, first_name: First, job_title: Title, properties: {plan: Plan}}"
    )

    contact = Contact.objects.get()
    assert (contact.first_name, contact.job_title, contact.properties) == ("Ada", "CEO", {"plan": "pro"})
    assert report.contacts == {UPDATED: 1}


def test_rows_of_one_address_in_any_case_are_one_contact(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "Email,First,Last,Title,Country\nada@acme.example,Ada,,,\nADA@ACME.EXAMPLE ,Ida,Byron,,\n",
    )

    report = run(path)

    contact = Contact.objects.get()
    assert (contact.first_name, contact.last_name) == ("Ada", "Byron")
    assert report.contacts == {CREATED: 1, UNCHANGED: 1}


def test_rows_that_contradict_each_other_leave_no_history_however_often_they_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.contact_import.run.CHUNK_ROWS", 2)
    lines = [
        f"ada@acme.example,,,{title},{country}"
        for title, country in [("CTO", ""), ("", "France"), ("CEO", "Italy")]
    ]
    path = write(tmp_path, "\n".join(["Email,First,Last,Title,Country", *lines, *lines[::-1]]))

    run(path)
    again = run(path, at=NOW + timedelta(days=1))

    contact = Contact.objects.get()
    assert (contact.job_title, contact.country) == ("CTO", "France")
    assert again.contacts == {UNCHANGED: 6}
    assert ContactVersion.objects.count() == 1


@pytest.mark.parametrize("rows", [1, 2, 7, 100])
def test_the_outcome_does_not_depend_on_where_chunks_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr("crm.contact_import.run.CHUNK_ROWS", rows)
    lines = [f"p{n % 5}@firm{n % 3}.example,{n},{n * n if n % 2 else ''}" for n in range(20)]
    path = write(tmp_path, "\n".join(["Email,First,Last", *lines]))

    report = run(path, "contact: {email: Email, first_name: First, last_name: Last}")

    named = Contact.objects.order_by("email").values_list("email", "first_name", "last_name")
    assert len(named) == 15
    assert named[0] == ("p0@firm0.example", "0", "225")
    assert sum(report.contacts.values()) == 20
    assert report.contacts[CREATED] == 15


def test_an_opt_out_never_becomes_an_opt_in(tmp_path: Path) -> None:
    contact = make_contact("ada@acme.example")
    set_consent([contact.pk], "marketing", Consent.OPTED_OUT, ground="", at=NOW)
    path = write(tmp_path, "Email,News\nada@acme.example,yes\nbob@acme.example,yes\nbob@acme.example,no\n")

    run(
        path,
        """
        contact:
          email: Email
          marketing_consent: {column: News, values: {"yes": allowed, "no": opted_out}}
          marketing_consent_ground: {value: Newsletter form}
        """,
    )

    assert {c.marketing_consent for c in Contact.objects.all()} == {Consent.OPTED_OUT}


def test_a_ground_is_kept_only_with_the_consent_it_is_for(tmp_path: Path) -> None:
    path = write(tmp_path, "Email,Calls\nada@acme.example,no\nbob@acme.example,\n")

    run(
        path,
        """
        contact:
          email: Email
          sales_consent: {column: Calls, values: {"no": opted_out}}
          sales_consent_ground: {value: Told us}
        """,
    )

    grounds = dict(Contact.objects.values_list("email", "sales_consent_ground"))
    assert grounds == {"ada@acme.example": "Told us", "bob@acme.example": ""}


def test_a_stage_behind_the_contact_is_not_taken_and_the_rest_of_the_row_is(tmp_path: Path) -> None:
    contact = make_contact("ada@acme.example", stage=Stage.OPPORTUNITY)
    make_contact("bob@acme.example", stage=Stage.LEAD)
    path = write(tmp_path, "Email,Title,Stage\nada@acme.example,CTO,lead\nbob@acme.example,CEO,sql\n")

    report = run(path, "contact: {email: Email, job_title: Title, stage: Stage}")

    contact.refresh_from_db()
    assert (contact.stage, contact.job_title) == (Stage.OPPORTUNITY, "CTO")
    assert Contact.objects.get(email="bob@acme.example").stage == Stage.SQL
    assert report.stages_kept == 1
    assert report.rejected == 0
    assert any(line.startswith("stage not taken in 1 rows") for line in report.lines())


@pytest.mark.parametrize("stage", [Stage.DISQUALIFIED, Stage.NURTURE, Stage.CUSTOMER])
def test_editing_a_contact_on_a_side_track_by_a_file_does_not_move_it(tmp_path: Path, stage: Stage) -> None:
    contact = make_contact("ada@acme.example")
    move_stage([contact.pk], stage, by=None, at=NOW)
    path = write(tmp_path, "Email,Title\nada@acme.example,CTO\n")

    run(path, "contact: {email: Email, job_title: Title}")

    contact.refresh_from_db()
    assert (contact.stage, contact.job_title) == (stage, "CTO")


@pytest.mark.parametrize(
    ("stages", "outcome"),
    [
        (["opportunity", "customer"], Stage.CUSTOMER),
        (["customer", "opportunity"], Stage.CUSTOMER),
        (["opportunity", "nurture"], Stage.OPPORTUNITY),
        (["nurture", "opportunity"], Stage.NURTURE),
    ],
)
@pytest.mark.parametrize("rows", [1, 100])
def test_of_several_stages_in_a_file_the_furthest_on_the_ladder_is_taken_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stages: list[str], outcome: Stage, rows: int
) -> None:
    monkeypatch.setattr("crm.contact_import.run.CHUNK_ROWS", rows)
    path = write(tmp_path, "Email,Stage\n" + "".join(f"ada@acme.example,{stage}\n" for stage in stages))

    run(path, "contact: {email: Email, stage: Stage}")
    moves = Contact.objects.get().stage_changes.count()
    run(path, "contact: {email: Email, stage: Stage}", at=NOW + timedelta(days=1))

    assert Contact.objects.get().stage == outcome
    assert Contact.objects.get().stage_changes.count() == moves


def test_owners_are_found_by_name_and_address_and_strangers_are_named(tmp_path: Path) -> None:
    user = make_user("mara")
    path = write(
        tmp_path,
        "Email,Owner\na@acme.example,MARA\nb@acme.example,mara@handoff.example\nc@acme.example,joe\n",
    )

    report = run(path, "contact: {email: Email, owner: Owner}")

    assert Contact.objects.filter(owner=user).count() == 2
    assert dict(report.strangers) == {"joe": 1}
    assert "owners who are no users here, left out: joe" in report.lines()


def test_rows_that_where_leaves_out_are_counted_and_not_recorded(tmp_path: Path) -> None:
    path = write(
        tmp_path, "Email,Status\na@acme.example,Active\nb@acme.example,Gone\nc@acme.example,\nbad,Gone\n"
    )

    report = run(path, "where: {column: Status, equals: [active]}\ncontact: {email: Email}")

    assert Contact.objects.get().email == "a@acme.example"
    assert (report.rows, report.left_out, report.rejected) == (4, 3, 0)


def test_a_dry_run_says_what_would_be_and_records_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, "Email,First,Last,Title,Country\n" + "ada@acme.example,,,,\nbad,,,,\n" * 3)

    rehearsal = run(path, dry_run=True)

    assert not Contact.objects.exists()
    assert not Company.objects.exists()
    assert "dry run: nothing was recorded" in rehearsal.lines()
    actual = run(path)
    assert (rehearsal.contacts, rehearsal.companies, rehearsal.rejected) == (
        actual.contacts,
        actual.companies,
        actual.rejected,
    )


def test_letters_are_stored_composed(tmp_path: Path) -> None:
    path = write(tmp_path, "Email,First,Last,Title,Country\nada@acme.example,Zoe\u0308,,,\n")

    run(path)

    assert Contact.objects.get().first_name == "Zoë"


def test_a_large_file_leaves_the_planner_knowing_how_much_there_is(tmp_path: Path) -> None:
    number = CHUNK_ROWS + 1
    people = "".join(f"person{each}@people.example\n" for each in range(number))

    run(write(tmp_path, f"Email\n{people}"), "contact: {email: Email}")

    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'crm_contact'::regclass")
        assert cursor.fetchone()[0] >= number
