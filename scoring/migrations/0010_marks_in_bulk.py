from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("scoring", "0009_surveyed_field"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="pending",
            options={"ordering": ["bulk", "marked_at", "pk"], "verbose_name_plural": "pending"},
        ),
        migrations.RemoveIndex(
            model_name="pending",
            name="pending_oldest",
        ),
        migrations.AddField(
            model_name="pending",
            name="bulk",
            field=models.BooleanField(
                default=False, help_text="Marked with everyone else, and taken when no fact is waiting."
            ),
        ),
        migrations.AddIndex(
            model_name="pending",
            index=models.Index(fields=["bulk", "marked_at", "contact"], name="pending_next"),
        ),
    ]
