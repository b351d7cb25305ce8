"""The reasons for turning an MQL down that a new installation starts with. Administrators keep the list from there."""

from django.db import migrations

REASONS = {
    "recycled": [
        "No project yet",
        "No budget this year",
        "Bound by a contract with another vendor",
        "Only researching",
        "Not reached after several attempts",
        "Another person decides",
    ],
    "disqualified": [
        "Company too small",
        "Not a market we serve",
        "No need for what we sell",
        "Competitor",
        "Student, job seeker or private person",
        "Contact details are wrong",
        "Asked not to be contacted",
    ],
}


def add_reasons(apps, schema_editor):
    reason = apps.get_model("leads", "VerdictReason")
    reason.objects.bulk_create(
        [
            reason(verdict=verdict, text=text, position=position)
            for verdict, texts in REASONS.items()
            for position, text in enumerate(texts, start=1)
        ],
        ignore_conflicts=True,
    )


def remove_reasons(apps, schema_editor):
    reason = apps.get_model("leads", "VerdictReason")
    for verdict, texts in REASONS.items():
        reason.objects.filter(verdict=verdict, text__in=texts).delete()


class Migration(migrations.Migration):
    dependencies = [("leads", "0001_initial")]

    operations = [migrations.RunPython(add_reasons, remove_reasons)]
