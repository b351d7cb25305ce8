"""Refuse updates and deletes of activities, save the mark `automated`, outside erasure and merging."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION crm_activity_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    marked crm_activity;
BEGIN
    IF current_setting('handoff.erasing', TRUE) = 'on' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_OP = 'UPDATE' THEN
        marked := OLD;
        marked.automated := NEW.automated;
        -- Generated columns are not computed yet in a BEFORE trigger, on neither side of this comparison.
        marked.subject_key := NEW.subject_key;
        marked.campaign_key := NEW.campaign_key;
        IF NEW IS NOT DISTINCT FROM marked AND NEW.automated THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'activities are append-only: activity % cannot be changed or deleted', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER crm_activity_append_only BEFORE UPDATE OR DELETE ON crm_activity
    FOR EACH ROW EXECUTE FUNCTION crm_activity_append_only();
"""
BACKWARD = """
DROP TRIGGER crm_activity_append_only ON crm_activity;
DROP FUNCTION crm_activity_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0002_attribute_history")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
