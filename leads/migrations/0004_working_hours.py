import datetime as dt

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import leads.models.working_time


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0003_rep_capacity"),
    ]

    operations = [
        migrations.CreateModel(
            name="WorkingHours",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, unique=True)),
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
            ],
            options={
                "verbose_name_plural": "working hours",
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("starts__lt", models.F("ends"))),
                        name="workinghours_start_before_end",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="rep",
            name="hours",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty: the team's.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="reps",
                to="leads.workinghours",
            ),
        ),
        migrations.AddField(
            model_name="team",
            name="hours",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty: the organisation's.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="teams",
                to="leads.workinghours",
            ),
        ),
        migrations.CreateModel(
            name="Absence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                (
                    "rep",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="absences", to="leads.rep"
                    ),
                ),
            ],
            options={
                "ordering": ["first_day", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("first_day__lte", models.F("last_day"))),
                        name="absence_first_before_last",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ClosedDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("name", models.CharField(blank=True, default="", max_length=120)),
                (
                    "hours",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="closed_days",
                        to="leads.workinghours",
                    ),
                ),
            ],
            options={
                "ordering": ["day"],
                "constraints": [models.UniqueConstraint(fields=("hours", "day"), name="closedday_unique")],
            },
        ),
    ]
