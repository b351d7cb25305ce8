"""A short model file without a fault, for tests to put one into."""

from __future__ import annotations

import pytest

from crm.errors import FieldError, Invalid
from scoring.model_file import read_model

SOUND = """\
name: Short
threshold: 60
groups:
  - {name: Intent, dimension: engagement}
  - {name: ICP, dimension: fit}
rules:
  - name: Pricing
    group: Intent
    points: 10
    when: [{field: kind, op: equals, value: page_view}]
  - name: Title
    group: ICP
    points: 30
    when: [{field: job_title, op: contains, value: vp}]
personas:
  - name: Ada
    qualifies: false
    contact: {email: ada@acme.example}
    activities: [{kind: page_view}]
"""


def errors_in(text: str) -> tuple[FieldError, ...]:
    with pytest.raises(Invalid) as refused:
        read_model(text)
    return refused.value.errors


def changed(old: str, new: str) -> str:
    assert SOUND.count(old) == 1, old
    return SOUND.replace(old, new)
