"""What segments and assignment rules ask for, as half a sentence. Nothing here needs a database."""

from typing import Any

import pytest

from scoring.audience_words import people_words
from tests.scoring.conftest import condition

PRICING = (("activity.kind", "equals", "page_view"), ("activity.subject", "starts_with", "/pricing"))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ([], ""),
        ([("country", "equals", "Germany")], "the country is “Germany”"),
        (
            [("country", "equals", "Germany"), ("company.employees", "gte", 200)],
            "the country is “Germany” and the company has at least 200 employees",
        ),
        (PRICING, "they view a page under /pricing"),
        ([*PRICING, ("activity.count", "gte", 2)], "they view a page under /pricing at least 2 times"),
        ([*PRICING, ("activity.count", "gt", 1)], "they view a page under /pricing more than 1 time"),
        ([*PRICING, ("activity.count", "equals", 3)], "they view a page under /pricing exactly 3 times"),
        ([*PRICING, ("activity.count", "between", [2, 5])], "they view a page under /pricing 2 to 5 times"),
        (
            [("activity.days_ago", "lte", 30), *PRICING, ("activity.count", "gte", 2)],
            "they view a page under /pricing at least 2 times in the last 30 days",
        ),
        ([*PRICING, ("activity.days_ago", "lt", 1)], "they view a page under /pricing in the last day"),
        ([*PRICING, ("activity.days_ago", "gt", 30)], "they view a page under /pricing more than 30 days ago"),
        ([*PRICING, ("activity.days_ago", "between", [7, 30])], "they view a page under /pricing 7 to 30 days ago"),
        (
            [*PRICING, ("activity.count", "equals", 0), ("activity.days_ago", "lte", 90)],
            "they did not view a page under /pricing in the last 90 days",
        ),
        ([("activity.count", "lt", 1), ("activity.days_ago", "lte", 90)], "they did nothing in the last 90 days"),
        (
            [*PRICING, ("job_title", "has_word", "vp"), ("activity.properties.seats", "gte", 5)],
            "the job title has the word “vp” and they view a page under /pricing where seats is at least 5",
        ),
    ],
)  # fmt: skip
def test_what_is_asked_of_people_reads_as_one_piece(asked: list[tuple[str, str, Any]], words: str) -> None:
    assert people_words([condition(*one) for one in asked]) == words
