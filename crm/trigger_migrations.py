"""Steps of migrations with which the audit trail begins in a room: triggers of many tables, and what was there before.

django-pgtrigger's own step, one for each trigger, has Django make the models of the migration anew every time: for the
audit trail that was six seconds of each new database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import RunPython
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger.compiler import Trigger


class AddTriggers(Operation):
    """Add compiled `triggers`, by the name of the model in lower case. All of them are new."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, triggers: Mapping[str, Sequence[Trigger]]) -> None:
        self.triggers = triggers

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        for model, added in self.triggers.items():
            options = state.models[app_label, model].options
            options["triggers"] = [*options.get("triggers", []), *added]

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for added in self.triggers.values():
            for trigger in added:
                # Finished SQL, in which a per cent sign is one.
                schema_editor.execute(trigger.install_sql, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for added in self.triggers.values():
            for trigger in added:
                schema_editor.execute(trigger.uninstall_sql, params=None)

    def describe(self) -> str:
        return f"Add triggers of {', '.join(self.triggers)}"


def found(app: str, *names: str) -> RunPython:
    """Keep what each row of the models `names` is as the trail begins, so that its first change has a before."""

    def keep_what_is_there(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        for name in names:
            model, event = apps.get_model(app, name), apps.get_model(app, f"{name}Event")
            columns = [field.column for field in event._meta.fields if not field.column.startswith("pgh_")]
            kept = ", ".join(f'"{column}"' for column in columns)
            schema_editor.execute(
                f"INSERT INTO {event._meta.db_table} ({kept}, pgh_created_at, pgh_label, pgh_obj_id)"
                f" SELECT {kept}, now(), 'found', id FROM {model._meta.db_table} ORDER BY id"
            )

    return RunPython(keep_what_is_there, RunPython.noop)
