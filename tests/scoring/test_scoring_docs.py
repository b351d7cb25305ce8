"""`docs/scoring.md` names everything that a model can say, and its examples hold."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from scoring.fields import ALIASES, FIELDS, PEOPLE_FIELDS, PROPERTY_PREFIXES
from scoring.model_file import (
    CONDITION_KEYS,
    DECAY_KEYS,
    GROUP_KEYS,
    MODEL_KEYS,
    PERSONA_KEYS,
    RULE_KEYS,
    check_model,
)
from scoring.models import DecayKind, Dimension, Effect, Op, Per
from scoring.persona_check import PERSONA_ACTIVITY, PERSONA_COMPANY, PERSONA_CONTACT
from tests.factories import NOW

PAGE = (settings.BASE_DIR / "docs" / "scoring.md").read_text(encoding="utf-8")
[MODEL] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
NAMED = set(re.findall(r"`([^`\n]+)`", PAGE)) | set(re.findall(r"[\w.]+", MODEL))


@pytest.mark.parametrize(
    "word",
    sorted(
        {
            *MODEL_KEYS, *GROUP_KEYS, *RULE_KEYS, *CONDITION_KEYS, *PERSONA_KEYS,
            *PERSONA_CONTACT, *PERSONA_COMPANY, *PERSONA_ACTIVITY, *ALIASES,
            *FIELDS[Dimension.FIT], *FIELDS[Dimension.ENGAGEMENT], *PEOPLE_FIELDS,
            *(f"{prefix}KEY" for prefixes in PROPERTY_PREFIXES.values() for prefix in prefixes),
            *Op, *Effect, *Per, *Dimension,
        }
    ),
)  # fmt: skip
def test_everything_that_a_model_can_say_is_documented(word: Any) -> None:
    assert str(word) in NAMED


@pytest.mark.parametrize("kind", DecayKind)
def test_every_decay_is_documented(kind: DecayKind) -> None:
    assert f"`{kind.value}`" in PAGE or f"`{{kind: {kind.value}, " in PAGE


@pytest.mark.django_db
@pytest.mark.parametrize("days", [0, 400])
def test_the_model_of_the_page_is_sound_and_its_personas_come_out_as_they_say(days: int) -> None:
    spec = check_model(MODEL, at=NOW - timedelta(days=days))

    assert [persona.qualifies for persona in spec.personas] == [True, False]


@pytest.mark.parametrize(
    "word",
    sorted(
        {
            *MODEL_KEYS,
            *GROUP_KEYS,
            *RULE_KEYS,
            *CONDITION_KEYS,
            *DECAY_KEYS,
            *PERSONA_KEYS,
            *Effect,
            *Per,
            *DecayKind,
        }
    ),
)
def test_the_example_shows_every_key_of_the_format(word: str) -> None:
    example = (settings.BASE_DIR / "examples" / "model.yaml").read_text(encoding="utf-8")

    assert re.search(rf"\b{word}\b", re.sub(r"#.*", "", example))
