"""Finding the processes of a PostgreSQL server by its data folder, where each of them works."""

import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

Process = psutil.Process | subprocess.Popen[bytes]

# A parent has to ask after its children once they have ended, or they stay as zombies.
children: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True)
class Postmaster:
    """The server's first process."""

    process: psutil.Process
    port: int
    ready: bool


def find_postmaster(data: Path) -> Postmaster | None:
    """The live server of a data folder, from its `postmaster.pid`: number, folder, time, port, …, status (line 8).

    The number alone says nothing: after a power cut it may be another program's.
    """
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        process = psutil.Process(int(lines[0]))
        if not _works_in(process, data):
            return None
        return Postmaster(process, int(lines[3]), ready=len(lines) > 7 and lines[7].strip() == "ready")
    except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess):
        return None


def find_processes(data: Path) -> list[psutil.Process]:
    """Every process of the server, also after its first one was killed."""
    return [process for process in psutil.process_iter() if _works_in(process, data)]


def has_ended(process: Process) -> bool:
    for child in children:
        child.poll()
    if isinstance(process, subprocess.Popen):
        return process.poll() is not None
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def await_end(processes: Sequence[Process], seconds: float) -> bool:
    """Whether all of them ended in time."""
    deadline = time.monotonic() + seconds
    while not all(has_ended(process) for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _works_in(process: psutil.Process, data: Path) -> bool:
    try:
        return process.name() == "postgres" and process.cwd() == str(data.resolve())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
