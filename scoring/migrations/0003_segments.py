import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("scoring", "0002_published_versions_frozen"),
    ]

    operations = [
        migrations.CreateModel(
            name="Segment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, unique=True)),
                ("description", models.TextField(blank=True, default="")),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="SegmentCondition",
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
                    "segment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="conditions",
                        to="scoring.segment",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
                "abstract": False,
            },
        ),
    ]
