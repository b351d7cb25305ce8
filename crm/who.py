"""Who changes something, for the audit trail: the user of a request, an API key, a job, or a command in the shell.

What is said here goes to the database with each statement that writes (`pghistory.context`), where the triggers of
`crm.trail` find it. Reading costs nothing.

`manage.py` imports this before Django is set up: no models here.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import pghistory
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.http import HttpRequest, HttpResponse
from psycopg.sql import Composable

GetResponse = Callable[[HttpRequest], HttpResponse]

READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
SERVING = frozenset({"qcluster", "runserver", "up"})
"""Commands that do what others ask for, and nothing of their own."""


class Asker:
    """Whoever sent a request. Looked up as something is written, since an API finds out only in its views."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    def said(self) -> dict[str, Any]:
        user, key = getattr(self._request, "user", None), getattr(self._request, "auth", None)
        if key is not None:
            return {"kind": "key", "id": key.pk, "name": str(key)}
        if user is not None and user.is_authenticated:
            return {"kind": "user", "id": user.pk, "name": str(user)}
        return {"kind": "nobody"}


class Encoder(DjangoJSONEncoder):
    """Writes an `Asker` as what is known of them by now."""

    def default(self, o: Any) -> Any:
        return o.said() if isinstance(o, Asker) else super().default(o)


@contextmanager
def said_by(by: Asker | dict[str, Any]) -> Iterator[None]:
    """Say of all that this thread changes until the end that it was `by`."""
    with connection.execute_wrapper(_as_text), pghistory.context(by=by):
        yield


def _as_text(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Let the library put its own parameters before any statement: it takes text alone, and with the first parameter a
    per cent sign, which stood for itself in a statement without any, begins a placeholder.
    """
    if isinstance(sql, Composable):
        sql = sql.as_string(context["cursor"].connection)
    if params is None:
        sql, params = sql.replace("%", "%%"), ()
    return execute(sql, params, many, context)


def asked_by(get_response: GetResponse) -> GetResponse:
    """Middleware that says of all that a request changes who sent it. One that only reads is left alone."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.method in READING:
            return get_response(request)
        with said_by(Asker(request)):
            return get_response(request)

    return answer


_jobs: list[AbstractContextManager[Any]] = []
"""The job that this process is at. A worker does one after the other."""


def job_begins(*, task: dict[str, Any], **_: Any) -> None:
    """Receiver of django-q's `pre_execute`. A job that a schedule asked for has that one's name."""
    func = task["func"]
    path = func if isinstance(func, str) else func.__name__
    name = task.get("group") or path.rpartition(".")[2].replace("_", " ")
    job = said_by({"kind": "job", "name": name})
    job.__enter__()
    _jobs.append(job)


def job_ends(**_: Any) -> None:
    """Receiver of django-q's `post_execute_in_worker`, which it sends however the job went."""
    if _jobs:
        _jobs.pop().__exit__(None, None, None)


def by_command(arguments: Sequence[str]) -> AbstractContextManager[Any]:
    """Say of all that a command in the shell changes which it was, and under whose account. `arguments`: its own."""
    command = next((argument for argument in arguments if not argument.startswith("-")), "")
    if command in SERVING:
        return nullcontext()
    return said_by({"kind": "shell", "command": command, "account": _account()})


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container may run under a number that no account has.
        return ""
