import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0004_folded_search"),
        ("crm", "__first__"),
        ("scoring", "0007_pause"),
    ]

    operations = [
        migrations.CreateModel(
            name="Trial",
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
                        choices=[("preview", "Preview"), ("backtest", "Backtest")], max_length=8
                    ),
                ),
                (
                    "model",
                    models.TextField(
                        help_text="The version as a file, as it was when the trial was asked for."
                    ),
                ),
                (
                    "options",
                    models.JSONField(blank=True, default=dict, help_text="For a backtest, how many weeks."),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                (
                    "done",
                    models.PositiveBigIntegerField(default=0, help_text="How much of the work is done."),
                ),
                ("total", models.PositiveBigIntegerField(default=0)),
                ("cancel", models.BooleanField(default=False, help_text="Somebody wants it to stop.")),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                (
                    "heard_at",
                    models.DateTimeField(
                        blank=True, help_text="When the worker last told its progress.", null=True
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("error", models.TextField(blank=True, default="")),
                ("result", models.JSONField(blank=True, default=dict)),
                (
                    "against",
                    models.ForeignKey(
                        blank=True,
                        help_text="The live version then.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="scoring.scoringversion",
                    ),
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
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="trials",
                        to="scoring.scoringversion",
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="TrialContact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "change",
                    models.CharField(
                        choices=[
                            ("opens", "Would become an MQL at once"),
                            ("gained", "MQL that was not"),
                            ("lost", "MQL that would not have been"),
                            ("earlier", "MQL earlier"),
                            ("same", "MQL the same day"),
                            ("later", "MQL later"),
                            ("no_more", "Open MQL that no longer qualifies"),
                            ("up", "Better grade"),
                            ("down", "Worse grade"),
                        ],
                        max_length=7,
                    ),
                ),
                ("total_before", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("total_after", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("grade_before", models.CharField(blank=True, default="", max_length=2)),
                ("grade_after", models.CharField(blank=True, default="", max_length=2)),
                ("at", models.DateTimeField(help_text="When the trial would have opened an MQL.", null=True)),
                ("really_at", models.DateTimeField(help_text="When one was opened.", null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True, default="", help_text="What sales made of it.", max_length=20
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="crm.contact"
                    ),
                ),
                (
                    "trial",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contacts",
                        to="scoring.trial",
                    ),
                ),
            ],
            options={
                "ordering": ["trial", "change", "-total_after", "pk"],
            },
        ),
        migrations.AddIndex(
            model_name="trial",
            index=models.Index(fields=["version", "kind", "-asked_at"], name="trial_newest"),
        ),
        migrations.AddIndex(
            model_name="trial",
            index=models.Index(
                condition=models.Q(("state__in", ["waiting", "running"])),
                fields=["asked_at"],
                name="trial_at_work",
            ),
        ),
        migrations.AddConstraint(
            model_name="trial",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["waiting", "running"]), ("ended_at__isnull", False), _connector="OR"
                ),
                name="trial_ended",
            ),
        ),
        migrations.AddIndex(
            model_name="trialcontact",
            index=models.Index(fields=["trial", "change", "-total_after", "id"], name="trialcontact_listed"),
        ),
    ]
