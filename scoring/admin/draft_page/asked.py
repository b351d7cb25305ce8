"""A request for a version's page or one of its parts: who asks, for what, and what they may do with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, wraps
from typing import Any, Protocol, cast

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from crm.admin.base import acting_user
from crm.models import User
from scoring.admin.draft_page.draft import Draft, read_draft
from scoring.models import ScoringVersion


class VersionPages(Protocol):
    """What the pages ask of the versions' `ModelAdmin`."""

    admin_site: AdminSite
    model: type[models.Model]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool: ...
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool: ...
    def actions_of(self, request: HttpRequest, version: ScoringVersion) -> list[dict[str, Any]]: ...


@dataclass
class Asked:
    request: HttpRequest
    version: ScoringVersion
    pages: VersionPages

    @cached_property
    def draft(self) -> Draft:
        """The version with its parts, as it stands when it is first asked for."""
        return read_draft(self.version)

    def reread(self) -> None:
        """Read the version anew: something of it was written."""
        self.version.refresh_from_db()
        self.__dict__.pop("draft", None)

    @cached_property
    def may_edit(self) -> bool:
        return self.pages.has_change_permission(self.request, self.version)

    @property
    def htmx(self) -> HtmxDetails:
        return cast("HtmxDetails", self.request.htmx)  # type: ignore[attr-defined]

    @property
    def by(self) -> User:
        return acting_user(self.request)

    @cached_property
    def at(self) -> datetime:
        return timezone.now()

    @property
    def seen(self) -> str:
        """The fingerprint that the form which was sent carries."""
        return self.request.POST.get("seen", "")

    @property
    def address(self) -> str:
        return reverse("admin:scoring_scoringversion_change", args=[self.version.pk])


DraftView = Callable[..., HttpResponse]


def for_editors(pages: VersionPages, view: DraftView) -> Callable[..., HttpResponse]:
    """`view` behind the admin's door, given what was `Asked`. Whoever may not change drafts is refused.

    A version that is no draft any more is not refused here: the write path says what became of it.
    """

    @wraps(view)
    def guarded(request: HttpRequest, version: int, **place: Any) -> HttpResponse:
        asked = Asked(request, get_object_or_404(ScoringVersion, pk=version), pages)
        if not pages.has_change_permission(request):
            raise PermissionDenied
        return view(asked, **place)

    return pages.admin_site.admin_view(guarded)


def for_readers(pages: VersionPages, view: DraftView) -> Callable[..., HttpResponse]:
    """`view` for everybody who may read versions."""

    @wraps(view)
    def guarded(request: HttpRequest, version: int, **place: Any) -> HttpResponse:
        asked = Asked(request, get_object_or_404(ScoringVersion, pk=version), pages)
        if not pages.has_view_permission(request, asked.version):
            raise PermissionDenied
        return view(asked, **place)

    return pages.admin_site.admin_view(guarded)
