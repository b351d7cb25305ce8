"""Public data sets and exports of other systems, imported by the maps under `examples/maps`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.db.models import Count, Max, Min
from django.db.models.functions import TruncMonth
from pytest_django import DjangoDbBlocker

from crm.contact_import import Report, import_file, read_map
from crm.facts import Result
from crm.models import Activity, Company, Consent, Contact, Stage
from tests.crm.importing import CREATED, UNCHANGED, UPDATED
from tests.crm.public_data import DATA, MAPS, needs_data, take
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, needs_data]


@pytest.fixture(scope="class")
def shared(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """What a class imports once for all of its tests, rolled back after the last of them."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


# Exports of other systems

EXPORTS = {
    "hubspot": [
        ("hubspot_companies", "hubspot_companies.csv", {"companies": {CREATED: 73}}),
        ("hubspot_contacts", "hubspot_contacts.csv", {"contacts": {CREATED: 140}}),
        ("hubspot_activities", "hubspot_activities.csv", {"activities": {CREATED: 252}}),
        (
            "hubspot_deals",
            "hubspot_deals.csv",
            {"contacts": {UPDATED: 36, UNCHANGED: 39}, "activities": {CREATED: 100}, "stages_kept": 8},
        ),
    ],
    "salesforce": [
        ("salesforce_accounts", "salesforce_Account.csv", {"companies": {CREATED: 22}}),
        ("salesforce_contacts", "salesforce_Contact.csv", {"contacts": {CREATED: 60}}),
        ("salesforce_leads", "salesforce_Lead.csv", {"contacts": {CREATED: 60}}),
        (
            "salesforce_campaign_members",
            "salesforce_CampaignMember.csv",
            {"contacts": {CREATED: 14, UNCHANGED: 54}, "activities": {CREATED: 68}},
        ),
        ("salesforce_campaigns", "salesforce_Campaign.csv", {"activities": {CREATED: 68}}),
        # The contacts were cut off at their first 60, so that some tasks and accounts are nobody's.
        ("salesforce_tasks", "salesforce_Task.csv", {"activities": {CREATED: 66}, "rejected": 9}),
        ("salesforce_opportunities", "salesforce_Opportunity.csv", {"companies": {UPDATED: 18, UNCHANGED: 32}}),
        (
            "salesforce_opportunity_notes",
            "salesforce_Opportunity.csv",
            {"activities": {CREATED: 19}, "rejected": 33},
        ),
    ],
    "salesforce report": [
        (
            "salesforce_leads_report",
            "salesforce_leads_report.csv",
            {"contacts": {CREATED: 160}, "companies": {CREATED: 159}, "activities": {CREATED: 78}},
        )
    ],
    "atomic": [
        ("atomic_crm_contacts", "atomic_crm_contacts.csv", {"contacts": {CREATED: 150}, "companies": {CREATED: 36}}),
        (
            "atomic_crm_import_sample",
            "atomic_crm_import_sample.csv",
            {"contacts": {CREATED: 2}, "companies": {CREATED: 1}},
        ),
    ],
    "datablist": [
        ("datablist_leads", "datablist_leads-100.csv", {"contacts": {CREATED: 100}, "companies": {CREATED: 100}}),
        # Two organizations give the same site under two ids: the second is for a person to look at.
        (
            "datablist_organizations",
            "datablist_organizations-100.csv",
            {"companies": {CREATED: 98, UPDATED: 1}, "rejected": 1},
        ),
    ],
    "maven": [
        ("maven_accounts", "../maven_crm/accounts.csv", {"companies": {CREATED: 85}}),
        (
            "maven_pipeline",
            "../maven_crm/sales_pipeline.csv",
            {"contacts": {CREATED: 85, UNCHANGED: 7127}, "activities": {CREATED: 13923}, "left_out": 1588},
        ),
    ],
}  # fmt: skip


@pytest.mark.parametrize("system", EXPORTS)
def test_every_export_imports_with_its_map_and_adds_nothing_the_second_time(
    system: str, tmp_path: Path
) -> None:
    for map_name, file, counts in EXPORTS[system]:
        report = take(f"crm_exports/{file}", map_name, tmp_path)
        for name, wanted in counts.items():
            assert getattr(report, name) == wanted, (map_name, name)
        assert report.rejected == counts.get("rejected", 0), map_name

    for map_name, file, counts in EXPORTS[system]:
        again = take(f"crm_exports/{file}", map_name, tmp_path, at=NOW + timedelta(days=1))
        assert again.nothing_new, map_name
        assert again.rejected == counts.get("rejected", 0), map_name


def test_every_map_is_tried_here() -> None:
    tried = {map_name for exports in EXPORTS.values() for map_name, *_ in exports}

    assert {path.stem for path in MAPS.glob("*.yaml")} == tried | {
        "xeducation",
        "olist_mqls",
        "olist_deals",
        "weblog",
        "shop_events",
    }


def test_hubspot_contacts_are_linked_and_staged_as_they_say(tmp_path: Path) -> None:
    take("crm_exports/hubspot_companies.csv", "hubspot_companies", tmp_path)
    take("crm_exports/hubspot_contacts.csv", "hubspot_contacts", tmp_path)

    stages = Counter(Contact.objects.values_list("stage", flat=True))
    assert stages == {
        Stage.SUBSCRIBER: 20,
        Stage.LEAD: 15 + 14 + 12,
        Stage.MQL: 20,
        Stage.SQL: 17,
        Stage.OPPORTUNITY: 23,
        Stage.CUSTOMER: 19,
    }
    assert Contact.objects.exclude(company=None).count() == 98


def test_a_salesforce_contact_is_at_its_account_and_brings_nothing_unasked(tmp_path: Path) -> None:
    take("crm_exports/salesforce_Account.csv", "salesforce_accounts", tmp_path)
    report = take("crm_exports/salesforce_Contact.csv", "salesforce_contacts", tmp_path)
    take("crm_exports/salesforce_Lead.csv", "salesforce_leads", tmp_path)

    ashley = Contact.objects.get(external_id="003Ec00000Cz30UIAR")
    assert ashley.company is not None
    assert ashley.company.external_id == "001Ec00000GGw3hIAD"
    assert {"Birthdate", "Annual_Income__c", "Driving_License_Number__c"} <= set(report.unmapped)
    assert ashley.properties.keys() == {"city", "state"}
    assert Contact.objects.filter(external_id__startswith="00Q").exclude(company=None).count() == 60


# X Education


@pytest.fixture(scope="class")
def xeducation(shared: None, tmp_path_factory: pytest.TempPathFactory) -> Report:
    return take("xeducation/leads.csv", "xeducation", tmp_path_factory.mktemp("xeducation"))


class TestXEducation:
    def test_counts_agree_with_those_published(self, xeducation: Report) -> None:
        assert (xeducation.rows, xeducation.rejected, xeducation.contacts) == (6_992, 0, {CREATED: 6_992})
        sources = Counter(source.lower() for source in Contact.objects.values_list("source", flat=True))
        assert sources["google"] == 2_203 + 5
        assert {
            name: sources[name]
            for name in ("direct traffic", "olark chat", "reference", "welingak website", "")
        } == {
            "direct traffic": 1_922,
            "olark chat": 1_331,
            "reference": 395,
            "welingak website": 92,
            "": 28,
        }
        occupations = Counter(
            properties.get("occupation")
            for properties in Contact.objects.values_list("properties", flat=True)
        )
        assert (occupations["Unemployed"], occupations["Working Professional"], occupations["Student"]) == (
            4_220,
            534,
            164,
        )
        assert occupations[None] == 2_049
        assert Contact.objects.filter(marketing_consent=Consent.OPTED_OUT).count() >= 564
        assert not Company.objects.exists()

    def test_unknown_is_unknown_and_numbers_are_numbers(self, xeducation: Report) -> None:
        everyone = Contact.objects.values_list("properties", flat=True)

        missing = {
            key: sum(key not in properties for properties in everyone)
            for key in ("specialization", "city", "heard_from", "visits", "last_activity")
        }
        assert missing == {
            "specialization": 1_092 + 1_437,
            "city": 1_078 + 1_658,
            "heard_from": 1_674 + 3_800,
            "visits": 97,
            "last_activity": 74,
        }
        assert max(properties.get("visits", 0) for properties in everyone) == 251
        assert not Contact.objects.filter(properties__icontains="select").exists()
        leaks = {
            "Converted",
            "Tags",
            "Lead Quality",
            "Lead Profile",
            "Last Notable Activity",
            "Asymmetrique Profile Score",
        }
        assert leaks <= set(xeducation.unmapped)

    def test_activities_say_that_they_are_synthesized(self, xeducation: Report, tmp_path: Path) -> None:
        again = take("xeducation/leads.csv", "xeducation", tmp_path, at=NOW + timedelta(days=30))

        assert not Activity.objects.exclude(subject__contains="(synthesized)").exists()
        kinds = Counter(Activity.objects.values_list("kind", flat=True))
        assert (kinds["email_open"], kinds["sms_sent"], kinds["chat"]) == (2_608, 2_061, 748)
        assert again.nothing_new


# Olist


def test_olist_counts_agree_with_those_published(tmp_path: Path) -> None:
    report = take("olist/olist_marketing_qualified_leads_dataset.csv", "olist_mqls", tmp_path)
    deals = take("olist/olist_closed_deals_dataset.csv", "olist_deals", tmp_path)

    assert (report.contacts, report.activities) == ({CREATED: 8_000}, {CREATED: 8_000})
    assert (deals.contacts, deals.rejected) == ({UPDATED: 842}, 0)
    origins = Counter(Contact.objects.values_list("source", flat=True))
    assert (origins["organic_search"], origins["paid_search"], origins["unknown"], origins[""]) == (
        2_296,
        1_586,
        1_099,
        60,
    )
    forms = Activity.objects.filter(kind="form_submitted")
    bounds = forms.aggregate(first=Min("occurred_at"), last=Max("occurred_at"))
    assert (str(bounds["first"].date()), str(bounds["last"].date())) == ("2017-06-14", "2018-05-31")
    months = (
        forms.annotate(month=TruncMonth("occurred_at"))
        .values_list("month")
        .annotate(Count("pk"))
        .order_by("month")
    )
    assert [count for _, count in months] == [
        4,
        239,
        386,
        312,
        416,
        445,
        200,
        1_141,
        1_028,
        1_174,
        1_352,
        1_303,
    ]
    assert forms.values("subject").distinct().count() == 495
    assert Contact.objects.filter(stage=Stage.CUSTOMER).count() == 842


# The web


@pytest.fixture(scope="class")
def weblog(shared: None, tmp_path_factory: pytest.TempPathFactory) -> Report:
    return take("web/weblog.csv", "weblog", tmp_path_factory.mktemp("weblog"))


class TestWebLog:
    def test_it_gives_page_views_with_robots_marked(self, weblog: Report, tmp_path: Path) -> None:
        again = take("web/weblog.csv", "weblog", tmp_path)

        assert (weblog.rows, weblog.rejected) == (9_999, 0)
        views = Activity.objects.filter(kind="page_view")
        people = views.filter(automated=False)
        # Published are 1,924 by 1,014, by a narrower list of robots (Ezooms, which gives only a mail address, has 152).
        assert (people.count(), people.values("contact").distinct().count()) == (1_798, 991)
        assert views.filter(automated=True).count() > 1_500
        assert weblog.activities[UNCHANGED] > 0
        assert again.nothing_new
        assert again.activities == {UNCHANGED: weblog.rows - weblog.left_out}

    def test_any_order_gives_the_same(self, weblog: Report, tmp_path: Path) -> None:
        forward = set(Activity.objects.values_list("contact__email", "occurred_at", "subject", "external_id"))
        lines = (DATA / "web" / "weblog.csv").read_text().splitlines()
        backward = tmp_path / "backward.csv"
        backward.write_text("\n".join([lines[0], *lines[:0:-1]]))

        text = (MAPS / "weblog.yaml").read_text()
        report = import_file(backward, read_map(text), at=NOW, rejected_path=tmp_path / "rejected.csv")

        assert report.activities.keys() == {Result.UNCHANGED}
        assert (
            set(Activity.objects.values_list("contact__email", "occurred_at", "subject", "external_id"))
            == forward
        )


def test_shop_events_come_out_of_their_archive(tmp_path: Path) -> None:
    report = take("web/shop_events.csv.gz", "shop_events", tmp_path)

    assert report.contacts[CREATED] == 600
    assert report.activities == {CREATED: 31_106 - 30, UNCHANGED: 30}
    assert Activity.objects.filter(kind="purchase").count() == 470
    assert Activity.objects.filter(kind="purchase").values("contact").distinct().count() == 328
    channels = Counter(Contact.objects.values_list("source", flat=True))
    assert channels == {"paid_search": 169, "email": 95, "organic": 219, "direct": 30, "social": 87}
