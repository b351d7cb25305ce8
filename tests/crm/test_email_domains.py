from time import perf_counter
from typing import get_args

import pytest

from crm.email_domains import EmailKind, company_domain, domain_of, email_type, links_company
from crm.models import EmailType


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ("jane@acme.example", "acme.example"),
        ("Jane.Doe@ACME.Example", "acme.example"),
        (" jane@acme.example \n", "acme.example"),
        ("jane@acme.example.", "acme.example"),
        ('"odd@local part"@acme.example', "acme.example"),
        ("jane@mail.acme.co.uk", "mail.acme.co.uk"),
        ("jane@localhost", "localhost"),
    ],
)
def test_the_domain_of_an_address_is_its_lower_cased_last_part(email: str, domain: str) -> None:
    assert domain_of(email) == domain


@pytest.mark.parametrize(
    "email",
    ["", "@", "not an address", "acme.example", "jane@", "jane@[192.0.2.1]", "jane@a b.example",
     "jane@-a.example", "jane@a..example", f"jane@{'x' * 64}.example", f"jane@{'x.' * 130}example"],
)  # fmt: skip
def test_what_cannot_be_a_host_name_is_no_domain(email: str) -> None:
    assert domain_of(email) == ""


@pytest.mark.parametrize(
    "spelling", ["müller.de", "MÜLLER.de", "mu\u0308ller.de", "xn--mller-kva.de", "XN--MLLER-KVA.DE"]
)
def test_every_spelling_of_an_international_domain_is_one_domain(spelling: str) -> None:
    assert domain_of(f"jane@{spelling}") == "müller.de"
    assert company_domain(f"https://www.{spelling}/") == "müller.de"


def test_sharp_s_is_a_letter_of_its_own() -> None:
    assert domain_of("jane@straße.de") != domain_of("jane@strasse.de")


def test_a_domain_that_modern_idna_refuses_keeps_its_ascii_spelling() -> None:
    assert domain_of("jane@xn--i-7iq.ws") == "xn--i-7iq.ws"


@pytest.mark.parametrize(
    "domain",
    [
        "acme.example",
        "siemens.com",
        "acme.co.uk",
        "acme.ac",
        "meta.com",
        "mail.acme.io",
        "vodafone.com",
        "appleid.com",
    ],
)
def test_an_ordinary_domain_is_business(domain: str) -> None:
    assert email_type(domain) == "business"
    assert links_company(domain)


@pytest.mark.parametrize(
    "domain", ["mailinator.com", "yopmail.com", "mail.yopmail.com", "a.b.YOPMAIL.com", "guerrillamail.com"]
)
def test_a_disposable_domain_is_so_even_where_the_free_list_has_it(domain: str) -> None:
    assert email_type(domain) == "disposable"
    assert not links_company(domain)


def test_a_disposable_domain_under_an_open_academic_suffix_is_disposable() -> None:
    assert email_type("apple.edu.pl") == "disposable"


def test_an_international_disposable_domain_is_found_in_both_spellings() -> None:
    assert email_type("xn--yaho-sqa.com") == email_type("yahóo.com") == "disposable"


@pytest.mark.parametrize(
    "domain",
    ["gmail.com", "Outlook.com", "yahoo.co.uk", "gmx.de", "proton.me", "qq.com", "web.de", "sfr.fr",
     "daum.net", "hey.com", "tutanota.com", "tuta.io", "mailbox.org", "nate.com", "walla.co.il"],
)  # fmt: skip
def test_a_free_mail_domain_never_links_a_company(domain: str) -> None:
    assert email_type(domain) == "free"
    assert not links_company(domain)


@pytest.mark.parametrize(
    "domain", ["privaterelay.appleid.com", "users.noreply.github.com", "mozmail.com", "passmail.net"]
)
def test_a_forwarding_alias_never_links_its_forwarder(domain: str) -> None:
    assert not links_company(domain)


@pytest.mark.parametrize("domain", ["facebook.com", "test.com"])
def test_a_domain_that_strangers_share_never_links_a_company(domain: str) -> None:
    assert email_type(domain) == "free"
    assert not links_company(domain)


@pytest.mark.parametrize(
    "domain",
    ["mit.edu", "cs.ox.ac.uk", "ethz.ch", "no-such-college.edu", "no-such-college.ac.uk",
     "no-such-college.edu.au", "no-such-school.sch.uk", "no-such-school.k12.ca.us", "nus.edu.sg",
     "unican.es", "alumni.ubc.ca", "alum.mit.edu"],
)  # fmt: skip
def test_a_university_is_academic_by_name_or_by_suffix(domain: str) -> None:
    assert email_type(domain) == "academic"
    assert not links_company(domain)


def test_a_customer_of_a_domain_registry_is_not_taken_for_its_mail_service() -> None:
    assert email_type("acme.za.com") == "business"
    assert company_domain("www.acme.za.com") == "acme.za.com"


@pytest.mark.parametrize("domain", ["", "  ", "not a domain", "."])
def test_no_domain_has_no_type(domain: str) -> None:
    assert email_type(domain) == ""
    assert not links_company(domain)


@pytest.mark.parametrize("domain", ["localhost", "co.uk", "192.0.2.1"])
def test_what_nobody_registered_never_links_a_company(domain: str) -> None:
    assert not links_company(domain)


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("acme.com", "acme.com"),
        ("www.shop.acme.co.uk", "acme.co.uk"),
        ("HTTPS://WWW.Acme.COM", "acme.com"),
        ("https://www.acme.com:8443/path?next=joe@other.com#part", "acme.com"),
        ("https://user:secret@www.acme.com/", "acme.com"),
        ("//cdn.acme.com/x", "acme.com"),
        ("acme.com:8080", "acme.com"),
        ("acme.com/about", "acme.com"),
        ("acme.com.", "acme.com"),
        ("jane@mail.acme.co.uk", "acme.co.uk"),
        ("mailto:jane@acme.com?subject=Hello", "acme.com"),
        ("shop.acme.example", "acme.example"),
        ("www.acme.github.io", "acme.github.io"),
        ("a.city.kobe.jp", "city.kobe.jp"),
        ("gmail.com", "gmail.com"),
    ],
)
def test_a_company_domain_is_the_registrable_one(text: str, domain: str) -> None:
    assert company_domain(text) == domain


@pytest.mark.parametrize(
    "text",
    ["", "localhost", "http://localhost:8000/", "192.0.2.1", "http://192.0.2.1:8000/x", "127.1",
     "[2001:db8::1]", "2001:db8::1", "http://[2001:db8::1", "com", "co.uk", "example", "github.io",
     "Acme Inc.", "n/a", "jane@acme.com, joe@other.com", "acme.com\\x", "http:///x", "acme..com"],
)  # fmt: skip
def test_where_nobody_registered_a_domain_there_is_none(text: str) -> None:
    assert company_domain(text) == ""


def test_the_kinds_are_those_that_a_contact_can_have() -> None:
    assert {*get_args(EmailKind)} == {"", *EmailType.values}


def test_a_hundred_thousand_types_take_less_than_a_second() -> None:
    domains = [f"acme-{number % 2_000}.example" for number in range(100_000)]
    start = perf_counter()

    for domain in domains:
        email_type(domain)

    assert perf_counter() - start < 1


@pytest.mark.parametrize(
    ("domain", "kind"),
    [
        ("freemail.example", "free"),
        ("postbox.example", "free"),
        ("throwaway.example", "disposable"),
        ("lindenau.edu.example", "academic"),
        ("acme.example", "business"),
    ],
)
def test_each_kind_has_a_name_under_the_reserved_domain_for_examples(domain: str, kind: EmailKind) -> None:
    assert email_type(domain) == kind
