"""What MQLs are searched by, kept in step with the contacts and companies that it is taken from.

The inbox searches one short column of the MQLs themselves: among a million contacts, those with an open MQL are few.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

KEEP_IN_STEP = """
    UPDATE leads_mql
    SET search = found.text
    FROM (
        SELECT mql.id, handoff_fold(contact.first_name, contact.last_name, contact.email, contact.job_title,
                                    coalesce(company.name, '')) AS text
        FROM leads_mql mql
        JOIN crm_contact contact ON contact.id = mql.contact_id
        LEFT JOIN crm_company company ON company.id = contact.company_id
        WHERE mql.id IN (
            SELECT id FROM leads_mql WHERE contact_id = ANY(%(contacts)s)
            UNION
            SELECT theirs.id FROM crm_contact person JOIN leads_mql theirs ON theirs.contact_id = person.id
            WHERE person.company_id = ANY(%(companies)s)
        )
    ) AS found
    WHERE leads_mql.id = found.id AND leads_mql.search <> found.text
"""


def keep_in_step(contact_ids: Sequence[int], company_ids: Sequence[int] = ()) -> None:
    """Have the MQLs of these contacts, and of the people of these companies, found by what is true of them now."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP_IN_STEP, {"contacts": list(contact_ids), "companies": list(company_ids)})
