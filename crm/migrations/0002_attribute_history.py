"""Keep what companies and contacts were: a version row for every insert and every change of an attribute.

The triggers run once per statement over its rows, so that a bulk write pays one insert.
"""

from django.db import migrations

COMPANY = ("name", "domain", "industry", "employees", "revenue", "country", "properties")
CONTACT = (
    "email", "email_domain", "email_type", "first_name", "last_name", "job_title", "phone", "country", "source",
    "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "company_id", "stage", "recycled_at",
    "sales_consent", "sales_consent_at", "sales_consent_ground",
    "marketing_consent", "marketing_consent_at", "marketing_consent_ground", "properties",
)  # fmt: skip


def keep_history(subject, columns):
    listed = ", ".join(columns)
    fresh = ", ".join(f"n.{name}" for name in columns)
    stale = ", ".join(f"o.{name}" for name in columns)
    forward = f"""
    CREATE FUNCTION crm_{subject}_entered() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO crm_{subject}version ({subject}_id, valid_from, valid_to, recorded_at, {listed})
        SELECT n.id, NULL, NULL, n.updated_at, {fresh} FROM new_rows n;
        RETURN NULL;
    END $$;

    -- EXECUTE plans each statement for the number of rows at hand. A kept plan is that of the session's first
    -- statement: a nested loop made for one row takes a second for two thousand.
    CREATE FUNCTION crm_{subject}_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        EXECUTE $statement$
            UPDATE crm_{subject}version v SET valid_to = n.updated_at
            FROM new_rows n JOIN old_rows o USING (id)
            WHERE v.{subject}_id = n.id AND v.valid_to IS NULL AND ({fresh}) IS DISTINCT FROM ({stale})
        $statement$;
        EXECUTE $statement$
            INSERT INTO crm_{subject}version ({subject}_id, valid_from, valid_to, recorded_at, {listed})
            SELECT n.id, n.updated_at, NULL, n.updated_at, {fresh}
            FROM new_rows n JOIN old_rows o USING (id)
            WHERE ({fresh}) IS DISTINCT FROM ({stale})
        $statement$;
        RETURN NULL;
    END $$;

    CREATE TRIGGER crm_{subject}_entered AFTER INSERT ON crm_{subject}
        REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION crm_{subject}_entered();
    CREATE TRIGGER crm_{subject}_changed AFTER UPDATE ON crm_{subject}
        REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION crm_{subject}_changed();
    """
    backward = f"""
    DROP TRIGGER crm_{subject}_changed ON crm_{subject};
    DROP TRIGGER crm_{subject}_entered ON crm_{subject};
    DROP FUNCTION crm_{subject}_changed();
    DROP FUNCTION crm_{subject}_entered();
    """
    return migrations.RunSQL(forward, backward)


class Migration(migrations.Migration):
    dependencies = [("crm", "0001_initial")]

    operations = [keep_history("company", COMPANY), keep_history("contact", CONTACT)]
