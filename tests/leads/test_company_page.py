"""Companies: found, and read with their people."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leads.models import Mql
from scoring.models import ScoringVersion
from tests.factories import make_company, make_contact, make_mql, make_rep, make_team
from tests.leads.page_client import signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(small_model: ScoringVersion) -> Client:
    return signed_in(make_rep("sdr").user)


def names(content: bytes) -> list[str]:
    return re.findall(r'class="row-link" href="/companies/\d+/">([^<]*)</a>', content.decode())


def test_companies_are_listed_by_name_without_case(page: Client) -> None:
    for name in ("beta", "Alpha", "Gamma"):
        make_company(f"{name.lower()}.example", name=name)

    assert names(page.get("/companies/").content) == ["Alpha", "beta", "Gamma"]


@pytest.mark.parametrize("search", ["alph", "ALPHA.example"])
def test_a_company_is_found_by_name_and_domain(page: Client, search: str) -> None:
    make_company("alpha.example", name="Alpha")
    make_company("beta.example", name="Beta")

    assert names(page.get("/companies/", {"q": search}).content) == ["Alpha"]


def test_pages_show_every_company_once(page: Client) -> None:
    for number in range(53):
        make_company(f"c{number}.example", name=f"Company {number}")
    first = page.get("/companies/")
    more = re.search(r"after=([\w:%-]+)", first.content.decode())
    assert more

    rest = page.get(f"/companies/?after={more[1]}")

    assert len({*names(first.content), *names(rest.content)}) == 53


def test_the_list_asks_as_often_for_many_as_for_few(page: Client) -> None:
    def queries(number: int) -> int:
        for _ in range(number):
            company = make_company()
            make_contact(company_domain=company.domain)
        with CaptureQueriesContext(connection) as captured:
            page.get("/companies/")
        return len(captured)

    assert queries(3) == queries(27) <= 12


def test_an_empty_list_says_where_companies_come_from(page: Client) -> None:
    assert "No companies yet" in text_of(page.get("/companies/"))
    assert "No company matches “xyz”" in text_of(page.get("/companies/?q=xyz"))


def test_the_page_tells_facts_people_and_mqls(page: Client) -> None:
    acme = make_company("acme.example", name="Acme", industry="Software", revenue=12_500_000)
    make_mql("ada@acme.example", first_name="Ada")
    make_contact("bob@acme.example", first_name="Bob")

    seen = text_of(page.get(f"/companies/{acme.pk}/"))

    assert "Industry Software Revenue 12.5 million" in seen
    assert "Ada VP Sales MQL 80 C2" in seen
    assert "Bob Lead not yet" in seen
    assert "Outcome Ada 80 C2 2 Mar" in seen


def test_another_teams_mqls_are_left_out(page: Client) -> None:
    acme = make_company("acme.example", name="Acme")
    mql = make_mql("ada@acme.example", first_name="Ada")
    Mql.objects.filter(pk=mql.pk).update(owner=make_rep("other", team=make_team("Other")).user)

    assert "None yet: one opens when somebody here crosses" in text_of(page.get(f"/companies/{acme.pk}/"))


def test_a_company_without_people_says_who_will_appear(page: Client) -> None:
    acme = make_company("acme.example", name="Acme")

    assert "Whoever writes from acme.example appears here." in text_of(page.get(f"/companies/{acme.pk}/"))
