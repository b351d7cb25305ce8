"""Who uses the embedded PostgreSQL server, which stands in when DATABASE_URL is unset, and until when it runs.

Everything lies in one folder (`var/postgres`):

    data/       PostgreSQL's own             start    locked while somebody starts the server
    password    made once                    users    locked, shared, by every process that uses the server
    port        the last one used            keeper   locked by the keeper
    log         since the last start

A process that connects takes the shared lock on `users` and keeps it until it ends, however it ends. The keeper
(`crm.embedded.keeper`) waits until nobody holds that lock, then stops the server. So a killed process neither leaves
a server behind nor takes it away from others, and nobody has to clean up.
"""

import fcntl
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crm.embedded.locks import exclusive, lock
from crm.embedded.server import HOST, NAME, USER, EmbeddedServer


@dataclass(frozen=True)
class Address:
    port: int
    password: str


@dataclass(frozen=True)
class _Use:
    server: EmbeddedServer
    lock: int


# What this process uses, until it ends. A forked child inherits both the entry and the lock.
_uses: dict[Path, _Use] = {}
_threads = threading.RLock()


def embedded(folder: Path) -> dict[str, Any]:
    """Django's database setting for the server in `folder`. Nothing starts before the first connection."""
    return {
        "ENGINE": "crm.embedded",
        "NAME": NAME,
        "USER": USER,
        "HOST": HOST,
        "PORT": "",
        "FOLDER": str(folder),
    }


def ensure_running(folder: Path) -> Address:
    """Start the server unless it runs, and count this process among its users until it ends.

    Cheap when the server runs (one small file and one process looked at), so that it can precede every new
    connection, and a server that died is started again.
    """
    with _threads:
        if folder not in _uses:
            server = EmbeddedServer(folder)
            # Waits here while the keeper stops the server.
            _uses[folder] = _Use(server, lock(folder / "users", fcntl.LOCK_SH))
        elif port := _uses[folder].server.port():
            return Address(port, _uses[folder].server.password)
        server = _uses[folder].server
        with exclusive(folder / "start"):
            port = server.port() or server.start()
            server.ensure_keeper()
        return Address(port, server.password)


def release(folder: Path) -> None:
    """Stop using the server, and wait until it is stopped if nobody else uses it."""
    use = _uses.pop(folder, None)
    if use is None:
        return
    try:
        fcntl.flock(use.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        # Others use it, and this returns at once; or the keeper is already stopping it, and this returns when it has.
        fcntl.flock(use.lock, fcntl.LOCK_SH)
    else:
        use.server.dismiss_keeper()
        use.server.stop()
    os.close(use.lock)
