"""The audit trail: each change of a row that decides about people leaves a row of its own, which nobody can alter.

Each room lists what it keeps of in `models/trail.py`. django-pghistory makes a table of events beside each of those
tables, and triggers that fill it, so that bulk writes and SQL by hand leave their events too. An event holds the row as
it is from then on (of a deleted one: as it was), with who did it (`crm.who`).

Triggers refuse every UPDATE, DELETE and TRUNCATE of events, whoever asks. What only the owner of the tables could still
do, dropping the triggers, is kept from the application by a database role of its own: `crm.application_role`.
"""

from __future__ import annotations

from typing import Any

import pghistory
import pgtrigger
from django.db import connections, models
from pghistory.models import Event

FOUND = "found"
"""The label of an event that says what a row was when the trail began."""


class TrailEvent(Event):
    """One change: `pgh_label` says which (insert, update, delete, found), `pgh_context` who made it.

    All changes of a transaction have the same `pgh_created_at`. What an event refers to may be gone.
    """

    pgh_id = models.BigAutoField(primary_key=True)
    # An index of the table's, below, serves the page; text is never null here.
    pgh_label = models.CharField(max_length=6)

    class Meta:
        abstract = True


def keep(model: type[models.Model], *, leave_out: tuple[str, ...] = ()) -> None:
    """Have every change of `model` kept. `leave_out`: columns of no interest, whose changes alone leave nothing."""
    name = f"{model.__name__}Event"
    pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=["id", *leave_out],
        base_model=TrailEvent,
        model_name=name,
        # No constraint, no cascade, no index but ours: what an event tells of may be deleted, and the event stays.
        obj_field=pghistory.ObjForeignKey(related_name="+", db_index=False),
        # In the event itself. In a table of its own the library would have to change it as it goes.
        context_field=pghistory.ContextJSONField(),
        meta=_meta(name),
    )(model)


def _meta(name: str) -> dict[str, Any]:
    return {
        "default_permissions": (),
        "ordering": ["-pgh_created_at", "-pgh_id"],
        "indexes": [
            # The story, newest first.
            models.Index(fields=["-pgh_created_at", "-pgh_id"], name=f"{name.lower()}_told"),
            # What a row was before.
            models.Index(fields=["pgh_obj", "-pgh_id"], name=f"{name.lower()}_of"),
        ],
        "triggers": [
            _refuse("kept", pgtrigger.Update | pgtrigger.Delete),
            _refuse("kept_whole", pgtrigger.Truncate),
        ],
    }


def _refuse(name: str, operation: pgtrigger.Operation) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=operation,
        func="""
            RAISE EXCEPTION '% is part of the audit trail, which is only added to', TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation';
        """,
    )


def event_models() -> list[type[TrailEvent]]:
    """The tables of events of all rooms."""
    return [model for model in pghistory.core.event_models() if issubclass(model, TrailEvent)]


NEVER_IGNORED = """
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT false'
"""


def close_back_door(*, using: str, **_: Any) -> None:
    """Receiver of `post_migrate`: no setting of a session makes triggers look away.

    django-pgtrigger lets whoever sets `pgtrigger.ignore` pass its triggers, by a function that each new trigger brings
    along anew. Nothing here needs that, and the trail must not have it. Asking it also took ten times as long as
    all else in a trigger: it begins a subtransaction for each row.
    """
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regproc('public._pgtrigger_should_ignore') IS NOT NULL")
        if cursor.fetchone()[0]:
            cursor.execute(NEVER_IGNORED)
