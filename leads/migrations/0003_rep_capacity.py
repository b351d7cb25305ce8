from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0002_verdict_reasons")]

    operations = [
        migrations.AddField(
            model_name="rep",
            name="capacity",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Most open MQLs at a time: a rep with that many is given no more. Empty: no limit.",
                null=True,
            ),
        ),
    ]
