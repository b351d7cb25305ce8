"""Where the demo is not told: among what is somebody's already."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from crm.models import Contact, User
from tests.factories import make_contact, make_user

pytestmark = pytest.mark.django_db


def test_the_demo_does_not_mix_with_real_contacts() -> None:
    make_contact()

    with pytest.raises(CommandError, match="empty database"):
        call_command("demo", stdout=StringIO())

    assert Contact.objects.count() == 1
    assert not User.objects.exists()


def test_the_demo_does_not_take_over_somebodys_name() -> None:
    admin = make_user("admin")

    with pytest.raises(CommandError, match="is taken"):
        call_command("demo", stdout=StringIO())

    admin.refresh_from_db()
    assert admin.check_password("secret")
    assert not Contact.objects.exists()
