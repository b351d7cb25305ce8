import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("crm", "0001_initial"),
        ("scoring", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        help_text="What it is about: the same is never queued twice.",
                        max_length=120,
                        unique=True,
                    ),
                ),
                ("channel", models.CharField(choices=[("email", "E-mail")], max_length=10)),
                ("recipient", models.CharField(max_length=254)),
                ("template", models.CharField(max_length=60)),
                ("context", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("sent", "Sent"), ("dead", "Dead letter")],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("next_attempt_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.TextField(blank=True, default="")),
            ],
            options={
                "verbose_name_plural": "deliveries",
                "ordering": ["-created_at", "-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["next_attempt_at"],
                        name="delivery_due",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Mql",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "routed_because",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="why this owner"),
                ),
                ("fit", models.DecimalField(decimal_places=2, max_digits=14)),
                ("engagement", models.DecimalField(decimal_places=2, max_digits=14)),
                ("total", models.DecimalField(decimal_places=2, max_digits=14)),
                ("grade", models.CharField(max_length=2)),
                (
                    "explanation",
                    models.JSONField(help_text="The whole explanation, as `explain --json` gives it."),
                ),
                ("opened_at", models.DateTimeField()),
                (
                    "due_at",
                    models.DateTimeField(
                        help_text="By when sales must have touched it first (SLA).", null=True
                    ),
                ),
                ("first_touched_at", models.DateTimeField(blank=True, null=True)),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("qualified", "Qualified (SQL)"),
                            ("recycled", "Recycled to nurture"),
                            ("disqualified", "Disqualified"),
                        ],
                        default="",
                        max_length=12,
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=120)),
                ("note", models.TextField(blank=True, default="")),
                ("budget", models.CharField(blank=True, default="", max_length=200)),
                ("authority", models.CharField(blank=True, default="", max_length=200)),
                ("need", models.CharField(blank=True, default="", max_length=200)),
                ("timeline", models.CharField(blank=True, default="", max_length=200)),
                (
                    "accepted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mqls", to="crm.contact"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="mqls",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mqls",
                        to="scoring.scoringversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "MQL",
                "ordering": ["-opened_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Notification",
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
                        ],
                        max_length=20,
                    ),
                ),
                ("text", models.CharField(max_length=300)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                (
                    "mql",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to="leads.mql",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Task",
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
                            ("first_touch", "First touch"),
                            ("follow_up", "Follow-up"),
                            ("callback", "Callback"),
                        ],
                        default="follow_up",
                        max_length=11,
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("due_at", models.DateTimeField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("outcome", models.CharField(blank=True, default="", max_length=200)),
                (
                    "assignee",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="tasks",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tasks", to="crm.contact"
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "mql",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tasks",
                        to="leads.mql",
                    ),
                ),
            ],
            options={
                "ordering": ["due_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, unique=True)),
                (
                    "lead",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="led_teams",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Rep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "available",
                    models.BooleanField(
                        default=True, help_text="Unset while away: an absent rep gets nothing."
                    ),
                ),
                (
                    "turn",
                    models.PositiveBigIntegerField(
                        default=0, editable=False, help_text="Round robin: the lowest number is next."
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rep",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reps", to="leads.team"
                    ),
                ),
            ],
            options={
                "ordering": ["user__first_name", "user__username", "pk"],
            },
        ),
        migrations.CreateModel(
            name="VerdictReason",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[("recycled", "Recycled to nurture"), ("disqualified", "Disqualified")],
                        max_length=12,
                    ),
                ),
                ("text", models.CharField(max_length=120)),
                ("active", models.BooleanField(default=True)),
                ("position", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ["verdict", "position", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("verdict", "text"), name="verdictreason_unique")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="mql",
            index=models.Index(
                models.OrderBy(models.F("first_touched_at"), nulls_first=True),
                models.OrderBy(models.F("due_at"), nulls_last=True),
                models.OrderBy(models.F("total"), descending=True),
                condition=models.Q(("closed_at", None)),
                name="mql_open_by_urgency",
            ),
        ),
        migrations.AddIndex(
            model_name="mql",
            index=models.Index(
                condition=models.Q(("closed_at", None)), fields=["owner", "due_at"], name="mql_open_of_owner"
            ),
        ),
        migrations.AddIndex(
            model_name="mql",
            index=models.Index(fields=["opened_at"], name="mql_opened"),
        ),
        migrations.AddConstraint(
            model_name="mql",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at", None)), fields=("contact",), name="mql_one_open_per_contact"
            ),
        ),
        migrations.AddConstraint(
            model_name="mql",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("verdict", "")),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("verdict__in", ["qualified", "recycled", "disqualified"]),
                    ),
                    _connector="OR",
                ),
                name="mql_closed_by_verdict",
            ),
        ),
        migrations.AddConstraint(
            model_name="mql",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("verdict__in", ["recycled", "disqualified"]), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="mql_turned_down_has_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("read_at", None)),
                fields=["user", "-created_at"],
                name="notification_unread",
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.UniqueConstraint(fields=("mql", "user", "kind"), name="notification_told_once"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("done_at", None)),
                fields=["assignee", "due_at"],
                name="task_open_of_assignee",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "first_touch")),
                fields=("mql",),
                name="task_one_first_touch_per_mql",
            ),
        ),
    ]
