"""Production: everything secret comes from the environment, and the desk refuses to start without it."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from sopdesk.logging import configuration
from sopdesk.settings.base import *  # noqa: F403
from sopdesk.settings.celery import *  # noqa: F403
from sopdesk.settings.services import database

REQUIRED = {
    "SECRET_KEY": "50 random characters or more: python -c 'import secrets; print(secrets.token_urlsafe(50))'",
    "DATABASE_URL": "postgresql://user:password@host:5432/sopdesk",
    "REDIS_URL": "redis://:password@host:6379/0 (its own Redis: appendonly yes, maxmemory-policy noeviction)",
    "ALLOWED_HOSTS": "the host names people use, with commas between: desk.example.com",
    "EMAIL_HOST": "the mail server that password mails leave by: smtp.example.com",
    "DEFAULT_FROM_EMAIL": "who those mails are from: SOPDesk <desk@example.com>",
}


def _required() -> dict[str, str]:
    """The required variables. Raises one ImproperlyConfigured that names all that are missing, each with its form."""
    missing = [name for name in REQUIRED if not os.environ.get(name, "").strip()]
    if missing:
        lines = "\n".join(f"  {name}: {REQUIRED[name]}" for name in missing)
        raise ImproperlyConfigured(f"Set these environment variables before starting SOPDesk:\n{lines}")
    return {name: os.environ[name].strip() for name in REQUIRED}


def _secret(name: str) -> str:
    """An optional secret, from the environment or out of a file: REQUESTER_KEY_FILE names it, for example."""
    path = os.environ.get(f"{name}_FILE", "")
    return (Path(path).read_text() if path else os.environ.get(name, "")).strip()


_environment = _required()

DEBUG = False
SECRET_KEY = _environment["SECRET_KEY"]
SECRET_KEY_FALLBACKS = [key for key in os.environ.get("SECRET_KEY_FALLBACKS", "").split(",") if key]
ALLOWED_HOSTS = [host.strip() for host in _environment["ALLOWED_HOSTS"].split(",") if host.strip()]
SITE_ADDRESS = os.environ.get("SITE_ADDRESS") or f"https://{ALLOWED_HOSTS[0].lstrip('.*')}"
CSRF_TRUSTED_ORIGINS = [f"https://{'*' if host.startswith('.') else ''}{host}" for host in ALLOWED_HOSTS]

REQUESTER_KEY = _secret("REQUESTER_KEY")
REQUESTER_KEY_FALLBACKS = [key for key in _secret("REQUESTER_KEY_FALLBACKS").split(",") if key]
REQUESTER_KEYS_LOST = [
    key.strip() for key in os.environ.get("REQUESTER_KEYS_LOST", "").split(",") if key.strip()
]

DATABASES = {"default": database(_environment["DATABASE_URL"])}
REDIS_URL = CELERY_BROKER_URL = _environment["REDIS_URL"]

# Shared by all web processes, and safe to lose: it counts log-in attempts.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache_entries"}}

EMAIL_HOST = _environment["EMAIL_HOST"]
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("EMAIL_USE_TLS", "1") == "1"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = _environment["DEFAULT_FROM_EMAIL"]

MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT", "/srv/sopdesk/media"))
ERASED_LEDGER = Path(os.environ.get("ERASED_LEDGER", "/srv/sopdesk/ledger/erased.jsonl"))
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", "/srv/sopdesk/static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# TLS ends at the proxy, which says so; health checks come from inside, without it.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-sessionid"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrftoken"
LANGUAGE_COOKIE_SECURE = True
# The proxy sets both (deploy/nginx.conf), whatever a client sends.
ALLAUTH_TRUSTED_CLIENT_IP_HEADER = "X-Real-IP"
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True

CELERY_BEAT_SCHEDULE_FILENAME = os.environ.get("BEAT_SCHEDULE", "/srv/sopdesk/beat/schedule")

LOGGING = configuration("json", level=os.environ.get("LOG_LEVEL", "INFO"))
