"""Addresses under `/api/v1/` of this room."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
