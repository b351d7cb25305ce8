"""Addresses under `/api/v1/` of this room."""

from typing import Any

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from crm.api.views import Activities, Companies

MANY: dict[str, Any] = {"get": "list", "post": "create"}
ONE: dict[str, Any] = {"get": "retrieve"}

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api-schema"), name="api-docs"),
    path("companies/", Companies.as_view(MANY), name="api-companies"),
    path("companies/<int:pk>/", Companies.as_view(ONE), name="api-company"),
    path("activities/", Activities.as_view(MANY), name="api-activities"),
    path("activities/<int:pk>/", Activities.as_view(ONE), name="api-activity"),
]
