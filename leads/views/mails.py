"""Mail to a contact, written from an MQL or from the contact's page; and stopped before it leaves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from crm.errors import HandoffError
from leads import merge, plans
from leads.contact_forms import MailForm, TemplateForm, add_faults
from leads.mailable import refusal
from leads.models import Enrolment, MailTemplate, ProspectMail, Rep
from leads.prospect_delivery import sender_address
from leads.prospect_mail import OVER_THE_CAP, checked, stop, write
from leads.views.place import Place, of_contact, of_mql
from leads.views.requests import PageRequest, page_of

FORM_METHODS = ["GET", "HEAD", "POST"]


@login_required
@require_http_methods(FORM_METHODS)
def mail_mql(request: PageRequest, pk: int) -> HttpResponse:
    """Write to the contact of an MQL. `template` says what to begin with, by default what the plan asks for."""
    return _mail(of_mql(request, pk))


@login_required
@require_http_methods(FORM_METHODS)
def mail_contact(request: PageRequest, pk: int) -> HttpResponse:
    """Write to a contact. It counts for their open MQL, where the writer may work that."""
    return _mail(of_contact(request, pk))


@login_required
@require_POST
def stop_mail(request: PageRequest, pk: int) -> HttpResponse:
    """Keep a mail that waits from leaving."""
    mail = get_object_or_404(ProspectMail.objects.visible_to(request.user), pk=pk)
    stop(mail, by=request.user, at=timezone.now())
    messages.success(request, "The mail is stopped: it will not leave.")
    return redirect(page_of(request, reverse("contact", args=[mail.contact_id])))


def _mail(place: Place) -> HttpResponse:
    if place.sent is None:
        return place.dialog("mail", _context(place, _begun(place)))
    form = MailForm(place.sent)
    if form.is_valid():
        try:
            if "preview" in place.sent:
                return place.dialog("mail", {**_context(place, form), "preview": _preview(place, form)})
            _send(place, form)
        except HandoffError as fault:
            add_faults(form, fault)
        else:
            return place.done(f"The mail to {place.contact.name} is on its way.")
    return place.dialog("mail", _context(place, form), status=422)


def _send(place: Place, form: MailForm) -> None:
    user, at = place.request.user, timezone.now()
    write(place.contact, **form.cleaned_data, mql=place.workable_mql(), by=user, at=at)


def _preview(place: Place, form: MailForm) -> dict[str, str]:
    """The mail as its reader will see it. Raises Invalid where it would not leave so."""
    said = form.cleaned_data
    subject, body = checked(place.contact, said["subject"], said["body"], by=place.request.user)
    return {"subject": subject, "body": body}


def _begun(place: Place) -> MailForm:
    """The form with a template filled in as far as the contact is known."""
    template = _chosen(place)
    if template is None:
        return MailForm()
    values = merge.values_of(place.contact, place.request.user)
    return MailForm(
        initial={
            "template": template.pk,
            "subject": merge.fill(template.subject, values).text,
            "body": merge.fill(template.body, values).text,
        }
    )


def _chosen(place: Place) -> MailTemplate | None:
    """The template that the address names; where it names none, that of the plan's step which is due."""
    form = TemplateForm(place.request.GET)
    if "template" in place.request.GET:
        return form.cleaned_data["template"] if form.is_valid() else None
    enrolled = Enrolment.objects.open().filter(mql__contact=place.contact, step__template__active=True)
    found = enrolled.select_related("step__template").first()
    return found.step.template if found and found.step else None


def _context(place: Place, form: MailForm) -> dict[str, Any]:
    user, contact = place.request.user, place.contact
    why_not = "" if Rep.objects.takes_part(user) else "only reps and team leads write mail"
    is_capped = not plans.touches_left(contact, at=timezone.now())
    if not is_capped:
        form.fields[OVER_THE_CAP].widget = forms.HiddenInput()
    return {
        "contact": contact,
        "form": form,
        "templates": TemplateForm(initial={"template": form["template"].value()}),
        "missing": _missing(place, form),
        "refusal": refusal(contact),
        "why_not": why_not,
        "is_capped": is_capped,
        "sender": sender_address(user),
        "sender_email": user.email,
        "action": place.address("mail"),
        "back": place.page,
    }


def _missing(place: Place, form: MailForm) -> list[str]:
    """Merge fields in the text that nothing is known for, each once."""
    values = merge.values_of(place.contact, place.request.user)
    texts = [str(form[name].value() or "") for name in ("subject", "body")]
    return list(dict.fromkeys(name for text in texts for name in merge.fill(text, values).missing))
