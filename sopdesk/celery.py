"""The Celery application: `celery -A sopdesk.celery worker`. Its settings: sopdesk/settings/celery.py.

DJANGO_SETTINGS_MODULE has no default here: the web processes import this too, and theirs is production.
"""

import time
from typing import Any

from celery import Celery
from celery.signals import heartbeat_sent, setup_logging
from django.conf import settings
from django_structlog.celery.steps import DjangoStructLogInitStep

from sopdesk import heartbeat
from sopdesk.logging import configure

app = Celery("sopdesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)

_last_beat = 0.0


def be_brief() -> None:
    """For a process that answers pages: it waits for Redis only briefly, where a worker may wait long."""
    app.conf.broker_transport_options = {**app.conf.broker_transport_options, **settings.WEB_BROKER_OPTIONS}


@setup_logging.connect
def _log_as_the_web_does(**_: Any) -> None:
    """Celery would otherwise lay its own handlers above ours."""
    configure(settings.LOGGING)


@heartbeat_sent.connect
def _say_that_a_worker_lives(**_: Any) -> None:
    """Celery beats every 2 s; /readyz needs it less often."""
    global _last_beat
    if time.monotonic() - _last_beat >= heartbeat.EVERY_SECONDS:
        _last_beat = time.monotonic()
        heartbeat.beat()
