"""The reference pages name what the code has: no more and no less."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from crm import environment

ROOT = Path(settings.BASE_DIR)


def first_column(page: str) -> set[str]:
    """What stands in the first cell of every table row of a page, without its back-ticks."""
    rows = re.findall(r"^\| `?([\w-]+)`? \|", (ROOT / "docs" / page).read_text(), flags=re.MULTILINE)
    return {row for row in rows if row not in {"variable", "package"}}


def requirement_names(file: str) -> set[str]:
    return set(re.findall(r"^([A-Za-z][\w-]*)", (ROOT / file).read_text(), flags=re.MULTILINE))


def test_the_configuration_page_lists_every_variable_that_is_read() -> None:
    assert first_column("configuration.md") == environment.NAMES


def test_the_dependencies_page_lists_every_direct_dependency() -> None:
    direct = requirement_names("requirements.in") | requirement_names("requirements-dev.in")

    assert first_column("dependencies.md") == direct


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_with_hashes_and_no_registry_is_named(file: str) -> None:
    text = (ROOT / file).read_text()
    requirements = re.split(r"\n(?=\S)", text.strip())

    assert [line for line in requirements if not line.startswith("#") and "==" not in line.split()[0]] == []
    assert [line for line in requirements if not line.startswith("#") and "--hash=sha256:" not in line] == []
    assert not re.search(r"https?://|--(extra-)?index-url|file:", text)


def test_the_test_requirements_hold_the_same_versions_as_the_running_project() -> None:
    pins = re.compile(r"^([\w.-]+==[^\s;]+)", flags=re.MULTILINE)

    running = set(pins.findall((ROOT / "requirements.txt").read_text()))
    testing = set(pins.findall((ROOT / "requirements-dev.txt").read_text()))

    assert running <= testing
