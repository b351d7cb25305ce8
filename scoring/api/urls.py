"""Addresses under `/api/v1/` of this room: contacts are here, since they come with their scores."""

from django.urls import path

from crm.api.urls import MANY, ONE
from scoring.api.views import ScoredContacts, score

urlpatterns = [
    path("contacts/", ScoredContacts.as_view(MANY), name="api-contacts"),
    path("contacts/<int:pk>/", ScoredContacts.as_view(ONE), name="api-contact"),
    path("contacts/<int:pk>/score/", score, name="api-score"),
]
