"""Both servers together: find or start them, know who uses them, stop them when nobody does."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from sopdesk.embedded import layout, postgres, redis
from sopdesk.embedded.locks import SharedHold, exclusive

# Commands that read the project only; starting servers for them would be a surprise.
OFFLINE_COMMANDS = frozenset(
    {
        "check",
        "collectstatic",
        "compilemessages",
        "diffsettings",
        "help",
        "makemessages",
        "spectacular",
        "version",
    }
)

VARIABLES = {"Postgres": "DATABASE_URL", "Redis": "REDIS_URL"}
SERVERS = {"Postgres": postgres, "Redis": redis}

_hold = SharedHold(layout.USERS_LOCK)


@dataclass(frozen=True)
class Urls:
    """Where the database and Redis are."""

    database: str
    redis: str


def urls() -> Urls:
    """The addresses in force: the environment's, else the embedded servers'. Starts nothing."""
    return Urls(
        database=os.environ.get("DATABASE_URL") or postgres.url(),
        redis=os.environ.get("REDIS_URL") or redis.url(),
    )


def offline_command(arguments: Sequence[str]) -> bool:
    """True when `manage.py` with these arguments (`sys.argv`) needs no server."""
    return (
        len(arguments) < 2
        or arguments[1] in OFFLINE_COMMANDS
        or bool({"--help", "-h", "--version"} & {*arguments})
    )


def wanted() -> tuple[str, ...]:
    """The names of the servers that the environment does not replace by others."""
    return tuple(name for name, variable in VARIABLES.items() if not os.environ.get(variable))


def ensure() -> tuple[str, ...]:
    """Bring up what the environment does not name; returns the names of the servers that were started now.

    The process counts as a user of the servers until it ends, so that `stop()` elsewhere leaves them alone.
    Raises EmbeddedError with the reason when a server does not come up.
    """
    if not wanted():
        return ()
    with exclusive(layout.START_LOCK):
        _hold.take()
        return tuple(name for name in wanted() if SERVERS[name].start())


def stop(*, even_if_used: bool = False) -> bool:
    """Stop the embedded servers unless another process uses them; False when they were left running for it."""
    if not layout.VAR.exists():
        return True
    with exclusive(layout.START_LOCK):
        if not _hold.nobody_else() and not even_if_used:
            return False
        redis.stop()
        postgres.stop()
    return True
