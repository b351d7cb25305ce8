"""What tests of the facts stand on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from crm.signals import facts_changed

Told = list[tuple[list[int], list[int]]]


@pytest.fixture
def told() -> Iterator[Told]:
    """The contact and company ids that `facts_changed` carried, in turn."""
    heard: Told = []

    def hear(contact_ids: list[int], company_ids: list[int], **_: Any) -> None:
        heard.append((contact_ids, company_ids))

    facts_changed.connect(hear)
    yield heard
    facts_changed.disconnect(hear)
