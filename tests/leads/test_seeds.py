"""What migrations put in is there for every test, whatever ran before it."""

from __future__ import annotations

import pytest

from leads.models import VerdictReason


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("run", [1, 2])
def test_reasons_are_there_after_a_test_with_real_commits(run: int) -> None:
    assert VerdictReason.objects.filter(verdict="recycled").exists()
