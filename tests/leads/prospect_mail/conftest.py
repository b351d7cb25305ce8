"""What tests of mail to prospects stand on: Sam, who writes to Vera."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm.models import Contact, User
from leads.models import ProspectMail
from leads.prospect_mail import write
from scoring.models import ScoringVersion
from tests.factories import NOW, make_contact, make_rep

LATER = NOW + timedelta(minutes=20)
State = ProspectMail.State


@pytest.fixture
def rep(small_model: ScoringVersion) -> User:
    return make_rep("sam", first_name="Sam", last_name="Reyes").user


@pytest.fixture
def contact(rep: User) -> Contact:
    return make_contact("vera@people.example", first_name="Vera", last_name="Novak")


def written(contact: Contact, rep: User, **said: object) -> ProspectMail:
    asked: dict[str, object] = {"subject": "Hello {first_name}", "body": "Regards\n{sender_name}", "at": NOW}
    return write(contact, by=rep, **{**asked, **said})  # type: ignore[arg-type]


def state_of(mail: ProspectMail) -> str:
    return ProspectMail.objects.get(pk=mail.pk).state
