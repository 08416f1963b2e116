"""Settings of the real workers that fault tests start: the test's database, a Redis of the test's own."""

import os

from sopdesk.settings.test import *  # noqa: F403
from sopdesk.settings.test import CELERY_BEAT_SCHEDULE, DATABASES
from tests.faults import quick

DATABASES["default"]["NAME"] = os.environ["SOPDESK_FAULT_DATABASE"]
REDIS_URL = CELERY_BROKER_URL = os.environ["SOPDESK_FAULT_REDIS"]
CELERY_IMPORTS = ["tests.faults.steps"]

# Nothing else is due by itself: these tests are about jobs.
CELERY_BEAT_SCHEDULE = {"jobs.sweep": {**CELERY_BEAT_SCHEDULE["jobs.sweep"], "schedule": quick.SWEEP_SECONDS}}
CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT = quick.CHUNK_SECONDS, quick.KILLED_AFTER_SECONDS
