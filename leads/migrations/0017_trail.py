"""The audit trail of the work: a table of events beside each table it keeps, and the triggers that fill it."""

import datetime as dt

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import crm.trigger_migrations
import leads.models.working_time


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "__first__"),
        ("leads", "0016_told_of_refused_versions"),
    ]

    operations = [
        migrations.CreateModel(
            name="AbsenceEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.CharField(max_length=6)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="leads.absence",
                    ),
                ),
                (
                    "rep",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="leads.rep",
                    ),
                ),
            ],
            options={
                "ordering": ["-pgh_created_at", "-pgh_id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["-pgh_created_at", "-pgh_id"], name="absenceevent_told"),
                    models.Index(fields=["pgh_obj", "-pgh_id"], name="absenceevent_of"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="47765daade0b06e316e016cb270773994abaff4c",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_kept_b0132",
                            table="leads_absenceevent",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="kept_whole",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="a149e7563823080ad2381baf4f77ac43f87511a3",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_kept_whole_7795f",
                            table="leads_absenceevent",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AssignmentConditionEvent",
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
                        to="leads.assignmentcondition",
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
                        to="leads.assignmentrule",
                    ),
                ),
            ],
            options={
                "ordering": ["-pgh_created_at", "-pgh_id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["-pgh_created_at", "-pgh_id"], name="assignmentconditionevent_told"),
                    models.Index(fields=["pgh_obj", "-pgh_id"], name="assignmentconditionevent_of"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="baf2cbea042d14fc91d90e95ba6d161236f4dbe5",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_kept_82cf1",
                            table="leads_assignmentconditionevent",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="kept_whole",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="611b3697fdd6c16f8950c110dc806eb55a2c3e69",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_kept_whole_dae49",
                            table="leads_assignmentconditionevent",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AssignmentRuleEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.CharField(max_length=6)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("name", models.CharField(max_length=120)),
                ("position", models.PositiveIntegerField(default=0)),
                ("active", models.BooleanField(default=True)),
                (
                    "target",
                    models.CharField(
                        choices=[
                            ("team", "A team, in turn"),
                            ("rep", "A rep"),
                            ("account_owner", "The account's owner"),
                        ],
                        default="team",
                        max_length=13,
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="leads.assignmentrule",
                    ),
                ),
                (
                    "rep",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="leads.rep",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="leads.team",
                    ),
                ),
            ],
            options={
                "ordering": ["-pgh_created_at", "-pgh_id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["-pgh_created_at", "-pgh_id"], name="assignmentruleevent_told"),
                    models.Index(fields=["pgh_obj", "-pgh_id"], name="assignmentruleevent_of"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="d9d016c8b0beb08471c241c358afd31ff2168cdf",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_kept_fef0e",
                            table="leads_assignmentruleevent",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="kept_whole",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="c313c8352418f0e4dbba852cbe3ad310f0ba5e39",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_kept_whole_1b6ee",
                            table="leads_assignmentruleevent",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClosedDayEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.CharField(max_length=6)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("day", models.DateField()),
                ("name", models.CharField(blank=True, default="", max_length=120)),
                (
                    "hours",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="leads.workinghours",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="leads.closedday",
                    ),
                ),
            ],
            options={
                "ordering": ["-pgh_created_at", "-pgh_id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["-pgh_created_at", "-pgh_id"], name="closeddayevent_told"),
                    models.Index(fields=["pgh_obj", "-pgh_id"], name="closeddayevent_of"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="8f1bd26a6675428bba038029dc3930cfcce4c287",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_kept_f13bd",
                            table="leads_closeddayevent",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="kept_whole",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="49bb60116b4a8c055dd950128d2f149d2be2aa5c",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_kept_whole_a6824",
                            table="leads_closeddayevent",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RepEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.CharField(max_length=6)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                (
                    "available",
                    models.BooleanField(
                        default=True, help_text="Unset while away: an absent rep gets nothing."
                    ),
                ),
                (
                    "capacity",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Most open MQLs at a time: a rep with that many is given no more. Empty: no limit.",
                        null=True,
                    ),
                ),
                (
                    "daily_limit",
                    models.PositiveIntegerField(
                        blank=True, help_text="Most new MQLs in a day. Empty: no limit.", null=True
                    ),
                ),
                (
                    "weight",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="Round robin: a rep of weight 2 is given twice as many as one of weight 1.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                    ),
                ),
                (
                    "hours",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        help_text="Empty: the team's.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="leads.workinghours",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="leads.rep",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="leads.team",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
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
                    models.Index(fields=["-pgh_created_at", "-pgh_id"], name="repevent_told"),
                    models.Index(fields=["pgh_obj", "-pgh_id"], name="repevent_of"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="04aa858c7886647aeec71b11139a913087d8f656",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_kept_c013e",
                            table="leads_repevent",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="kept_whole",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="85b419aedb965c57a41edf94da5b0ba13d71ce96",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_kept_whole_9a0e6",
                            table="leads_repevent",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SlaTargetEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.CharField(max_length=6)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                (
                    "grade",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="As A1; A: all of that fit. Empty: every other.",
                        max_length=2,
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
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="leads.slatarget",
                    ),
                ),
            ],
            options={
                "ordering": ["-pgh_created_at", "-pgh_id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["-pgh_created_at", "-pgh_id"], name="slatargetevent_told"),
                    models.Index(fields=["pgh_obj", "-pgh_id"], name="slatargetevent_of"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="a2c87b771a00a4ead34b4abbf20355a944d679d2",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_kept_d612f",
                            table="leads_slatargetevent",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="kept_whole",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="954bca58e7fc953e140663b2210c5def80fee41d",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_kept_whole_050a2",
                            table="leads_slatargetevent",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TeamEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.CharField(max_length=6)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("name", models.CharField(max_length=120)),
                (
                    "first_mail_delay_minutes",
                    models.PositiveIntegerField(
                        default=30, help_text="How long the owner may stop it, in minutes of working time."
                    ),
                ),
                (
                    "first_mail",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        help_text="Sent to a new MQL in the owner's name. Empty: none.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="leads.mailtemplate",
                    ),
                ),
                (
                    "hours",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        help_text="Empty: the organisation's.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="leads.workinghours",
                    ),
                ),
                (
                    "lead",
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
                        to="leads.team",
                    ),
                ),
            ],
            options={
                "ordering": ["-pgh_created_at", "-pgh_id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["-pgh_created_at", "-pgh_id"], name="teamevent_told"),
                    models.Index(fields=["pgh_obj", "-pgh_id"], name="teamevent_of"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="5c7049f7d90fdae6ee5cc8b62221030f357aa947",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_kept_e1526",
                            table="leads_teamevent",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="kept_whole",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="7c5931292b8be06aca6abf8ba7593d2e47f56200",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_kept_whole_30b19",
                            table="leads_teamevent",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VerdictReasonEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.CharField(max_length=6)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
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
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="leads.verdictreason",
                    ),
                ),
            ],
            options={
                "ordering": ["-pgh_created_at", "-pgh_id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["-pgh_created_at", "-pgh_id"], name="verdictreasonevent_told"),
                    models.Index(fields=["pgh_obj", "-pgh_id"], name="verdictreasonevent_of"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="9d6da556d2264e9a309ec1de6591570910bb972c",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_kept_12ca0",
                            table="leads_verdictreasonevent",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="kept_whole",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="8a6893a808f29101c1b6a5921dfb3b0297f1853f",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_kept_whole_bad27",
                            table="leads_verdictreasonevent",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WorkingHoursEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.CharField(max_length=6)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("name", models.CharField(max_length=120)),
                ("time_zone", models.CharField(help_text="A name such as Europe/Paris.", max_length=64)),
                ("starts", models.TimeField(default=dt.time(9, 0))),
                ("ends", models.TimeField(default=dt.time(18, 0))),
                (
                    "days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(
                            validators=[django.core.validators.MaxValueValidator(6)]
                        ),
                        default=leads.models.working_time.weekdays,
                        help_text="Days of the week, Monday being 0.",
                        size=None,
                    ),
                ),
                (
                    "holidays_country",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Whose public holidays are free, as DE or US. Empty: none.",
                        max_length=2,
                    ),
                ),
                (
                    "holidays_subdivision",
                    models.CharField(
                        blank=True, default="", help_text="The state or province, as BY or CA.", max_length=10
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="leads.workinghours",
                    ),
                ),
            ],
            options={
                "ordering": ["-pgh_created_at", "-pgh_id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["-pgh_created_at", "-pgh_id"], name="workinghoursevent_told"),
                    models.Index(fields=["pgh_obj", "-pgh_id"], name="workinghoursevent_of"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="e5de7147e4e791ca5d247829c5e9b20d62117ca2",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_kept_c16f2",
                            table="leads_workinghoursevent",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="kept_whole",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ",
                            hash="ccf5fdf85c295774d45eff20716ce486557c278a",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_kept_whole_1df1a",
                            table="leads_workinghoursevent",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        crm.trigger_migrations.AddTriggers(
            triggers={
                "absence": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "leads_absenceevent" ("first_day", "last_day", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rep_id") VALUES (NEW."first_day", NEW."last_day", NEW."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."rep_id"); RETURN NULL;',
                            hash="d621ad618a5208850ed1a554a3af36aec6b452c2",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_e2383",
                            table="leads_absence",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."first_day" IS DISTINCT FROM (NEW."first_day") OR OLD."last_day" IS DISTINCT FROM (NEW."last_day") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."rep_id" IS DISTINCT FROM (NEW."rep_id"))',
                            func='INSERT INTO "leads_absenceevent" ("first_day", "last_day", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rep_id") VALUES (NEW."first_day", NEW."last_day", NEW."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."rep_id"); RETURN NULL;',
                            hash="2cabbe360e47ffece6750fb79f4a432622ed4a61",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_0412d",
                            table="leads_absence",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "leads_absenceevent" ("first_day", "last_day", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rep_id") VALUES (OLD."first_day", OLD."last_day", OLD."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."rep_id"); RETURN NULL;',
                            hash="a24cc76915cb7cf6337f2ae7e721a5e02e404932",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_49aa2",
                            table="leads_absence",
                            when="AFTER",
                        ),
                    ),
                ],
                "assignmentcondition": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "leads_assignmentconditionevent" ("field", "op", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "rule_id", "value") VALUES (NEW."field", NEW."op", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."position", NEW."rule_id", NEW."value"); RETURN NULL;',
                            hash="9c97f3ec87f2d4e8b64e841d87c1382e61722737",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_fcaf9",
                            table="leads_assignmentcondition",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."field" IS DISTINCT FROM (NEW."field") OR OLD."op" IS DISTINCT FROM (NEW."op") OR OLD."position" IS DISTINCT FROM (NEW."position") OR OLD."rule_id" IS DISTINCT FROM (NEW."rule_id") OR OLD."value" IS DISTINCT FROM (NEW."value"))',
                            func='INSERT INTO "leads_assignmentconditionevent" ("field", "op", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "rule_id", "value") VALUES (NEW."field", NEW."op", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."position", NEW."rule_id", NEW."value"); RETURN NULL;',
                            hash="8e3f6527485d9f30ef8e151b42ef213387b90a4a",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_2087b",
                            table="leads_assignmentcondition",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "leads_assignmentconditionevent" ("field", "op", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "rule_id", "value") VALUES (OLD."field", OLD."op", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."position", OLD."rule_id", OLD."value"); RETURN NULL;',
                            hash="56cf4c74dad2c318947681239c796d3381afc9a9",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_61667",
                            table="leads_assignmentcondition",
                            when="AFTER",
                        ),
                    ),
                ],
                "assignmentrule": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "leads_assignmentruleevent" ("active", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "rep_id", "target", "team_id") VALUES (NEW."active", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."position", NEW."rep_id", NEW."target", NEW."team_id"); RETURN NULL;',
                            hash="6675ec6500b9ff63065b4421e4016e117c6a5901",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_9fa54",
                            table="leads_assignmentrule",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."active" IS DISTINCT FROM (NEW."active") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."position" IS DISTINCT FROM (NEW."position") OR OLD."rep_id" IS DISTINCT FROM (NEW."rep_id") OR OLD."target" IS DISTINCT FROM (NEW."target") OR OLD."team_id" IS DISTINCT FROM (NEW."team_id"))',
                            func='INSERT INTO "leads_assignmentruleevent" ("active", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "rep_id", "target", "team_id") VALUES (NEW."active", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."position", NEW."rep_id", NEW."target", NEW."team_id"); RETURN NULL;',
                            hash="2613f0dd93a37d8338c31ead2a28bae33152c0bb",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_48204",
                            table="leads_assignmentrule",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "leads_assignmentruleevent" ("active", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "rep_id", "target", "team_id") VALUES (OLD."active", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."position", OLD."rep_id", OLD."target", OLD."team_id"); RETURN NULL;',
                            hash="a9cebc40e806e142a1ef73cd3ced795cd915311e",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_32565",
                            table="leads_assignmentrule",
                            when="AFTER",
                        ),
                    ),
                ],
                "closedday": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "leads_closeddayevent" ("day", "hours_id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."day", NEW."hours_id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id"); RETURN NULL;',
                            hash="2b2e13fc7c0a201b8960c0fde9245243e0775cbc",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_aeb74",
                            table="leads_closedday",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."day" IS DISTINCT FROM (NEW."day") OR OLD."hours_id" IS DISTINCT FROM (NEW."hours_id") OR OLD."name" IS DISTINCT FROM (NEW."name"))',
                            func='INSERT INTO "leads_closeddayevent" ("day", "hours_id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."day", NEW."hours_id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id"); RETURN NULL;',
                            hash="db65f729786e5358d6b08ee20613ccfda78e487f",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_e9c00",
                            table="leads_closedday",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "leads_closeddayevent" ("day", "hours_id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."day", OLD."hours_id", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id"); RETURN NULL;',
                            hash="1f6b0ab1d29743a2726a54463c059a274d4fc8d4",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_b34db",
                            table="leads_closedday",
                            when="AFTER",
                        ),
                    ),
                ],
                "rep": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "leads_repevent" ("available", "capacity", "daily_limit", "hours_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "team_id", "user_id", "weight") VALUES (NEW."available", NEW."capacity", NEW."daily_limit", NEW."hours_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."team_id", NEW."user_id", NEW."weight"); RETURN NULL;',
                            hash="f65ee8c16a3ae923489447c596b5206fb3617b08",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_97611",
                            table="leads_rep",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."available" IS DISTINCT FROM (NEW."available") OR OLD."capacity" IS DISTINCT FROM (NEW."capacity") OR OLD."daily_limit" IS DISTINCT FROM (NEW."daily_limit") OR OLD."hours_id" IS DISTINCT FROM (NEW."hours_id") OR OLD."team_id" IS DISTINCT FROM (NEW."team_id") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id") OR OLD."weight" IS DISTINCT FROM (NEW."weight"))',
                            func='INSERT INTO "leads_repevent" ("available", "capacity", "daily_limit", "hours_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "team_id", "user_id", "weight") VALUES (NEW."available", NEW."capacity", NEW."daily_limit", NEW."hours_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."team_id", NEW."user_id", NEW."weight"); RETURN NULL;',
                            hash="a68f586fce2b1e63323cc7340e4c269f8d8cc728",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_dac4c",
                            table="leads_rep",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "leads_repevent" ("available", "capacity", "daily_limit", "hours_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "team_id", "user_id", "weight") VALUES (OLD."available", OLD."capacity", OLD."daily_limit", OLD."hours_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."team_id", OLD."user_id", OLD."weight"); RETURN NULL;',
                            hash="65f9e5e0ea50c536aa324dba9f9054dcd44d1f53",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_5e35d",
                            table="leads_rep",
                            when="AFTER",
                        ),
                    ),
                ],
                "slatarget": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "leads_slatargetevent" ("grade", "minutes", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reassign_at_percent", "remind_at_percent") VALUES (NEW."grade", NEW."minutes", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."reassign_at_percent", NEW."remind_at_percent"); RETURN NULL;',
                            hash="98bb3cb4e2ae9d5b6a6b4ee0c31673c7df23fd4f",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_34921",
                            table="leads_slatarget",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."grade" IS DISTINCT FROM (NEW."grade") OR OLD."minutes" IS DISTINCT FROM (NEW."minutes") OR OLD."reassign_at_percent" IS DISTINCT FROM (NEW."reassign_at_percent") OR OLD."remind_at_percent" IS DISTINCT FROM (NEW."remind_at_percent"))',
                            func='INSERT INTO "leads_slatargetevent" ("grade", "minutes", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reassign_at_percent", "remind_at_percent") VALUES (NEW."grade", NEW."minutes", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."reassign_at_percent", NEW."remind_at_percent"); RETURN NULL;',
                            hash="b9025f16714800bf8b815d777b1ad3cb923ac053",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_ca048",
                            table="leads_slatarget",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "leads_slatargetevent" ("grade", "minutes", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reassign_at_percent", "remind_at_percent") VALUES (OLD."grade", OLD."minutes", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."reassign_at_percent", OLD."remind_at_percent"); RETURN NULL;',
                            hash="e68ed3889e0a5d5bfe1f115d56bf120d8de6a7e9",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_1c9fc",
                            table="leads_slatarget",
                            when="AFTER",
                        ),
                    ),
                ],
                "team": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "leads_teamevent" ("first_mail_delay_minutes", "first_mail_id", "hours_id", "lead_id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."first_mail_delay_minutes", NEW."first_mail_id", NEW."hours_id", NEW."lead_id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id"); RETURN NULL;',
                            hash="30b9b437d555f7fc533a5fd0aa9e4005fb34b998",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_57986",
                            table="leads_team",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."first_mail_id" IS DISTINCT FROM (NEW."first_mail_id") OR OLD."first_mail_delay_minutes" IS DISTINCT FROM (NEW."first_mail_delay_minutes") OR OLD."hours_id" IS DISTINCT FROM (NEW."hours_id") OR OLD."lead_id" IS DISTINCT FROM (NEW."lead_id") OR OLD."name" IS DISTINCT FROM (NEW."name"))',
                            func='INSERT INTO "leads_teamevent" ("first_mail_delay_minutes", "first_mail_id", "hours_id", "lead_id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."first_mail_delay_minutes", NEW."first_mail_id", NEW."hours_id", NEW."lead_id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id"); RETURN NULL;',
                            hash="f3029ce18c88dbcfaed08571b018379287e35019",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_b38be",
                            table="leads_team",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "leads_teamevent" ("first_mail_delay_minutes", "first_mail_id", "hours_id", "lead_id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."first_mail_delay_minutes", OLD."first_mail_id", OLD."hours_id", OLD."lead_id", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id"); RETURN NULL;',
                            hash="fec2fb4453f2c6f57f838ef9f814bbba7a61b048",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_d6ac0",
                            table="leads_team",
                            when="AFTER",
                        ),
                    ),
                ],
                "verdictreason": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "leads_verdictreasonevent" ("active", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "text", "verdict") VALUES (NEW."active", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."position", NEW."text", NEW."verdict"); RETURN NULL;',
                            hash="f3bedee81f7dbaa41d5ee7acaf89b94df2ccec87",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_d064d",
                            table="leads_verdictreason",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."active" IS DISTINCT FROM (NEW."active") OR OLD."position" IS DISTINCT FROM (NEW."position") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."verdict" IS DISTINCT FROM (NEW."verdict"))',
                            func='INSERT INTO "leads_verdictreasonevent" ("active", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "text", "verdict") VALUES (NEW."active", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."position", NEW."text", NEW."verdict"); RETURN NULL;',
                            hash="5c98b27c528fcabc1a6c6a894e852df04b116721",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_e2969",
                            table="leads_verdictreason",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "leads_verdictreasonevent" ("active", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "text", "verdict") VALUES (OLD."active", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."position", OLD."text", OLD."verdict"); RETURN NULL;',
                            hash="6ffd6a632a6ae58cfa559793106ffe290a665dc9",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_d0fd4",
                            table="leads_verdictreason",
                            when="AFTER",
                        ),
                    ),
                ],
                "workinghours": [
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "leads_workinghoursevent" ("days", "ends", "holidays_country", "holidays_subdivision", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts", "time_zone") VALUES (NEW."days", NEW."ends", NEW."holidays_country", NEW."holidays_subdivision", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."starts", NEW."time_zone"); RETURN NULL;',
                            hash="4f3a4b963421cccd99dd87a6766debec3f4d91e8",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_6d1b1",
                            table="leads_workinghours",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."days" IS DISTINCT FROM (NEW."days") OR OLD."ends" IS DISTINCT FROM (NEW."ends") OR OLD."holidays_country" IS DISTINCT FROM (NEW."holidays_country") OR OLD."holidays_subdivision" IS DISTINCT FROM (NEW."holidays_subdivision") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."starts" IS DISTINCT FROM (NEW."starts") OR OLD."time_zone" IS DISTINCT FROM (NEW."time_zone"))',
                            func='INSERT INTO "leads_workinghoursevent" ("days", "ends", "holidays_country", "holidays_subdivision", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts", "time_zone") VALUES (NEW."days", NEW."ends", NEW."holidays_country", NEW."holidays_subdivision", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."starts", NEW."time_zone"); RETURN NULL;',
                            hash="8e8c72d8f13acd7cf6b489d8b0e91b75f040d375",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_30f99",
                            table="leads_workinghours",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "leads_workinghoursevent" ("days", "ends", "holidays_country", "holidays_subdivision", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts", "time_zone") VALUES (OLD."days", OLD."ends", OLD."holidays_country", OLD."holidays_subdivision", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."starts", OLD."time_zone"); RETURN NULL;',
                            hash="ab98e2cf8cc34e16cf1ace752b0a70bae2e77843",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_8b7cb",
                            table="leads_workinghours",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
    ]
