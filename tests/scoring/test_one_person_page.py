"""One person under a version and the live one, side by side: recorded or made up, now or as of a past moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group as UserGroup
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from crm import record
from crm.models import User
from leads.roles import MARKETERS, ensure_groups
from scoring.explain import Cap, Explanation, Reason
from scoring.models import Persona, Rule, ScoringVersion
from scoring.side_by_side import rows
from scoring.versions import save_draft
from tests.factories import NOW, SMALL_MODEL, make_activity, make_contact, make_user, publish_small_model

pytestmark = pytest.mark.django_db

TWICE = tuple(
    replace(rule, points=2 * rule.points) if rule.points == 30 else rule for rule in SMALL_MODEL.rules
)


@pytest.fixture(autouse=True)
def marketer(client: Client) -> User:
    ensure_groups()
    user = make_user("mary", is_staff=True)
    user.groups.add(UserGroup.objects.get(name=MARKETERS))
    client.force_login(user)
    return user


@pytest.fixture
def draft() -> ScoringVersion:
    """Gives a vice president twice as much as the live version."""
    publish_small_model()
    return save_draft(replace(SMALL_MODEL, rules=TWICE), by=None, at=NOW)


def address(version: ScoringVersion, **query: Any) -> str:
    return f"{reverse('admin:scoring_person', args=[version.pk])}?{urlencode(query)}"


def compared(client: Client, version: ScoringVersion, **query: Any) -> Any:
    response = client.get(address(version, **query))
    assert response.status_code == 200
    return response.context["comparison"]


def differing(comparison: Any) -> dict[str, Any]:
    return {row.name: row.difference for row in comparison.rows if row.differs}


def test_the_lines_that_differ_and_by_how_much(client: Client, draft: ScoringVersion) -> None:
    vp = make_contact("vp@acme.example", job_title="VP Sales")
    make_activity(vp, "webinar_attended", days_ago=1)

    comparison = compared(client, draft, email=" VP@acme.example ")

    assert comparison.contact == vp
    assert differing(comparison) == {"Vice president": 30}
    assert (comparison.before.explanation.total, comparison.after.explanation.total) == (80, 110)
    assert comparison.changed == ["Vice president gave 30, now 60"]


def test_a_past_moment_takes_what_was_true_then(client: Client, draft: ScoringVersion) -> None:
    contact = make_contact("vp@acme.example", job_title="Buyer")
    record.correct_contact(contact.pk, by=None, at=NOW - timedelta(days=10), job_title="VP Sales")
    make_activity(contact, "webinar_attended", days_ago=5)

    then = compared(client, draft, email="vp@acme.example", at="2026-02-10T09:00")
    between = compared(client, draft, email="vp@acme.example", at="2026-02-22T09:00")

    assert (then.after.explanation.total, between.after.explanation.total) == (0, 60)


def test_what_stands_in_the_way_is_said_in_words(client: Client, draft: ScoringVersion) -> None:
    vp = make_contact("vp@acme.example", job_title="VP Sales", sales_consent="opted_out")
    make_activity(vp, "webinar_attended", days_ago=1)

    html = client.get(address(draft, email="vp@acme.example")).content.decode()

    assert "They opted out of sales contact" in html


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"email": "nobody@acme.example"}, "no contact has the address nobody@acme.example"),
        ({"email": "nonsense"}, "give one address"),
        ({"email": ""}, "required"),
        ({"email": "vp@acme.example", "at": "yesterday"}, "valid date"),
        ({"email": "vp@acme.example", "at": "1900-01-01T00:00"}, "before 1970"),
        ({"email": "vp@acme.example", "at": "2999-01-01T00:00"}, "still to come"),
    ],
)
def test_what_cannot_be_shown_is_refused_at_its_field(
    client: Client, draft: ScoringVersion, query: dict[str, str], said: str
) -> None:
    make_contact("vp@acme.example")

    response = client.get(address(draft, **query))

    assert response.status_code == 200
    assert response.context["comparison"] is None
    assert said in response.content.decode()


def test_somebody_made_up_is_compared_and_nobody_is_recorded(client: Client, draft: ScoringVersion) -> None:
    typed = "contact: {job_title: VP Sales}\nactivities: [{kind: webinar_attended, days_ago: 1}]"

    response = client.post(address(draft), {"person": typed})

    comparison = response.context["comparison"]
    assert differing(comparison) == {"Vice president": 30}
    assert comparison.contact is None
    assert not client.get(reverse("admin:scoring_person_search") + "?email=persona").content.strip()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "required"),
        ("contact: [", "not YAML"),
        ("contact: {shoe_size: 44}", "shoe_size"),
        ("contact: {}\nactivities: [{subject: /pricing}]", "kind"),
        ("qualifies: true", "qualifies"),
        ("contact: {email: nonsense}", "ada@acme.example"),
        ("- 1", "mapping"),
    ],
)
def test_somebody_who_is_written_wrongly_is_refused_by_line_and_key(
    client: Client, draft: ScoringVersion, typed: str, said: str
) -> None:
    response = client.post(address(draft), {"person": typed})

    assert response.status_code == 422
    assert said in response.content.decode()


def test_a_persona_of_the_version_is_shown_and_can_be_gone_on_with(
    client: Client, draft: ScoringVersion
) -> None:
    persona = Persona.objects.create(
        version=draft,
        name="VP",
        qualifies=True,
        contact={"job_title": "VP Sales"},
        activities=[{"kind": "call"}],
    )

    response = client.get(address(draft, persona=persona.pk))

    assert differing(response.context["comparison"]) == {"Vice president": 30}
    assert "contact: {job_title: VP Sales}" in response.content.decode()


def test_the_live_version_stands_alone(client: Client, draft: ScoringVersion) -> None:
    make_contact("vp@acme.example", job_title="VP Sales")
    live = ScoringVersion.objects.live()
    assert live

    comparison = compared(client, live, email="vp@acme.example")

    assert comparison.before is None
    assert comparison.after.explanation.fit == 30


def test_a_version_with_faults_says_them_instead(client: Client, draft: ScoringVersion) -> None:
    Rule.objects.get(group__version=draft, name="Vice president").conditions.update(field="shoe_size")

    response = client.get(address(draft, email="vp@acme.example"))

    assert response.status_code == 200
    assert "shoe_size" in response.content.decode()


def test_people_are_suggested_as_one_types(client: Client, draft: ScoringVersion) -> None:
    make_contact("ada@acme.example", first_name="Ada", last_name="Byron")
    search = reverse("admin:scoring_person_search")

    found = client.get(f"{search}?email=byr").content.decode()
    short = client.get(f"{search}?email=b").content.decode()

    assert '<option value="ada@acme.example">Ada Byron</option>' in found
    assert "option" not in short


def test_a_contacts_page_leads_to_the_newest_draft(client: Client, draft: ScoringVersion) -> None:
    contact = make_contact("ada+1@acme.example")

    response = client.get(reverse("admin:crm_contact_see_score", args=[contact.pk]), follow=True)

    assert response.context["version"] == draft
    assert response.context["comparison"].contact == contact


def test_whoever_is_no_staff_is_refused(client: Client, draft: ScoringVersion) -> None:
    client.force_login(make_user("rep"))

    response = client.get(address(draft, email="vp@acme.example"))

    assert response.status_code == 302
    assert "/login/" in response.url


def explained(reasons: list[Reason], caps: list[Cap]) -> Explanation:
    now = timezone.now()
    return Explanation(1, "", now, 1, NOTHING, NOTHING, "D4", False, False, False, reasons, caps)


NOTHING: Any = 0


def gives(rule: str, points: int, effect: str = "points") -> Reason:
    return Reason(rule, "Intent", "engagement", effect, points, 1, None)  # type: ignore[arg-type]


def test_rows_hold_what_either_version_says() -> None:
    before = explained([gives("Old", 5), gives("Both", 10)], [Cap("rule Both", "engagement", NOTHING - 2)])
    after = explained([gives("Both", 10), gives("New", 0, "fast_track")], [])

    found = [(row.name, row.difference, row.differs, row.is_cap) for row in rows(before, after)]

    assert found == [
        ("Both", 0, False, False),
        ("New", 0, True, False),
        ("Old", -5, True, False),
        ("Limit of rule “Both”", 2, True, True),
    ]
