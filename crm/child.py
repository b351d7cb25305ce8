"""Runs a module as `python -m` does, and ends it when the process that started it is gone, however that went.

`python -m crm.child NUMBER MODULE ARGUMENTS…`: NUMBER is the reading end of a pipe whose writing end the parent alone
holds.
"""

import os
import runpy
import signal
import sys
import threading


def _end_after_parent(pipe: int) -> None:
    # Nothing is ever written: reading returns when the last writer is gone.
    os.read(pipe, 1)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_after_parent, args=(int(sys.argv[1]),), daemon=True).start()
    sys.argv = sys.argv[2:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
