"""Refuse every change of a version that is no longer a draft, save its publication and retirement."""

from django.db import migrations

PARENTS = {
    "scoring_group": "SELECT {row}.version_id",
    "scoring_persona": "SELECT {row}.version_id",
    "scoring_rule": "SELECT g.version_id FROM scoring_group g WHERE g.id = {row}.group_id",
    "scoring_condition": (
        "SELECT g.version_id FROM scoring_rule r JOIN scoring_group g ON g.id = r.group_id WHERE r.id = {row}.rule_id"
    ),
}

VERSION = """
CREATE FUNCTION scoring_version_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved scoring_scoringversion;
BEGIN
    IF OLD.status = 'draft' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_OP = 'UPDATE' THEN
        moved := OLD;
        moved.status := NEW.status;
        moved.retired_at := NEW.retired_at;
        IF NEW IS NOT DISTINCT FROM moved AND OLD.status = 'published' AND NEW.status = 'retired' THEN
            RETURN NEW;
        END IF;
        -- Deleting the account of whoever made or published it leaves the rules as they are.
        moved := OLD;
        moved.created_by_id := NULL;
        moved.published_by_id := NULL;
        IF NEW.created_by_id IS NOT DISTINCT FROM OLD.created_by_id THEN
            moved.created_by_id := OLD.created_by_id;
        END IF;
        IF NEW.published_by_id IS NOT DISTINCT FROM OLD.published_by_id THEN
            moved.published_by_id := OLD.published_by_id;
        END IF;
        IF NEW IS NOT DISTINCT FROM moved THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'version % is %: a published version never changes', OLD.number, OLD.status
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER scoring_version_frozen BEFORE UPDATE OR DELETE ON scoring_scoringversion
    FOR EACH ROW EXECUTE FUNCTION scoring_version_frozen();
"""

# Locked, so that an edit and a publication wait for each other: a status read beside a publication that is not
# committed yet would let the edit through.
PART = """
CREATE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held text;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        SELECT v.status INTO held FROM scoring_scoringversion v WHERE v.id = ({old}) FOR SHARE;
    END IF;
    IF TG_OP <> 'DELETE' AND COALESCE(held, 'draft') = 'draft' THEN
        SELECT v.status INTO held FROM scoring_scoringversion v WHERE v.id = ({new}) FOR SHARE;
    END IF;
    IF held <> 'draft' THEN
        RAISE EXCEPTION '% is part of a published version, which never changes', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER {table}_frozen BEFORE INSERT OR UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_frozen();
"""


def drop(table, function):
    return f"DROP TRIGGER {function} ON {table}; DROP FUNCTION {function}();"


class Migration(migrations.Migration):
    dependencies = [("scoring", "0001_initial")]

    operations = [
        migrations.RunSQL(VERSION, drop("scoring_scoringversion", "scoring_version_frozen")),
        *(
            migrations.RunSQL(
                PART.format(table=table, old=parent.format(row="OLD"), new=parent.format(row="NEW")),
                drop(table, f"{table}_frozen"),
            )
            for table, parent in PARENTS.items()
        ),
    ]
