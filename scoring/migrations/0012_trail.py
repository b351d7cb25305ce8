"""The audit trail of the judgement: a table of events beside each table it keeps, and the triggers that fill it."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import pghistory.utils
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import crm.trigger_migrations


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "__first__"),
        ("scoring", "0011_versions_reinstated"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConditionEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.CharField(max_length=6)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("field", models.CharField(max_length=150)),
                (
                    "op",
                    models.CharField(
                        choices=[
                            ("equals", "is"),
                            ("not_equals", "is not"),
                            ("in", "is one of"),
                            ("not_in", "is none of"),
                            ("contains", "contains"),
                            ("has_word", "has the word"),
                            ("starts_with", "starts with"),
                            ("in_domain_list", "is in the domain list"),
                            ("gt", "is more than"),
                            ("gte", "is at least"),
                            ("lt", "is less than"),
                            ("lte", "is at most"),
                            ("between", "is between"),
                            ("known", "is known"),
                            ("unknown", "is unknown"),
                        ],
                        max_length=14,
                        verbose_name="operator",
                    ),
                ),
                (
                    "value",
                    models.JSONField(
                        blank=True, help_text="A text, a number, true or false, or a list of them.", null=True
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0)),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="scoring.condition",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="scoring.rule",
                    ),
                ),
            ],
            options={
                "ordering": ["-pgh_created_at", "-pgh_id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["-pgh_created_at", "-pgh_id"], name="conditionevent_told"),
                    models.Index(fields=["pgh_obj", "-pgh_id"], name="conditionevent_of"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="e4141b89b5e92269e046cc9c6b2cc60b91481487",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_kept_e85a4",
                            table="scoring_conditionevent",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="kept_whole",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="08e46a414b7c056c985bb43f7696b8e9fa33a308",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_kept_whole_b6714",
                            table="scoring_conditionevent",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DomainListEntryEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.CharField(max_length=6)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("domain", models.CharField(max_length=253)),
                (
                    "list",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="scoring.domainlist",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="scoring.domainlistentry",
                    ),
                ),
            ],
            options={
                "ordering": ["-pgh_created_at", "-pgh_id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["-pgh_created_at", "-pgh_id"], name="domainlistentryevent_told"),
                    models.Index(fields=["pgh_obj", "-pgh_id"], name="domainlistentryevent_of"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="f36bb15d759fa0b51624ba2fb05eb3ed317f9b44",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_kept_70420",
                            table="scoring_domainlistentryevent",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="kept_whole",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="f4bf15c2f856909c4314fbea7667e05c23ccacf9",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_kept_whole_8e71a",
                            table="scoring_domainlistentryevent",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DomainListEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.CharField(max_length=6)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("name", models.SlugField(db_index=False, max_length=80)),
                ("description", models.CharField(blank=True, default="", max_length=200)),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="scoring.domainlist",
                    ),
                ),
            ],
            options={
                "ordering": ["-pgh_created_at", "-pgh_id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["-pgh_created_at", "-pgh_id"], name="domainlistevent_told"),
                    models.Index(fields=["pgh_obj", "-pgh_id"], name="domainlistevent_of"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="4dadc9d26e804ff33c84fa47bae54f35dfa0cb22",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_kept_2bf20",
                            table="scoring_domainlistevent",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="kept_whole",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="218d42a0941567ab5809af2c0065dc095ee1e85a",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_kept_whole_7f842",
                            table="scoring_domainlistevent",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GroupEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.CharField(max_length=6)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("name", models.CharField(max_length=120)),
                (
                    "dimension",
                    models.CharField(choices=[("fit", "Fit"), ("engagement", "Engagement")], max_length=10),
                ),
                ("min_points", models.FloatField(blank=True, null=True)),
                ("max_points", models.FloatField(blank=True, null=True)),
                ("position", models.PositiveIntegerField(default=0)),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="scoring.group",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="scoring.scoringversion",
                    ),
                ),
            ],
            options={
                "ordering": ["-pgh_created_at", "-pgh_id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["-pgh_created_at", "-pgh_id"], name="groupevent_told"),
                    models.Index(fields=["pgh_obj", "-pgh_id"], name="groupevent_of"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="1789ffe5e275cd01285d54eaede450160b333af0",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_kept_576be",
                            table="scoring_groupevent",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="kept_whole",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="a3a2ba4fde3196954d6d770e426549b84b0c9228",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_kept_whole_0d2f1",
                            table="scoring_groupevent",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PauseEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.CharField(max_length=6)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("began_at", models.DateTimeField()),
                ("why", models.TextField(blank=True, default="")),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "began_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="scoring.pause",
                    ),
                ),
            ],
            options={
                "ordering": ["-pgh_created_at", "-pgh_id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["-pgh_created_at", "-pgh_id"], name="pauseevent_told"),
                    models.Index(fields=["pgh_obj", "-pgh_id"], name="pauseevent_of"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="7b68985f421ccf00d0de6786713e83ad60d371a0",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_kept_910e9",
                            table="scoring_pauseevent",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="kept_whole",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="4fb29bbc07eaab8101c4a82cb4e3d1461136c151",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_kept_whole_e8d46",
                            table="scoring_pauseevent",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonaEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.CharField(max_length=6)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("name", models.CharField(max_length=200)),
                ("qualifies", models.BooleanField()),
                ("contact", models.JSONField(blank=True, default=dict)),
                ("activities", models.JSONField(blank=True, default=list)),
                ("position", models.PositiveIntegerField(default=0)),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="scoring.persona",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="scoring.scoringversion",
                    ),
                ),
            ],
            options={
                "ordering": ["-pgh_created_at", "-pgh_id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["-pgh_created_at", "-pgh_id"], name="personaevent_told"),
                    models.Index(fields=["pgh_obj", "-pgh_id"], name="personaevent_of"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="bcd4e201de3b6df2ca47bb9bb194a1b7ff8e59d0",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_kept_934a4",
                            table="scoring_personaevent",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="kept_whole",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="9e8cdbd01d0f49085e136007dbecc40d55797fe6",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_kept_whole_4491c",
                            table="scoring_personaevent",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PublicationEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.CharField(max_length=6)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
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
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="scoring.publication",
                    ),
                ),
                (
                    "replaced",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="scoring.scoringversion",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="scoring.scoringversion",
                    ),
                ),
            ],
            options={
                "ordering": ["-pgh_created_at", "-pgh_id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["-pgh_created_at", "-pgh_id"], name="publicationevent_told"),
                    models.Index(fields=["pgh_obj", "-pgh_id"], name="publicationevent_of"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="369d29e6e7209797316dd783a93fc094e0e26bf5",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_kept_4fa2d",
                            table="scoring_publicationevent",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="kept_whole",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="fabef45de14a51487241adb66e70d0d5db75c95b",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_kept_whole_7d596",
                            table="scoring_publicationevent",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RuleEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.CharField(max_length=6)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                (
                    "decay_days",
                    models.FloatField(
                        blank=True, help_text="Half-life, time to zero, or length of a step.", null=True
                    ),
                ),
                (
                    "decay_percent",
                    models.FloatField(blank=True, help_text="What each full step takes away.", null=True),
                ),
                ("name", models.CharField(max_length=200)),
                (
                    "enabled",
                    models.BooleanField(
                        default=True, help_text="A rule that is off scores nothing and is kept."
                    ),
                ),
                (
                    "effect",
                    models.CharField(
                        choices=[
                            ("points", "Gives points"),
                            ("disqualify", "Disqualifies"),
                            ("fast_track", "Fast-tracks"),
                        ],
                        default="points",
                        max_length=10,
                    ),
                ),
                ("points", models.FloatField(default=0)),
                (
                    "per",
                    models.CharField(
                        choices=[
                            ("occurrence", "Each occurrence"),
                            ("once", "Once"),
                            ("absence", "When nothing matched"),
                        ],
                        default="occurrence",
                        max_length=10,
                    ),
                ),
                ("at_least", models.PositiveIntegerField(default=1)),
                ("max_points", models.FloatField(blank=True, null=True)),
                ("window_days", models.FloatField(blank=True, null=True)),
                (
                    "decay_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("none", "Does not fade"),
                            ("half_life", "Half-life"),
                            ("linear", "Linear"),
                            ("step", "In steps"),
                        ],
                        default="",
                        help_text="Empty: as the version says.",
                        max_length=9,
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0)),
                (
                    "group",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="scoring.group",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="scoring.rule",
                    ),
                ),
            ],
            options={
                "ordering": ["-pgh_created_at", "-pgh_id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["-pgh_created_at", "-pgh_id"], name="ruleevent_told"),
                    models.Index(fields=["pgh_obj", "-pgh_id"], name="ruleevent_of"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="24528ad6902ca9eb32a7af77bb1dc771faa85895",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_kept_14c41",
                            table="scoring_ruleevent",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="kept_whole",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="4ae543ea5d2cfc6316b2f394481d4a0f8e2567ba",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_kept_whole_f25bd",
                            table="scoring_ruleevent",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScoringVersionEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.CharField(max_length=6)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                (
                    "decay_days",
                    models.FloatField(
                        blank=True, help_text="Half-life, time to zero, or length of a step.", null=True
                    ),
                ),
                (
                    "decay_percent",
                    models.FloatField(blank=True, help_text="What each full step takes away.", null=True),
                ),
                ("number", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=120)),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "Draft"), ("published", "Published"), ("retired", "Retired")],
                        default="draft",
                        editable=False,
                        max_length=9,
                    ),
                ),
                ("threshold", models.DecimalField(decimal_places=2, max_digits=9)),
                ("min_fit", models.DecimalField(decimal_places=2, default=0, max_digits=9)),
                ("min_engagement", models.DecimalField(decimal_places=2, default=0, max_digits=9)),
                ("max_fit", models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True)),
                (
                    "max_engagement",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True),
                ),
                ("requalify_after_days", models.PositiveIntegerField(default=30)),
                ("restart_engagement_on_recycle", models.BooleanField(default=True)),
                (
                    "decay_kind",
                    models.CharField(
                        choices=[
                            ("none", "Does not fade"),
                            ("half_life", "Half-life"),
                            ("linear", "Linear"),
                            ("step", "In steps"),
                        ],
                        default="none",
                        max_length=9,
                    ),
                ),
                (
                    "fit_grades",
                    django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=3),
                ),
                (
                    "engagement_grades",
                    django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=3),
                ),
                ("note", models.TextField(blank=True, default="", help_text="Why this version.")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("published_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("retired_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "made_from",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="scoring.scoringversion",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="scoring.scoringversion",
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-pgh_created_at", "-pgh_id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["-pgh_created_at", "-pgh_id"], name="scoringversionevent_told"),
                    models.Index(fields=["pgh_obj", "-pgh_id"], name="scoringversionevent_of"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="154b0153d4d8d7ede49832431917b1e56231e388",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_kept_92d5f",
                            table="scoring_scoringversionevent",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="kept_whole",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="57649b5ea5156969195d69f88e34db1c673b9de2",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_kept_whole_dfe93",
                            table="scoring_scoringversionevent",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SegmentConditionEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.CharField(max_length=6)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("field", models.CharField(max_length=150)),
                (
                    "op",
                    models.CharField(
                        choices=[
                            ("equals", "is"),
                            ("not_equals", "is not"),
                            ("in", "is one of"),
                            ("not_in", "is none of"),
                            ("contains", "contains"),
                            ("has_word", "has the word"),
                            ("starts_with", "starts with"),
                            ("in_domain_list", "is in the domain list"),
                            ("gt", "is more than"),
                            ("gte", "is at least"),
                            ("lt", "is less than"),
                            ("lte", "is at most"),
                            ("between", "is between"),
                            ("known", "is known"),
                            ("unknown", "is unknown"),
                        ],
                        max_length=14,
                        verbose_name="operator",
                    ),
                ),
                (
                    "value",
                    models.JSONField(
                        blank=True, help_text="A text, a number, true or false, or a list of them.", null=True
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0)),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="scoring.segmentcondition",
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="scoring.segment",
                    ),
                ),
            ],
            options={
                "ordering": ["-pgh_created_at", "-pgh_id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["-pgh_created_at", "-pgh_id"], name="segmentconditionevent_told"),
                    models.Index(fields=["pgh_obj", "-pgh_id"], name="segmentconditionevent_of"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="d217b77d0544f177d5f91466de25e2791c249dbf",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_kept_22257",
                            table="scoring_segmentconditionevent",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="kept_whole",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="0f1e27083f7afb500c691fd75bd4230de76acb44",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_kept_whole_ca4f6",
                            table="scoring_segmentconditionevent",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SegmentEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.CharField(max_length=6)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("name", models.CharField(max_length=120)),
                ("description", models.TextField(blank=True, default="")),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="scoring.segment",
                    ),
                ),
            ],
            options={
                "ordering": ["-pgh_created_at", "-pgh_id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["-pgh_created_at", "-pgh_id"], name="segmentevent_told"),
                    models.Index(fields=["pgh_obj", "-pgh_id"], name="segmentevent_of"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="a26a02c1c839d267c15422051d33251cac72fdbd",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_kept_288ad",
                            table="scoring_segmentevent",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="kept_whole",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="1be553aed580e8313f00244a9ef552f0e500041e",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_kept_whole_d7aee",
                            table="scoring_segmentevent",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        crm.trigger_migrations.AddTriggers(
            triggers={
                "condition": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "scoring_conditionevent" ("field", "op", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "rule_id", "value") VALUES (NEW."field", NEW."op", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."position", NEW."rule_id", NEW."value"); RETURN NULL;',
                            hash="f35555ec70842d249d1614de60382ad448321648",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_521d2",
                            table="scoring_condition",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."field" IS DISTINCT FROM (NEW."field") OR OLD."op" IS DISTINCT FROM (NEW."op") OR OLD."position" IS DISTINCT FROM (NEW."position") OR OLD."rule_id" IS DISTINCT FROM (NEW."rule_id") OR OLD."value" IS DISTINCT FROM (NEW."value"))',
                            func='INSERT INTO "scoring_conditionevent" ("field", "op", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "rule_id", "value") VALUES (NEW."field", NEW."op", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."position", NEW."rule_id", NEW."value"); RETURN NULL;',
                            hash="e15af2be9639e44464e5f591e7a9808345670358",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_0a5fe",
                            table="scoring_condition",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "scoring_conditionevent" ("field", "op", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "rule_id", "value") VALUES (OLD."field", OLD."op", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."position", OLD."rule_id", OLD."value"); RETURN NULL;',
                            hash="8ca95d93e19a2e409346e8bb256579fbdd358826",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_629f0",
                            table="scoring_condition",
                            when="AFTER",
                        ),
                    ),
                ],
                "domainlist": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "scoring_domainlistevent" ("description", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."description", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id"); RETURN NULL;',
                            hash="13070ecf927985018ea12132951ed053b23328c4",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_6985d",
                            table="scoring_domainlist",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."name" IS DISTINCT FROM (NEW."name"))',
                            func='INSERT INTO "scoring_domainlistevent" ("description", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."description", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id"); RETURN NULL;',
                            hash="96ae6fcf60c9d4a43080b5f309b5da1561533f13",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_8b103",
                            table="scoring_domainlist",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "scoring_domainlistevent" ("description", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."description", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id"); RETURN NULL;',
                            hash="c54f1347186318cb154c884784c4af8b53a55953",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_a2280",
                            table="scoring_domainlist",
                            when="AFTER",
                        ),
                    ),
                ],
                "domainlistentry": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "scoring_domainlistentryevent" ("domain", "list_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."domain", NEW."list_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id"); RETURN NULL;',
                            hash="73efccf4bf5302dfb625e7dcda44c7430ce54645",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_ac428",
                            table="scoring_domainlistentry",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."domain" IS DISTINCT FROM (NEW."domain") OR OLD."list_id" IS DISTINCT FROM (NEW."list_id"))',
                            func='INSERT INTO "scoring_domainlistentryevent" ("domain", "list_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."domain", NEW."list_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id"); RETURN NULL;',
                            hash="4f100f3e811f3275f646244abc6f3b3be053c710",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_406f4",
                            table="scoring_domainlistentry",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "scoring_domainlistentryevent" ("domain", "list_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."domain", OLD."list_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id"); RETURN NULL;',
                            hash="5e0a8ef84c7a740d4ac31f41f34516903a658d72",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_e303a",
                            table="scoring_domainlistentry",
                            when="AFTER",
                        ),
                    ),
                ],
                "group": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "scoring_groupevent" ("dimension", "max_points", "min_points", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "version_id") VALUES (NEW."dimension", NEW."max_points", NEW."min_points", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."position", NEW."version_id"); RETURN NULL;',
                            hash="bb9626558f97d870594bad8dba7bc7c9ae51e76a",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_e5c68",
                            table="scoring_group",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."dimension" IS DISTINCT FROM (NEW."dimension") OR OLD."max_points" IS DISTINCT FROM (NEW."max_points") OR OLD."min_points" IS DISTINCT FROM (NEW."min_points") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."position" IS DISTINCT FROM (NEW."position") OR OLD."version_id" IS DISTINCT FROM (NEW."version_id"))',
                            func='INSERT INTO "scoring_groupevent" ("dimension", "max_points", "min_points", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "version_id") VALUES (NEW."dimension", NEW."max_points", NEW."min_points", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."position", NEW."version_id"); RETURN NULL;',
                            hash="5d88e3e7bab8b05751e1863a0c18c658d22e98b3",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_28467",
                            table="scoring_group",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "scoring_groupevent" ("dimension", "max_points", "min_points", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "version_id") VALUES (OLD."dimension", OLD."max_points", OLD."min_points", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."position", OLD."version_id"); RETURN NULL;',
                            hash="f9a6ef2714318a30a910e42d754fc6b763261c5e",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_50c05",
                            table="scoring_group",
                            when="AFTER",
                        ),
                    ),
                ],
                "pause": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "scoring_pauseevent" ("began_at", "began_by_id", "ended_at", "ended_by_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "why") VALUES (NEW."began_at", NEW."began_by_id", NEW."ended_at", NEW."ended_by_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."why"); RETURN NULL;',
                            hash="05a06431a20aafa2370fc6767a69b2b0ed10e99e",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_085eb",
                            table="scoring_pause",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."began_at" IS DISTINCT FROM (NEW."began_at") OR OLD."began_by_id" IS DISTINCT FROM (NEW."began_by_id") OR OLD."ended_at" IS DISTINCT FROM (NEW."ended_at") OR OLD."ended_by_id" IS DISTINCT FROM (NEW."ended_by_id") OR OLD."why" IS DISTINCT FROM (NEW."why"))',
                            func='INSERT INTO "scoring_pauseevent" ("began_at", "began_by_id", "ended_at", "ended_by_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "why") VALUES (NEW."began_at", NEW."began_by_id", NEW."ended_at", NEW."ended_by_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."why"); RETURN NULL;',
                            hash="7f0cacac99b89d7e292aae8de6261baf78313a93",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_7f6fc",
                            table="scoring_pause",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "scoring_pauseevent" ("began_at", "began_by_id", "ended_at", "ended_by_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "why") VALUES (OLD."began_at", OLD."began_by_id", OLD."ended_at", OLD."ended_by_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."why"); RETURN NULL;',
                            hash="9763cf4e26f0ae4f0b416994b5cd599e60f9985d",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_7d5f1",
                            table="scoring_pause",
                            when="AFTER",
                        ),
                    ),
                ],
                "persona": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "scoring_personaevent" ("activities", "contact", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "qualifies", "version_id") VALUES (NEW."activities", NEW."contact", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."position", NEW."qualifies", NEW."version_id"); RETURN NULL;',
                            hash="3221190c02b9da7f8b2d0ad2e61238421b502338",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_2474b",
                            table="scoring_persona",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."activities" IS DISTINCT FROM (NEW."activities") OR OLD."contact" IS DISTINCT FROM (NEW."contact") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."position" IS DISTINCT FROM (NEW."position") OR OLD."qualifies" IS DISTINCT FROM (NEW."qualifies") OR OLD."version_id" IS DISTINCT FROM (NEW."version_id"))',
                            func='INSERT INTO "scoring_personaevent" ("activities", "contact", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "qualifies", "version_id") VALUES (NEW."activities", NEW."contact", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."position", NEW."qualifies", NEW."version_id"); RETURN NULL;',
                            hash="974ee6ee4eabdd53e0b2eb8e49e271e247a873da",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_1aeba",
                            table="scoring_persona",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "scoring_personaevent" ("activities", "contact", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "qualifies", "version_id") VALUES (OLD."activities", OLD."contact", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."position", OLD."qualifies", OLD."version_id"); RETURN NULL;',
                            hash="31b0ac6df8cba94c717736c361008935819da697",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_32f41",
                            table="scoring_persona",
                            when="AFTER",
                        ),
                    ),
                ],
                "publication": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "scoring_publicationevent" ("asked_at", "asked_by_id", "done_at", "due_at", "failure", "kind", "open_now", "open_per_day", "opening", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "replaced_id", "state", "version_id", "why") VALUES (NEW."asked_at", NEW."asked_by_id", NEW."done_at", NEW."due_at", NEW."failure", NEW."kind", NEW."open_now", NEW."open_per_day", NEW."opening", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."replaced_id", NEW."state", NEW."version_id", NEW."why"); RETURN NULL;',
                            hash="21cf6c25de79aec489f02dcb34baeaca87b7f17b",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_e79f6",
                            table="scoring_publication",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."asked_at" IS DISTINCT FROM (NEW."asked_at") OR OLD."asked_by_id" IS DISTINCT FROM (NEW."asked_by_id") OR OLD."done_at" IS DISTINCT FROM (NEW."done_at") OR OLD."due_at" IS DISTINCT FROM (NEW."due_at") OR OLD."failure" IS DISTINCT FROM (NEW."failure") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."open_now" IS DISTINCT FROM (NEW."open_now") OR OLD."open_per_day" IS DISTINCT FROM (NEW."open_per_day") OR OLD."opening" IS DISTINCT FROM (NEW."opening") OR OLD."replaced_id" IS DISTINCT FROM (NEW."replaced_id") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."version_id" IS DISTINCT FROM (NEW."version_id") OR OLD."why" IS DISTINCT FROM (NEW."why"))',
                            func='INSERT INTO "scoring_publicationevent" ("asked_at", "asked_by_id", "done_at", "due_at", "failure", "kind", "open_now", "open_per_day", "opening", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "replaced_id", "state", "version_id", "why") VALUES (NEW."asked_at", NEW."asked_by_id", NEW."done_at", NEW."due_at", NEW."failure", NEW."kind", NEW."open_now", NEW."open_per_day", NEW."opening", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."replaced_id", NEW."state", NEW."version_id", NEW."why"); RETURN NULL;',
                            hash="80f669bcecec2d454f0eba9f9e15fe10f6a353ae",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_a863d",
                            table="scoring_publication",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "scoring_publicationevent" ("asked_at", "asked_by_id", "done_at", "due_at", "failure", "kind", "open_now", "open_per_day", "opening", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "replaced_id", "state", "version_id", "why") VALUES (OLD."asked_at", OLD."asked_by_id", OLD."done_at", OLD."due_at", OLD."failure", OLD."kind", OLD."open_now", OLD."open_per_day", OLD."opening", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."replaced_id", OLD."state", OLD."version_id", OLD."why"); RETURN NULL;',
                            hash="13ebb63e156abeeea26d500736c24224cb5fa677",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_0d129",
                            table="scoring_publication",
                            when="AFTER",
                        ),
                    ),
                ],
                "rule": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "scoring_ruleevent" ("at_least", "decay_days", "decay_kind", "decay_percent", "effect", "enabled", "group_id", "max_points", "name", "per", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "points", "position", "window_days") VALUES (NEW."at_least", NEW."decay_days", NEW."decay_kind", NEW."decay_percent", NEW."effect", NEW."enabled", NEW."group_id", NEW."max_points", NEW."name", NEW."per", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."points", NEW."position", NEW."window_days"); RETURN NULL;',
                            hash="d5b2bd555d557e0e787bff4e2f611faee061f46c",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_4dc43",
                            table="scoring_rule",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."at_least" IS DISTINCT FROM (NEW."at_least") OR OLD."decay_days" IS DISTINCT FROM (NEW."decay_days") OR OLD."decay_kind" IS DISTINCT FROM (NEW."decay_kind") OR OLD."decay_percent" IS DISTINCT FROM (NEW."decay_percent") OR OLD."effect" IS DISTINCT FROM (NEW."effect") OR OLD."enabled" IS DISTINCT FROM (NEW."enabled") OR OLD."group_id" IS DISTINCT FROM (NEW."group_id") OR OLD."max_points" IS DISTINCT FROM (NEW."max_points") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."per" IS DISTINCT FROM (NEW."per") OR OLD."points" IS DISTINCT FROM (NEW."points") OR OLD."position" IS DISTINCT FROM (NEW."position") OR OLD."window_days" IS DISTINCT FROM (NEW."window_days"))',
                            func='INSERT INTO "scoring_ruleevent" ("at_least", "decay_days", "decay_kind", "decay_percent", "effect", "enabled", "group_id", "max_points", "name", "per", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "points", "position", "window_days") VALUES (NEW."at_least", NEW."decay_days", NEW."decay_kind", NEW."decay_percent", NEW."effect", NEW."enabled", NEW."group_id", NEW."max_points", NEW."name", NEW."per", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."points", NEW."position", NEW."window_days"); RETURN NULL;',
                            hash="33a9e9d704cb685c91f12bf6f673ce2458deb6f2",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_51dff",
                            table="scoring_rule",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "scoring_ruleevent" ("at_least", "decay_days", "decay_kind", "decay_percent", "effect", "enabled", "group_id", "max_points", "name", "per", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "points", "position", "window_days") VALUES (OLD."at_least", OLD."decay_days", OLD."decay_kind", OLD."decay_percent", OLD."effect", OLD."enabled", OLD."group_id", OLD."max_points", OLD."name", OLD."per", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."points", OLD."position", OLD."window_days"); RETURN NULL;',
                            hash="74731caa415f072c41545fcebb976cc8dd09a41f",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_b9e27",
                            table="scoring_rule",
                            when="AFTER",
                        ),
                    ),
                ],
                "scoringversion": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "scoring_scoringversionevent" ("created_at", "created_by_id", "decay_days", "decay_kind", "decay_percent", "engagement_grades", "fit_grades", "made_from_id", "max_engagement", "max_fit", "min_engagement", "min_fit", "name", "note", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "published_by_id", "requalify_after_days", "restart_engagement_on_recycle", "retired_at", "status", "threshold") VALUES (NEW."created_at", NEW."created_by_id", NEW."decay_days", NEW."decay_kind", NEW."decay_percent", NEW."engagement_grades", NEW."fit_grades", NEW."made_from_id", NEW."max_engagement", NEW."max_fit", NEW."min_engagement", NEW."min_fit", NEW."name", NEW."note", NEW."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."published_at", NEW."published_by_id", NEW."requalify_after_days", NEW."restart_engagement_on_recycle", NEW."retired_at", NEW."status", NEW."threshold"); RETURN NULL;',
                            hash="65db6b046355dccf77cad0cbb73c52b9423f37fb",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_0e8e1",
                            table="scoring_scoringversion",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."decay_days" IS DISTINCT FROM (NEW."decay_days") OR OLD."decay_kind" IS DISTINCT FROM (NEW."decay_kind") OR OLD."decay_percent" IS DISTINCT FROM (NEW."decay_percent") OR OLD."engagement_grades" IS DISTINCT FROM (NEW."engagement_grades") OR OLD."fit_grades" IS DISTINCT FROM (NEW."fit_grades") OR OLD."made_from_id" IS DISTINCT FROM (NEW."made_from_id") OR OLD."max_engagement" IS DISTINCT FROM (NEW."max_engagement") OR OLD."max_fit" IS DISTINCT FROM (NEW."max_fit") OR OLD."min_engagement" IS DISTINCT FROM (NEW."min_engagement") OR OLD."min_fit" IS DISTINCT FROM (NEW."min_fit") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."published_at" IS DISTINCT FROM (NEW."published_at") OR OLD."published_by_id" IS DISTINCT FROM (NEW."published_by_id") OR OLD."requalify_after_days" IS DISTINCT FROM (NEW."requalify_after_days") OR OLD."restart_engagement_on_recycle" IS DISTINCT FROM (NEW."restart_engagement_on_recycle") OR OLD."retired_at" IS DISTINCT FROM (NEW."retired_at") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."threshold" IS DISTINCT FROM (NEW."threshold"))',
                            func='INSERT INTO "scoring_scoringversionevent" ("created_at", "created_by_id", "decay_days", "decay_kind", "decay_percent", "engagement_grades", "fit_grades", "made_from_id", "max_engagement", "max_fit", "min_engagement", "min_fit", "name", "note", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "published_by_id", "requalify_after_days", "restart_engagement_on_recycle", "retired_at", "status", "threshold") VALUES (NEW."created_at", NEW."created_by_id", NEW."decay_days", NEW."decay_kind", NEW."decay_percent", NEW."engagement_grades", NEW."fit_grades", NEW."made_from_id", NEW."max_engagement", NEW."max_fit", NEW."min_engagement", NEW."min_fit", NEW."name", NEW."note", NEW."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."published_at", NEW."published_by_id", NEW."requalify_after_days", NEW."restart_engagement_on_recycle", NEW."retired_at", NEW."status", NEW."threshold"); RETURN NULL;',
                            hash="4b58ee0fa9ed6a140491d0a84ccf86c2590efe9b",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_61caf",
                            table="scoring_scoringversion",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "scoring_scoringversionevent" ("created_at", "created_by_id", "decay_days", "decay_kind", "decay_percent", "engagement_grades", "fit_grades", "made_from_id", "max_engagement", "max_fit", "min_engagement", "min_fit", "name", "note", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "published_by_id", "requalify_after_days", "restart_engagement_on_recycle", "retired_at", "status", "threshold") VALUES (OLD."created_at", OLD."created_by_id", OLD."decay_days", OLD."decay_kind", OLD."decay_percent", OLD."engagement_grades", OLD."fit_grades", OLD."made_from_id", OLD."max_engagement", OLD."max_fit", OLD."min_engagement", OLD."min_fit", OLD."name", OLD."note", OLD."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."published_at", OLD."published_by_id", OLD."requalify_after_days", OLD."restart_engagement_on_recycle", OLD."retired_at", OLD."status", OLD."threshold"); RETURN NULL;',
                            hash="b57c055a0defe85a622b855ae5c0a0aced666096",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_b6fc6",
                            table="scoring_scoringversion",
                            when="AFTER",
                        ),
                    ),
                ],
                "segment": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "scoring_segmentevent" ("description", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."description", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id"); RETURN NULL;',
                            hash="02ed56599eed9ef8ae07b0cfd282e45eeed605a0",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_669c8",
                            table="scoring_segment",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."name" IS DISTINCT FROM (NEW."name"))',
                            func='INSERT INTO "scoring_segmentevent" ("description", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."description", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id"); RETURN NULL;',
                            hash="172f87068ffb5fcaf48c822927df28a160f4f22b",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_ab3e0",
                            table="scoring_segment",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "scoring_segmentevent" ("description", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."description", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id"); RETURN NULL;',
                            hash="5d29207c2019beb879c3ebbbb64a43e89f222077",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_55461",
                            table="scoring_segment",
                            when="AFTER",
                        ),
                    ),
                ],
                "segmentcondition": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "scoring_segmentconditionevent" ("field", "op", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "segment_id", "value") VALUES (NEW."field", NEW."op", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."position", NEW."segment_id", NEW."value"); RETURN NULL;',
                            hash="3e711f68954566c9cf9cde47335e4eb5e4d3af60",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_57d78",
                            table="scoring_segmentcondition",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."field" IS DISTINCT FROM (NEW."field") OR OLD."op" IS DISTINCT FROM (NEW."op") OR OLD."position" IS DISTINCT FROM (NEW."position") OR OLD."segment_id" IS DISTINCT FROM (NEW."segment_id") OR OLD."value" IS DISTINCT FROM (NEW."value"))',
                            func='INSERT INTO "scoring_segmentconditionevent" ("field", "op", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "segment_id", "value") VALUES (NEW."field", NEW."op", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."position", NEW."segment_id", NEW."value"); RETURN NULL;',
                            hash="c68527bf4adc3aabc434bd6854a05686a19f79e4",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_82d53",
                            table="scoring_segmentcondition",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "scoring_segmentconditionevent" ("field", "op", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "segment_id", "value") VALUES (OLD."field", OLD."op", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."position", OLD."segment_id", OLD."value"); RETURN NULL;',
                            hash="6c51891013f49602fdb52e6f26cbc20f589bb1dd",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_be2eb",
                            table="scoring_segmentcondition",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
    ]
