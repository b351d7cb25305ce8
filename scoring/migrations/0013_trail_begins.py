"""Keep what every model, segment and list is as the audit trail begins."""

from django.db import migrations

from crm.trigger_migrations import found

KEPT = (
    "ScoringVersion", "Group", "Rule", "Condition", "Persona", "Publication", "Pause", "Segment", "SegmentCondition",
    "DomainList", "DomainListEntry",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("scoring", "0012_trail")]

    operations = [found("scoring", *KEPT)]
