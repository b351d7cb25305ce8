"""Pages as tests ask for them: signed in, by plain requests or as htmx does."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.http import HttpResponse
from django.test import Client

from crm.models import User


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


ADMIN_FORM = {"properties": "{}", "stage_changes-TOTAL_FORMS": "0", "stage_changes-INITIAL_FORMS": "0"}
"""What the admin's form of a contact holds besides its fields."""


def htmx(target: str = "") -> dict[str, Any]:
    """The headers of a request by htmx whose answer goes into the element with the id `target`."""
    return {"headers": {"HX-Request": "true", **({"HX-Target": target} if target else {})}}


def text_of(response: HttpResponse) -> str:
    """What one reads on the page, in one line."""
    words = re.sub(r"<(script|style|title)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", words)).split())
