"""Every error of the API as RFC 9457 `application/problem+json`, with a line for each fault and what mends it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.views import defaults
from rest_framework import exceptions
from rest_framework.renderers import BrowsableAPIRenderer
from rest_framework.response import Response

from crm.errors import FieldError, HandoffError

CONTENT_TYPE = "application/problem+json"
LONGEST_NAME = 200
Place = Literal["pointer", "parameter"]
MENDS = {
    "blank": "give it",
    "invalid_choice": "use one of the values that the reference lists",
    "max_length": "shorten it",
    "max_value": "give a smaller number",
    "min_value": "give a larger number",
    "no_zone": "add one, as in 2026-03-01T09:00:00Z",
    "not_a_dict": 'send names with their values, as in {"plan": "trial"}',
    "not_a_moment": "send ISO 8601, as in 2026-03-01T09:00:00Z",
    "not_an_object": "send an object in braces",
    "not_a_switch": "send true or false, without quotes",
    "not_a_number": "send a number, without quotes",
    "not_text": "send text, in quotes",
    "not_whole": "send a whole number, without quotes",
    "null": "leave it out",
    "required": "send it",
    "unknown_field": "leave it out; what has no field of its own goes into properties",
}
"""What mends a fault that a serializer finds, by the fault's code."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where (a JSON pointer into the body, or a query parameter), what, and its mend."""

    where: str
    detail: str
    mend: str = ""
    place: Place = "pointer"

    def as_json(self) -> dict[str, str]:
        return {self.place: self.where, "detail": self.detail, "mend": self.mend}

    def under(self, pointer: str) -> Fault:
        return Fault(pointer + self.where, self.detail, self.mend, self.place)

    def __str__(self) -> str:
        said = f"{self.where.lstrip('/')}: {self.detail}" if self.where else self.detail
        return f"{said} ({self.mend})" if self.mend else said


class Refused(exceptions.APIException):
    """What was sent cannot be taken, for these reasons."""

    def __init__(self, *faults: Fault, status: int = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__("; ".join(str(fault) for fault in faults[:5]))
        self.status_code = status
        self.faults = faults


class Busy(exceptions.APIException):
    """Other requests were writing the same rows, again and again."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    default_detail = "Other requests are writing the same. Nothing was recorded: send it again."
    wait = 1


def pointed(name: object) -> str:
    """`name` as a step of a JSON pointer (RFC 6901), cut where it is endless, fit to be sent back."""
    text = str(name)[:LONGEST_NAME].encode(errors="replace").decode()
    return "/" + text.replace("~", "~0").replace("/", "~1")


def faults_of(errors: Iterable[FieldError], place: Place = "pointer") -> list[Fault]:
    """The faults that our own functions found. The write path says `properties.key` for a key of the properties."""
    if place == "parameter":
        return [Fault(error.field, error.problem, error.mend, place) for error in errors]
    return [
        Fault("".join(pointed(step) for step in error.field.split(".", 1) if step), error.problem, error.mend)
        for error in errors
    ]


def faults_in(detail: Any, pointer: str = "") -> list[Fault]:
    """The faults in what a serializer raised: texts with codes, in lists and dictionaries as the body has them."""
    if isinstance(detail, Mapping):
        return [
            fault
            for name, inner in detail.items()
            for fault in faults_in(inner, pointer if name == "non_field_errors" else pointer + pointed(name))
        ]
    if isinstance(detail, list | tuple):
        return [fault for inner in detail for fault in faults_in(inner, pointer)]
    return [Fault(pointer, str(detail), MENDS.get(getattr(detail, "code", ""), ""))]


def problem(status: int, detail: str, faults: Iterable[Fault] = ()) -> dict[str, Any]:
    """The body of an answer that says what went wrong."""
    body: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    listed = [fault.as_json() for fault in faults]
    return {**body, "detail": detail, **({"errors": listed} if listed else {})}


def answer_problem(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The exception handler of every API view. None, for an error that is ours, lets it through to `server_error`."""
    match error:
        case Http404():
            error = exceptions.NotFound("There is nothing at this address, or you may not see it.")
        case PermissionDenied():
            error = exceptions.PermissionDenied()
    match error:
        case HandoffError():
            place: Place = "parameter" if context["request"].method == "GET" else "pointer"
            body = problem(error.status, str(error), faults_of(error.errors, place))
        case Refused():
            body = problem(error.status_code, str(error.detail), error.faults)
        case exceptions.ValidationError():
            faults = faults_in(error.detail)
            body = problem(error.status_code, "; ".join(str(fault) for fault in faults[:5]), faults)
        case exceptions.APIException():
            body = problem(error.status_code, str(error.detail))
        case _:
            return None
    response = Response(body, status=body["status"])
    if challenge := getattr(error, "challenge", None) or getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(int(wait))
    renderer = getattr(context["request"], "accepted_renderer", None)
    if not isinstance(renderer, BrowsableAPIRenderer):
        response.content_type = CONTENT_TYPE
    return response


def server_error(request: HttpRequest) -> HttpResponseBase:
    """The answer to an error of ours (handler500): a problem below `/api/`, the page elsewhere."""
    if not request.path.startswith("/api/"):
        return defaults.server_error(request)
    body = problem(
        HTTPStatus.INTERNAL_SERVER_ERROR, "Something broke on our side. It is logged; send it again later."
    )
    return JsonResponse(body, status=body["status"], content_type=CONTENT_TYPE)
