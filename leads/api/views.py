"""The work by HTTP."""

from __future__ import annotations

from typing import cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view

from crm.api.views import Listed
from leads.api.filters import MqlFilters
from leads.api.serializers import MqlOut
from leads.models import Mql
from leads.models.mql import MqlQuerySet


@extend_schema_view(
    list=extend_schema(summary="List MQLs", description="Newest first, each with the reasons it opened for."),
    retrieve=extend_schema(summary="One MQL", description="By its id."),
)
class Mqls(Listed):
    """MQLs: all of them for a key, for a person those whom the pages show them."""

    queryset = Mql.objects.select_related("contact", "owner", "version", "accepted_by", "closed_by")
    serializer_class = MqlOut
    filterset_class = MqlFilters

    def order_column(self) -> str:
        return "opened_at"

    def get_queryset(self) -> QuerySet[Mql]:
        mqls = cast(MqlQuerySet, super().get_queryset())
        user = self.asking_user()
        return mqls.visible_to(user) if user else mqls
