"""What MQLs are searched by, kept in step with the contacts and companies that it is taken from.

The inbox searches one short column of the MQLs themselves: among a million contacts, those with an open MQL are few.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

# Each step is written as a loop over an index. Left free, the planner reads all contacts wherever it takes the tables
# for other than they are, as in the middle of an import.
KEEP_IN_STEP = """
    WITH concerned AS (
        SELECT mql.id, mql.contact_id FROM leads_mql mql WHERE mql.contact_id = ANY(%(contacts)s)
        UNION
        SELECT mql.id, mql.contact_id
        FROM unnest(%(companies)s::bigint[]) AS company (id)
        CROSS JOIN LATERAL (SELECT id FROM crm_contact WHERE company_id = company.id OFFSET 0) AS person
        CROSS JOIN LATERAL (SELECT id, contact_id FROM leads_mql WHERE contact_id = person.id OFFSET 0) AS mql
    ), found AS (
        SELECT concerned.id, handoff_fold(contact.first_name, contact.last_name, contact.email, contact.job_title,
                                          coalesce(company.name, '')) AS text
        FROM concerned
        CROSS JOIN LATERAL (
            SELECT first_name, last_name, email, job_title, company_id
            FROM crm_contact WHERE id = concerned.contact_id OFFSET 0
        ) AS contact
        LEFT JOIN LATERAL (SELECT name FROM crm_company WHERE id = contact.company_id OFFSET 0) AS company ON true
    )
    UPDATE leads_mql SET search = found.text FROM found
    WHERE leads_mql.id = found.id AND leads_mql.search <> found.text
"""


def keep_in_step(contact_ids: Sequence[int], company_ids: Sequence[int] = ()) -> None:
    """Have the MQLs of these contacts, and of the people of these companies, found by what is true of them now."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP_IN_STEP, {"contacts": list(contact_ids), "companies": list(company_ids)})
