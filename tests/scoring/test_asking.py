"""Words of the shell and the API, turned into what they mean."""

from __future__ import annotations

import pytest

from crm.errors import Invalid
from scoring.asking import contact_asked, moment_asked
from tests.factories import make_contact


@pytest.mark.django_db
@pytest.mark.parametrize("written", ["ada@müller.de", " Ada@XN--MLLER-KVA.de", "ada@mu\u0308ller.de"])
def test_a_contact_is_found_by_the_address_however_it_is_written(written: str) -> None:
    contact = make_contact("ada@müller.de")

    assert contact_asked(written) == contact


@pytest.mark.django_db
@pytest.mark.parametrize("written", ["nobody@acme.example", "ada", "", "a\x00@b.example", "\ud800@b.example"])
def test_an_address_of_nobody_is_refused_by_field(written: str) -> None:
    with pytest.raises(Invalid) as refused:
        contact_asked(written)

    assert [error.field for error in refused.value.errors] == ["email"]


@pytest.mark.parametrize(
    "written",
    [
        "yesterday",
        "2026-02-30T09:00:00Z",
        "2026-03-01T09:00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "1969-12-31T23:59:59Z",
    ],
)
def test_what_is_no_moment_with_a_zone_that_facts_may_have_is_refused(written: str) -> None:
    with pytest.raises(Invalid) as refused:
        moment_asked(written)

    assert [error.field for error in refused.value.errors] == ["as_of"]
