"""The page of a draft reads as sentences, for those who may see it, in as few queries however long it is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.auth.models import Group as UserGroup
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.models import User
from leads.roles import SALES_REPS
from scoring.models import Rule, ScoringVersion
from scoring.spec import PersonaSpec
from scoring.versions import save_draft
from tests.factories import NOW, make_user
from tests.scoring.draft_page.conftest import MODEL, PRICING, html_of, page_of, part, rule

pytestmark = pytest.mark.django_db


def test_the_page_reads_as_sentences_in_their_groups(client: Client, draft: ScoringVersion) -> None:
    html = html_of(client.get(page_of(draft)))

    places = [html.index(f">{said}<") for said in ("Intent", PRICING, "ICP", "Learning")]
    assert places == sorted(places)
    assert "60 points" in html
    assert "at most 40 points" in html


def test_a_page_says_who_made_it_from_which_and_what_changed(client: Client, marketer: User) -> None:
    before = save_draft(MODEL, by=marketer, at=NOW)
    after = save_draft(replace(MODEL, threshold=70), by=marketer, at=NOW, made_from=before, note="Fewer")

    html = html_of(client.get(page_of(after)))

    assert f"What changed since version {before.number}" in html
    assert "Threshold: 60 → 70" in html
    assert "by mary" in html
    assert "Fewer" in html


@pytest.mark.parametrize("status", ["published", "retired"])
def test_a_version_that_is_no_draft_has_no_form(client: Client, draft: ScoringVersion, status: str) -> None:
    ScoringVersion.objects.filter(pk=draft.pk).update(status="published", published_at=NOW)
    if status == "retired":
        ScoringVersion.objects.filter(pk=draft.pk).update(status="retired", retired_at=NOW)

    html = html_of(client.get(page_of(draft), {"open": f"rule-{rule('Vice president').pk}"}))
    main = html[html.index('class="draft"') :]

    assert PRICING in html
    assert 'method="post"' not in main
    assert "Add a rule" not in main


def test_who_may_only_look_sees_no_way_to_change(client: Client, draft: ScoringVersion) -> None:
    reader = make_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_scoringversion"))
    client.force_login(reader)
    address = part(draft, "rule", rule("Vice president").pk)

    page, form, sent = client.get(page_of(draft)), client.get(address), client.post(address, {})

    assert PRICING in html_of(page)
    assert "Add a rule" not in html_of(page)
    assert (form.status_code, sent.status_code) == (403, 403)


def test_a_rep_does_not_get_to_the_page(client: Client, draft: ScoringVersion) -> None:
    rep = make_user("sdr")
    rep.groups.add(UserGroup.objects.get(name=SALES_REPS))
    client.force_login(rep)

    answers = [client.get(page_of(draft)), client.post(part(draft, "settings"), {"threshold": 1})]

    assert [answer.status_code for answer in answers] == [302, 302]
    draft.refresh_from_db()
    assert draft.threshold == 60


@pytest.mark.parametrize("address", ["change", "figures", "results", "changes"])
def test_the_page_takes_as_many_queries_for_thirty_rules_as_for_three(
    client: Client, marketer: User, address: str
) -> None:
    versions = []
    for rules, personas in ((1, 1), (30, 5)):
        spec = replace(
            MODEL,
            rules=tuple(
                replace(MODEL.rules[2], name=f"Rule {number}", points=number) for number in range(rules)
            ),
            personas=tuple(PersonaSpec(f"Persona {number}", False) for number in range(personas)),
        )
        versions.append(save_draft(spec, by=marketer, at=NOW))
    name = "scoringversion_change" if address == "change" else f"draft_{address}"
    client.get(page_of(versions[0]))

    counts = []
    for version in versions:
        shown = {
            "shown": list(Rule.objects.filter(group__version=version).values_list("pk", flat=True)),
            "persona": list(version.personas.values_list("pk", flat=True)),
        }
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(reverse(f"admin:scoring_{name}", args=[version.pk]), shown)
        assert answer.status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]
