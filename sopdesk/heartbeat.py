"""The workers' sign of life: one key in Redis, which any worker refreshes and which ends by itself."""

import time

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

EVERY_SECONDS = 5
FORGOTTEN_SECONDS = 3600
KEY = "sopdesk:worker-heartbeat"


def client(*, timeout: float = 1.0) -> redis.Redis:
    """A client that answers within `timeout` seconds or raises `redis.RedisError`; it does not try twice."""
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        retry=Retry(NoBackoff(), 0),
    )


def beat() -> None:
    """Say that a worker lives. Without Redis there is nothing to say it to."""
    try:
        with client() as connection:
            connection.set(KEY, repr(time.time()), ex=FORGOTTEN_SECONDS)
    except redis.RedisError:
        return


def age() -> float | None:
    """Seconds since any worker's last sign of life; None without one. Raises `redis.RedisError` without Redis."""
    with client() as connection:
        said = connection.get(KEY)
    return None if said is None else max(0.0, time.time() - float(said))
