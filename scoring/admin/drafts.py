"""What the pages of a version and of its parts share: a draft may be edited, anything else only read."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from django.contrib import messages
from django.db import IntegrityError, models
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from crm.admin.base import HandoffAdmin
from scoring.models import ScoringVersion

FROZEN = "23001"
"""The SQLSTATE (restrict_violation) with which triggers keep published versions as they are."""


def is_draft(version: ScoringVersion | None) -> bool:
    return version is not None and version.status == ScoringVersion.Status.DRAFT


class DraftAdmin(HandoffAdmin):
    """A page of a part of a version. Published and retired versions show no editable field."""

    @abstractmethod
    def version_of(self, obj: Any) -> ScoringVersion | None:
        """The version that `obj` is a part of; None for one that is not saved yet."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed: bool = super().has_change_permission(request, obj)
        return allowed and (obj is None or is_draft(self._version(obj)))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed: bool = super().has_delete_permission(request, obj)
        return allowed and (obj is None or is_draft(self._version(obj)))

    def _version(self, obj: Any) -> ScoringVersion | None:
        # Actions are checked by the id in their address.
        if isinstance(obj, models.Model):
            return self.version_of(obj)
        found = self.model._default_manager.filter(pk=obj).first()
        return self.version_of(found) if found else None

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response: HttpResponse = super().changeform_view(request, *args, **kwargs)
        except IntegrityError as error:
            if getattr(error.__cause__, "sqlstate", "") != FROZEN:
                raise
            said = "Nothing was saved: the version was published meanwhile. Make a draft from it, and change that."
            messages.error(request, said)
            return HttpResponseRedirect(request.path)
        return response

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        if not change:
            obj.save()
            return
        columns = {field.name for field in obj._meta.concrete_fields}
        obj.save(update_fields=sorted(columns.intersection(form.changed_data)))
