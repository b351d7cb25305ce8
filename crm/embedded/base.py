"""Django's PostgreSQL backend, made to start the embedded server before it first connects."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db.backends.postgresql import base, client

from crm import database
from crm.embedded import placement


class DatabaseClient(client.DatabaseClient):
    executable_name = str(placement.binaries() / "psql")

    def runshell(self, parameters: Iterable[str]) -> None:
        # `dbshell` never connects through Django, and its client reads the settings alone.
        self.connection.get_connection_params()
        super().runshell(parameters)


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes port and password from the running server rather than from the settings."""

    client_class = DatabaseClient

    def get_connection_params(self) -> dict[str, Any]:
        address = database.ensure_running(Path(self.settings_dict["FOLDER"]))
        self.settings_dict.update(PORT=str(address.port), PASSWORD=address.password)
        params: dict[str, Any] = super().get_connection_params()
        return params
