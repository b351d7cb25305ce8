import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models

SEARCHED = """
UPDATE leads_mql
SET search = handoff_fold(contact.first_name, contact.last_name, contact.email, contact.job_title,
                          coalesce(company.name, '')),
    signal_at = opened_at
FROM crm_contact contact LEFT JOIN crm_company company ON company.id = contact.company_id
WHERE contact.id = leads_mql.contact_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0004_folded_search"),
        ("leads", "0012_live"),
    ]

    operations = [
        migrations.AddField(
            model_name="mql",
            name="search",
            field=models.TextField(
                default="",
                editable=False,
                help_text="What it is searched by: `leads.search` keeps it in step.",
            ),
        ),
        migrations.AddField(
            model_name="mql",
            name="signal_at",
            field=models.DateTimeField(
                editable=False, help_text="The newest time that the contact's engagement rose.", null=True
            ),
        ),
        migrations.RunSQL(SEARCHED, migrations.RunSQL.noop),
        migrations.AddField(
            model_name="mql",
            name="document",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.contrib.postgres.search.SearchVector("search", config="english"),
                output_field=django.contrib.postgres.search.SearchVectorField(),
            ),
        ),
        migrations.RemoveIndex(model_name="mql", name="mql_open_by_urgency"),
        migrations.AddIndex(
            model_name="mql",
            index=models.Index(
                condition=models.Q(("closed_at", None)),
                fields=["-total", "-opened_at", "-id"],
                name="mql_open_by_score",
            ),
        ),
        migrations.AddIndex(
            model_name="mql",
            index=models.Index(
                condition=models.Q(("closed_at", None)), fields=["opened_at", "id"], name="mql_open_by_age"
            ),
        ),
        migrations.AddIndex(
            model_name="mql",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", False)),
                fields=["-closed_at", "-id"],
                name="mql_closed_last",
            ),
        ),
        migrations.AddIndex(
            model_name="mql",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(models.F("search"), name="gin_trgm_ops"),
                name="mql_search",
            ),
        ),
        migrations.AddIndex(
            model_name="mql",
            index=django.contrib.postgres.indexes.GinIndex(fields=["document"], name="mql_document"),
        ),
    ]
