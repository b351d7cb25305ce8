"""`manage.py up` with real processes: what it starts, and that nothing of it is left."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from tests.processes import as_ordinary_user, eventually, is_root, ordinary_python, ordinary_user

HOST = "127.0.0.1"
SECONDS = 60

PRODUCTION = {
    "DEBUG": "off",
    "SECRET_KEY": "k" * 60,
    "ALLOWED_HOSTS": HOST,
    "EMAIL_URL": "dummymail://",
}

pytestmark = pytest.mark.slow


class Up:
    """One `manage.py up` with a folder and a port of its own."""

    def __init__(self, var: Path, *arguments: str, program: str = sys.executable, **process: Any) -> None:
        self.port = free_port()
        self.output = var.with_name("output.txt")
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [program, "manage.py", "up", "--port", str(self.port), *arguments],
                **{"env": environment(var)} | process,
                cwd=settings.BASE_DIR,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def says(self, words: str) -> bool:
        """Whether it prints these words before it ends."""
        ended_or_said = lambda: words in self.output.read_text() or self.process.poll() is not None  # noqa: E731
        return eventually(ended_or_said) and words in self.output.read_text()

    def get(self, path: str) -> tuple[int, str]:
        connection = HTTPConnection(HOST, self.port, timeout=SECONDS)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, body

    def child(self, word: str) -> psutil.Process:
        """The child whose command line has this word, which it has a moment after it was started."""
        found = lambda: [p for p in psutil.Process(self.process.pid).children() if word in p.cmdline()]  # noqa: E731
        assert eventually(lambda: len(found()) == 1)
        return found()[0]

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=SECONDS)


def environment(var: Path) -> dict[str, str]:
    variables = {"HANDOFF_VAR": str(var), "DEBUG": "on"}
    return {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | variables


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def processes_of(var: Path) -> dict[int, str]:
    """Number and command line of every process started for this folder: all inherit its name."""
    found = {}
    for process in psutil.process_iter():
        try:
            if process.environ().get("HANDOFF_VAR") == str(var):
                found[process.pid] = " ".join(process.cmdline())
        except psutil.Error:
            continue
    return found


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("up in a folder") / "var"


@pytest.fixture
def start(var: Path) -> Iterator[Callable[..., Up]]:
    """Start `up`; whatever a failing test leaves is ended."""
    started: list[Up] = []

    def run(*arguments: str, **process: Any) -> Up:
        started.append(Up(var, *arguments, **process))
        return started[-1]

    yield run
    for up in started:
        up.process.kill()
        up.process.wait()
    assert eventually(lambda: not processes_of(var))


def test_it_serves_and_starts_a_dead_worker_again_until_ctrl_c_and_leaves_no_process(
    start: Callable[..., Up], var: Path
) -> None:
    up = start("--no-demo")
    assert up.says("Ctrl-C stops everything."), up.output.read_text()
    ready = up.get("/readyz")
    login = up.get("/login/")
    worker = up.child("qcluster")

    worker.kill()
    said = up.says("restarted child=worker")
    another = up.child("qcluster")
    alive = up.get("/healthz")
    code = up.end(signal.SIGINT)

    assert ready[0] == 200
    assert login[0] == 200
    assert f"http://127.0.0.1:{up.port}" in up.output.read_text()
    assert said
    assert another.pid != worker.pid
    assert alive[0] == 200
    assert code == 0
    assert processes_of(var) == {}


def test_nothing_is_left_when_it_is_killed(start: Callable[..., Up], var: Path) -> None:
    up = start("--no-demo")
    assert up.says("Ctrl-C stops everything."), up.output.read_text()

    up.end(signal.SIGKILL)

    assert eventually(lambda: not processes_of(var))


def test_it_ends_with_a_message_when_the_web_server_dies(start: Callable[..., Up], var: Path) -> None:
    up = start("--no-demo", "--no-worker")
    assert up.says("Ctrl-C stops everything."), up.output.read_text()

    up.child("uvicorn").kill()

    assert up.process.wait(timeout=SECONDS) == 1
    assert "The web server ended by itself" in up.output.read_text()
    assert processes_of(var) == {}


def test_in_production_it_gathers_static_files_and_loads_no_demo_data(
    start: Callable[..., Up], var: Path
) -> None:
    up = start("--no-worker", env=environment(var) | PRODUCTION)
    assert up.says("Ctrl-C stops everything."), up.output.read_text()

    redirected = up.get("/login/")
    code = up.end(signal.SIGTERM)

    assert code == 0
    assert processes_of(var) == {}
    assert redirected[0] == 301
    assert (var / "static" / "staticfiles.json").exists()
    assert "demo" not in up.output.read_text()


@is_root
def test_an_ordinary_user_can_do_the_same(var: Path) -> None:
    made = var
    with tempfile.TemporaryDirectory(prefix="handoff ") as name:
        var = Path(name) / "var"
        if (made / "postgres").exists():
            # Its tables need not be made once more.
            shutil.copytree(made, var)
        for path in (var.parent, *var.parent.rglob("*")):
            os.chown(path, ordinary_user().pw_uid, ordinary_user().pw_gid)
        process = as_ordinary_user(HANDOFF_VAR=str(var))
        up = Up(var, "--no-demo", program=ordinary_python(), **process)
        assert up.says("Ctrl-C stops everything."), up.output.read_text()

        owners = {psutil.Process(number).username() for number in processes_of(var)}
        ready = up.get("/readyz")
        code = up.end(signal.SIGINT)

        assert owners == {ordinary_user().pw_name}
        assert ready[0] == 200
        assert code == 0
        assert processes_of(var) == {}


def test_a_taken_port_is_refused_before_anything_is_started() -> None:
    ends_it = signal.getsignal(signal.SIGTERM)

    # Without a mark, a test that looked at the database would fail by that.
    with socket.create_server((HOST, 0)) as occupant:
        port = occupant.getsockname()[1]
        with pytest.raises(CommandError) as refused:
            call_command("up", port=port)

    assert refused.value.returncode == 1
    assert f"Port {port}" in str(refused.value)
    assert "--port" in str(refused.value)
    assert signal.getsignal(signal.SIGTERM) == ends_it
