"""Settings of the real workers that fault tests start: the test's database, a Redis of the test's own."""

import os

from sopdesk.settings.test import *  # noqa: F403
from sopdesk.settings.test import CELERY_BEAT_SCHEDULE, DATABASES

DATABASES["default"]["NAME"] = os.environ["SOPDESK_FAULT_DATABASE"]
REDIS_URL = CELERY_BROKER_URL = os.environ["SOPDESK_FAULT_REDIS"]
CELERY_IMPORTS = ["tests.faults.steps"]

if os.environ.get("SOPDESK_FAULT_QUICK"):
    CELERY_BEAT_SCHEDULE["jobs.sweep"]["schedule"] = 1.0
    CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT = 3, 6
