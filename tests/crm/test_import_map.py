"""Faults of a map: each named by line, key and mend, before a row is touched."""

from pathlib import Path

import pytest
from django.conf import settings

from crm.contact_import import map_file, read_map
from crm.errors import Invalid
from crm.models import Contact
from tests.crm.importing import run, write

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("contact: {email: E}\nunkown: [x]", "line 2: unkown: is not a key here"),
        ("contact:\n  email: E\n  fist_name: F", "line 3: contact.fist_name: is not a key here"),
        ("contact:\n  first_name: F", "line 1: contact.email: is missing"),
        ("source: x", "line 1: contact: is missing"),
        ("kind: people\ncontact: {email: E}", "line 1: kind: is “people”"),
        ("kind: companies\ncompany: {industry: I}", "line 2: company: identifies no company"),
        ("kind: companies\ncompany: {name: N}\ncontact: {email: E}", "line 3: contact: has no place"),
        ("kind: activities\ncontact: {email: E}", "line 1: activities: is missing"),
        (
            "kind: activities\nsource: x\ncontact: {}\nactivities: [{kind: K, occurred_at: O}]",
            "line 3: contact: finds nobody",
        ),
        ("contact: {email: E}\nactivities: [{kind: K, occurred_at: O}]", "line 1: source: is missing"),
        ("source: x\ncontact: {email: E}\nactivities:\n- {kind: K}", "activities[0].occurred_at: is missing"),
        ("contact: {email: E, stage: {column: S, value: lead}}", "contact.stage: has column and value"),
        ("contact: {email: E, stage: {values: {a: b}}}", "contact.stage: has no origin"),
        ("contact: {email: E, stage: {column: S, factor: 2}}", "contact.stage.factor: is not a key here"),
        ("contact: {email: E, phone: {template: plain}}", "contact.phone.template: names no column"),
        ("contact: {email: E, properties: {n: {column: N, type: date}}}", "properties.n.type: is “date”"),
        ("encoding: klingon\ncontact: {email: E}", "line 1: encoding: is “klingon”"),
        ("delimiter: comma\ncontact: {email: E}", "line 1: delimiter: is “comma”"),
        ("decimal: dot\ncontact: {email: E}", "line 1: decimal: is “dot”"),
        ("time_zone: Europe/Atlantis\ncontact: {email: E}", "line 1: time_zone: is “Europe/Atlantis”"),
        ("time_zone: ../etc\ncontact: {email: E}", "line 1: time_zone: is “../etc”"),
        ("dates: [iso, dd.mm.yyyy]\ncontact: {email: E}", "line 1: dates[1]: is “dd.mm.yyyy”"),
        ("where: {column: C}\ncontact: {email: E}", "line 1: where: asks nothing"),
        (
            "where:\n- {column: C, matches: '('}\ncontact: {email: E}",
            "line 2: where[0].matches: is no regular",
        ),
        (
            "source: x\ncontact: {email: E}\nactivities: [{kind: K, occurred_at: O, times: {column: T, most: 5000}}]",
            "times.most: is 5000",
        ),
        (
            "contact: {email: E, stage: {column: S, values: {Won: customr}}}",
            "contact.stage: makes it “customr”",
        ),
        ("contact: {email: E, sales_consent: {value: 'yes'}}", "contact.sales_consent: makes it “yes”"),
        (
            "source: x\ncontact: {email: E}\nactivities: [{kind: {value: Page View}, occurred_at: O}]",
            "activities[0].kind: makes it “Page View”",
        ),
        (f"source: {'x' * 61}\ncontact: {{email: E}}", "line 1: source: is 61 characters long"),
    ],
)
def test_a_fault_of_a_map_is_named_by_line_and_key(text: str, said: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_map(text)

    assert said in str(caught.value)


def test_all_faults_of_a_map_are_told_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        read_map("contact:\n  fist_name: F\n  stage: {values: {}}\ndecimal: dot")

    assert len(caught.value.errors) == 4


def test_a_column_that_is_not_in_the_file_is_named_by_line_before_anything_is_written(tmp_path: Path) -> None:
    path = write(tmp_path, "E-mail,Name\nada@acme.example,Ada\n")

    with pytest.raises(Invalid) as caught:
        run(path, "contact:\n  email: E-mail\n  first_name: Nmae\n  phone: Phone")

    assert [str(error) for error in caught.value.errors] == [
        "line 3: contact.first_name: names the column “Nmae”, which is not in the file (did you mean “Name”?)",
        "line 4: contact.phone: names the column “Phone”, which is not in the file (use one of “E-mail”, “Name”)",
    ]
    assert not Contact.objects.exists()
    assert list(tmp_path.iterdir()) == [path]


def test_a_heading_that_is_there_twice_cannot_be_named(tmp_path: Path) -> None:
    path = write(tmp_path, "Email,Phone,Phone\nada@acme.example,1,2\n")

    with pytest.raises(Invalid, match="the heading of columns 2 and 3"):
        run(path, "contact: {email: Email, phone: Phone}")


def test_headings_are_found_without_case_blanks_and_composition(tmp_path: Path) -> None:
    path = write(tmp_path, " EMAIL ,Pre\u0301nom\nada@acme.example,Ada\n")

    run(path, "contact: {email: email, first_name: Prénom}")

    assert Contact.objects.get().first_name == "Ada"


def test_a_constant_that_cannot_be_what_it_is_for_is_a_fault_of_the_map(tmp_path: Path) -> None:
    path = write(tmp_path, "Email\nada@acme.example\n")

    with pytest.raises(Invalid, match=r"line 1: contact\.created_at: “soon” is not a date"):
        run(path, "contact: {email: Email, created_at: {value: soon}}")


@pytest.mark.parametrize(
    "path", sorted((Path(settings.BASE_DIR) / "examples" / "maps").glob("*.yaml")), ids=lambda path: path.stem
)
def test_every_example_is_a_sound_map(path: Path) -> None:
    import_map = read_map(path.read_text())

    assert import_map.columns()


def test_the_page_on_imports_explains_every_key_of_a_map() -> None:
    page = (Path(settings.BASE_DIR) / "docs" / "import.md").read_text()
    keys = [
        *map_file.MAP_KEYS,
        *map_file.CONTACT_COLUMNS,
        *map_file.COMPANY_COLUMNS,
        *map_file.ACTIVITY_COLUMNS,
        *map_file.REFERENCES,
        *map_file.ORIGINS,
        *map_file.TRANSLATION,
        *map_file.OF_PROPERTIES,
        *map_file.CONDITION_KEYS,
    ]

    assert [key for key in keys if f"`{key}`" not in page] == []
