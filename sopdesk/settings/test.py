"""Tests: fast hashing, mail in memory, no broker, a database named by SOPDESK_TEST_DB."""

import os

from sopdesk import embedded
from sopdesk.logging import configuration
from sopdesk.settings.base import *  # noqa: F403
from sopdesk.settings.base import VAR_DIR
from sopdesk.settings.celery import *  # noqa: F403
from sopdesk.settings.services import database

DEBUG = False
STYLE_GUIDE = DEMO_MAY_EMPTY = True
SECRET_KEY = "tests-only"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]

_database = database(embedded.urls().database)
# Nothing of a test need survive a power cut.
_database["OPTIONS"]["options"] = "-c synchronous_commit=off"
_database["TEST"] = {"NAME": f"test_{os.environ.get('SOPDESK_TEST_DB', 'sopdesk')}"}
DATABASES = {"default": _database}

# Another database than a running desk's, and no broker: its worker must not be sent the tests' jobs.
REDIS_URL = f"{embedded.urls().redis.rsplit('/', 1)[0]}/1"
CELERY_BROKER_URL = "memory://"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MEDIA_ROOT = VAR_DIR / "test-media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

LOGGING = configuration("console", level="WARNING")
STYLE_GUIDE = True
