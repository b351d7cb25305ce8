"""Numbers in the forms of a draft, as people write them."""

from __future__ import annotations

from decimal import Decimal


def typed_number(number: float | Decimal | None) -> int | float | str:
    """10.0 as 10, nothing as nothing."""
    if number is None:
        return ""
    plain = float(number)
    return int(plain) if plain.is_integer() else plain


def number_field_attrs() -> dict[str, str]:
    """Attributes of an input for a number: digits first on a phone, and no guesses of the browser."""
    return {"inputmode": "decimal", "autocomplete": "off"}
