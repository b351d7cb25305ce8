"""Keep what all that routing goes by is as the audit trail begins."""

from django.db import migrations

from crm.trigger_migrations import found

KEPT = (
    "AssignmentRule", "AssignmentCondition", "Team", "Rep", "Absence", "SlaTarget", "WorkingHours", "ClosedDay",
    "VerdictReason",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("leads", "0017_trail")]

    operations = [found("leads", *KEPT)]
