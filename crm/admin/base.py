"""What every page of the admin has in common, in all three rooms."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.paginator import Paginator
from django.db import connection, models
from django.http import HttpRequest
from django.utils.functional import cached_property
from unfold.admin import ModelAdmin, TabularInline

from crm.models import User

COUNTED_EXACTLY = 5_000
"""Matches beyond this many are not counted: the list says that many, and shows no more pages than hold them."""


class BoundedPaginator(Paginator):
    """Pages over a table of any size: PostgreSQL's own estimate for all of it, an exact count only up to a bound."""

    @cached_property
    def count(self) -> int:
        rows = cast("models.QuerySet[Any]", self.object_list)
        if not rows.query.where and (estimate := _estimate(rows.model)) > COUNTED_EXACTLY:
            return estimate
        return int(rows.order_by()[: COUNTED_EXACTLY + 1].count())


def _estimate(model: type[models.Model]) -> int:
    """How many rows the table had when it was last analysed; below 0 where it never was."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table])
        return int(cursor.fetchone()[0])


def acting_user(request: HttpRequest) -> User:
    """Who is at the admin: nobody gets to its pages without signing in."""
    return cast(User, request.user)


class RowForm(forms.ModelForm):
    """A row that is edited in its list, where the head of a column is no label to a screen reader."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.setdefault("aria-label", field.label)


class HandoffAdmin(ModelAdmin):
    """A page for people who look things up all day: no count of everything, nothing unsaved lost silently."""

    show_full_result_count = False
    paginator: type[Paginator] = BoundedPaginator
    list_per_page = 50
    list_fullwidth = True
    list_filter_submit = True
    warn_unsaved_form = True
    compressed_fields = True

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> type[forms.ModelForm]:
        """The form of a row, which has the columns that are edited in the list and checks no others."""
        return RowForm


class ReadOnlyAdmin(HandoffAdmin):
    """History: written by what happened, never by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(TabularInline):
    """History beside the record that it is about."""

    extra = 0
    can_delete = False
    tab = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
