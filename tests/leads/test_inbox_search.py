"""What the inbox finds by what people type, and that it finds what is true now."""

from __future__ import annotations

import pytest

from crm import record
from crm.models import Contact, User
from leads.models import Mql
from leads.search import keep_in_step
from scoring.models import ScoringVersion
from tests.factories import NOW, make_company, make_contact, make_mql, make_rep

pytestmark = pytest.mark.django_db


@pytest.fixture
def sdr(small_model: ScoringVersion) -> User:
    return make_rep("sdr").user


@pytest.fixture
def elodie(sdr: User) -> Mql:
    make_company("lumiere.example", name="Société Lumière")
    make_mql("bo@other.example", first_name="Bo", last_name="Stone")
    return make_mql("e.durand@lumiere.example", first_name="Élodie", last_name="Kowalczyk")


def found(text: str) -> list[Mql]:
    return list(Mql.objects.open().found_by(text).order_by("pk"))


@pytest.mark.parametrize(
    "text",
    [
        "elodie", "ÉLODIE", "Élodie", "kowalczyk", "kowalzyk", "Kowalcyk", "societe lumiere", "LUMIERE",
        "e.durand@lumiere", "kowalczyk elodie", "elodi kowalzyk", "lod",
    ],
)  # fmt: skip
def test_a_person_is_found_however_their_name_is_typed(elodie: Mql, text: str) -> None:
    assert found(text) == [elodie]


@pytest.mark.parametrize("text", ["elodie stone", "%", "e_odie", "\\", "xyzzy", "％"])
def test_what_is_in_nobody_finds_nobody(elodie: Mql, text: str) -> None:
    assert found(text) == []


def test_words_that_mean_the_same_are_found(sdr: User) -> None:
    mql = make_mql("ada@people.example")
    Contact.objects.filter(pk=mql.contact_id).update(job_title="Head of Operations Managers")
    keep_in_step([mql.contact_id])

    assert found("manager operation") == [mql]


def test_what_is_spelled_right_comes_without_what_is_much_like_it(sdr: User) -> None:
    right = make_mql("a@people.example", last_name="Kowalczyk")
    make_mql("b@people.example", last_name="Kowalczykowski")
    make_mql("c@people.example", last_name="Kowalzyk")

    assert [mql.contact.last_name for mql in found("kowalczyk")] == ["Kowalczyk", "Kowalczykowski"]
    assert found("kowalczyk")[0] == right


def test_a_corrected_name_is_found_and_the_old_one_is_not(
    elodie: Mql, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        record.correct_contact(elodie.contact_id, last_name="Smith", by=None, at=NOW)

    assert found("smith") == [elodie]
    assert found("kowalczyk") == []


def test_a_company_that_takes_another_name_is_found_by_it(
    elodie: Mql, django_capture_on_commit_callbacks: object
) -> None:
    company = elodie.contact.company
    assert company

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        record.correct_company(company.pk, name="Northwind", at=NOW)

    assert found("northwind") == [elodie]


@pytest.mark.parametrize("text", ["elodie", "kowalzyk", "director", "e.durand"])
def test_contacts_are_found_the_same_way(text: str, db: None) -> None:
    elodie = make_contact(
        "e.durand@lumiere.example", first_name="Élodie", last_name="Kowalczyk", job_title="Sales Director"
    )
    make_contact("bo@other.example", first_name="Bo")

    assert list(Contact.objects.matching(text)) == [elodie]


def test_a_contact_is_found_by_a_company_that_is_nearly_spelled(db: None) -> None:
    make_company("lumiere.example", name="Société Lumière")
    elodie = make_contact("e.durand@lumiere.example")
    make_contact("bo@other.example")

    assert list(Contact.objects.matching("lumieer")) == [elodie]
