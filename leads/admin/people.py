"""Users, of whom some have work: whoever shuts one out is shown the way to hand that on."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from crm.admin.users import UserAdmin
from crm.models import User
from leads.leaving import open_work
from leads.models import Rep

admin.site.unregister(User)


@admin.register(User)
class PersonAdmin(UserAdmin):
    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "is_active" in form.changed_data and not obj.is_active:
            suggest_handing_over(request, obj)


def suggest_handing_over(request: HttpRequest, user: User) -> None:
    """Say what waits for `user`, if anything does and they are a rep, with the page that hands it on."""
    rep = Rep.objects.filter(user=user).first()
    if rep is None or not (work := open_work(user)).total:
        return
    page = reverse("admin:leads_rep_hand_over", args=[rep.pk])
    said = '{} still has {} open things. <a href="{}">Hand them over</a>, unless they come back soon.'
    messages.warning(request, format_html(said, user, work.total, page))
