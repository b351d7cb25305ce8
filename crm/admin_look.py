"""What unfold, the admin's skin, is told: the name, the accent and the way through the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy

ACCENT = {
    "50": "#eef7f5",
    "100": "#e2f1ed",
    "200": "#c5e3dc",
    "300": "#a9d3c9",
    "400": "#63c9b6",
    "500": "#2ba392",
    "600": "#0c6a5c",
    "700": "#08544a",
    "800": "#064239",
    "900": "#05352e",
    "950": "#06211b",
}
"""Shades of the one accent of `static/crm/tokens.css`, which unfold takes from here alone."""


def _may_view(app: str, model: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(f"{app}.view_{model}")


def _page(title: str, icon: str, app: str, model: str) -> dict[str, Any]:
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{model}_changelist"),
        "permission": _may_view(app, model),
    }


def _may_read_history(request: HttpRequest) -> bool:
    """Whether there is anything in it for them: whoever may look into the rules, or keeps routing."""
    return request.user.has_perm("scoring.view_rule") or request.user.has_perm("leads.change_assignmentrule")


def _section(title: str, *pages: dict[str, Any], closed: bool = False) -> dict[str, Any]:
    return {"title": title, "separator": True, "collapsible": closed, "items": list(pages)}


NAVIGATION = [
    {"items": [{"title": "At a glance", "icon": "dashboard", "link": reverse_lazy("admin:index")}]},
    _section(
        "Work",
        _page("MQLs", "inbox", "leads", "mql"),
        _page("Tasks", "task_alt", "leads", "task"),
        _page("Reps", "badge", "leads", "rep"),
        _page("Teams", "groups", "leads", "team"),
        _page("Assignment rules", "alt_route", "leads", "assignmentrule"),
        _page("Working hours", "schedule", "leads", "workinghours"),
        _page("SLA targets", "timer", "leads", "slatarget"),
        _page("Verdict reasons", "rule", "leads", "verdictreason"),
        _page("Notifications", "notifications", "leads", "notification"),
        _page("Follow-up plans", "route", "leads", "plan"),
        _page("Contacts on a plan", "steps", "leads", "enrolment"),
        _page("Mail templates", "drafts", "leads", "mailtemplate"),
        _page("Mail to prospects", "forward_to_inbox", "leads", "prospectmail"),
        _page("Outbox", "outgoing_mail", "leads", "delivery"),
    ),
    _section(
        "Facts",
        _page("Contacts", "person", "crm", "contact"),
        _page("Companies", "domain", "crm", "company"),
        _page("Activities", "timeline", "crm", "activity"),
        _page("Stage changes", "moving", "crm", "stagechange"),
        _page("What contacts were", "history", "crm", "contactversion"),
        _page("What companies were", "history", "crm", "companyversion"),
    ),
    _section(
        "Scoring",
        _page("Scoring models", "account_tree", "scoring", "scoringversion"),
        _page("Segments", "donut_small", "scoring", "segment"),
        _page("Domain lists", "list_alt", "scoring", "domainlist"),
        _page("Held back", "pause_circle", "leads", "heldback"),
        {
            "title": "What changed",
            "icon": "history_edu",
            "link": reverse_lazy("history"),
            "permission": _may_read_history,
        },
        _page("Scores", "speed", "scoring", "score"),
        _page("Score changes", "show_chart", "scoring", "scorechange"),
        _page("Waiting for evaluation", "hourglass_top", "scoring", "pending"),
    ),
    _section(
        "Settings",
        _page("Users", "manage_accounts", "crm", "user"),
        _page("Groups", "shield_person", "auth", "group"),
        _page("API keys", "key", "crm", "apikey"),
        _page("Schedules", "schedule", "django_q", "schedule"),
        _page("Queued jobs", "queue", "django_q", "ormq"),
        _page("Failed jobs", "report", "django_q", "failure"),
        _page("Done jobs", "done_all", "django_q", "success"),
        closed=True,
    ),
]

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Handoff",
    "SITE_HEADER": "Handoff",
    "SITE_SUBHEADER": "Facts, scoring and work",
    "SITE_SYMBOL": "handshake",
    "SITE_URL": "/inbox/",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("crm/logo.svg")},
    ],
    "SHOW_VIEW_ON_SITE": True,
    "BORDER_RADIUS": "6px",
    "COLORS": {"primary": ACCENT},
    "STYLES": [lambda request: static("crm/admin.css")],
    "SCRIPTS": [lambda request: static("crm/admin.js")],
    "DASHBOARD_CALLBACK": "leads.admin.home.at_a_glance",
    "SIDEBAR": {"show_search": True, "show_all_applications": False, "navigation": NAVIGATION},
}
