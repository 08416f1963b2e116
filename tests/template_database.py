"""A database with every migration applied, made once and copied for each run: copying takes a moment, migrating many.

Its name holds a hash of all migrations, so that a new one makes a new template, and the old ones go.
"""

from __future__ import annotations

import copy
import hashlib
import subprocess
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit

from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.models import Field

from sopdesk import embedded
from sopdesk.embedded import layout, postgres
from sopdesk.embedded.locks import exclusive

PREFIX = "template_sopdesk_"
PATIENCE_SECONDS = 300


def ready() -> str:
    """The name of the template, made now where it is not there. Of several processes the first makes it."""
    layout.VAR.mkdir(exist_ok=True)
    name = PREFIX + _digest()
    with exclusive(layout.VAR / "template.lock", patience=PATIENCE_SECONDS):
        if name not in _there() or not _dump_of(name).exists():
            _make(name)
    return name


def dump() -> Path:
    """The same as SQL for psql, for the tests that have a server of their own. None of its rows is anybody's."""
    return _dump_of(ready())


def _dump_of(name: str) -> Path:
    return layout.VAR / f"{name}.sql"


def _digest() -> str:
    """Of the migrations of all apps, ours and others'."""
    digest = hashlib.sha256()
    for config in sorted(apps.get_app_configs(), key=lambda config: config.name):
        for path in sorted((Path(config.path) / "migrations").glob("*.py")):
            digest.update(f"{config.name} {path.name}".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _there() -> set[str]:
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"])
        return {name for (name,) in cursor.fetchall()}


def _make(name: str) -> None:
    making, own = f"{PREFIX}making", connection.settings_dict["NAME"]
    with connection._nodb_cursor() as cursor:
        for old in _there():
            cursor.execute(f"DROP DATABASE {old} WITH (FORCE)")
            _dump_of(old).unlink(missing_ok=True)
        cursor.execute(f"CREATE DATABASE {making}")
    connection.close()
    connection.settings_dict["NAME"] = making
    # Each step renders some twenty models anew. To take their fields apart and make them again costs half of it all,
    # and a copy is the same: no field of a state is bound to a model.
    try:
        with patch.object(Field, "clone", copy.deepcopy):
            call_command("migrate", verbosity=0, run_syncdb=True)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {making} RENAME TO {name}")
    # Now, while nobody is making a copy: that cannot be done of a database that somebody else reads.
    _write_dump(name)


def _write_dump(name: str) -> None:
    path = _dump_of(name)
    making = path.with_suffix(".making")
    subprocess.run(
        [postgres.program("pg_dump"), "--no-owner", "--no-comments", "-f", making, "-d", _address(name)],
        check=True,
    )
    making.rename(path)


def _address(name: str) -> str:
    """Of a database of the server that the tests use, as libpq wants it."""
    return urlsplit(embedded.urls().database)._replace(path=f"/{name}").geturl()
