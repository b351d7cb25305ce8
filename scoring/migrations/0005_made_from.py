import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("scoring", "0004_rules_switched_off"),
    ]

    operations = [
        migrations.AddField(
            model_name="scoringversion",
            name="made_from",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="scoring.scoringversion",
            ),
        ),
    ]
