"""Mail templates in the admin."""

from __future__ import annotations

import pytest
from django.test import Client

from leads.models import MailTemplate
from tests.factories import make_user
from tests.leads.page_client import signed_in, text_of

pytestmark = pytest.mark.django_db

LIST = "/admin/leads/mailtemplate/"


@pytest.fixture
def admin() -> Client:
    return signed_in(make_user("root", is_staff=True, is_superuser=True))


def test_a_template_is_saved_and_previewed_for_somebody_of_whom_all_is_known(admin: Client) -> None:
    said = {
        "name": "Hello",
        "subject": "For {company}",
        "body": "{first_name}, <b>?</b>\n{sender_name}",
        "active": "on",
    }

    admin.post(f"{LIST}add/", said)

    template = MailTemplate.objects.get()
    page = text_of(admin.get(f"{LIST}{template.pk}/change/"))
    assert "For Analytical Engines" in page
    assert "Ada, <b>?</b>" in page
    assert "Sam Reyes" in page
    assert "{job_title} Their job title" in page


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"subject": "Hello {frist_name}"}, "No such merge field: {frist_name}."),
        ({"body": "{first_name|there} {compny} {x}"}, "No such merge field: {compny}, {x}."),
    ],
)
def test_a_field_that_is_none_is_refused_by_name(admin: Client, said: dict[str, str], fault: str) -> None:
    form = {"name": "Hello", "subject": "Hello", "body": "You", "active": "on", **said}

    response = admin.post(f"{LIST}add/", form)

    assert response.status_code == 200
    assert fault in text_of(response)
    assert not MailTemplate.objects.exists()


def test_a_template_is_retired_from_the_list(admin: Client) -> None:
    template = MailTemplate.objects.create(name="Hello", subject="Hello", body="You")
    form = {
        "form-TOTAL_FORMS": "1",
        "form-INITIAL_FORMS": "1",
        "form-0-id": str(template.pk),
        "_save": "Save",
    }

    admin.post(LIST, form)

    template.refresh_from_db()
    assert not template.active
    assert template.body == "You"
