"""Activities from a file: beside their contacts, or joined to contacts that are recorded."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crm.models import Activity, Consent, Contact
from tests.crm.importing import CREATED, UNCHANGED, rejected_rows, run, write
from tests.factories import NOW, make_activity, make_company, make_contact

pytestmark = pytest.mark.django_db

WEBINARS = """
    source: webinars
    contact: {email: Email}
    activities:
      - kind: {value: webinar_attended}
        subject: Webinar
        campaign: {value: Spring}
        occurred_at: When
        when: {column: Attended, equals: "yes"}
        properties: {minutes: {column: Minutes, type: number}}
"""


def test_a_row_tells_of_an_activity_where_its_condition_holds(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "Email,Webinar,When,Attended,Minutes\n"
        "ada@acme.example,Pricing,2026-01-05T10:00:00Z,YES,42\n"
        "bob@acme.example,Pricing,2026-01-05T10:00:00Z,no,\n"
        "cy@acme.example,Pricing,,yes,\n",
    )

    report = run(path, WEBINARS)

    activity = Activity.objects.get()
    assert (activity.contact.email, activity.kind, activity.subject, activity.campaign, activity.source) == (
        "ada@acme.example",
        "webinar_attended",
        "Pricing",
        "Spring",
        "webinars",
    )
    assert activity.occurred_at == datetime(2026, 1, 5, 10, tzinfo=UTC)
    assert activity.recorded_at == NOW
    assert activity.properties == {"minutes": 42}
    assert (report.contacts[CREATED], report.activities) == (3, {CREATED: 1})


def test_activities_without_ids_are_recorded_once_however_often_they_come(tmp_path: Path) -> None:
    text = (
        "Email,Webinar,When,Attended,Minutes\n"
        "ada@acme.example,Pricing,2026-01-05T10:00:00Z,yes,42\n"
        "ADA@acme.example,Pricing,2026-01-05T11:00:00+01:00,yes,42\n"
        "ada@acme.example,Pricing,2026-01-06T10:00:00Z,yes,42\n"
    )

    first = run(write(tmp_path, text), WEBINARS)
    again = run(write(tmp_path, text, name="again.csv"), WEBINARS, at=NOW + timedelta(days=3))

    assert first.activities == {CREATED: 2, UNCHANGED: 1}
    assert again.activities == {UNCHANGED: 3}
    assert Activity.objects.count() == 2


def test_rules_in_another_order_know_their_activities_again(tmp_path: Path) -> None:
    path = write(tmp_path, "Email,Visit,Form\nada@acme.example,2026-01-01,2026-01-02\n")
    visit, form = (
        f"{{kind: {{value: {kind}}}, occurred_at: {column}}}"
        for kind, column in (("page_view", "Visit"), ("form_submitted", "Form"))
    )

    run(path, f"source: site\ncontact: {{email: Email}}\nactivities: [{visit}, {form}]")
    again = run(path, f"source: site\ncontact: {{email: Email}}\nactivities: [{form}, {visit}]")

    assert again.activities == {UNCHANGED: 2}


def test_equal_activities_of_one_row_are_each_recorded_once(tmp_path: Path) -> None:
    path = write(tmp_path, "Email,Visits,Last\nada@acme.example,4,2026-01-05\nbob@acme.example,,2026-01-05\n")
    map_text = """
        source: site
        contact: {email: Email}
        activities:
          - {kind: {value: page_view}, occurred_at: Last, times: {column: Visits, most: 3}}
          - {kind: {value: page_view}, occurred_at: Last}
        """

    first, again = run(path, map_text), run(path, map_text)

    assert Contact.objects.get(email="ada@acme.example").activities.count() == 4
    assert Contact.objects.get(email="bob@acme.example").activities.count() == 1
    assert (first.activities, again.activities) == ({CREATED: 5}, {UNCHANGED: 5})


def test_what_happens_at_the_import_is_the_same_at_the_next_one(tmp_path: Path) -> None:
    path = write(
        tmp_path, "Email,Last\nada@acme.example,Email Opened\nbob@acme.example,Nodded\ncy@acme.example,\n"
    )
    map_text = """
        source: site
        contact: {email: Email}
        activities:
          - kind: {column: Last, values: {Email Opened: email_open}, otherwise: note}
            occurred_at: {value: now}
        """

    run(path, map_text)
    again = run(path, map_text, at=NOW + timedelta(days=9))

    assert again.activities == {UNCHANGED: 2}
    assert set(Activity.objects.values_list("kind", "occurred_at")) == {("email_open", NOW), ("note", NOW)}


def test_ids_of_the_file_tell_repeats_even_where_the_content_changed(tmp_path: Path) -> None:
    map_text = """
        source: crm
        contact: {email: Email}
        activities: [{kind: Kind, occurred_at: When, external_id: Id, subject: About}]
        """
    head = "Email,Kind,When,Id,About\n"

    run(write(tmp_path, f"{head}ada@acme.example,call,2026-01-05,C1,Hello\n"), map_text)
    again = run(write(tmp_path, f"{head}ada@acme.example,call,2026-01-06,C1,Mended\n"), map_text)

    assert again.activities == {UNCHANGED: 1}
    assert Activity.objects.get().subject == "Hello"


def test_a_bad_activity_rejects_its_row_with_the_contact(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "Email,Webinar,When,Attended,Minutes\n"
        "ada@acme.example,Pricing,yesterday,yes,42\n"
        "bob@acme.example,Pricing,2026-01-05,yes,many\n"
        "cy@acme.example,Pricing,1969-12-31,yes,\n",
    )

    report = run(path, WEBINARS)

    assert [row["Rejected field"] for row in rejected_rows(report)] == [
        "activity occurred_at (“When”)",
        "activity property minutes (“Minutes”)",
        "activity occurred_at (“When”)",
    ]
    assert not Contact.objects.exists()


def test_a_text_that_is_too_long_is_cut_only_where_the_map_says(tmp_path: Path) -> None:
    long = "/search?q=" + "x" * 500
    path = write(
        tmp_path, f"Email,When,Path\nada@acme.example,2026-01-05,{long}\nada@acme.example,2026-01-06,/a?b=1\n"
    )

    run(
        path,
        """
        source: site
        contact: {email: Email}
        activities: [{kind: {value: page_view}, occurred_at: When, subject: {column: Path, cut_at: "?"}}]
        """,
    )

    assert set(Activity.objects.values_list("subject", flat=True)) == {"/search", "/a?b=1"}


def test_robots_are_marked_and_an_unsubscription_withdraws_the_consent(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "Email,Kind,When,Agent\n"
        "ada@acme.example,page_view,2026-01-05,Mozilla/5.0 (compatible; Googlebot/2.1)\n"
        "bob@acme.example,page_view,2026-01-05,Mozilla/5.0 Firefox/120.0\n"
        "cy@acme.example,email_unsubscribe,2026-01-05,\n",
    )

    run(
        path,
        """
        source: site
        contact: {email: Email}
        activities: [{kind: Kind, occurred_at: When, properties: {user_agent: Agent}}]
        """,
    )

    assert Activity.objects.get(automated=True).contact.email == "ada@acme.example"
    assert Contact.objects.get(email="cy@acme.example").marketing_consent == Consent.OPTED_OUT


JOINED = """
    kind: activities
    source: crm
    contact: {external_id: Who, email: Email}
    activities: [{kind: Kind, occurred_at: When, subject: About}]
"""


def test_activities_alone_find_their_contacts_by_id_or_address(tmp_path: Path) -> None:
    ada = make_contact("ada@acme.example", external_id="7")
    bob = make_contact("bob@acme.example")
    path = write(
        tmp_path,
        "Who,Email,Kind,When,About\n"
        "7,,call,2026-01-05,a\n"
        "8, BOB@acme.example ,call,2026-01-05,b\n"
        "9,nobody@acme.example,call,2026-01-05,c\n"
        ",,call,2026-01-05,d\n"
        "7,not an address,call,2026-01-05,e\n"
        "7,,,2026-01-05,f\n"
        "\x00,,call,2026-01-05,g\n",
    )

    report = run(path, JOINED)

    assert set(Activity.objects.values_list("contact_id", "subject")) == {(ada.pk, "a"), (bob.pk, "b")}
    rows = rejected_rows(report)
    assert [row["Rejected row"] for row in rows] == ["4", "5", "6", "7", "8"]
    assert rows[0]["Problem"] == "nobody is recorded with external_id 9 or email nobody@acme.example"
    assert rows[0]["What to do"] == "import the contacts first, then this file again"
    assert "is missing" in rows[1]["Problem"]
    assert "is not an e-mail address" in rows[2]["Problem"]
    assert rows[3]["Rejected field"] == "activity kind (“Kind”)"
    assert rows[4]["Problem"] == "holds a NUL character"
    assert Contact.objects.count() == 2


def test_a_row_that_no_activity_applies_to_is_left_out(tmp_path: Path) -> None:
    make_contact("ada@acme.example")
    path = write(
        tmp_path, "Email,Kind,When\nada@acme.example,call,2026-01-05\nada@acme.example,other,2026-01-05\n"
    )

    report = run(
        path,
        """
        kind: activities
        source: crm
        contact: {email: Email}
        activities: [{kind: Kind, occurred_at: When, when: {column: Kind, equals: call}}]
        """,
    )

    assert (report.activities, report.left_out) == ({CREATED: 1}, 1)


def test_an_account_means_everybody_there_and_a_campaign_its_members(tmp_path: Path) -> None:
    make_company("acme.example", external_id="A1")
    people = [make_contact(f"p{n}@acme.example") for n in range(3)]
    make_activity(people[0], "note", campaign="C9", external_id="member")
    deals = write(tmp_path, "Account,When,Name\nA1,2026-01-05,Big\nA2,2026-01-05,None\n", name="deals.csv")
    campaigns = write(tmp_path, "Id,When,Name\nc9,2026-01-05,Spring\n", name="campaigns.csv")

    for_account = run(
        deals,
        """
        kind: activities
        source: crm
        contact: {company_external_id: Account}
        activities: [{kind: {value: note}, occurred_at: When, subject: "Deal: {Name}"}]
        """,
    )
    for_campaign = run(
        campaigns,
        """
        kind: activities
        source: crm
        contact: {campaign: Id}
        activities: [{kind: {value: note}, occurred_at: When, subject: "Campaign: {Name}"}]
        """,
    )

    assert Activity.objects.filter(subject="Deal: Big").count() == 3
    assert (for_account.activities, for_account.rejected) == ({CREATED: 3}, 1)
    assert Activity.objects.get(subject="Campaign: Spring").contact == people[0]
    assert for_campaign.activities == {CREATED: 1}


def test_a_chunk_ends_before_its_activities_are_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.contact_import.run.CHUNK_ACTIVITIES", 5)
    path = write(tmp_path, "Email,Visits\n" + "".join(f"p{n}@acme.example,3\n" for n in range(5)))
    positions: list[int] = []

    report = run(
        path,
        """
        source: site
        contact: {email: Email}
        activities: [{kind: {value: page_view}, occurred_at: {value: now}, times: Visits}]
        """,
        progress=lambda position, size: positions.append(size),
    )

    assert report.activities == {CREATED: 15}
    assert len(positions) == 3
