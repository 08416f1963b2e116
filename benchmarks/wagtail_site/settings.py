"""A plain Wagtail site, as its own start template makes one, on a database of its own. For the benchmark alone."""

import os

SECRET_KEY = "bench"  # noqa: S105 (nothing is kept here)
DEBUG = False
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "wagtail_site.urls"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
WAGTAIL_SITE_NAME = "Bench"
WAGTAILADMIN_BASE_URL = "http://testserver"
STATIC_URL = "/static/"
INSTALLED_APPS = [
    "wagtail_site.home",
    "wagtail.contrib.redirects",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ["BENCH_PGHOST"],
        "PORT": os.environ["BENCH_PGPORT"],
        "USER": os.environ["BENCH_PGUSER"],
        "PASSWORD": os.environ.get("BENCH_PGPASSWORD", ""),
        "NAME": "postgres",
        "TEST": {"NAME": "test_bench_wagtail"},
        "CONN_MAX_AGE": 600,
    }
}
