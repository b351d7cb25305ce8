"""`manage.py scoring_model`: files in, files out, and a check that a pipeline can ask."""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from crm.models import Contact
from scoring.model_file import read_model
from scoring.models import Group, ScoringVersion
from scoring.versions import spec_of
from tests.factories import make_contact

pytestmark = pytest.mark.django_db

MODEL = """\
name: Short
threshold: 60
groups:
  - {name: ICP, dimension: fit}
rules:
  - name: Title
    group: ICP
    points: 60
    when: [{field: job_title, op: has_word, value: vp}]
personas:
  - name: Vice president
    qualifies: true
    contact: {job_title: VP Sales}
"""
BROKEN = MODEL.replace("points: 60", "points: 57.5")
EXAMPLE = settings.BASE_DIR / "examples" / "model.yaml"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.yaml"
    path.write_text(MODEL, encoding="utf-8")
    return path


def run(*args: object) -> str:
    out = StringIO()
    call_command("scoring_model", *map(str, args), stdout=out)
    return out.getvalue()


def refusal(*args: object) -> str:
    with pytest.raises(CommandError) as refused:
        run(*args)
    assert refused.value.returncode == 1
    return str(refused.value)


# --- check


def test_a_sound_file_is_told_so_and_nothing_is_recorded(model: Path) -> None:
    assert run("check", model).endswith("is sound: 1 rules, and 1 personas come out as they should.\n")

    assert not ScoringVersion.objects.exists()


def test_the_example_passes_its_own_check_and_nothing_looks_wrong() -> None:
    told = run("check", EXAMPLE)

    assert told.startswith(f"{EXAMPLE} is sound")
    assert told.count("\n") == 1


def test_what_looks_wrong_is_told_and_refuses_nothing(model: Path) -> None:
    model.write_text(MODEL.replace("threshold: 60", "threshold: 0"), encoding="utf-8")

    told = run("check", model)

    assert (
        f"{model}: The threshold of 0 is reached without any points: everybody qualifies. Raise the" in told
    )
    assert "is sound" in told


def test_a_fault_is_told_by_file_line_key_and_mend(model: Path) -> None:
    model.write_text(
        MODEL.replace("has_word", "like").replace("threshold: 60", "threshold: many"), encoding="utf-8"
    )

    first, second = refusal("check", model).splitlines()

    assert first == (
        f"{model}: line 2: threshold: is the text “many” and not a number (write digits alone, as in 10 or 2.5)"
    )
    assert second.startswith(
        f"{model}: line 9: rules[0].when[0].op: is “like”, which is not known (use one of equals,"
    )


def test_a_persona_that_comes_out_otherwise_is_told_with_its_score(model: Path) -> None:
    model.write_text(BROKEN, encoding="utf-8")

    assert refusal("check", model) == (
        f"{model}: line 12: personas[0].qualifies: “Vice president” must qualify and does not:"
        " scored 57.5 of 60: ICP 57.5 (mend the rules, or the persona)"
    )


def test_a_file_with_a_byte_order_mark_is_read(model: Path) -> None:
    model.write_text(MODEL, encoding="utf-8-sig")

    assert "is sound" in run("check", model)


def test_a_file_that_is_not_utf_8_is_named_by_line(model: Path) -> None:
    model.write_bytes(MODEL.replace("Vice president", "Vize-Präsident").encode("cp1252"))

    assert refusal("check", model) == f"{model}: line 11: is not UTF-8 (save the file as UTF-8)"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "cannot be read: No such file or directory" in refusal("check", tmp_path / "none.yaml")


# --- import


def test_an_import_makes_a_draft_and_ends_with_its_number(model: Path) -> None:
    out = run("import", model)

    version = ScoringVersion.objects.get()
    assert out.splitlines()[-1] == f"version {version.number}"
    assert version.status == "draft"
    assert spec_of(version) == read_model(MODEL)


def test_an_import_may_publish_at_once(model: Path) -> None:
    make_contact()

    out = run("import", model, "--publish")

    live = ScoringVersion.objects.live()
    assert live is not None
    assert out.splitlines()[-1] == f"version {live.number}"
    assert Contact.objects.get().pending


def test_a_draft_whose_personas_come_out_otherwise_is_imported_and_told(
    model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model.write_text(BROKEN, encoding="utf-8")

    assert run("import", model).splitlines()[-1] == f"version {ScoringVersion.objects.get().number}"

    assert "cannot be published yet: “Vice president” must qualify" in capsys.readouterr().err


def test_an_import_that_may_not_be_published_leaves_nothing_behind(model: Path) -> None:
    run("import", model, "--publish")
    model.write_text(BROKEN, encoding="utf-8")

    assert "scored 57.5 of 60" in refusal("import", model, "--publish")

    assert ScoringVersion.objects.count() == 1
    assert Group.objects.count() == 1


def test_a_faulty_file_is_not_imported(model: Path) -> None:
    model.write_text(MODEL.replace("group: ICP", "group: IPC"), encoding="utf-8")

    assert "line 7: rules[0].group: “IPC” is no group of this model (use one of ICP)" in refusal(
        "import", model
    )

    assert not ScoringVersion.objects.exists()


# --- export


def test_an_export_is_the_file_that_makes_the_same_version_again(tmp_path: Path) -> None:
    run("import", EXAMPLE)
    first = run("export", 1)
    again = tmp_path / "again.yaml"
    again.write_text(first, encoding="utf-8")

    run("import", again)

    assert run("export", 2) == first
    one, two = ScoringVersion.objects.order_by("number")
    assert spec_of(one) == spec_of(two) == read_model(EXAMPLE.read_text(encoding="utf-8"))


def test_the_live_version_is_exported_by_that_word(model: Path) -> None:
    run("import", model, "--publish")

    assert read_model(run("export", "live")) == read_model(MODEL)


@pytest.mark.parametrize("asked", ["7", "live", "newest", "-1"])
def test_a_version_that_is_not_there_is_told(asked: str) -> None:
    out = StringIO()

    with pytest.raises(CommandError, match="version"):
        call_command("scoring_model", "export", "--", asked, stdout=out)

    assert out.getvalue() == ""
