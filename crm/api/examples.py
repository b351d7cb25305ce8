"""Examples that the schema and the reference show. A test sends each of them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample

COMPANY: dict[str, Any] = {
    "domain": "acme.example",
    "name": "Acme",
    "industry": "Software",
    "employees": 400,
    "properties": {"crm": "HubSpot"},
}
CONTACT: dict[str, Any] = {
    "email": "vp@acme.example",
    "first_name": "Vera",
    "job_title": "VP Sales",
    "source": "website",
    "company": {"name": "Acme", "employees": 400},
    "properties": {"plan": "trial"},
}
ACTIVITY: dict[str, Any] = {
    "email": "vp@acme.example",
    "kind": "page_view",
    "subject": "/pricing",
    "occurred_at": "2026-03-01T09:00:00Z",
    "source": "website",
    "external_id": "pv-8841",
}
ANSWERS: dict[str, Any] = {
    "results": [
        {"index": 0, "status": "created", "id": 1, "errors": []},
        {
            "index": 1,
            "status": "rejected",
            "id": None,
            "errors": [
                {
                    "pointer": "/1/email",
                    "detail": "is missing",
                    "mend": "send it",
                }
            ],
        },
    ]
}


def _examples(name: str, one: dict[str, Any], other: dict[str, Any]) -> list[OpenApiExample]:
    return [
        OpenApiExample(f"One {name}", value=one, request_only=True),
        OpenApiExample("A list", value=[one, other], request_only=True),
        OpenApiExample("Answers to a list", value=ANSWERS, response_only=True, status_codes=["200"]),
    ]


COMPANIES = _examples("company", COMPANY, {"name": "Globex", "external_id": "crm-17"})
CONTACTS = _examples("contact", CONTACT, {"email": "cto@globex.example", "job_title": "CTO"})
ACTIVITIES = _examples(
    "activity", ACTIVITY, {"email": "cto@globex.example", "kind": "webinar_attended", "subject": "Spring"}
)
