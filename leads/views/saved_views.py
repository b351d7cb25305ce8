"""The inbox's filters, and the views that are kept of it. Each form is a page of its own, and opens in a dialog."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from crm.models import User
from leads.filter_choices import groups
from leads.models import SavedView, Team
from leads.saved_views import save_view
from leads.views.listing import Listing
from leads.views.requests import PageRequest, page_of


class SaveViewForm(forms.Form):
    """A name for a view of the inbox, and whom it is shared with."""

    name = forms.CharField(max_length=80, help_text="A view of yours with the same name is replaced.")
    team = forms.ModelChoiceField(
        Team.objects.none(), label="Share with", required=False, empty_label="Nobody: only I see it"
    )

    def __init__(self, user: User, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        led = Team.objects.filter(lead=user)
        if led.exists():
            self.fields["team"].queryset = led  # type: ignore[attr-defined]
        else:
            del self.fields["team"]


@login_required
@require_safe
def filters(request: PageRequest) -> HttpResponse:
    """What the list that the address names may be filtered by."""
    listing = Listing(request.GET, request.user, at=timezone.now())
    context = {"listing": listing, "groups": groups(request.user, listing.filters.asked)}
    return render(request, "leads/_filters.html" if request.htmx else "leads/filters.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def save(request: PageRequest) -> HttpResponse:
    """Keep the list that the address names under a name."""
    listing = Listing(request.GET, request.user, at=timezone.now())
    form = SaveViewForm(request.user, *([request.POST] if request.method == "POST" else []))
    if not form.is_valid():
        template = "leads/_save_view.html" if request.htmx else "leads/save_view.html"
        context = {"form": form, "listing": listing, "action": request.get_full_path()}
        return render(request, template, context, status=422 if form.is_bound else 200)
    kept = save_view(
        form.cleaned_data["name"], listing.own, by=request.user, team=form.cleaned_data.get("team")
    )
    messages.success(request, f"“{kept.name}” is kept among your views.")
    page = f"{reverse('inbox')}?{kept.query}"
    return HttpResponseClientRedirect(page) if request.htmx else redirect(page)


@login_required
@require_POST
def delete(request: PageRequest, pk: int) -> HttpResponse:
    """Forget a view of one's own."""
    kept = get_object_or_404(SavedView, pk=pk, user=request.user)
    kept.delete()
    messages.success(request, f"“{kept.name}” is no longer kept.")
    return redirect(page_of(request, reverse("inbox")))
