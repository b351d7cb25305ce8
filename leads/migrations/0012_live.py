"""Say to whoever listens which MQLs have changed and who was told something, as soon as it is committed."""

from django.db import migrations

SAY = """
CREATE FUNCTION leads_say(about text, ids jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- A payload has room for 8000 bytes. Of many it is enough to know that there are.
    IF ids IS NOT NULL THEN
        PERFORM pg_notify('handoff_live', CASE WHEN length(ids::text) > 7000
            THEN jsonb_build_object(about, 'many')::text ELSE jsonb_build_object(about, ids)::text END);
    END IF;
END $$;

CREATE FUNCTION leads_say_opened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM leads_say('opened', (SELECT jsonb_agg(id ORDER BY id) FROM new_rows));
    RETURN NULL;
END $$;

CREATE FUNCTION leads_say_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- With whoever had it before: they must learn that it is gone.
    PERFORM leads_say('changed', (
        SELECT jsonb_agg(jsonb_build_array(n.id, o.owner_id) ORDER BY n.id)
        FROM new_rows n JOIN old_rows o USING (id)
        WHERE (n.owner_id, n.first_touched_at, n.accepted_at, n.closed_at, n.due_at, n.grade, n.total)
              IS DISTINCT FROM
              (o.owner_id, o.first_touched_at, o.accepted_at, o.closed_at, o.due_at, o.grade, o.total)));
    RETURN NULL;
END $$;

CREATE FUNCTION leads_say_tasks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM leads_say('changed', (
        SELECT jsonb_agg(DISTINCT jsonb_build_array(m.id, m.owner_id))
        FROM new_rows n JOIN leads_mql m ON m.id = n.mql_id));
    RETURN NULL;
END $$;

CREATE FUNCTION leads_say_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM leads_say('told', (SELECT jsonb_agg(DISTINCT user_id) FROM new_rows));
    RETURN NULL;
END $$;

CREATE FUNCTION leads_say_teams() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM leads_say('teams', 'true');
    RETURN NULL;
END $$;

CREATE TRIGGER mql_opened AFTER INSERT ON leads_mql
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION leads_say_opened();
CREATE TRIGGER mql_changed AFTER UPDATE ON leads_mql
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION leads_say_changed();
CREATE TRIGGER task_added AFTER INSERT ON leads_task
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION leads_say_tasks();
CREATE TRIGGER task_changed AFTER UPDATE ON leads_task
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION leads_say_tasks();
CREATE TRIGGER notification_added AFTER INSERT ON leads_notification
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION leads_say_told();
CREATE TRIGGER notification_read AFTER UPDATE ON leads_notification
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION leads_say_told();
-- Who sees what has changed. Not for every turn that a rep is given.
CREATE TRIGGER rep_moved AFTER INSERT OR DELETE OR UPDATE OF user_id, team_id ON leads_rep
    FOR EACH STATEMENT EXECUTE FUNCTION leads_say_teams();
CREATE TRIGGER team_moved AFTER DELETE OR UPDATE OF lead_id ON leads_team
    FOR EACH STATEMENT EXECUTE FUNCTION leads_say_teams();
"""

SILENCE = """
DROP TRIGGER team_moved ON leads_team;
DROP TRIGGER rep_moved ON leads_rep;
DROP TRIGGER notification_read ON leads_notification;
DROP TRIGGER notification_added ON leads_notification;
DROP TRIGGER task_changed ON leads_task;
DROP TRIGGER task_added ON leads_task;
DROP TRIGGER mql_changed ON leads_mql;
DROP TRIGGER mql_opened ON leads_mql;
DROP FUNCTION leads_say_teams();
DROP FUNCTION leads_say_told();
DROP FUNCTION leads_say_tasks();
DROP FUNCTION leads_say_changed();
DROP FUNCTION leads_say_opened();
DROP FUNCTION leads_say(text, jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0011_saved_views")]
    operations = [migrations.RunSQL(SAY, SILENCE)]
