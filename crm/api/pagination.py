"""Pages of lists, newest first, by the last row seen: the hundredth costs what the first does, and rows that arrive
meanwhile neither push one onto two pages nor off both.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, Q
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from crm.api.fields import BIGGEST_ID
from crm.api.problems import Fault, Refused

PAGE_SIZE = 50
LARGEST_PAGE = 200


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list: before or after the row of this id and, where the list goes by a time, of this time."""

    pk: int
    time: datetime | None
    backward: bool

    def encoded(self) -> str:
        place = [self.pk, self.time.isoformat() if self.time else None, self.backward]
        return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")

    @classmethod
    def decoded(cls, text: str) -> Cursor:
        """Raises ValueError where `text` is no cursor."""
        pk, time, backward = json.loads(
            base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True)
        )
        if type(pk) is not int or not 0 < pk <= BIGGEST_ID or type(backward) is not bool:
            raise ValueError(text)
        moment = datetime.fromisoformat(time) if time is not None else None
        if moment and moment.tzinfo is None:
            raise ValueError(text)
        return cls(pk, moment, backward)


class NewestFirst(BasePagination):
    """Newest first by `view.order_column()`, a time that is never null or `id`, and by id among equals."""

    rows: list[Any]
    next_link: str | None = None
    previous_link: str | None = None

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        column = view.order_column()
        size = _page_size(request)
        cursor = _cursor(request, column)
        backward = cursor is not None and cursor.backward
        if cursor:
            queryset = queryset.filter(_beyond(column, cursor))
        order = [column, "pk"] if backward else [f"-{column}", "-pk"]
        found = list(queryset.order_by(*(order if column != "id" else order[1:]))[: size + 1])
        more = len(found) > size
        self.rows = found[size - 1 :: -1] if backward and more else found[:size][:: -1 if backward else 1]
        if self.rows and (more or backward):
            self.next_link = _link(request, column, self.rows[-1], backward=False)
        if self.rows and (cursor is not None if not backward else more):
            self.previous_link = _link(request, column, self.rows[0], backward=True)
        return self.rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.next_link, "previous": self.previous_link, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        return [
            {
                "name": "cursor",
                "in": "query",
                "schema": {"type": "string", "minLength": 1},
                "description": "Where to go on. Follow `next` and `previous` rather than making one.",
            },
            {
                "name": "page_size",
                "in": "query",
                "schema": {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE_SIZE},
                "description": "How many results a page holds.",
            },
        ]


def _page_size(request: Request) -> int:
    text = request.query_params.get("page_size", str(PAGE_SIZE))
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= LARGEST_PAGE):
        mend = f"use a number from 1 to {LARGEST_PAGE}"
        raise Refused(Fault("page_size", "is not a size of a page", mend, "parameter"))
    return int(text)


def _cursor(request: Request, column: str) -> Cursor | None:
    text = request.query_params.get("cursor")
    if text is None:
        return None
    fault = Fault("cursor", "is not one of this list", "start again without it", "parameter")
    try:
        cursor = Cursor.decoded(text)
    except (ValueError, TypeError, RecursionError, binascii.Error) as error:
        raise Refused(fault) from error
    if (cursor.time is None) != (column == "id"):
        raise Refused(fault)
    return cursor


def _beyond(column: str, cursor: Cursor) -> Q:
    way = "gt" if cursor.backward else "lt"
    if cursor.time is None:
        return Q(**{f"pk__{way}": cursor.pk})
    # The first condition alone can be looked up in an index; the rest sorts out rows of the same moment.
    return Q(**{f"{column}__{way}e": cursor.time}) & (
        Q(**{f"{column}__{way}": cursor.time}) | Q(**{f"pk__{way}": cursor.pk})
    )


def _link(request: Request, column: str, row: Model, *, backward: bool) -> str:
    time = getattr(row, column) if column != "id" else None
    cursor = Cursor(row.pk, time, backward).encoded()
    return replace_query_param(request.build_absolute_uri(), "cursor", cursor)
