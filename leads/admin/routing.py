"""Teams, reps and the reasons of verdicts: what administrators keep."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.admin import TabularInline
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget

from crm.admin.base import HandoffAdmin, ReadOnlyInline, acting_user
from crm.errors import HandoffError
from leads.admin.people import suggest_handing_over
from leads.leaving import move_all_work, open_work
from leads.models import Absence, Rep, Team, VerdictReason


class RepInline(ReadOnlyInline):
    """Who is in the team. Reps are changed on their own pages."""

    model = Rep
    fields = ("user", "available", "weight", "capacity", "daily_limit")
    show_change_link = True
    tab = False
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rep]:
        return super().get_queryset(request).select_related("user")


@admin.register(Team)
class TeamAdmin(HandoffAdmin):
    list_display = ("name", "lead", "hours", "reps")
    list_select_related = ("lead", "hours")
    search_fields = ("name",)
    autocomplete_fields = ("lead",)
    inlines = (RepInline,)
    fieldsets = (
        (None, {"fields": (("name", "lead"), "hours")}),
        ("The first mail to a new MQL", {"fields": (("first_mail", "first_mail_delay_minutes"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        return super().get_queryset(request).annotate(number=Count("reps"))

    @display(description="reps", ordering="number")
    def reps(self, team: Any) -> int:
        return int(team.number)


class AbsenceInline(TabularInline):
    model = Absence
    fields = ("first_day", "last_day", "note")
    extra = 0
    hide_title = True


class HandOverForm(forms.Form):
    """To whom a rep's work goes: by the rules, or all of it to one other rep."""

    to = forms.ModelChoiceField(
        Rep.objects.none(),
        label="To whom",
        required=False,
        empty_label="By the rules, as if it were new",
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *args: Any, leaving: Rep, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Rep.objects.available().exclude(pk=leaving.pk).select_related("user")
        self.fields["to"].queryset = others  # type: ignore[attr-defined]


@admin.register(Rep)
class RepAdmin(HandoffAdmin):
    list_display = ("user", "team", "available", "away", "weight", "capacity", "daily_limit", "open_mqls")
    list_editable = ("available",)
    list_select_related = ("user", "team")
    list_filter = ("team", "available")
    search_fields = ("user__username", "user__first_name", "user__last_name")
    autocomplete_fields = ("user", "team")
    inlines = (AbsenceInline,)
    actions_detail = ("hand_over",)
    fieldsets = (
        (None, {"fields": (("user", "team"), "hours")}),
        ("How much they are given", {"fields": ("available", ("weight", "capacity", "daily_limit"))}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rep]:
        held = Count("user__mqls", filter=Q(user__mqls__closed_at=None))
        ahead = Absence.objects.filter(rep=OuterRef("pk"), last_day__gte=timezone.localdate())
        ahead = ahead.order_by("first_day", "pk")
        return (
            super()
            .get_queryset(request)
            .annotate(
                held=held,
                away_from=Subquery(ahead.values("first_day")[:1]),
                away_until=Subquery(ahead.values("last_day")[:1]),
            )
        )

    @display(description="away", ordering="away_from")
    def away(self, rep: Any) -> str:
        """The absence that is, or else the next one."""
        if rep.away_until is None:
            return "–"
        until = f"until {rep.away_until:%-d %b}"
        if rep.away_from <= timezone.localdate():
            return until
        return f"{rep.away_from:%-d %b} {until}"

    @display(description="open MQLs", ordering="held")
    def open_mqls(self, rep: Any) -> int:
        return int(rep.held)

    def save_model(self, request: HttpRequest, obj: Rep, form: Any, change: bool) -> None:
        """Write what was changed and nothing else: whose turn it is moves on while somebody edits."""
        if not change:
            obj.save()
            return
        changed = [field.name for field in obj._meta.concrete_fields if field.name in form.changed_data]
        obj.save(update_fields=changed)
        if "available" in changed and not obj.available:
            suggest_handing_over(request, obj.user)

    def has_hand_over_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return acting_user(request).is_superuser

    @action(
        description="Hand over all work",
        url_path="hand-over",
        icon="move_up",
        permissions=["hand_over"],
    )
    def hand_over(self, request: HttpRequest, object_id: str) -> HttpResponse:
        rep = get_object_or_404(Rep.objects.select_related("user"), pk=object_id)
        form = HandOverForm(request.POST or None, leaving=rep)
        if request.method == "POST" and form.is_valid():
            to = form.cleaned_data["to"]
            try:
                moved = move_all_work(
                    rep.user, by=acting_user(request), at=timezone.now(), to=to.user if to else None
                )
            except HandoffError as error:
                form.add_error(None, str(error))
            else:
                whom = f"to {to}" if to else "by the rules"
                self.message_user(
                    request, f"{moved} things of {rep} were handed over {whom}.", messages.SUCCESS
                )
                return HttpResponseRedirect(reverse("admin:leads_rep_change", args=[rep.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Hand over all work of {rep}",
            "opts": self.model._meta,
            "rep": rep,
            "work": open_work(rep.user),
            "form": form,
        }
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/leads/hand_over.html", context, status=status)


@admin.register(VerdictReason)
class VerdictReasonAdmin(HandoffAdmin):
    """A reason that was given is text on its MQL: taking one off the list changes nothing that was said."""

    list_display = ("text", "verdict", "active", "position")
    list_editable = ("active", "position")
    list_filter = ("verdict", "active")
    search_fields = ("text",)
