import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0003_activities_append_only"),
        ("leads", "0009_follow_up_plans"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ComeBack",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on_day", models.DateField(blank=True, null=True)),
                ("on_activity", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("done_because", models.CharField(blank=True, default="", max_length=200)),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="come_backs",
                        to="crm.contact",
                    ),
                ),
                (
                    "mql",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="come_back", to="leads.mql"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="come_backs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["on_day", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at", None)), fields=["on_day"], name="comeback_due"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("on_day__isnull", False), ("on_activity", True), _connector="OR"),
                        name="comeback_has_a_cause",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MqlAction",
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
                            ("accepted", "Accepted"),
                            ("qualified", "Qualified"),
                            ("recycled", "Recycled"),
                            ("disqualified", "Disqualified"),
                            ("assigned", "Assigned"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "before",
                    models.JSONField(
                        help_text="Columns of the MQL and the contact, and ids of tasks, as they stood."
                    ),
                ),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "mql",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="actions", to="leads.mql"
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("undone_at", None)),
                        fields=["by", "-at"],
                        name="mqlaction_undoable",
                    )
                ],
            },
        ),
    ]
