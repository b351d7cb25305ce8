"""Fields that take a value of their own type and no other: text is text, a number is a number, a time has a zone."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

from django.db.models import Model
from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

BIGGEST_ID = 2**63 - 1
UNGIVEN = {"required": "is missing", "null": "is null", "blank": "is empty"}


class Text(serializers.CharField):
    default_error_messages = {
        **UNGIVEN,
        "not_text": "is not text",
        "max_length": "is longer than {max_length} characters",
    }

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("not_text")
        return super().to_internal_value(data)


@extend_schema_field({"type": "string", "format": "email", "maxLength": 254})
class Address(Text):
    """An e-mail address, which the write path judges."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=254, **options)


class Whole(serializers.IntegerField):
    default_error_messages = {
        **UNGIVEN,
        "not_whole": "is not a whole number",
        "max_value": "is more than {max_value}",
        "min_value": "is less than {min_value}",
    }

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int | float) or data != data // 1:
            self.fail("not_whole")
        return int(data)


class Amount(serializers.FloatField):
    """A sum of money, to the cent. A number, never text, so that no decimal comma is guessed at."""

    default_error_messages = {
        **UNGIVEN,
        "not_a_number": "is not a number",
        "max_value": "is more than {max_value}",
        "min_value": "is less than {min_value}",
    }

    def to_internal_value(self, data: Any) -> Decimal:  # type: ignore[override]
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("not_a_number")
        amount = Decimal(str(data))
        return round(amount, 2) if abs(amount) < 10**15 else amount


class Switch(serializers.BooleanField):
    default_error_messages = {**UNGIVEN, "not_a_switch": "is neither true nor false"}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("not_a_switch")
        return data


class Moment(serializers.DateTimeField):
    """A moment: in with any zone that it names, out in UTC."""

    default_error_messages = {**UNGIVEN, "not_a_moment": "is not a moment", "no_zone": "has no time zone"}

    def __init__(self, **options: Any) -> None:
        super().__init__(default_timezone=UTC, **options)

    def to_internal_value(self, value: Any) -> datetime:
        return self.read(value)

    def read(self, value: Any) -> datetime:
        try:
            moment = parse_datetime(value) if isinstance(value, str) else None
        except ValueError:
            moment = None
        if moment is None:
            self.fail("not_a_moment")
        if moment.tzinfo is None:
            self.fail("no_zone")
        return moment


class OneOf(serializers.ChoiceField):
    default_error_messages = {**UNGIVEN, "invalid_choice": "“{input}” is not known"}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=str(data)[:40])
        if data and data not in self.choices:
            self.fail("invalid_choice", input=data[:40])
        return data


class Unvalued(serializers.DictField):
    """Names with values of any kind."""

    default_error_messages = {**UNGIVEN, "not_a_dict": "is not an object"}


class Strict(serializers.Serializer[Any]):
    """A shape that refuses, by name, what it does not know: a misspelt field would be lost in silence."""

    default_error_messages = {
        **UNGIVEN,
        "not_an_object": "is not an object",
        "unknown_field": "is not a field that can be sent",
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("not_an_object")
        words = str(self.error_messages["unknown_field"])
        faults: dict[str, Any] = {
            name: [serializers.ErrorDetail(words, "unknown_field")]
            for name in data
            if name not in self.fields
        }
        read: dict[str, Any] = {}
        try:
            read = super().to_internal_value(data)
        except serializers.ValidationError as error:
            faults |= cast("dict[str, Any]", error.detail)
        if faults:
            raise serializers.ValidationError(faults)
        return read


def text_like(model: type[Model], column: str, **options: Any) -> Text:
    """Text that fits `column`. Empty and null mean *not said*."""
    longest: int = getattr(model._meta.get_field(column), "max_length")  # noqa: B009 (relations have none)
    return Text(max_length=longest, required=False, allow_blank=True, allow_null=True, **options)
