import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0003_activities_append_only"),
        ("leads", "0007_notification_preferences"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MailTemplate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, unique=True)),
                ("subject", models.CharField(max_length=200)),
                ("body", models.TextField()),
                ("active", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.AddField(
            model_name="team",
            name="first_mail_delay_minutes",
            field=models.PositiveIntegerField(
                default=30, help_text="How long the owner may stop it, in minutes of working time."
            ),
        ),
        migrations.AddField(
            model_name="team",
            name="first_mail",
            field=models.ForeignKey(
                blank=True,
                help_text="Sent to a new MQL in the owner's name. Empty: none.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="leads.mailtemplate",
            ),
        ),
        migrations.CreateModel(
            name="ProspectMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(max_length=400)),
                ("body", models.TextField()),
                (
                    "automatic",
                    models.BooleanField(
                        default=False, help_text="The first mail, which nobody wrote by hand."
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sent", "Sent"),
                            ("stopped", "Stopped"),
                            ("refused", "Refused"),
                            ("failed", "Not delivered"),
                        ],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                (
                    "because",
                    models.CharField(
                        blank=True, default="", help_text="Why it was stopped or refused.", max_length=200
                    ),
                ),
                (
                    "message_id",
                    models.CharField(
                        editable=False,
                        help_text="Under which it leaves: what answers name.",
                        max_length=200,
                        verbose_name="Message-ID",
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("send_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="prospect_mails",
                        to="crm.contact",
                    ),
                ),
                (
                    "mql",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="prospect_mails",
                        to="leads.mql",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="prospect_mails",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="leads.mailtemplate",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["send_at"],
                        name="prospectmail_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("automatic", True)),
                        fields=("mql",),
                        name="prospectmail_one_first_per_mql",
                    ),
                    models.UniqueConstraint(fields=("message_id",), name="prospectmail_message_id_unique"),
                ],
            },
        ),
    ]
