"""Database and media in one file, and back: a tar of `manifest.json`, `database.dump` (pg_dump's) and `media/…`.

The manifest names the SHA-256 of every member and the rows of every table, counted in the snapshot that was dumped.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import sql
from psycopg.conninfo import make_conninfo

from sopdesk.embedded import postgres

FORMAT = 1
DUMP = "database.dump"
MANIFEST = "manifest.json"
MEDIA = "media/"
LEFT_OUT = ("imports", "persons")
"""Folders of media that are in no archive: uploads hold what no row has yet, unmasked, and exports of a person are for
days. Who was erased after an archive was made would come back with them."""

Say = Callable[[str], None]


class ArchiveRefused(Exception):
    """The file cannot be written or read back; the message says why and what to do."""


@dataclass(frozen=True)
class Manifest:
    """What an archive holds: SHA-256 (hex) by member, number of rows by table."""

    format: int
    made_at: str
    postgres: str
    sha256: dict[str, str]
    rows: dict[str, int]


def write(target: Path, say: Say) -> Manifest:
    """Write an archive to `target`, which must not exist; it appears there whole or not at all."""
    if target.exists():
        raise ArchiveRefused(f"{target} exists already; name another file.")
    target.parent.mkdir(parents=True, exist_ok=True)
    media = Path(settings.MEDIA_ROOT)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        dump = Path(folder) / DUMP
        say("Dumping the database.")
        version, rows = _dump(dump)
        members = {DUMP: dump, **{f"{MEDIA}{path.relative_to(media)}": path for path in _kept(media)}}
        say(f"Packing {len(members) - 1} media files.")
        sums = {name: _sha256(path) for name, path in members.items()}
        manifest = Manifest(FORMAT, datetime.now(UTC).isoformat(), version, sums, rows)
        part = Path(folder) / "archive"
        _pack(part, manifest, members)
        part.replace(target)
    return manifest


def read_back(source: Path, say: Say, *, force: bool = False) -> Manifest:
    """Replace database and media by an archive's, verified. Refuses when either holds anything, unless `force`.

    Checksums are looked at before anything is touched; the database is restored in one transaction.
    """
    if not source.is_file():
        raise ArchiveRefused(f"{source} is not a file.")
    media = Path(settings.MEDIA_ROOT)
    if not force and (_tables() or any(_files(media))):
        raise ArchiveRefused("The database or the media folder is not empty. --force replaces what is there.")
    media.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=media.parent, prefix=".restore-") as folder:
        say("Checking the file.")
        manifest = _unpack(source, Path(folder))
        say("Restoring the database.")
        if force:
            _recreate_database()
        _restore(Path(folder) / DUMP)
        _replace_media(Path(folder) / MEDIA, media, Path(folder) / "media-before")
    _verify_rows(manifest)
    return manifest


def _connection_parameters() -> dict[str, Any]:
    parameters = connections[DEFAULT_DB_ALIAS].get_connection_params()
    return {
        name: parameters[name]
        for name in ("dbname", "user", "password", "host", "port")
        if parameters.get(name)
    }


@contextmanager
def _connected(**changed: Any) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(**{**_connection_parameters(), **changed}) as connection:
        yield connection


def _tables(connection: psycopg.Connection[Any] | None = None) -> list[str]:
    if connection is None:
        with _connected() as own:
            return _tables(own)
    # A partition's rows are counted in the table that it is a part of.
    query = """
        SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
          AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
        ORDER BY relname"""
    return [name for (name,) in connection.execute(query)]


def _rows(connection: psycopg.Connection[Any]) -> dict[str, int]:
    counts = {}
    for table in _tables(connection):
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
        counts[table] = row[0] if row else 0
    return counts


def _dump(target: Path) -> tuple[str, dict[str, int]]:
    with _connected() as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        exported = connection.execute(
            "SELECT pg_export_snapshot(), current_setting('server_version')"
        ).fetchone()
        if exported is None:
            raise ArchiveRefused("The database gave no snapshot.")
        snapshot, version = exported
        # What an import has read ahead is made again; and a dump that holds it would hold up that import.
        passing = "--exclude-table=ahead.*"
        _client("pg_dump", "--format=custom", passing, f"--snapshot={snapshot}", f"--file={target}")
        return version, _rows(connection)


def _restore(dump: Path) -> None:
    """Comments stay out: an extension's belongs to whoever installed it, often not to us."""
    _client("pg_restore", "--no-owner", "--no-comments", "--single-transaction", "--exit-on-error", str(dump))


def _client(name: str, *arguments: str) -> None:
    """Run pg_dump or pg_restore against the settings' database; the password goes by the environment."""
    parameters = _connection_parameters()
    environment = {**os.environ, "PGPASSWORD": parameters.pop("password", "")}
    command = [str(postgres.program(name)), f"--dbname={make_conninfo(**parameters)}", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ArchiveRefused(f"{name} failed: {done.stderr.strip()}")


def _recreate_database() -> None:
    connections[DEFAULT_DB_ALIAS].close()
    name = sql.Identifier(_connection_parameters()["dbname"])
    with psycopg.connect(**{**_connection_parameters(), "dbname": "postgres"}, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file()) if folder.is_dir() else iter(())


def _kept(media: Path) -> Iterator[Path]:
    return (path for path in _files(media) if path.relative_to(media).parts[0] not in LEFT_OUT)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _pack(target: Path, manifest: Manifest, members: dict[str, Path]) -> None:
    notes = target.with_name(MANIFEST)
    notes.write_text(json.dumps(asdict(manifest), indent=2))
    target.touch(mode=0o600)
    with tarfile.open(target, "w") as archive:
        for name, path in {MANIFEST: notes, **members}.items():
            archive.add(path, name)


def _unpack(source: Path, folder: Path) -> Manifest:
    try:
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
        manifest = Manifest(**json.loads((folder / MANIFEST).read_text()))
    except (tarfile.TarError, OSError, ValueError, TypeError) as error:
        raise ArchiveRefused(f"{source} is not a backup of SOPDesk, or it is cut short ({error}).") from error
    if manifest.format != FORMAT:
        raise ArchiveRefused(f"{source} has format {manifest.format}; this version reads format {FORMAT}.")
    for name, expected in manifest.sha256.items():
        path = folder / name
        if not path.is_file() or _sha256(path) != expected:
            raise ArchiveRefused(
                f"{source} is damaged: {name} does not have the checksum that was written down."
            )
    return manifest


def _replace_media(new: Path, media: Path, aside: Path) -> None:
    new.mkdir(exist_ok=True)
    for name in LEFT_OUT:  # of an archive that an earlier release made
        shutil.rmtree(new / name, ignore_errors=True)
    if media.exists():
        media.replace(aside)
    new.replace(media)


def _verify_rows(manifest: Manifest) -> None:
    with _connected() as connection:
        found = _rows(connection)
    if found != manifest.rows:
        wrong = sorted(
            name for name in found.keys() | manifest.rows.keys() if found.get(name) != manifest.rows.get(name)
        )
        raise ArchiveRefused(f"Restored, but the number of rows differs in: {', '.join(wrong)}.")
