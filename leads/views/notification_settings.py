"""What a user is told of, by which way and when."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from crm.errors import Invalid
from leads import webhook
from leads.models import NotificationSettings
from leads.notification_form import NotificationForm
from leads.notify.ways import all_ways_of, choose
from leads.views.requests import PageRequest

TEST = "This is a test: Handoff can reach this channel."


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def notification_settings(request: PageRequest) -> HttpResponse:
    """The table of kinds and ways, with the time of the digest and the webhook."""
    form = _form(request)
    if request.method != "POST":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        choose(request.user, form.ways(), **form.common())
    except Invalid as fault:
        for error in fault.errors:
            form.add_error(error.field, f"{error.problem[:1].upper()}{error.problem[1:]}: {error.mend}.")
        return _page(request, form, status=422)
    messages.success(request, "Kept. It counts from the next notice on.")
    return redirect("notification-settings")


@login_required
@require_POST
def test_webhook(request: PageRequest) -> HttpResponse:
    """Send a message to the webhook that was saved, at once, and say what came of it."""
    wanted = NotificationSettings.objects.filter(user=request.user).exclude(slack_url="").first()
    if wanted is None:
        messages.error(request, "No webhook is saved: enter its address and save first.")
        return redirect("notification-settings")
    try:
        webhook.post(wanted.slack_url, TEST)
    except webhook.FAILURES as failure:
        messages.error(request, f"The webhook did not take it: {failure}"[:300])
    else:
        messages.success(request, "Sent. It should be in your channel now.")
    return redirect("notification-settings")


def _form(request: PageRequest) -> NotificationForm:
    user = request.user
    wanted = NotificationSettings.objects.filter(user=user).first() or NotificationSettings(user=user)
    data = request.POST if request.method == "POST" else None
    return NotificationForm(data, ways=all_ways_of(user), wanted=wanted)


def _page(request: PageRequest, form: NotificationForm, *, status: int = 200) -> HttpResponse:
    saved = bool(form.initial["slack_url"])
    return render(
        request, "leads/notification_settings.html", {"form": form, "webhook_saved": saved}, status=status
    )
