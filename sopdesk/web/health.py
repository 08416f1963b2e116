"""Is the process alive, and can it do its work? `/healthz` asks nobody; `/readyz` asks everybody, briefly."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import psycopg
import redis
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sopdesk import heartbeat

# Postgres and Redis are asked with these limits, so that the answer comes within about two seconds.
DATABASE_SECONDS = 1


@dataclass(frozen=True)
class Finding:
    """What one part said: fine or not, in words, and how long it took to say so (milliseconds)."""

    ok: bool
    detail: str
    milliseconds: int = 0


@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """200 while the process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 when every part works, else 503; the body says which part is off and why."""
    findings = {name: _timed(look) for name, look in LOOKS.items()}
    ok = all(finding.ok for finding in findings.values())
    body = {
        "status": "ready" if ok else "not ready",
        "off": [name for name, finding in findings.items() if not finding.ok],
        "checks": {name: asdict(finding) for name, finding in findings.items()},
    }
    return JsonResponse(body, status=200 if ok else 503)


def _timed(look: Callable[[], Finding]) -> Finding:
    begin = time.monotonic()
    finding = look()
    return Finding(finding.ok, finding.detail, round(1000 * (time.monotonic() - begin)))


def _asked(query: str) -> float | None:
    """One number from the database, over a connection of its own that is given up quickly."""
    parameters = connections[DEFAULT_DB_ALIAS].get_connection_params()
    wanted = {
        name: parameters[name]
        for name in ("dbname", "user", "password", "host", "port")
        if name in parameters
    }
    options = f"-c statement_timeout={DATABASE_SECONDS * 1000}"
    # libpq takes 2 s as the least that may be waited for a connection.
    with psycopg.connect(**wanted, connect_timeout=2, options=options, autocommit=True) as connection:
        row = connection.execute(query).fetchone()
    return None if row is None or row[0] is None else float(row[0])


def _database() -> Finding:
    try:
        _asked("SELECT 1")
    except psycopg.Error as error:
        return Finding(False, _first_line(error))
    return Finding(True, "answers")


def _redis() -> Finding:
    try:
        with heartbeat.client() as connection:
            connection.ping()
    except redis.RedisError as error:
        return Finding(False, _first_line(error))
    return Finding(True, "answers")


def _worker() -> Finding:
    try:
        age = heartbeat.age()
    except redis.RedisError:
        return Finding(False, "not known: Redis does not answer")
    if age is None:
        return Finding(False, "no worker has been heard of")
    return Finding(age <= settings.WORKER_SILENT_SECONDS, f"last heard of {age:.0f} s ago")


def _oldest_job() -> Finding:
    try:
        age = _asked(
            "SELECT extract(epoch FROM now() - min(created_at)) FROM jobs_job WHERE state = 'queued'"
        )
    except psycopg.OperationalError:
        return Finding(False, "not known: the database does not answer")
    except psycopg.Error as error:
        return Finding(False, _first_line(error))
    if age is None:
        return Finding(True, "no job waits")
    return Finding(age <= settings.JOB_WAITING_SECONDS, f"the oldest job has waited for {age:.0f} s")


def _first_line(error: Exception) -> str:
    """What went wrong, without the addresses that drivers add to it."""
    return f"does not answer ({type(error).__name__})"


LOOKS: dict[str, Callable[[], Finding]] = {
    "database": _database,
    "redis": _redis,
    "worker": _worker,
    "oldest_job": _oldest_job,
}
