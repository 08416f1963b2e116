"""A laptop: embedded servers unless the environment names others, no mail sent, no secret to set.

`SOPDESK_DEBUG=1` turns on Django's own error pages; without it a page looks as it does in production.
"""

import os
import secrets
from pathlib import Path

from sopdesk import embedded
from sopdesk.logging import configuration
from sopdesk.settings.base import *  # noqa: F403
from sopdesk.settings.base import VAR_DIR
from sopdesk.settings.celery import *  # noqa: F403
from sopdesk.settings.services import database


def _remembered_secret(path: Path) -> str:
    """A key of this checkout's own, so that sessions outlive a restart."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


DEBUG = os.environ.get("SOPDESK_DEBUG") == "1"
SECRET_KEY = _remembered_secret(VAR_DIR / "secret_key")
ALLOWED_HOSTS = ["localhost", ".localhost", "127.0.0.1", "[::1]"]
STYLE_GUIDE = DEMO_MAY_EMPTY = True
INTERNAL_IPS = ["127.0.0.1"]

DATABASES = {"default": database(embedded.urls().database)}
REDIS_URL = CELERY_BROKER_URL = embedded.urls().redis

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"

# Files are served where they lie: nothing to collect after an edit.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

LOGGING = configuration("console")
STYLE_GUIDE = True
