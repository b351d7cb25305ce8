"""Addresses under `/api/v1/` of this room."""

from typing import Any

from django.urls import path

from crm.api.urls import ONE
from leads.api.views import Mqls

LIST: dict[str, Any] = {"get": "list"}

urlpatterns = [
    path("mqls/", Mqls.as_view(LIST), name="api-mqls"),
    path("mqls/<int:pk>/", Mqls.as_view(ONE), name="api-mql"),
]
