"""Activities that machines make: link scanners that open every link of a mail on delivery, robots, feed readers.

They are recorded like any other and marked `automated`; rules leave them out unless they ask for them.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

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
BURST = timedelta(seconds=10)
DELIVERY = timedelta(seconds=60)

# Every click that one of the fresh ones may make a burst with, by contact and mail, in the order of time.
CLICKS = """
    WITH fresh AS (
        SELECT contact_id, min(occurred_at) AS first, max(occurred_at) AS last
        FROM crm_activity WHERE id = ANY(%(ids)s) AND kind = 'email_click' GROUP BY contact_id
    )
    SELECT a.id, a.contact_id, coalesce(a.properties ->> 'message_id', a.campaign_key) AS mail,
           coalesce(a.properties ->> 'url', a.subject_key) AS link, a.occurred_at, a.automated
    FROM fresh f JOIN crm_activity a ON a.contact_id = f.contact_id AND a.kind = 'email_click'
        AND a.occurred_at BETWEEN f.first - %(burst)s AND f.last + %(burst)s
    ORDER BY a.contact_id, mail, a.occurred_at
"""
DELIVERIES = """
    SELECT contact_id, coalesce(properties ->> 'message_id', campaign_key) AS mail,
           array_agg(occurred_at ORDER BY occurred_at)
    FROM crm_activity
    WHERE contact_id = ANY(%(contacts)s::bigint[]) AND kind IN ('email_sent', 'email_delivered')
    GROUP BY contact_id, mail
"""
# An array, since "in a burst or named so" as two conditions would read the whole table.
MARK = """
    UPDATE crm_activity SET automated = TRUE
    WHERE NOT automated AND id = ANY(ARRAY(
        SELECT unnest(%(in_bursts)s::bigint[])
        UNION ALL
        SELECT id FROM crm_activity WHERE id = ANY(%(ids)s) AND properties ->> 'user_agent' ~* %(agents)s))
"""


class Click(NamedTuple):
    pk: int
    contact_id: int
    mail: str
    link: str
    occurred_at: datetime
    automated: bool


def may_be_automated(kind: str, properties: Mapping[str, Any]) -> bool:
    """Whether an activity shows what a machine is known by. Spares looking at batches where none does."""
    return kind == ActivityKind.EMAIL_CLICK or "user_agent" in properties


def mark_automated(activity_ids: Sequence[int]) -> int:
    """Mark those of freshly recorded activities that a machine made. Returns how many were marked.

    A machine is known by its user agent, or by opening three or more links of one mail within ten seconds, no later
    than a minute after the mail's delivery where that is recorded. Clicks of such a burst that were recorded before,
    one by one, are marked with it. Safe twice: a mark is only ever set.
    """
    fresh: dict[str, Any] = {"ids": list(activity_ids), "burst": BURST, "agents": AGENTS}
    with connection.cursor() as cursor:
        cursor.execute(CLICKS, fresh)
        clicks = [Click(*row) for row in cursor.fetchall()]
        suspects = [click for click in _in_bursts(clicks) if not click.automated]
        cursor.execute(DELIVERIES, {"contacts": list({click.contact_id for click in suspects})})
        deliveries = {(contact_id, mail): moments for contact_id, mail, moments in cursor.fetchall()}
        in_bursts = [
            click.pk
            for click in suspects
            if _soon_after(deliveries.get((click.contact_id, click.mail), []), click.occurred_at)
        ]
        cursor.execute(MARK, {**fresh, "in_bursts": in_bursts})
        return int(cursor.rowcount)


def _in_bursts(clicks: Sequence[Click]) -> Iterator[Click]:
    """Those that have enough links of their mail within ten seconds either side. `clicks` come as CLICKS orders them.

    One pass, however many clicks there are: a link enters the count when it comes near, and leaves it again.
    """
    for _, same_mail in groupby(clicks, key=lambda click: (click.contact_id, click.mail)):
        mail = list(same_mail)
        near: Counter[str] = Counter()
        first = last = 0
        for click in mail:
            while last < len(mail) and mail[last].occurred_at <= click.occurred_at + BURST:
                near[mail[last].link] += 1
                last += 1
            while mail[first].occurred_at < click.occurred_at - BURST:
                near[mail[first].link] -= 1
                if not near[mail[first].link]:
                    del near[mail[first].link]
                first += 1
            if len(near) >= LINKS:
                yield click


def _soon_after(deliveries: Sequence[datetime], moment: datetime) -> bool:
    """Whether `moment` follows the last delivery before it by a minute at most, or none before it is recorded."""
    before = bisect_right(deliveries, moment)
    return not before or moment - deliveries[before - 1] <= DELIVERY
