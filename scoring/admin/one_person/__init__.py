"""One person under a version and under the live one, side by side."""

from scoring.admin.one_person.urls import person_urls

__all__ = ["person_urls"]
