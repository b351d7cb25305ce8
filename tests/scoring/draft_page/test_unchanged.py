"""What is opened and saved unchanged is what it was."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.http import QueryDict
from django.test import Client

from crm.models import User
from scoring.admin.draft_page import condition_rows, persona_form
from scoring.admin.draft_page.draft import Draft, read_draft
from scoring.admin.draft_page.rule_form import RuleForm, typed_rule
from scoring.model_file import read_file
from scoring.model_import import import_model
from scoring.models import Group, ScoringVersion
from scoring.versions import spec_of
from tests.factories import NOW
from tests.scoring.draft_page.conftest import MODEL, form_of, part

pytestmark = pytest.mark.django_db


def sent_by(*forms: Any, management: Any) -> QueryDict:
    """What open forms would send as they stand."""
    sent = QueryDict(mutable=True)
    for name, value in management.initial.items():
        sent[management.add_prefix(name)] = value
    for form in forms:
        for name, field in form.fields.items():
            value = field.prepare_value(form.get_initial_for_field(field, name))
            if value is not False:
                sent[form.add_prefix(name)] = "" if value is None else value
    return sent


@pytest.fixture
def example(marketer: User) -> Draft:
    """A draft that says everything the format can."""
    file = read_file((settings.BASE_DIR / "examples" / "model.yaml").read_text(encoding="utf-8"))
    return read_draft(import_model(file, by=marketer, at=NOW).draft)


def test_a_rule_that_is_saved_as_it_was_opened_stays_the_same(example: Draft) -> None:
    saved = []
    for line in example.lines.values():
        dimension = example.spec.dimension_of(line.spec)
        shown = RuleForm(draft=example, dimension=dimension, initial=typed_rule(line.spec, line.group))
        rows = condition_rows.shown(line.spec.when, dimension)
        sent = sent_by(shown, *rows.forms, management=rows.management_form)
        form, rows = RuleForm(sent, draft=example, dimension=dimension), condition_rows.sent(sent, dimension)
        assert form.is_valid() & rows.is_valid(), (form.errors, rows.errors)
        saved.append(form.rule(rows.conditions()))

    assert saved == [line.spec for line in example.lines.values()]


def test_a_persona_that_is_saved_as_it_was_opened_stays_the_same(example: Draft) -> None:
    saved = []
    for line in example.personas:
        shown, rows = persona_form.shown(line.spec)
        form, rows = persona_form.sent(sent_by(shown, *rows.forms, management=rows.management_form))
        assert form.is_valid() & rows.is_valid(), (form.errors, rows.errors)
        saved.append(persona_form.persona(form, rows))

    assert saved == [line.spec for line in example.personas]


@pytest.mark.parametrize("kind", ["settings", "group"])
def test_what_is_saved_as_it_was_opened_stays_the_same(
    client: Client, draft: ScoringVersion, kind: str
) -> None:
    pk = 0 if kind == "settings" else Group.objects.get(name="Intent").pk

    answer = client.post(part(draft, kind, pk), form_of(client, draft, kind, pk))

    assert answer.status_code == 302
    assert spec_of(ScoringVersion.objects.get(pk=draft.pk)) == MODEL
