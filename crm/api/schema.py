"""What the OpenAPI schema says beyond the shapes: one or many in a body, a problem for every error, no other fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema,
    extend_schema_view,
)
from rest_framework.serializers import Serializer

from crm.api.fields import Strict
from crm.api.problems import CONTENT_TYPE
from crm.api.serializers import AnswersOut

ViewSet = TypeVar("ViewSet", bound=type)

OPERATIONS = ("get", "post", "put", "patch", "delete")
PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "One for each fault: where it is, what it is, and what mends it.",
            "items": {
                "type": "object",
                "required": ["detail", "mend"],
                "properties": {
                    "pointer": {"type": "string", "description": "Where in the body, as a JSON pointer."},
                    "parameter": {"type": "string", "description": "Which parameter of the address."},
                    "detail": {"type": "string"},
                    "mend": {"type": "string"},
                },
            },
        },
    },
}


def takes(
    shape_in: type[Strict],
    shape_out: type[Serializer[Any]],
    noun: str,
    known_by: str,
    examples: Sequence[OpenApiExample],
) -> Callable[[ViewSet], ViewSet]:
    """Describe the three operations of a viewset of facts. `known_by`: what tells a row that is there already."""
    one_or_many = PolymorphicProxySerializer(
        component_name=f"OneOrMany{shape_in.__name__}",
        serializers=[shape_in(), shape_in(many=True)],
        resource_type_field_name=None,
        many=False,
    )
    answers = PolymorphicProxySerializer(
        component_name=f"{shape_out.__name__}OrAnswers",
        serializers=[shape_out(), AnswersOut()],
        resource_type_field_name=None,
        many=False,
    )
    return extend_schema_view(
        list=extend_schema(summary=f"List {noun}", description="Newest first."),
        retrieve=extend_schema(summary=f"One of the {noun}", description="By its id here."),
        create=extend_schema(
            summary=f"Record {noun}",
            description=(
                f"One object, or a list of up to 1,000. What is recorded already is known by {known_by}, and the same "
                "again changes nothing. A list gets an answer for each item; good ones are recorded beside bad ones."
            ),
            request=one_or_many,
            responses={
                201: OpenApiResponse(shape_out, "One object, recorded anew."),
                200: OpenApiResponse(answers, "One object that was there already, or the answers to a list."),
            },
            examples=list(examples),
        ),
    )


def describe_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Hook: every operation may answer a problem, and the shapes of bodies take no other fields than theirs."""
    schemas = result["components"]["schemas"]
    schemas["Problem"] = PROBLEM
    for name, shape in schemas.items():
        if name.endswith("In") and shape.get("type") == "object":
            shape["additionalProperties"] = False
    reference = {"schema": {"$ref": "#/components/schemas/Problem"}}
    for path in result["paths"].values():
        for method in OPERATIONS:
            if method in path:
                problem = {"description": "What went wrong.", "content": {CONTENT_TYPE: reference}}
                path[method]["responses"]["default"] = problem
    return result
