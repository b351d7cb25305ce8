"""Which days are public holidays, as the package `holidays` knows them."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import holidays
from django.core.exceptions import ValidationError


@lru_cache(maxsize=512)
def public_holidays(country: str, subdivision: str, year: int) -> frozenset[date]:
    """The public holidays of `year` in a country (ISO 3166, as DE), and in a part of it (as BY) where one is named."""
    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))


def names_of_holidays(country: str, subdivision: str, year: int) -> dict[date, str]:
    """What the public holidays of `year` are called, in English where the package can."""
    language = "en_US" if "en_US" in _languages(country) else None
    return dict(
        holidays.country_holidays(country, subdiv=subdivision or None, years=year, language=language).items()
    )


def _languages(country: str) -> set[str]:
    return set(holidays.list_localized_countries().get(country, []))


def check_place(country: str, subdivision: str) -> None:
    """Refuse a place that the package does not know. Raises ValidationError by field of `WorkingHours`."""
    known = holidays.list_supported_countries(include_aliases=False)
    if not country:
        if subdivision:
            raise ValidationError({"holidays_subdivision": "Name the country too, or leave this empty."})
        return
    if country not in known:
        raise ValidationError(
            {"holidays_country": f"No holidays are known for “{country}”: use two letters, as DE, FR or US."}
        )
    if subdivision and subdivision not in known[country]:
        parts = ", ".join(known[country])
        mend = f"use one of {parts}, or leave this empty" if parts else "leave this empty"
        raise ValidationError({"holidays_subdivision": f"“{subdivision}” is no part of {country}: {mend}."})
