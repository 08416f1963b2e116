"""Turns the two addresses a deployment names, DATABASE_URL and REDIS_URL, into Django's and Celery's settings."""

from typing import Any

from psycopg.conninfo import conninfo_to_dict


def database(url: str) -> dict[str, Any]:
    """One entry of DATABASES from any libpq address: `postgresql://…` with its parameters, or `host=… dbname=…`.

    Connections are kept and checked before use, so that a restarted Postgres costs no request.
    """
    parts = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    parts.setdefault("connect_timeout", "5")
    return {
        "ENGINE": "sopdesk.postgres",
        "NAME": parts.pop("dbname", "sopdesk"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": parts,
    }


# With Redis down a page still answers: one quick second try, then the sweeper's turn (a message is only a hint).
QUICK_RETRY = {"max_retries": 1, "interval_start": 0.0, "interval_step": 0.1, "interval_max": 0.1}
