"""The one write path of the facts.

Plain functions, made for many and called with one: each takes a list of rows, writes them in one transaction, sends
`facts_changed` with ids, and answers an `Outcome` for every row in order. Rows that are wrong are answered as
rejected and leave nothing behind; the others are recorded. Nothing else in Handoff writes to these tables.
"""

from crm.record.activities import append_activities
from crm.record.companies import Known, find_companies, upsert_companies
from crm.record.consent import set_consent
from crm.record.contacts import upsert_contacts, upsert_sound_contacts
from crm.record.correction import correct_company, correct_contact
from crm.record.erasure import erase_contacts
from crm.record.stage import move_stage, take_back_move

__all__ = [
    "Known",
    "append_activities",
    "correct_company",
    "correct_contact",
    "erase_contacts",
    "find_companies",
    "move_stage",
    "set_consent",
    "take_back_move",
    "upsert_companies",
    "upsert_contacts",
    "upsert_sound_contacts",
]
