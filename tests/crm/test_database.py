"""The embedded server: started by whoever needs it, stopped after the last one, whatever becomes of either."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from django.conf import settings

from crm import database
from crm.embedded import postmaster
from crm.embedded.placement import SHARED_ROOT, STAND_INS, place
from crm.embedded.server import HOST, NAME, USER, EmbeddedServerError
from tests.processes import as_ordinary_user, eventually, is_root, ordinary_python, ordinary_user

# A process that uses the server until its standard input is closed.
USER_PROGRAM = """
import sys
from pathlib import Path
from crm import database
print(database.ensure_running(Path(sys.argv[1])).port, flush=True)
sys.stdin.read()
"""
SECONDS = 20
WITHOUT_UNSHARE = {**os.environ, "PATH": "/nowhere"}


@pytest.fixture(scope="module")
def made_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A server's folder, made once; its name has spaces and what a shell would take for its own."""
    folder = tmp_path_factory.mktemp("a folder with space") / "it's $HOME"
    database.ensure_running(folder)
    database.release(folder)
    return folder


@pytest.fixture
def folder(made_folder: Path) -> Iterator[Path]:
    yield made_folder
    database.release(made_folder)
    assert eventually(lambda: not postmaster.find_processes(made_folder / "data"))


def start_user(folder: Path, program: str = sys.executable, **process: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [program, "-c", USER_PROGRAM, str(folder)],
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **process,  # type: ignore[call-overload]
    )


def port_of(user: subprocess.Popen[str]) -> int:
    """The port that a started user found, which it prints once the server is there."""
    assert user.stdout
    assert user.stderr
    line = user.stdout.readline()
    assert line, user.stderr.read()
    return int(line)


def end(user: subprocess.Popen[str]) -> None:
    user.communicate(timeout=SECONDS)


def connect(folder: Path) -> psycopg.Connection:
    address = database.ensure_running(folder)
    return psycopg.connect(
        host=HOST, port=address.port, user=USER, password=address.password, dbname=NAME, autocommit=True
    )


def is_running(folder: Path) -> bool:
    return postmaster.find_postmaster(folder / "data") is not None


def test_it_takes_connections_on_loopback_with_its_password_only(folder: Path) -> None:
    with connect(folder) as connection:
        row = connection.execute(
            "SELECT current_setting('listen_addresses'), current_setting('unix_socket_directories')"
        ).fetchone()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(
            host=HOST, port=database.ensure_running(folder).port, user=USER, password="x", dbname=NAME
        )

    assert row == ("127.0.0.1", "")
    assert (folder / "password").stat().st_mode & 0o077 == 0


def test_it_stops_when_its_only_user_releases_it(folder: Path) -> None:
    database.ensure_running(folder)

    database.release(folder)

    assert not is_running(folder)
    assert not (folder / "data" / "postmaster.pid").exists()


def test_it_keeps_its_port_and_what_was_written(folder: Path) -> None:
    with connect(folder) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS answer")
    port = database.ensure_running(folder).port
    database.release(folder)

    with connect(folder) as connection:
        row = connection.execute("SELECT answer FROM kept").fetchone()

    assert row == (42,)
    assert database.ensure_running(folder).port == port


def test_it_stays_for_another_user_and_stops_after_the_last(folder: Path) -> None:
    other = start_user(folder)
    port = port_of(other)

    same_port = database.ensure_running(folder).port == port
    database.release(folder)
    stayed = is_running(folder)
    end(other)

    assert same_port
    assert stayed
    assert eventually(lambda: not is_running(folder))


def test_it_stops_after_its_last_user_was_killed(folder: Path) -> None:
    user = start_user(folder)
    port_of(user)

    user.kill()
    end(user)

    assert eventually(lambda: not is_running(folder))


def test_a_killed_user_does_not_take_it_away_from_others(folder: Path) -> None:
    starter = start_user(folder)
    port_of(starter)

    with connect(folder) as connection:
        starter.kill()
        end(starter)
        row = connection.execute("SELECT 1").fetchone()

    assert row == (1,)
    assert is_running(folder)


def test_users_that_start_at_the_same_time_share_one_server(folder: Path) -> None:
    users = [start_user(folder) for _ in range(3)]

    ports = {port_of(user) for user in users}
    for user in users:
        end(user)

    assert len(ports) == 1
    assert eventually(lambda: not is_running(folder))


def test_the_next_connection_starts_a_killed_server_again(folder: Path) -> None:
    with connect(folder) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS survived AS SELECT 7 AS answer")
    running = postmaster.find_postmaster(folder / "data")
    assert running

    running.process.send_signal(signal.SIGKILL)
    assert eventually(lambda: not is_running(folder))
    with connect(folder) as connection:
        row = connection.execute("SELECT answer FROM survived").fetchone()

    assert row == (7,)


def test_a_new_keeper_takes_over_from_a_killed_one(folder: Path) -> None:
    user = start_user(folder)
    port_of(user)
    psutil.Process(int((folder / "keeper").read_text())).kill()

    another = start_user(folder)
    port_of(another)
    end(user)
    end(another)

    assert eventually(lambda: not is_running(folder))


def test_a_number_left_by_a_dead_server_that_is_now_another_process_is_no_obstacle(folder: Path) -> None:
    data = folder / "data"
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n0\n5432\n\n{HOST}\n0 0\nready   \n")

    with connect(folder) as connection:
        row = connection.execute("SELECT 1").fetchone()

    assert row == (1,)


def test_another_port_is_taken_when_the_last_one_is_in_use(folder: Path) -> None:
    last = database.ensure_running(folder).port
    database.release(folder)

    with socket.socket() as occupant:
        occupant.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        occupant.bind((HOST, last))
        occupant.listen()
        port = database.ensure_running(folder).port

    assert port != last


def test_making_the_data_folder_starts_over_after_it_was_cut_short(tmp_path: Path) -> None:
    (tmp_path / "data.unfinished").mkdir()
    (tmp_path / "data.unfinished" / "PG_VERSION").write_text("18\n")
    (tmp_path / "password.unfinished").write_text("half")

    with connect(tmp_path) as connection:
        row = connection.execute("SELECT 1").fetchone()
    database.release(tmp_path)

    assert row == (1,)


def test_a_server_that_cannot_start_says_where_its_reason_stands(tmp_path: Path, made_folder: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(made_folder, broken)
    (broken / "data" / "postgresql.conf").write_text("shared_buffers = nonsense\n")

    with pytest.raises(EmbeddedServerError, match=r"shared_buffers") as caught:
        database.ensure_running(broken)
    database.release(broken)

    assert str(broken / "log") in str(caught.value)


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")

    with pytest.raises(EmbeddedServerError, match="HANDOFF_VAR"):
        database.ensure_running(tmp_path / "var" / "postgres")


def server_user(folder: Path) -> str:
    placement = place(folder)
    running = postmaster.find_postmaster(placement.data)
    assert running
    return running.process.username()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter."""
    with tempfile.TemporaryDirectory(prefix="handoff ") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@is_root
def test_root_without_user_namespaces_lets_another_user_run_it(open_folder: Path) -> None:
    user = start_user(open_folder, env=WITHOUT_UNSHARE)
    port_of(user)

    name = server_user(open_folder)
    end(user)

    assert name in STAND_INS
    assert (open_folder / "data").stat().st_uid == pwd.getpwnam(name).pw_uid
    assert eventually(lambda: not is_running(open_folder))


@is_root
def test_root_without_user_namespaces_keeps_elsewhere_what_that_user_cannot_reach(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    user = start_user(tmp_path, env=WITHOUT_UNSHARE)
    port_of(user)

    data = place(tmp_path).data
    name = server_user(tmp_path)
    end(user)

    assert name in STAND_INS
    assert data.is_relative_to(SHARED_ROOT)
    assert eventually(lambda: postmaster.find_postmaster(data) is None)
    shutil.rmtree(data.parent)


@is_root
def test_root_runs_the_server_of_an_ordinary_user_as_that_user(open_folder: Path) -> None:
    os.chown(open_folder, ordinary_user().pw_uid, ordinary_user().pw_gid)
    ordinary = start_user(open_folder, ordinary_python(), **as_ordinary_user())
    port_of(ordinary)

    end(ordinary)
    assert eventually(lambda: not is_running(open_folder))
    database.ensure_running(open_folder)
    name = server_user(open_folder)
    database.release(open_folder)
    again = start_user(open_folder, ordinary_python(), **as_ordinary_user())
    port_of(again)
    end(again)

    assert name == ordinary_user().pw_name
    assert eventually(lambda: not is_running(open_folder))


@is_root
def test_an_ordinary_user_is_told_that_a_folder_is_not_theirs(open_folder: Path, made_folder: Path) -> None:
    shutil.copytree(made_folder / "data", open_folder / "data")

    user = start_user(open_folder, ordinary_python(), **as_ordinary_user())
    _, words = user.communicate(timeout=SECONDS)

    assert user.returncode == 1
    assert "it belongs to another user" in words
