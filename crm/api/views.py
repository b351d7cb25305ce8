"""The facts by HTTP: lists, single ones, and a POST that takes one or many."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.exceptions import NotFound
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer
from rest_framework.viewsets import GenericViewSet

from crm.api import examples
from crm.api.fields import Strict
from crm.api.filters import ActivityFilters, CompanyFilters, ContactFilters
from crm.api.intake import Answer, take_activities, take_companies, take_contacts
from crm.api.problems import Fault, Refused
from crm.api.schema import takes
from crm.api.serializers import (
    ActivityIn,
    ActivityOut,
    AnswersOut,
    CompanyIn,
    CompanyOut,
    ContactIn,
    ContactOut,
)
from crm.facts import Result
from crm.models import Activity, ApiKey, Company, Contact, User

MOST_ITEMS = 1000
LONGEST_SOURCE = Activity._meta.get_field("source").max_length


class Listed(ListModelMixin, RetrieveModelMixin, GenericViewSet[Any]):
    """A list that is paged and filtered, and its single rows."""

    def order_column(self) -> str:
        """The time, or `id`, by which the list goes: an indexed column."""
        return "id"

    def asking_user(self) -> User | None:
        """The person behind the session; None where a key asks."""
        return self.request.user if isinstance(self.request.user, User) else None


class Recorded(Listed):
    """Facts that can be sent too, one or up to a thousand at a time."""

    shape_in: ClassVar[type[Strict]]
    shape_out: ClassVar[type[ModelSerializer[Any]]]

    @abstractmethod
    def take(self, items: Sequence[Any]) -> list[Answer]:
        """Record `items`, with an answer for each."""

    def get_serializer_class(self) -> type[Any]:
        return self.shape_in if self.action == "create" else self.shape_out

    def create(self, request: Request) -> Response:
        body = request.data
        if isinstance(body, list):
            return Response(AnswersOut({"results": self._take_many(body)}).data)
        [answer] = self.take([body])
        if answer.status == Result.REJECTED:
            raise Refused(
                *answer.errors, status=HTTPStatus.CONFLICT if answer.conflict else HTTPStatus.BAD_REQUEST
            )
        recorded = self.get_queryset().get(pk=answer.id)
        status = HTTPStatus.CREATED if answer.status == Result.CREATED else HTTPStatus.OK
        address = request.build_absolute_uri(f"{request.path}{recorded.pk}/")
        return Response(self.shape_out(recorded).data, status=status, headers={"Location": address})

    def _take_many(self, items: list[Any]) -> list[dict[str, Any]]:
        """Answers whose faults point from the top of the body, where `answer.errors` point into the item."""
        if len(items) > MOST_ITEMS:
            fault = Fault("", f"holds {len(items)} items", f"send at most {MOST_ITEMS} at a time")
            raise Refused(fault, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return [
            {
                "index": answer.index,
                "status": answer.status,
                "id": answer.id,
                "errors": [fault.under(f"/{answer.index}") for fault in answer.errors],
            }
            for answer in self.take(items)
        ]


class Contacts(Recorded):
    """Contacts. The address is wired in `scoring.api`, which adds their scores."""

    queryset = Contact.objects.select_related("company", "owner")
    shape_out = ContactOut
    shape_in = ContactIn
    filterset_class = ContactFilters

    def order_column(self) -> str:
        return "created_at"

    def take(self, items: Sequence[Any]) -> list[Answer]:
        return take_contacts(items, by=self.asking_user(), at=timezone.now())


@takes(CompanyIn, CompanyOut, "companies", "domain, else external id, else name", examples.COMPANIES)
class Companies(Recorded):
    queryset = Company.objects.select_related("owner")
    shape_out = CompanyOut
    shape_in = CompanyIn
    filterset_class = CompanyFilters

    def take(self, items: Sequence[Any]) -> list[Answer]:
        return take_companies(items, at=timezone.now())


@takes(ActivityIn, ActivityOut, "activities", "contact, source and external id", examples.ACTIVITIES)
class Activities(Recorded):
    queryset = Activity.objects.all()
    shape_out = ActivityOut
    shape_in = ActivityIn
    filterset_class = ActivityFilters

    def order_column(self) -> str:
        """One contact's as they happened; everybody's as they were recorded, for whoever copies them elsewhere."""
        return "occurred_at" if self.request.query_params.get("contact") else "id"

    def take(self, items: Sequence[Any]) -> list[Answer]:
        key = self.request.auth
        source = key.name[:LONGEST_SOURCE] if isinstance(key, ApiKey) else "api"
        return take_activities(items, source=source, by=self.asking_user(), at=timezone.now())


@extend_schema(exclude=True)
@api_view(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
def nowhere(request: Request, path: str) -> Response:
    """Every other address below `/api/v1/`: a problem rather than the pages' 404, and no redirect that loses a body."""
    raise NotFound(f"There is no /api/v1/{path}. Addresses end in /, and /api/v1/docs/ lists them.")
