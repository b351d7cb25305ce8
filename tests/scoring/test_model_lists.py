"""Domain lists in a model's file: checked where there are none, made where they are missing, never overwritten."""

import pytest
from django.test import Client
from django.urls import reverse, reverse_lazy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.errors import Invalid
from scoring.model_file import check_file, read_file, write_model
from scoring.model_import import import_model, save_lists
from scoring.model_lists import lists_named, lists_of
from scoring.models import DomainList, EveryoneRequest, ScoringVersion
from scoring.publish import publish
from scoring.spec import ListSpec, ModelSpec
from scoring.versions import spec_of
from tests.factories import NOW, make_user
from tests.scoring.drawn_specs import specs

pytestmark = pytest.mark.django_db

FILE = """\
name: With a list
threshold: 20
groups:
  - {name: ICP, dimension: fit}
rules:
  - name: Title
    group: ICP
    points: 30
    when: [{field: job_title, op: known}]
  - name: Competitor
    group: ICP
    effect: disqualify
    when: [{field: email_domain, op: in_domain_list, value: rivals}]
personas:
  - {name: Rival, qualifies: false, contact: {email: a@eu.rival.example, job_title: CEO}}
  - {name: Friend, qualifies: true, contact: {email: a@friend.example, job_title: CEO}}
lists:
  - name: rivals
    description: Never to be called
    domains: [Rival.example, other.example]
"""
RIVALS = ListSpec("rivals", "Never to be called", ("other.example", "rival.example"))


def make_list(name: str, *domains: str) -> DomainList:
    made = DomainList.objects.create(name=name)
    for domain in domains:
        made.entries.create(domain=domain)
    return made


def faults(text: str) -> list[str]:
    with pytest.raises(Invalid) as refused:
        read_file(text)
    return [str(error) for error in refused.value.errors]


def test_a_file_says_its_lists() -> None:
    assert read_file(FILE).lists == (RIVALS,)


def test_personas_are_checked_by_the_lists_of_the_file_where_there_are_none() -> None:
    assert check_file(FILE, at=NOW).lists == (RIVALS,)
    assert not DomainList.objects.exists()


def test_personas_are_checked_by_the_lists_of_the_file_and_not_by_those_that_are_here() -> None:
    make_list("rivals", "friend.example")

    check_file(FILE, at=NOW)


def test_a_persona_that_the_list_catches_is_told() -> None:
    with pytest.raises(Invalid, match="“Friend” must qualify and does not"):
        check_file(FILE.replace("other.example", "friend.example"), at=NOW)


def test_without_its_list_a_rule_is_refused() -> None:
    [fault] = faults(FILE[: FILE.index("lists:")])

    assert "line 13: rules[1].when[0].value: “rivals” is no domain list" in fault


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("name: rivals", "name: no list", "line 18: lists[0].name: “no list” is no name of a list"),
        ("value: rivals", "value: [a.example]", "line 18: lists[0].name: no rule asks for the list “rivals”"),
        ("Rival.example, ", "not a domain, ", "line 20: lists[0].domains: “not a domain” is not how a domain is kept"),
        ("Rival.example, ", "www, ", "line 20: lists[0].domains: “www” is not how a domain is kept"),
        ("    domains: [Rival.example, other.example]\n", "", "lists[0].domains: is missing"),
        ("description: Never", f"description: {'x' * 200}", "line 19: lists[0].description: is too long"),
        ("    description", "    colour: red\n    description", "lists[0].colour: is not a key here"),
        (
            "lists:\n",
            "lists:\n  - {name: rivals, domains: []}\n",
            "line 19: lists[1].name: “rivals” is the name of another list too",
        ),
    ],
)  # fmt: skip
def test_a_fault_of_a_list_is_named_by_its_place(before: str, after: str, fault: str) -> None:
    assert any(fault in said for said in faults(FILE.replace(before, after, 1)))


def test_an_import_makes_the_lists_that_are_missing() -> None:
    imported = import_model(read_file(FILE), by=None, at=NOW)

    assert imported.lists == ("rivals",)
    assert lists_of(spec_of(imported.draft)) == (RIVALS,)
    publish(imported.draft, by=None, at=NOW)


def test_an_import_leaves_a_list_that_says_the_same_as_it_is() -> None:
    here = make_list("rivals", "rival.example", "other.example")

    imported = import_model(read_file(FILE), by=None, at=NOW)

    here.refresh_from_db()
    assert (imported.lists, here.description) == ((), "")


@pytest.mark.parametrize(
    ("here", "said"),
    [
        (["rival.example"], "lacks other.example"),
        (["rival.example", "other.example", "more.example"], "has besides more.example"),
        (
            ["rival.example", *(f"{letter}.example" for letter in "abcde")],
            "lacks other.example and has besides a.example, b.example, c.example and 2 more",
        ),
    ],
)
def test_an_import_is_refused_where_a_list_holds_other_domains(here: list[str], said: str) -> None:
    make_list("rivals", *here)

    with pytest.raises(Invalid) as refused:
        import_model(read_file(FILE), by=None, at=NOW)

    assert str(refused.value.errors[0]) == (
        f"lists[0].domains: the list “rivals” that is here {said} "
        "(make the two the same, or remove “rivals” from `lists` to take it as it is here)"
    )
    assert not ScoringVersion.objects.exists()


def test_a_list_made_anew_that_the_live_version_asks_for_moves_scores() -> None:
    publish(import_model(read_file(FILE), by=None, at=NOW).draft, by=None, at=NOW)
    DomainList.objects.all().delete()
    EveryoneRequest.objects.all().delete()

    save_lists([RIVALS], at=NOW)

    assert EveryoneRequest.objects.exists()


def test_an_export_carries_the_lists_its_rules_ask_for_and_no_others() -> None:
    make_list("unasked", "a.example")
    spec = spec_of(import_model(read_file(FILE), by=None, at=NOW).draft)

    text = write_model(spec, lists_of(spec))

    assert read_file(text) == read_file(FILE)
    assert "unasked" not in text


DOMAINS = st.sets(
    st.sampled_from([f"{word}.example" for word in ("a", "no", "1e5", "x-y", "münchen", "null")])
)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(spec=specs(), domains=DOMAINS, description=st.text("ab: #'\"\\n-", max_size=20))
def test_any_model_and_its_lists_survive_the_file(
    spec: ModelSpec, domains: set[str], description: str
) -> None:
    lists = tuple(ListSpec(name, description, tuple(sorted(domains))) for name in lists_named(spec))

    file = read_file(write_model(spec, lists))

    assert (file.model, file.lists) == (spec, lists)


# --- in the admin

IMPORT = reverse_lazy("admin:scoring_scoringversion_import_file")


@pytest.fixture
def marketer(client: Client) -> Client:
    client.force_login(make_user(is_staff=True, is_superuser=True))
    return client


def test_the_admin_exports_a_version_with_its_lists(marketer: Client) -> None:
    draft = import_model(read_file(FILE), by=None, at=NOW).draft

    exported = marketer.get(reverse("admin:scoring_scoringversion_export_file", args=[draft.pk]))

    assert read_file(exported.content.decode()) == read_file(FILE)


def test_the_admin_imports_a_file_with_its_lists_and_says_so(marketer: Client) -> None:
    page = marketer.post(IMPORT, {"pasted": FILE}, follow=True)

    assert "Made for it: the list rivals." in page.content.decode()
    assert lists_of(spec_of(ScoringVersion.objects.get())) == (RIVALS,)


def test_the_admin_refuses_a_file_whose_list_is_another_here(marketer: Client) -> None:
    make_list("rivals", "rival.example")

    page = marketer.post(IMPORT, {"pasted": FILE})

    assert page.status_code == 422
    assert "the list “rivals” that is here lacks other.example" in page.content.decode()
