"""Is the process alive, and can it do its work? `/healthz` asks nobody; `/readyz` asks everybody, briefly."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

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
    findings = {**_timed(_from_database), **_timed(_from_redis)}
    ok = all(finding.ok for finding in findings.values())
    body = {
        "status": "ready" if ok else "not ready",
        "off": [name for name, finding in findings.items() if not finding.ok],
        "checks": {name: asdict(finding) for name, finding in findings.items()},
    }
    return JsonResponse(body, status=200 if ok else 503)


def _timed(look: Callable[[], dict[str, Finding]]) -> dict[str, Finding]:
    begin = time.monotonic()
    found = look()
    took = round(1000 * (time.monotonic() - begin))
    return {name: replace(finding, milliseconds=took) for name, finding in found.items()}


def _from_database() -> dict[str, Finding]:
    """The database, and the oldest job in it. Asked once, so that a silent database costs the wait once."""
    try:
        asked_for, others = _ages_of_oldest_jobs()
    except psycopg.Error as error:
        return {"database": _no_answer(error), "oldest_job": Finding(False, "not known")}
    return {"database": Finding(True, "answers"), "oldest_job": _job_finding(asked_for, others)}


def _ages_of_oldest_jobs() -> tuple[float | None, float | None]:
    """Seconds, or None when no such job waits: of those that a person asked for, and of the others, which come later.

    Over a connection of its own that is given up quickly.
    """
    parameters = connections[DEFAULT_DB_ALIAS].get_connection_params()
    wanted = {
        name: parameters[name]
        for name in ("dbname", "user", "password", "host", "port")
        if name in parameters
    }
    options = f"-c statement_timeout={DATABASE_SECONDS * 1000}"
    oldest = "extract(epoch FROM now() - min(created_at) FILTER (WHERE created_by_id IS {} NULL))::float"
    waiting = f"SELECT {oldest.format('NOT')}, {oldest.format('')} FROM jobs_job WHERE state = 'queued'"  # noqa: S608
    # libpq takes 2 s as the least that may be waited for a connection.
    with psycopg.connect(**wanted, connect_timeout=2, options=options, autocommit=True) as connection:
        row = connection.execute(waiting).fetchone()
    return (row[0], row[1]) if row else (None, None)


def _job_finding(asked_for: float | None, others: float | None) -> Finding:
    known = [age for age in (asked_for, others) if age is not None]
    if not known:
        return Finding(True, "no job waits")
    ok = (asked_for or 0) <= settings.JOB_WAITING_SECONDS and (
        others or 0
    ) <= settings.UNASKED_JOB_WAITING_SECONDS
    return Finding(ok, f"the oldest job has waited for {max(known):.0f} s")


def _from_redis() -> dict[str, Finding]:
    """Redis, and the workers' heartbeat in it."""
    try:
        age = heartbeat.age()
    except redis.RedisError as error:
        return {"redis": _no_answer(error), "worker": Finding(False, "not known")}
    return {"redis": Finding(True, "answers"), "worker": _worker_finding(age)}


def _worker_finding(age: float | None) -> Finding:
    if age is None:
        return Finding(False, "no worker has been heard of")
    return Finding(age <= settings.WORKER_SILENT_SECONDS, f"last heard of {age:.0f} s ago")


def _no_answer(error: Exception) -> Finding:
    """What went wrong, without the addresses that drivers put into their messages."""
    return Finding(False, f"does not answer ({type(error).__name__})")
