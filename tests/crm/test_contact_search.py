"""Contacts found by parts of their names."""

from __future__ import annotations

import pytest

from crm.models import Contact, contact
from tests.factories import make_company, make_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(db: None) -> Contact:
    make_company("acme.example", name="Acme Robotics")
    make_contact("grace@other.example", first_name="Grace", last_name="Hopper")
    return make_contact("ada@acme.example", first_name="Ada", last_name="Lovelace")


@pytest.mark.parametrize(
    "text", ["ada", "LOVE", "ada lovelace", "lovelace ada", "robot", "ada acme", "@acme.example", "  ada  "]
)
def test_every_word_is_found_in_address_name_or_company(ada: Contact, text: str) -> None:
    assert list(Contact.objects.matching(text)) == [ada]


@pytest.mark.parametrize("text", ["ada hopper", "%", "a_a", "\\", "robotic arm"])
def test_one_word_that_is_nowhere_finds_nobody(ada: Contact, text: str) -> None:
    assert not Contact.objects.matching(text).exists()


def test_a_word_that_very_many_companies_have_is_found_all_the_same(
    ada: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contact, "MOST_COMPANIES_LISTED", 0)

    assert list(Contact.objects.matching("robotics ada")) == [ada]
