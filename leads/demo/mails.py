"""The made-up seller's mail templates, and the first mails that wait as the story ends."""

from __future__ import annotations

from datetime import datetime, timedelta

from leads.first_mail import plan_first_mails
from leads.models import MailTemplate, Mql, Team

FIRST = "First mail"
TEMPLATES = (
    (
        FIRST,
        "{company} and lead routing",
        """Hello {first_name},

I saw that you looked into how we decide which leads to call first. \
I work with teams like yours at {company}, and will try to reach you by telephone later today.

If a mail suits you better, just answer this one.

{sender_name}
""",
    ),
    (
        "After a first talk",
        "What we talked about, {first_name}",
        """Hello {first_name},

thank you for your time. As a {job_title|decision maker} you asked how this would work for {company}: \
the short answer is that fifteen minutes are enough to show it.

Would Thursday morning suit you?

{sender_first_name}
""",
    ),
    (
        "Pricing overview",
        "Prices for {company}",
        """Hello {first_name|there},

here is the overview you asked for: https://northbeam.example/pricing. \
In {industry} most teams choose the middle plan; I can tell you in five minutes whether it is the right one for you.

{sender_first_name}
{sender_email}
""",
    ),
)
LATELY = timedelta(hours=4)


def write_templates() -> None:
    MailTemplate.objects.bulk_create(
        MailTemplate(name=name, subject=subject, body=body) for name, subject, body in TEMPLATES
    )


def begin_first_mails(now: datetime) -> None:
    """From now on every team sends a first mail; those who came lately and were not called yet get theirs."""
    Team.objects.update(first_mail=MailTemplate.objects.get(name=FIRST))
    lately = Mql.objects.open().filter(first_touched_at=None, opened_at__gt=now - LATELY)
    plan_first_mails(list(lately.select_related("contact__company").order_by("pk")), at=now)
