"""What earlier rows of the same file have said, so that a file means the same however often it is imported.

Of several rows about one contact or company the first that says something is believed, and later ones only add to it.
Were the last believed, each import of the file would change every value to and fro and leave a history of it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Self

from crm.facts import CompanyFacts, ContactFacts
from crm.models import Consent
from crm.stages import LADDER

CONSENTS = ("sales_consent", "marketing_consent")
COMPANY_OF_CONTACT = ("company_domain", "company_name", "company_external_id")
SPECIAL = {
    "email",
    "properties",
    "stage",
    "company_id",
    *CONSENTS,
    *(f"{name}_ground" for name in CONSENTS),
    *COMPANY_OF_CONTACT,
}
CONTACT_COLUMNS = [column.name for column in fields(ContactFacts) if column.name not in SPECIAL]
COMPANY_COLUMNS = ["name", "industry", "employees", "revenue", "country", "owner_id", "created_at"]
COMPANY = "company"
STAGE = "stage "
PROPERTY = "property "
"""How the company, the stage and the properties of a contact stand among what was said."""
SEPARATOR = "\x1f"
AT_ONCE = 500


class Said:
    """What was said of whom, kept on the disk: it grows with the file, which memory must not.

    SQLite keeps it in a file without a name. A temporary table of the database would be lost by a pooler that gives
    each transaction another session, and would be undone with a chunk that is tried again.
    """

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)
        self._file.execute("CREATE TABLE said (key TEXT PRIMARY KEY, what TEXT NOT NULL) WITHOUT ROWID")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def of(self, keys: Iterable[str]) -> dict[str, set[str]]:
        """What was said of each of `keys`, in sets that may be added to."""
        asked = list(keys)
        said: dict[str, set[str]] = {key: set() for key in asked}
        for start in range(0, len(asked), AT_ONCE):
            part = asked[start : start + AT_ONCE]
            places = ", ".join("?" * len(part))
            for key, what in self._file.execute(f"SELECT key, what FROM said WHERE key IN ({places})", part):
                said[key].update(filter(None, what.split(SEPARATOR)))
        return said

    def remember(self, said: Mapping[str, set[str]]) -> None:
        self._file.execute("BEGIN")
        self._file.executemany(
            "INSERT OR REPLACE INTO said VALUES (?, ?)",
            [(key, SEPARATOR.join(what)) for key, what in said.items()],
        )
        self._file.execute("COMMIT")


def keep_contact(facts: ContactFacts, said: set[str]) -> bool:
    """Blank of `facts` what an earlier row `said` of the contact, and add what is new to it.

    Returns whether the row's company is the contact's: it is not where an earlier row named another.

    An opt-out always counts. A later row may move the stage further up the ladder, for of several deals one is won.
    """
    _keep(facts, CONTACT_COLUMNS, said)
    for consent in CONSENTS:
        answer = getattr(facts, consent)
        if answer and consent in said and answer != Consent.OPTED_OUT:
            setattr(facts, consent, "")
            setattr(facts, f"{consent}_ground", "")
        elif answer:
            said.add(consent)
    if facts.stage:
        _keep_stage(facts, said)
    if facts.company_domain or facts.company_name or facts.company_external_id:
        if COMPANY in said:
            facts.company_domain = facts.company_name = facts.company_external_id = ""
            return False
        said.add(COMPANY)
    return True


def keep_company(facts: CompanyFacts, said: set[str]) -> None:
    """Blank of `facts` what an earlier row `said` of the company, and add what is new to it. Identities stay."""
    bare = not (facts.domain or facts.external_id)
    _keep(facts, COMPANY_COLUMNS[1:] if bare else COMPANY_COLUMNS, said)


def _keep(facts: ContactFacts | CompanyFacts, names: Iterable[str], said: set[str]) -> None:
    for name in names:
        value = getattr(facts, name)
        if value is None or value == "":
            continue
        if name in said:
            setattr(facts, name, "" if isinstance(value, str) else None)
        else:
            said.add(name)
    if facts.properties:
        fresh = {key: value for key, value in facts.properties.items() if PROPERTY + key not in said}
        said.update(PROPERTY + key for key in fresh)
        facts.properties = fresh


def _keep_stage(facts: ContactFacts, said: set[str]) -> None:
    earlier = next((what.removeprefix(STAGE) for what in said if what.startswith(STAGE)), "")
    if earlier:
        both = earlier in LADDER and facts.stage in LADDER
        if not (both and LADDER.index(facts.stage) > LADDER.index(earlier)):
            facts.stage = ""
            return
        said.discard(STAGE + earlier)
    said.add(STAGE + facts.stage)
