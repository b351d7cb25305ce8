"""The process that stops the embedded server once nobody uses it.

`python -m crm.embedded.keeper FOLDER NUMBER` is started by whoever starts the server (see `crm.database`). NUMBER is an
open, locked file that it inherits and that tells others that the server has a keeper. It waits for the last user to
end, stops the server, and ends.
"""

import os
import signal
import sys
from pathlib import Path

from crm.embedded.locks import exclusive
from crm.embedded.server import EmbeddedServer


def main(folder: Path, own_lock: int) -> None:
    # It belongs to no terminal: the one it came from may close while others still use the server.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with exclusive(folder / "users"):
        EmbeddedServer(folder).stop()
        # Before `users` is free again: the next user must not take us for its keeper.
        os.close(own_lock)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
