import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0004_folded_search"),
        ("leads", "0013_inbox_search_and_order"),
        ("scoring", "0011_versions_reinstated"),
    ]

    operations = [
        migrations.CreateModel(
            name="HeldBack",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("held_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "because",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("turn", "It was their turn"),
                            ("engaged", "They engaged anew"),
                            ("fell", "They no longer qualify"),
                        ],
                        default="",
                        max_length=7,
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="held_back",
                        to="crm.contact",
                    ),
                ),
                (
                    "publication",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="held_back",
                        to="scoring.publication",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "held back",
                "ordering": ["-held_at", "-pk"],
                "indexes": [
                    models.Index(fields=["publication", "ended_at"], name="heldback_paced"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("publication", "contact"), name="heldback_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at", None), models.Q(("because", ""), _negated=True), _connector="OR"
                        ),
                        name="heldback_ended_because",
                    ),
                ],
            },
        ),
    ]
