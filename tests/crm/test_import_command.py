"""The command: what it prints, how it ends, and that a killed one can be started again."""

import os
import subprocess
import sys
import tracemalloc
from io import StringIO
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, connections

from crm.models import Activity, Company, Contact, ContactVersion
from tests.crm.importing import PLAIN, run, write
from tests.processes import eventually

HEADINGS = "Email,First,Last,Title,Country\n"


@pytest.fixture
def people_map(tmp_path: Path) -> Path:
    return write(tmp_path, PLAIN, name="map.yaml")


def command(*arguments: object) -> str:
    printed = StringIO()
    call_command("import_contacts", *map(str, arguments), stdout=printed)
    return printed.getvalue()


@pytest.mark.django_db
def test_the_summary_counts_what_was_done(tmp_path: Path, people_map: Path) -> None:
    path = write(tmp_path, f"{HEADINGS}ada@acme.example,Ada,,,\nbad,,,,\n")

    printed = command(path, "--map", people_map)

    assert printed.splitlines() == [
        "people.csv: UTF-8, comma",
        "rows 2, rejected 1, left out 0",
        "                created    updated  unchanged",
        "contacts              1          0          0",
        "companies             1          0          0",
        "activities            0          0          0",
        f"rejected rows, with what to do about them: {tmp_path / 'people.rejected.csv'}",
    ]


@pytest.mark.django_db
def test_rejected_rows_stand_beside_the_file_or_where_they_are_asked_for(
    tmp_path: Path, people_map: Path
) -> None:
    path = write(tmp_path, f"{HEADINGS}ada@acme.example,,,,\nbad,,,,\n", name="people.txt")

    command(path, "--map", people_map)
    command(path, "--map", people_map, "--rejected", tmp_path / "elsewhere.csv")

    assert (tmp_path / "people.txt.rejected.csv").exists()
    assert (tmp_path / "elsewhere.csv").exists()


@pytest.mark.django_db
def test_rejected_rows_never_replace_the_file_itself(tmp_path: Path, people_map: Path) -> None:
    path = write(tmp_path, f"{HEADINGS}bad,,,,\n")

    with pytest.raises(CommandError, match="would be replaced by its own rejected rows"):
        command(path, "--map", people_map, "--rejected", path)

    assert path.read_text() == f"{HEADINGS}bad,,,,\n"


@pytest.mark.django_db
def test_a_dry_run_records_nothing(tmp_path: Path, people_map: Path) -> None:
    path = write(tmp_path, f"{HEADINGS}ada@acme.example,,,,\n")

    printed = command(path, "--map", people_map, "--dry-run")

    assert "contacts              1          0          0" in printed
    assert not Contact.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "map_text", "said"),
    [
        (f"{HEADINGS}bad,,,,\n", PLAIN, "no row could be imported"),
        (HEADINGS, "contact: {mail: Email}", "map.yaml: line 1: contact.mail: is not a key here"),
        (HEADINGS, "contact: {email: Mail}", "map.yaml: line 1: contact.email: names the column “Mail”"),
        ("", PLAIN, "people.csv: is empty"),
    ],
)
def test_what_cannot_be_imported_ends_with_an_error_that_says_why(
    tmp_path: Path, content: str, map_text: str, said: str
) -> None:
    path, map_path = write(tmp_path, content), write(tmp_path, map_text, name="map.yaml")

    with pytest.raises(CommandError) as caught:
        command(path, "--map", map_path)

    assert said in str(caught.value)
    assert caught.value.returncode == 1


@pytest.mark.django_db
def test_files_that_are_not_there_are_named(tmp_path: Path, people_map: Path) -> None:
    path = write(tmp_path, HEADINGS)

    with pytest.raises(CommandError, match=r"none\.csv is not a file"):
        command(tmp_path / "none.csv", "--map", people_map)
    with pytest.raises(CommandError, match=r"none\.yaml cannot be read"):
        command(path, "--map", tmp_path / "none.yaml")


@pytest.mark.django_db
def test_the_example_in_the_documents_imports(tmp_path: Path) -> None:
    examples = Path(settings.BASE_DIR) / "examples"

    printed = command(
        examples / "contacts.csv", "--map", examples / "map.yaml", "--rejected", tmp_path / "r.csv"
    )

    assert "rejected 0" in printed
    assert Contact.objects.exists()
    assert Activity.objects.exists()


@pytest.mark.django_db
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    small = write(tmp_path, HEADINGS + _many(4_000), name="small.csv")
    large = write(tmp_path, HEADINGS + _many(12_000), name="large.csv")

    peaks = []
    for path in (small, large):
        tracemalloc.start()
        run(path, dry_run=True)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[1] < peaks[0] * 1.25


def _many(rows: int) -> str:
    return "".join(f"p{n}@firm{n % 50}.example,Ada,Byron {n},CTO,France\n" for n in range(rows))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_an_import_that_is_killed_and_started_again_finishes_without_duplicates(tmp_path: Path) -> None:
    rows = "".join(
        f"p{n}@firm{n % 300}.example,Ada,Byron {n},CTO,2026-01-{n % 28 + 1:02d}\n" for n in range(10_000)
    )
    path = write(tmp_path, f"Email,First,Last,Title,Visit\n{rows}")
    map_text = """
        source: site
        contact: {email: Email, first_name: First, last_name: Last, job_title: Title}
        activities: [{kind: {value: page_view}, occurred_at: Visit}]
        """
    map_path = write(tmp_path, map_text, name="map.yaml")

    for recorded in (1, 3_000, 5_000):
        process = _start(path, map_path)
        try:
            assert eventually(lambda least=recorded: Contact.objects.count() >= least)
        finally:
            process.kill()
            process.wait(timeout=30)
    assert Contact.objects.count() < 10_000
    process = _start(path, map_path)
    assert process.wait(timeout=300) == 0

    assert (Contact.objects.count(), Company.objects.count(), Activity.objects.count()) == (
        10_000,
        300,
        10_000,
    )
    assert ContactVersion.objects.count() == 10_000


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_file_at_once_record_everything_once(tmp_path: Path, people_map: Path) -> None:
    path = write(tmp_path, HEADINGS + _many(3_000))

    processes = [_start(path, people_map, rejected=tmp_path / f"rejected{n}.csv") for n in range(2)]
    codes = [process.wait(timeout=300) for process in processes]

    assert codes == [0, 0]
    assert (Contact.objects.count(), Company.objects.count(), ContactVersion.objects.count()) == (
        3_000,
        50,
        3_000,
    )


def _start(path: Path, map_path: Path, *, rejected: Path | None = None) -> subprocess.Popen[bytes]:
    login = {key: quote(str(connection.settings_dict[key]), safe="") for key in ("USER", "PASSWORD", "NAME")}
    where = f"{connection.settings_dict['HOST']}:{connection.settings_dict['PORT']}"
    url = f"postgres://{login['USER']}:{login['PASSWORD']}@{where}/{login['NAME']}"
    connections.close_all()
    return subprocess.Popen(
        [sys.executable, "manage.py", "import_contacts", str(path), "--map", str(map_path)]
        + (["--rejected", str(rejected)] if rejected else []),
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
