"""One import: a file and a map → facts, a chunk at a time, with rejected rows beside the file and a report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from crm.contact_import.chunks import write_chunk
from crm.contact_import.drafts import Draft, Drafter
from crm.contact_import.reading import Sheet, open_sheet
from crm.contact_import.rejects import RejectedRows
from crm.contact_import.report import Report
from crm.contact_import.said import Said
from crm.contact_import.spec import ImportMap
from crm.contact_import.values import Binding
from crm.errors import FieldError, Invalid
from crm.models import Activity, Company, Contact, User

CHUNK_ROWS = 2000
CHUNK_ACTIVITIES = 20_000
"""A chunk ends at so many rows, or at so many activities: one row may tell of a thousand."""


def import_file(
    path: Path,
    import_map: ImportMap,
    *,
    at: datetime,
    rejected_path: Path,
    dry_run: bool = False,
    progress: Callable[[int, int], object] = lambda position, size: None,
) -> Report:
    """Record what the rows of `path` say by `import_map`, and write those that are rejected to `rejected_path`.

    Each chunk is a transaction: an import that is killed and started again goes through what is recorded without
    changing it, and finishes. All of it is on the disk when this returns. A dry run is one transaction that is taken
    back. `progress` hears after each chunk how many of the file's bytes are done, and how many there are. Raises
    Invalid where the file cannot be read or the map does not fit it, before anything is written.
    """
    if rejected_path.resolve() == path.resolve():
        raise Invalid(
            FieldError("", "would be replaced by its own rejected rows", "name another file for them")
        )
    with ExitStack() as stack:
        sheet = stack.enter_context(_opened(path, import_map))
        binding = Binding(import_map, sheet.headings, _users(), at)
        drafter = Drafter(binding)
        report = Report(path, sheet.encoding, sheet.delimiter, dry_run)
        report.unmapped, report.strangers = drafter.unmapped, binding.strangers
        said = stack.enter_context(Said())
        rejects = stack.enter_context(RejectedRows(rejected_path, sheet.headings, sheet.delimiter))
        if dry_run:
            stack.enter_context(transaction.atomic())
        for drafts in _one_ahead(_chunks(sheet, drafter, report)):
            _take(drafts, import_map, said, rejects, report, at=at)
            progress(sheet.position(), sheet.size)
        if dry_run:
            transaction.set_rollback(True)
        else:
            _settle(report)
        if report.rejected:
            report.rejected_path = rejects.path
    return report


def _opened(path: Path, import_map: ImportMap) -> AbstractContextManager[Sheet]:
    return open_sheet(
        path,
        columns=import_map.columns(),
        encoding=import_map.encoding,
        delimiter=import_map.delimiter,
    )


def _settle(report: Report) -> None:
    """After the last chunk: what was recorded is on the disk, and the planner knows of it where it is much."""
    _reach_the_disk()
    if report.rows > CHUNK_ROWS:
        _count_for_the_planner()


def _reach_the_disk() -> None:
    """Wait until the chunks committed so far are on the disk: a commit that waits takes those before it along."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()")


def _count_for_the_planner() -> None:
    """Tell PostgreSQL how much there is now: until it finds out by itself, it plans an evaluation for much less."""
    tables = ", ".join(model._meta.db_table for model in (Company, Contact, Activity))
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE (SKIP_LOCKED) {tables}")


def _users() -> dict[str, int]:
    """Those who can own a record, by name and by address in lower case; a name goes before another's address."""
    users = list(User.objects.filter(is_active=True).values_list("pk", "username", "email"))
    by_address = {email.lower(): pk for pk, _, email in users if email}
    return by_address | {name.lower(): pk for pk, name, _ in users}


def _one_ahead(chunks: Iterator[list[Draft]]) -> Iterator[list[Draft]]:
    """Make the next chunk in a thread while this one is written: Python reads, which PostgreSQL need not wait for."""
    with ThreadPoolExecutor(max_workers=1) as reader:
        coming = reader.submit(next, chunks, None)
        while (chunk := coming.result()) is not None:
            coming = reader.submit(next, chunks, None)
            yield chunk


def _chunks(sheet: Sheet, drafter: Drafter, report: Report) -> Iterator[list[Draft]]:
    drafts: list[Draft] = []
    activities = 0
    for row in sheet.rows():
        report.rows += 1
        draft = drafter.draft(row)
        if draft is None:
            report.left_out += 1
            continue
        drafts.append(draft)
        activities += len(draft.activities)
        if len(drafts) >= CHUNK_ROWS or activities >= CHUNK_ACTIVITIES:
            yield drafts
            drafts, activities = [], 0
    yield drafts


def _take(
    drafts: list[Draft],
    import_map: ImportMap,
    said: Said,
    rejects: RejectedRows,
    report: Report,
    *,
    at: datetime,
) -> None:
    recorded = write_chunk([draft for draft in drafts if not draft.errors], import_map, said, at=at)
    report.contacts += recorded.written.contacts
    report.companies += recorded.written.companies
    report.activities += recorded.written.activities
    report.stages_kept += recorded.stages_kept
    # Those that the write path refused have their errors by now.
    for draft in drafts:
        if draft.errors:
            report.rejected += 1
            rejects.add(draft.row, draft.errors)
