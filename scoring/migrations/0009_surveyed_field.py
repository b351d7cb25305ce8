from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("scoring", "0008_trial"),
    ]

    operations = [
        migrations.CreateModel(
            name="SurveyedField",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "dimension",
                    models.CharField(choices=[("fit", "Fit"), ("engagement", "Engagement")], max_length=10),
                ),
                ("field", models.CharField(max_length=150)),
                ("known", models.PositiveBigIntegerField(help_text="In how many rows it is known.")),
                (
                    "values",
                    models.JSONField(
                        default=list, help_text="The most frequent values with how often: [[value, 12], …]"
                    ),
                ),
                (
                    "estimated",
                    models.BooleanField(default=False, help_text="Counted in a sample, and scaled up."),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["dimension", "-known", "field"],
                "constraints": [
                    models.UniqueConstraint(fields=("dimension", "field"), name="surveyedfield_unique")
                ],
            },
        ),
    ]
