"""Let a retired version go live again, as it stands: rolling back changes which version is live, and no version."""

from django.db import migrations

FROZEN = """
CREATE OR REPLACE FUNCTION scoring_version_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
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
        IF NEW IS NOT DISTINCT FROM moved AND {moves} THEN
            RETURN NEW;
        END IF;
        -- Deleting the account of whoever made or published it, or the version it was made from, leaves the rules as they are.
        moved := OLD;
        IF NEW.created_by_id IS NULL THEN
            moved.created_by_id := NULL;
        END IF;
        IF NEW.published_by_id IS NULL THEN
            moved.published_by_id := NULL;
        END IF;
        IF NEW.made_from_id IS NULL THEN
            moved.made_from_id := NULL;
        END IF;
        IF NEW IS NOT DISTINCT FROM moved THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'version % is %: a published version never changes', OLD.number, OLD.status
        USING ERRCODE = 'restrict_violation';
END $$;
"""
RETIRED = "OLD.status = 'published' AND NEW.status = 'retired'"
REINSTATED = "OLD.status = 'retired' AND NEW.status = 'published' AND NEW.retired_at IS NULL"


class Migration(migrations.Migration):
    dependencies = [("scoring", "0010_marks_in_bulk")]

    operations = [
        migrations.RunSQL(
            FROZEN.format(moves=f"(({RETIRED}) OR ({REINSTATED}))"),
            FROZEN.format(moves=RETIRED),
        ),
    ]
