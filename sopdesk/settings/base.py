"""What every environment shares. Values that differ live in development.py, test.py, production.py."""

import logging
import os
from pathlib import Path
from typing import Any

import django_stubs_ext
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from sopdesk.embedded import layout

# Lets `ModelForm[Change]` and the like be written at run time, as the type checker needs them.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = layout.VAR

ROOT_URLCONF = "sopdesk.urls"
WSGI_APPLICATION = "sopdesk.wsgi.application"
APPEND_SLASH = False

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "pgtrigger",
    "simple_history",
    "template_partials",
    "sopdesk.audit",
    "sopdesk.accounts",
    "sopdesk.letters",
    "sopdesk.jobs",
    "sopdesk.search",
    "sopdesk.documents",
    "sopdesk.discussion",
    "sopdesk.readership",
    "sopdesk.exchange",
    "macros",
    "knowledgebase",
    "sops",
    "metrics",
    "metrics.dashboards",
    "metrics.promises",
    "metrics.quality",
    "metrics.privacy",
    "metrics.effects",
    "metrics.improving",
    "metrics.watching",
    "compliance",
    "sopdesk.demo",
    "sopdesk.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "sopdesk.web.zones.ViewersZone",
    "sopdesk.web.kept.TypedTextIsKept",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sopdesk.web.navigation.navigation",
            ],
            "builtins": [
                "sopdesk.web.templatetags.desk",
                "sopdesk.web.templatetags.quick",
                "sopdesk.documents.templatetags.documents",
            ],
            "libraries": {"i18n": "sopdesk.web.templatetags.quick_i18n"},
        },
    }
]
# `i18n` is ours on purpose: Django's tags, of which one is quicker (sopdesk/web/templatetags/quick_i18n.py).
SILENCED_SYSTEM_CHECKS = ["templates.W003"]
FORM_RENDERER = "sopdesk.web.widgets.Renderer"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "sopdesk.accounts.adapter.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
# Beside allauth's own: signing an approval, asking for an outside reviewer's code and typing it.
ACCOUNT_RATE_LIMITS = {
    "prove": "5/5m/user",
    "outside_code": "3/10m/key,10/d/key,20/h/ip",
    "outside_try": "30/10m/ip",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"

CSRF_FAILURE_VIEW = "sopdesk.web.errors.csrf_failure"

# Whether `manage.py demo --fresh` may empty the database: on a laptop only.
DEMO_MAY_EMPTY = False

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Customers are hashed by it; empty: by SECRET_KEY. By the others, keys of before, they are still found and erased.
REQUESTER_KEY = ""
REQUESTER_KEY_FALLBACKS: list[str] = []
# Fingerprints of keys that nobody has any more: without them here imports wait until the key is back.
REQUESTER_KEYS_LOST: list[str] = []
# Who was erased, once more, beside the database: a restored backup knows nothing of later erasures.
ERASED_LEDGER = VAR_DIR / "ledger" / "erased.jsonl"

# Where people reach the desk: what links in letters begin with.
SITE_ADDRESS = "http://localhost:8000"

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR_DIR / "media"

# A ticket file streams to disk; anything else a form carries stays small.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
UPLOAD_MAX_BYTES = 2 * 1024**3

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

# Where the reporting day begins and ends, and the zone shown when a person has set none.
REPORTING_TIME_ZONE = "Europe/Dublin"
# Within which what an import changed can be taken back; what it added can be removed always.
IMPORT_UNDO_DAYS = 30
# For how long it stays noted who had the text of a ticket shown, and why.
TEXT_VIEWS_KEPT_DAYS = 730
# A folder whose files of tickets are imported by themselves (metrics/collecting.py); none when empty.
IMPORT_FOLDER = os.environ.get("IMPORT_FOLDER", "")

SIMPLE_HISTORY_REVERT_DISABLED = True

# The pages that show every component; development and tests turn them on.
STYLE_GUIDE = False

# No inline script or style anywhere, and nobody may frame a page.
# `data:` pictures are the small arrows inside Tabler's style sheet. The nonce is for the editor's style sheet, and sent
# with its page alone (docs/decisions/0014-editor.md).
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}

LOGGING_CONFIG = "sopdesk.logging.configure"
DJANGO_STRUCTLOG_CELERY_ENABLED = True
# Who reads what is not for a log: addresses stay out of it.
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
# One line a request: its end says all that its beginning does.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG

# Seconds without a worker's heartbeat, and of the oldest waiting job, after which /readyz says so.
WORKER_SILENT_SECONDS = 30
JOB_WAITING_SECONDS = 300
UNASKED_JOB_WAITING_SECONDS = 3600  # those come after what somebody asked for
