import datetime as dt

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0003_activities_append_only"),
        ("leads", "0006_sla_targets"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DigestItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("notification_key", models.CharField(max_length=120, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("mql_assigned", "MQL assigned"),
                            ("mql_unassigned", "MQL without an owner"),
                            ("mql_taken_away", "MQL handed to somebody else"),
                            ("mql_engaged", "New buying signal on an open MQL"),
                            ("sla_reminder", "Half of the SLA has passed"),
                            ("sla_breached", "SLA breached in the team"),
                            ("task_due", "Task due"),
                            ("task_assigned", "Task handed to you"),
                            ("came_back", "Recycled contact is back"),
                            ("replied", "Prospect replied"),
                        ],
                        max_length=20,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["created_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="NotificationPreference",
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
                        choices=[
                            ("mql_assigned", "MQL assigned"),
                            ("mql_unassigned", "MQL without an owner"),
                            ("mql_taken_away", "MQL handed to somebody else"),
                            ("mql_engaged", "New buying signal on an open MQL"),
                            ("sla_reminder", "Half of the SLA has passed"),
                            ("sla_breached", "SLA breached in the team"),
                            ("task_due", "Task due"),
                            ("task_assigned", "Task handed to you"),
                            ("came_back", "Recycled contact is back"),
                            ("replied", "Prospect replied"),
                        ],
                        max_length=20,
                    ),
                ),
                ("in_app", models.BooleanField(default=True, verbose_name="in the application")),
                (
                    "mail",
                    models.CharField(
                        choices=[("off", "Never"), ("at_once", "At once"), ("digest", "In the daily digest")],
                        default="at_once",
                        max_length=7,
                    ),
                ),
                ("slack", models.BooleanField(default=False, verbose_name="to the webhook")),
            ],
            options={
                "ordering": ["user", "kind"],
            },
        ),
        migrations.CreateModel(
            name="NotificationSettings",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="notification_settings",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "slack_url",
                    models.URLField(
                        blank=True,
                        default="",
                        help_text="An address that takes Slack's format.",
                        max_length=500,
                        verbose_name="incoming webhook",
                    ),
                ),
                (
                    "digest_at",
                    models.TimeField(
                        default=dt.time(8, 30),
                        help_text="When the daily digest leaves, by the user's clock.",
                    ),
                ),
                (
                    "outside_hours",
                    models.BooleanField(
                        default=False,
                        help_text="Unset: what leaves the application waits for the morning.",
                        verbose_name="also outside working hours",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "notification settings",
            },
        ),
        migrations.RemoveConstraint(
            model_name="notification",
            name="notification_told_once",
        ),
        migrations.AddField(
            model_name="notification",
            name="key",
            field=models.CharField(
                max_length=120, null=True, help_text="What it is about: the same is never told twice."
            ),
        ),
        migrations.RunSQL(
            "UPDATE leads_notification SET key = kind || ':' || mql_id || ':' || user_id WHERE key IS NULL",
            migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name="notification",
            name="key",
            field=models.CharField(
                max_length=120, unique=True, help_text="What it is about: the same is never told twice."
            ),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="channel",
            field=models.CharField(
                choices=[("email", "E-mail"), ("slack", "Incoming webhook")], max_length=10
            ),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="recipient",
            field=models.CharField(max_length=500),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting"),
                    ("sent", "Sent"),
                    ("dead", "Dead letter"),
                    ("withdrawn", "Withdrawn"),
                ],
                default="waiting",
                max_length=9,
            ),
        ),
        migrations.AlterField(
            model_name="notification",
            name="kind",
            field=models.CharField(
                choices=[
                    ("mql_assigned", "MQL assigned"),
                    ("mql_unassigned", "MQL without an owner"),
                    ("mql_taken_away", "MQL handed to somebody else"),
                    ("mql_engaged", "New buying signal on an open MQL"),
                    ("sla_reminder", "Half of the SLA has passed"),
                    ("sla_breached", "SLA breached in the team"),
                    ("task_due", "Task due"),
                    ("task_assigned", "Task handed to you"),
                    ("came_back", "Recycled contact is back"),
                    ("replied", "Prospect replied"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="notification",
            name="mql",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="notifications",
                to="leads.mql",
            ),
        ),
        migrations.AddField(
            model_name="digestitem",
            name="mql",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="leads.mql"
            ),
        ),
        migrations.AddField(
            model_name="digestitem",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="digest_items",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="notificationpreference",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="notification_preferences",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="digestitem",
            index=models.Index(
                condition=models.Q(("sent_at", None)), fields=["user"], name="digestitem_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="notificationpreference",
            constraint=models.UniqueConstraint(fields=("user", "kind"), name="notificationpreference_unique"),
        ),
    ]
