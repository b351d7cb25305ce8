"""Contacts with their scores, and why a score is what it is."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from crm.api import examples
from crm.api.filters import unclear_parameters
from crm.api.problems import Refused
from crm.api.schema import takes
from crm.api.serializers import ContactIn
from crm.api.views import Contacts
from crm.models import Contact
from scoring.api.filters import ScoredContactFilters
from scoring.api.serializers import ExplanationOut, ScoredContactOut
from scoring.asking import moment_asked, version_asked
from scoring.explain import explain


@takes(ContactIn, ScoredContactOut, "contacts", "e-mail", examples.CONTACTS)
class ScoredContacts(Contacts):
    queryset = Contact.objects.select_related("company", "owner", "score__version")
    shape_out = ScoredContactOut
    filterset_class = ScoredContactFilters


@extend_schema(
    summary="Why a contact's score is what it is",
    parameters=[
        OpenApiParameter(
            "as_of", OpenApiTypes.DATETIME, description="As it stood then. Now, where left out."
        ),
        OpenApiParameter(
            "version", OpenApiTypes.INT, description="Under that version. The live one, where left out."
        ),
    ],
    responses=ExplanationOut,
)
@api_view(["GET"])
def score(request: Request, pk: int) -> Response:
    if faults := unclear_parameters(request, "as_of", "version", "format"):
        raise Refused(*faults)
    contact = get_object_or_404(Contact, pk=pk)
    at, past = moment_asked(request.query_params.get("as_of"))
    version = version_asked(request.query_params.get("version"))
    return Response(explain([contact.pk], at=at, version=version, past=past)[contact.pk].as_json())
