"""Companies: found, and read with their people."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db.models import Count, F, Q
from django.db.models.functions import Lower
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from crm.models import Company
from leads.keyset import Column, page
from leads.models import Mql
from leads.views.requests import PageRequest

PAGE = 50
MOST_WORDS = 8
PEOPLE = 50
MQLS = 30
BY_NAME = (Column("sorted_name"), Column("pk"))


@login_required
@require_safe
def companies(request: PageRequest) -> HttpResponse:
    """Companies by name or domain, in the order of their names, a page at a time."""
    search = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    found = Company.objects.annotate(sorted_name=Lower("name")).select_related("owner")
    for word in search.split()[:MOST_WORDS]:
        found = found.filter(Q(name__icontains=word) | Q(domain__icontains=word))
    shown = page(found, BY_NAME, after=request.GET.get("after", ""), size=PAGE)
    counted = Company.objects.filter(pk__in=[company.pk for company in shown.rows])
    people = dict(counted.annotate(people=Count("contacts")).order_by().values_list("pk", "people"))
    rows = [(company, people[company.pk]) for company in shown.rows]
    return render(request, "leads/companies.html", {"page": shown, "rows": rows, "search": search})


@login_required
@require_safe
def company(request: PageRequest, pk: int) -> HttpResponse:
    """One company: what is known of it, its people by score, and its MQLs."""
    shown = get_object_or_404(Company.objects.select_related("owner"), pk=pk)
    people = shown.contacts.select_related("score", "owner")
    best = list(people.order_by(F("score__total").desc(nulls_last=True), "-created_at", "-pk")[: PEOPLE + 1])
    mqls = Mql.objects.visible_to(request.user).filter(contact__company=shown)
    context = {
        "company": shown,
        "people": best[:PEOPLE],
        "more_people": len(best) > PEOPLE,
        "mqls": mqls.select_related("contact", "owner", "closed_by").order_by("-opened_at", "-pk")[:MQLS],
    }
    return render(request, "leads/company.html", context)
