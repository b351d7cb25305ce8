from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations

import crm.search

# Unlike `unaccent`, which names its dictionary at run time, this names it once and for all: an index may rely on it.
FOLD = """
CREATE FUNCTION handoff_fold(VARIADIC texts text[]) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT lower(unaccent('unaccent'::regdictionary, array_to_string(texts, ' ')));
END
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("crm", "0003_activities_append_only")]

    operations = [
        migrations.RunSQL(FOLD, "DROP FUNCTION handoff_fold"),
        AddIndexConcurrently(
            "contact",
            GinIndex(
                OpClass(
                    crm.search.Folded("first_name", "last_name", "email", "job_title"), name="gin_trgm_ops"
                ),
                name="contact_folded",
            ),
        ),
        AddIndexConcurrently(
            "company",
            GinIndex(OpClass(crm.search.Folded("name"), name="gin_trgm_ops"), name="company_folded"),
        ),
        RemoveIndexConcurrently("contact", "contact_trigram"),
    ]
