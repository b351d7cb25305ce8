"""What each kind of people may do, as Django groups.

Reps and team leads work on the pages, where `Mql.objects.visible_to` and `changeable_by` decide row by row. Marketers
keep rules and facts in the admin, and those who are publishers too make rules live. Administrators are superusers.
Whoever is in the last group reads all that is on the pages and changes nothing.
"""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from crm.models import User

SALES_REPS = "Sales reps"
TEAM_LEADS = "Team leads"
MARKETERS = "Marketers"
PUBLISHERS = "Publishers"
READ_ONLY = "Read only"

READ = ("view",)
WRITE = ("view", "add", "change", "delete")
EDIT = ("view", "add", "change")

Grants = dict[tuple[str, str], tuple[str, ...]]
"""Actions on models, these by app and name."""

FACTS: Grants = {("crm", model): READ for model in ("activity", "company", "contact", "stagechange")}
JUDGEMENT: Grants = {("scoring", model): READ for model in ("score", "scorechange", "scoringversion")}
MODEL_PARTS = (
    "condition", "domainlist", "domainlistentry", "group", "persona", "rule", "scoringversion", "segment",
    "segmentcondition",
)  # fmt: skip

SEES: Grants = (
    FACTS | JUDGEMENT | {("leads", model): READ for model in ("mql", "notification", "task", "verdictreason")}
)
WORKS: Grants = SEES | {("leads", "mql"): ("view", "change"), ("leads", "task"): EDIT}
LEADS: Grants = WORKS | {("leads", "rep"): ("view", "change"), ("leads", "team"): READ}
MARKETS: Grants = (
    SEES
    | {("crm", model): EDIT for model in ("company", "contact")}
    | {("scoring", model): WRITE for model in MODEL_PARTS}
    | {("scoring", "pending"): READ}
    | {
        ("leads", model): READ
        for model in (
            "assignmentcondition",
            "assignmentrule",
            "delivery",
            "enrolment",
            "heldback",
            "plan",
            "planstep",
            "rep",
            "team",
        )
    }
)

PUBLISHES: Grants = {("scoring", "scoringversion"): ("view", "publish")}
"""Beside another group, for whoever publishes, rolls back and pauses too."""

ROLES: dict[str, Grants] = {
    SALES_REPS: WORKS,
    TEAM_LEADS: LEADS,
    MARKETERS: MARKETS,
    PUBLISHERS: PUBLISHES,
    READ_ONLY: SEES,
}


IN_GROUP = """
    EXISTS (
        SELECT FROM crm_user_groups member JOIN auth_group g ON g.id = member.group_id
        WHERE g.name = %s AND member.user_id = %s
    )
"""


def only_reads(user: User) -> RawSQL:
    """Whether `user` reads everybody's work and changes none, as a condition of a query."""
    values = (READ_ONLY, user.pk)
    return RawSQL(IN_GROUP, values, output_field=BooleanField())  # noqa: S611 (values go apart)


def ensure_groups() -> None:
    """Make the groups, and give each the permissions it lacks. What an administrator added to one stays."""
    known = {
        (permission.content_type.app_label, permission.codename): permission
        for permission in Permission.objects.filter(
            content_type__app_label__in=("crm", "scoring", "leads")
        ).select_related("content_type")
    }
    for name, grants in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(
            *(
                known[app, f"{action}_{model}"]
                for (app, model), actions in grants.items()
                for action in actions
                if (app, f"{action}_{model}") in known
            )
        )
