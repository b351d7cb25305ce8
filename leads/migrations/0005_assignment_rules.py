import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0004_working_hours"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="rep",
            name="daily_limit",
            field=models.PositiveIntegerField(
                blank=True, help_text="Most new MQLs in a day. Empty: no limit.", null=True
            ),
        ),
        migrations.AddField(
            model_name="rep",
            name="weight",
            field=models.PositiveSmallIntegerField(
                default=1,
                help_text="Round robin: a rep of weight 2 is given twice as many as one of weight 1.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(100),
                ],
            ),
        ),
        migrations.AlterField(
            model_name="rep",
            name="turn",
            field=models.PositiveBigIntegerField(
                default=0, editable=False, help_text="Round robin over everybody: the lowest number is next."
            ),
        ),
        migrations.AddField(
            model_name="rep",
            name="team_turn",
            field=models.PositiveBigIntegerField(
                default=0,
                editable=False,
                help_text="Round robin within the team: the lowest number is next.",
            ),
        ),
        migrations.CreateModel(
            name="AssignmentRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, unique=True)),
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
                    "rep",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignment_rules",
                        to="leads.rep",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignment_rules",
                        to="leads.team",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="AssignmentCondition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
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
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="conditions",
                        to="leads.assignmentrule",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("because", models.CharField(max_length=200)),
                (
                    "trail",
                    models.JSONField(
                        default=list,
                        help_text="What was tried in order, and what came of it: a list of {step, outcome}.",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        help_text="Who did it. Empty: the rules.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "from_owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "mql",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assignments",
                        to="leads.mql",
                    ),
                ),
                (
                    "to_owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-pk"],
                "indexes": [models.Index(fields=["to_owner", "at"], name="assignment_of_owner")],
            },
        ),
        migrations.AddConstraint(
            model_name="assignmentrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("rep", None), ("target", "team"), ("team__isnull", False)),
                    models.Q(("rep__isnull", False), ("target", "rep"), ("team", None)),
                    models.Q(("rep", None), ("target", "account_owner"), ("team", None)),
                    _connector="OR",
                ),
                name="assignmentrule_has_its_target",
            ),
        ),
    ]
