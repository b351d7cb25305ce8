import django.core.validators
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0003_activities_append_only"),
        ("leads", "0005_assignment_rules"),
        ("scoring", "0003_segments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SlaTarget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "grade",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="As A1; A: all of that fit. Empty: every other.",
                        max_length=2,
                        unique=True,
                    ),
                ),
                (
                    "minutes",
                    models.PositiveIntegerField(
                        help_text="Working time, in minutes of the owner's hours.",
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
                (
                    "remind_at_percent",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        default=50,
                        help_text="When the owner is reminded. Empty: never.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(99),
                        ],
                    ),
                ),
                (
                    "reassign_at_percent",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="When it goes to the next rep. Empty: never.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(101),
                            django.core.validators.MaxValueValidator(1000),
                        ],
                    ),
                ),
            ],
            options={
                "verbose_name": "SLA target",
                "ordering": ["grade"],
            },
        ),
        migrations.AddField(
            model_name="mql",
            name="breach_at",
            field=models.DateTimeField(
                editable=False, help_text="Unset once the team lead is told.", null=True
            ),
        ),
        migrations.AddField(
            model_name="mql",
            name="reassign_at",
            field=models.DateTimeField(editable=False, help_text="Unset once it has moved on.", null=True),
        ),
        migrations.AddField(
            model_name="mql",
            name="remind_at",
            field=models.DateTimeField(
                editable=False, help_text="Unset once the owner is reminded.", null=True
            ),
        ),
        migrations.AddField(
            model_name="mql",
            name="sla_minutes",
            field=models.PositiveIntegerField(
                editable=False, help_text="Working time the owner has.", null=True
            ),
        ),
        migrations.AddField(
            model_name="mql",
            name="sla_started_at",
            field=models.DateTimeField(
                editable=False, help_text="When the owner's clock started.", null=True
            ),
        ),
        migrations.AddIndex(
            model_name="mql",
            index=models.Index(
                condition=models.Q(("closed_at", None), ("first_touched_at", None)),
                fields=["remind_at"],
                name="mql_remind_next",
            ),
        ),
        migrations.AddIndex(
            model_name="mql",
            index=models.Index(
                condition=models.Q(("closed_at", None), ("first_touched_at", None)),
                fields=["breach_at"],
                name="mql_breach_next",
            ),
        ),
        migrations.AddIndex(
            model_name="mql",
            index=models.Index(
                condition=models.Q(("closed_at", None), ("first_touched_at", None)),
                fields=["reassign_at"],
                name="mql_reassign_next",
            ),
        ),
    ]
