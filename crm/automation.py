"""Activities that machines make: link scanners that open every link of a mail on delivery, robots, feed readers.

They are recorded like any other and marked `automated`; rules leave them out unless they ask for them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from crm.models import ActivityKind

AGENTS = (
    r"bot\M|bot/|bots\M|crawl|spider|slurp|scan(ner)?\M|feed|rss|\mcurl\M|\mwget\M|python-|libwww|okhttp|go-http-client"
    r"|headless|phantomjs|googleimageproxy|yahoomailproxy|mimecast|barracuda|proofpoint|safelinks|trendmicro|fireeye"
    r"|monitor(ing)?\M|uptime|facebookexternalhit|preview|validator|java/|perl/|ruby\M|httpclient|reader"
    r"|https?://|[\w.-]+@[\w-]+\."
)
"""What user agents (`properties.user_agent`) hold that no person's browser sends: such words, or the web or mail
address of whoever runs the machine.
"""

LINKS = 3
BURST_SECONDS = 10
DELIVERY_SECONDS = 60

MARK = """
    WITH fresh AS (
        SELECT contact_id, min(occurred_at) AS first, max(occurred_at) AS last
        FROM crm_activity WHERE id = ANY(%(ids)s) AND kind = 'email_click' GROUP BY contact_id
    ), click AS (
        SELECT a.id, a.contact_id, a.occurred_at, a.automated,
               coalesce(a.properties ->> 'message_id', a.campaign_key) AS mail,
               coalesce(a.properties ->> 'url', a.subject_key) AS link
        FROM fresh f JOIN crm_activity a ON a.contact_id = f.contact_id AND a.kind = 'email_click'
            AND a.occurred_at BETWEEN f.first - %(burst)s * interval '1 second'
                                  AND f.last + %(burst)s * interval '1 second'
    ), burst AS (
        SELECT c.id FROM click c
        WHERE NOT c.automated
          AND (SELECT count(DISTINCT o.link) FROM click o
               WHERE o.contact_id = c.contact_id AND o.mail = c.mail
                 AND o.occurred_at BETWEEN c.occurred_at - %(burst)s * interval '1 second'
                                       AND c.occurred_at + %(burst)s * interval '1 second') >= %(links)s
          AND coalesce((SELECT c.occurred_at - max(d.occurred_at) <= %(delivery)s * interval '1 second'
                        FROM crm_activity d
                        WHERE d.contact_id = c.contact_id AND d.kind IN ('email_sent', 'email_delivered')
                          AND d.occurred_at <= c.occurred_at
                          AND coalesce(d.properties ->> 'message_id', d.campaign_key) = c.mail), TRUE)
    )
    UPDATE crm_activity SET automated = TRUE
    WHERE NOT automated
      -- An array, since "in the burst or named so" as two conditions would read the whole table.
      AND id = ANY(ARRAY(
          SELECT id FROM burst
          UNION ALL
          SELECT id FROM crm_activity WHERE id = ANY(%(ids)s) AND properties ->> 'user_agent' ~* %(agents)s))
"""


def may_be_automated(kind: str, properties: Mapping[str, Any]) -> bool:
    """Whether an activity shows what a machine is known by. Spares looking at batches where none does."""
    return kind == ActivityKind.EMAIL_CLICK or "user_agent" in properties


def mark_automated(activity_ids: Sequence[int]) -> int:
    """Mark those of freshly recorded activities that a machine made. Returns how many were marked.

    A machine is known by its user agent, or by opening three or more links of one mail within ten seconds, no later
    than a minute after the mail's delivery where that is recorded. Clicks of such a burst that were recorded before,
    one by one, are marked with it. Safe twice: a mark is only ever set.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            MARK,
            {
                "ids": list(activity_ids),
                "links": LINKS,
                "burst": BURST_SECONDS,
                "delivery": DELIVERY_SECONDS,
                "agents": AGENTS,
            },
        )
        return int(cursor.rowcount)
