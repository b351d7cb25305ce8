import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "__first__"),
        ("scoring", "0005_made_from"),
    ]

    operations = [
        migrations.CreateModel(
            name="Publication",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("publish", "Published"), ("roll_back", "Rolled back to")],
                        default="publish",
                        max_length=9,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("done", "Done"),
                            ("failed", "Refused"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="planned",
                        max_length=9,
                    ),
                ),
                ("why", models.TextField(blank=True, default="")),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("due_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "swept_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When the last of those who were there had been evaluated anew.",
                        null=True,
                    ),
                ),
                (
                    "planned_as",
                    models.CharField(
                        blank=True,
                        default="",
                        editable=False,
                        help_text="What was planned: seen.seen_version.",
                        max_length=16,
                    ),
                ),
                (
                    "expected",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="How many MQLs were to open at once, as whoever decided saw it.",
                        null=True,
                    ),
                ),
                ("failure", models.TextField(blank=True, default="")),
                (
                    "opening",
                    models.CharField(
                        choices=[
                            ("all", "Open an MQL for each of them at once"),
                            ("paced", "Open the best now, and the others day by day"),
                            ("new_only", "Open none of them before they engage anew"),
                        ],
                        default="all",
                        max_length=8,
                    ),
                ),
                (
                    "open_now",
                    models.PositiveIntegerField(default=0, help_text="How many of the best open at once."),
                ),
                (
                    "open_per_day",
                    models.PositiveIntegerField(default=0, help_text="How many of the others open a day."),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "replaced",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="scoring.scoringversion",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="publications",
                        to="scoring.scoringversion",
                    ),
                ),
            ],
            options={
                "ordering": ["-due_at", "-pk"],
                "permissions": [
                    ("publish_scoringversion", "Can publish scoring versions, roll back and pause")
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "planned")), fields=["due_at"], name="publication_due"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "planned")),
                        fields=("version",),
                        name="publication_planned_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "done"), _negated=True),
                            ("done_at__isnull", False),
                            _connector="OR",
                        ),
                        name="publication_done_since",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("opening", "paced"), _negated=True),
                            ("open_now__gt", 0),
                            ("open_per_day__gt", 0),
                            _connector="OR",
                        ),
                        name="publication_has_a_pace",
                    ),
                ],
            },
        ),
    ]
