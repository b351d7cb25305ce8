"""Addresses of every page a rep looks at."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
