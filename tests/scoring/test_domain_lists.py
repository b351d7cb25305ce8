"""A list of domains comes from a file: read line by line, shown, then done as a whole or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.auth.models import Group as UserGroup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from crm.errors import Conflict, Invalid
from crm.models import User
from leads.roles import MARKETERS, ensure_groups
from scoring.domain_file import read_domain, read_domains
from scoring.domain_lists import change_list, change_of
from scoring.drain import drain
from scoring.models import DomainList, Op, Score
from scoring.spec import ConditionSpec, RuleSpec
from tests.factories import NOW, SMALL_MODEL, make_contact, make_user
from tests.scoring.conftest import publish_as_is

SEVERAL = "acme.example", "rival.example"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Acme.Example", "acme.example"),
        (" info@rival.example ", "rival.example"),
        ("https://www.acme.example:8443/prices?x=1", "acme.example"),
        ("www.acme.example/", "acme.example"),
        ("müller.example", "müller.example"),
        ("xn--mller-kva.example", "müller.example"),
        ("acme", ""),
        ("ac me.example", ""),
        ("192.168.1.1", ""),
        ("https://[broken", ""),
        ("", ""),
    ],
)
def test_a_domain_is_read_out_of_what_people_paste(text: str, expected: str) -> None:
    assert read_domain(text) == expected


@pytest.mark.parametrize(
    ("content", "heading"),
    [
        (b"acme.example\nrival.example\n", ""),
        (b"acme.example\r\nrival.example", ""),
        (b"acme.example\rrival.example\r", ""),
        (b"\xef\xbb\xbfDomain\r\nacme.example\r\nrival.example\r\n", "Domain"),
        ("domain\nacme.example\nrival.example".encode("utf-16"), "domain"),
        (b"# agreed in May\nacme.example\n\n  \nrival.example\nACME.example\n", ""),
        (b'Company,Website\n"Acme, Inc.",https://acme.example/\nRival,www.rival.example\n', "Website"),
        (b"Name;E-Mail;Town\nA;a@acme.example;Lund\nB;b@rival.example;Bern\n", "E-Mail"),
        (b"1\tacme.example\n2\trival.example\n", ""),
    ],
)
def test_a_file_is_read_with_a_heading_or_without_whatever_wrote_it(content: bytes, heading: str) -> None:
    read = read_domains(content)

    assert (read.domains, read.heading, read.faults) == (SEVERAL, heading, ())


def test_each_line_that_is_no_domain_is_named_with_the_mend() -> None:
    read = read_domains(b"Company;Domain\r\nA;acme.example\r\nB;nothing here\r\nC;\r\nD;acme\r\n")

    assert read.domains == ("acme.example",)
    assert [str(fault) for fault in read.faults] == [
        "Line 3: “nothing here” is no domain. Write it with its ending, as in acme.example.",
        "Line 4: nothing stands where the domain should. Fill the column, or take the line out.",
        "Line 5: “acme” is no domain. Write it with its ending, as in acme.example.",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds no line"),
        (b"PK\x03\x04and so on", "save it as CSV"),
        (b"a" * 2_000_001, "keep it to 2,000,000"),
        (b"".join(b"d%d.example\n" % number for number in range(50_001)), "at most 50,000"),
    ],
)
def test_what_is_no_list_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        read_domains(content)


@pytest.fixture
def rivals(db: None) -> DomainList:
    domain_list = DomainList.objects.create(name="rivals")
    for domain in ("old.example", "rival.example"):
        domain_list.entries.create(domain=domain)
    return domain_list


def held(domain_list: DomainList) -> list[str]:
    return list(domain_list.entries.values_list("domain", flat=True))


def test_replacing_takes_out_what_is_not_in_the_file_and_scores_everyone_anew(rivals: DomainList) -> None:
    rule = RuleSpec("Rival", "ICP", (ConditionSpec("email_domain", Op.IN_DOMAIN_LIST, "rivals"),), points=-40)
    publish_as_is(replace(SMALL_MODEL, rules=(*SMALL_MODEL.rules, rule)))
    for email in ("a@old.example", "b@acme.example"):
        make_contact(email)
    drain(at=NOW)

    change_list(rivals, SEVERAL, replace=True, stamp=change_of(rivals, SEVERAL, replace=True).stamp, at=NOW)
    drain(at=NOW)

    assert held(rivals) == ["acme.example", "rival.example"]
    assert list(Score.objects.order_by("contact__email").values_list("total", flat=True)) == [0, -40]


def test_a_list_that_was_changed_meanwhile_is_left_as_it_is(rivals: DomainList) -> None:
    shown = change_of(rivals, SEVERAL, replace=True)
    rivals.entries.create(domain="third.example")

    with pytest.raises(Conflict):
        change_list(rivals, SEVERAL, replace=True, stamp=shown.stamp, at=NOW)

    assert held(rivals) == ["old.example", "rival.example", "third.example"]


def test_doing_it_twice_changes_nothing_more(rivals: DomainList) -> None:
    stamp = change_of(rivals, SEVERAL, replace=False).stamp
    change_list(rivals, SEVERAL, replace=False, stamp=stamp, at=NOW)

    again = change_list(rivals, SEVERAL, replace=False, stamp=stamp, at=NOW)

    assert again.is_none
    assert held(rivals) == ["acme.example", "old.example", "rival.example"]


@pytest.fixture
def marketer(db: None, client: Client) -> User:
    ensure_groups()
    user = make_user("mary", is_staff=True)
    user.groups.add(UserGroup.objects.get(name=MARKETERS))
    client.force_login(user)
    return user


def upload(client: Client, domain_list: DomainList, content: bytes, **typed: str) -> HttpResponse:
    page = reverse("admin:scoring_domainlist_upload", args=[domain_list.pk])
    return client.post(page, {"file": SimpleUploadedFile("list.csv", content), "how": "add", **typed})


def test_what_the_file_does_is_shown_before_it_is_done(
    client: Client, marketer: User, rivals: DomainList
) -> None:
    shown = upload(client, rivals, b"acme.example\nrival.example\ngmail.com\n", how="replace")
    before = held(rivals)
    confirmed = {name: shown.context["confirm"].initial[name] for name in ("domains", "how", "stamp")}

    done = client.post(reverse("admin:scoring_domainlist_upload", args=[rivals.pk]), confirmed)

    change = shown.context["change"]
    assert (change.added, change.removed, change.kept) == (("acme.example", "gmail.com"), ("old.example",), 1)
    assert "anybody can have an address at" in shown.content.decode()
    assert before == ["old.example", "rival.example"]
    assert done.status_code == 302
    assert held(rivals) == ["acme.example", "gmail.com", "rival.example"]


def test_a_faulty_file_changes_nothing_until_its_lines_are_left_out(
    client: Client, marketer: User, rivals: DomainList
) -> None:
    refused = upload(client, rivals, b"acme.example\nnot one\n")
    shown = upload(client, rivals, b"acme.example\nnot one\n", leave_out="on")

    assert refused.status_code == 422
    assert "Line 2: “not one” is no domain" in refused.content.decode()
    assert shown.context["change"].added == ("acme.example",)
    assert held(rivals) == ["old.example", "rival.example"]


def test_a_list_is_downloaded_as_a_file_that_reads_back(
    client: Client, marketer: User, rivals: DomainList
) -> None:
    response = client.get(reverse("admin:scoring_domainlist_download", args=[rivals.pk]))

    assert read_domains(response.content).domains == ("old.example", "rival.example")


def test_whoever_may_not_change_lists_cannot_upload(client: Client, rivals: DomainList) -> None:
    client.force_login(make_user("rita", is_staff=True))

    response = upload(client, rivals, b"acme.example\n")

    assert response.status_code in (302, 403)
    assert held(rivals) == ["old.example", "rival.example"]
