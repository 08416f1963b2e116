"""Where the embedded servers keep their things. Each checkout has its own `var/`, so checkouts are independent."""

import hashlib
import os
import tempfile
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent.parent
VAR = Path(os.environ.get("SOPDESK_VAR") or PROJECT_ROOT / "var").absolute()

LOGS = VAR / "log"
POSTGRES = VAR / "postgres"
REDIS = VAR / "redis"
START_LOCK = VAR / "embedded.start.lock"
USERS_LOCK = VAR / "embedded.users.lock"

# A Unix socket's path may hold 107 bytes on Linux and 103 on macOS, the socket's own name included.
SOCKET_PATH_LIMIT = 100
LOG_LIMIT_BYTES = 20 * 1024 * 1024


def socket_folder() -> Path:
    """The folder of Postgres' socket: `var/run`, or a private one under /tmp where that path is too long."""
    folder = VAR / "run"
    if len(os.fsencode(folder / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT:
        return folder
    digest = hashlib.sha256(os.fsencode(VAR)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"sopdesk-{os.getuid()}-{digest}"


def log_file(name: str) -> Path:
    """The log of a server; one that has grown past the limit is set aside as `NAME.log.1`."""
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / f"{name}.log"
    if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
        path.replace(path.with_suffix(".log.1"))
    path.touch(exist_ok=True)
    return path


def tail(path: Path, lines: int = 15) -> str:
    """The last lines of a log, for an error message."""
    if not path.exists():
        return f"({path} does not exist)"
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
