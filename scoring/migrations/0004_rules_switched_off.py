from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("scoring", "0003_segments"),
    ]

    operations = [
        migrations.AddField(
            model_name="rule",
            name="enabled",
            field=models.BooleanField(
                default=True, help_text="A rule that is off scores nothing and is kept."
            ),
        ),
    ]
