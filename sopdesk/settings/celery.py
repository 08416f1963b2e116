"""Celery: a message is only a hint, the job row in Postgres is the truth. Reasons: docs/operations.md, "Jobs"."""

from typing import Any

from celery.schedules import crontab

from sopdesk.settings.base import VAR_DIR
from sopdesk.settings.services import QUICK_RETRY

CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False
# `retry_on_worker_lost` starts a task exactly 1 + max_retries times when its pool child keeps dying.
CELERY_TASK_RETRY_ON_WORKER_LOST = True
CELERY_TASK_ANNOTATIONS = {"*": {"max_retries": 3, "default_retry_delay": 10}}
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"

CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    "visibility_timeout": 300,
    "unacked_restore_throttle": 1,
    "socket_timeout": 30,
    "socket_connect_timeout": 1,
    "socket_keepalive": True,
    **QUICK_RETRY,
}
# A page that sends a hint waits twice this at most, even for a Redis that takes connections and never answers.
WEB_BROKER_OPTIONS = {"socket_timeout": 0.2, "socket_connect_timeout": 0.2}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # A worker waits for Redis for as long as it takes.
CELERY_TASK_PUBLISH_RETRY_POLICY = QUICK_RETRY

CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_ENABLE_PREFETCH_COUNT_REDUCTION = True

# None has a priority, so that all are among the first: a message without a row is lifted by no sweep (decision 54).
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat" / "schedule")
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "metrics.age": {"task": "metrics.tasks.age", "schedule": 300.0, "options": {"expires": 300}},
    "metrics.collect_imports": {
        "task": "metrics.tasks.collect_imports",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "metrics.forget_befores": {
        "task": "metrics.tasks.forget_befores",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "metrics.send_views": {
        "task": "metrics.dashboards.tasks.send_views",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    # Hourly, so that a beat that was down catches up; each rule draws a week once.
    "quality.draw": {
        "task": "metrics.quality.tasks.draw",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "metrics_privacy.remove_files": {
        "task": "metrics.privacy.tasks.remove_files",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "metrics_privacy.retain": {
        "task": "metrics.privacy.tasks.retain",
        "schedule": crontab(hour=1, minute=15),
        "options": {"expires": 12 * 3600},
    },
    # Hourly: yesterday, as soon as its tickets are there.
    "metrics.watching.watch": {
        "task": "metrics.watching.tasks.watch",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    # Hourly: a look whose day has come, or whose tickets came late.
    "metrics.effects.look": {
        "task": "metrics.effects.tasks.look",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "exchange.tidy": {
        "task": "sopdesk.exchange.tasks.tidy",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "jobs.sweep": {"task": "sopdesk.jobs.tasks.sweep", "schedule": 15.0, "options": {"expires": 30}},
    "letters.send": {
        "task": "sopdesk.letters.tasks.send_waiting",
        "schedule": 20.0,
        "options": {"expires": 40},
    },
    # Hourly, so that a beat that was down catches up; each owner is written to once a week.
    "documents.remind": {
        "task": "sopdesk.documents.tasks.remind_owners",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "documents.settle": {
        "task": "sopdesk.documents.tasks.settle_due",
        "schedule": 20.0,
        "options": {"expires": 40},
    },
    "readership.settle": {
        "task": "sopdesk.readership.tasks.settle",
        "schedule": 20.0,
        "options": {"expires": 40},
    },
    "readership.remind": {
        "task": "sopdesk.readership.tasks.remind",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
}
