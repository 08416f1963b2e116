"""Production refuses to start half set up, and what it sends keeps a browser safe."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

PROJECT = Path(__file__).resolve().parent.parent.parent
REQUIRED = {
    "SECRET_KEY": "k" * 25 + "0123456789abcdefghijklmnopqrstuvwxyz",
    "DATABASE_URL": "postgresql://desk:pw@db.example.com:5433/desk?sslmode=require",
    "REDIS_URL": "redis://:pw@redis.example.com:6379/0",
    "ALLOWED_HOSTS": "desk.example.com, .example.org",
    "EMAIL_HOST": "smtp.example.com",
    "DEFAULT_FROM_EMAIL": "desk@example.com",
}


def production(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python with production settings and nothing in the environment but what is given."""
    base = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "sopdesk.settings.production"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=PROJECT, env={**base, **environment}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def settings_of(*names: str) -> dict[str, object]:
    wanted = f"{{name: getattr(settings, name) for name in {names}}}"
    code = f"import json; from django.conf import settings; print(json.dumps({wanted}))"
    done = production("-c", code, **REQUIRED)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_every_missing_secret_is_named_at_once_with_its_form() -> None:
    refused = production("manage.py", "check", SECRET_KEY=" ")
    assert refused.returncode != 0
    for name in REQUIRED:
        assert f"\n  {name}: " in refused.stderr


@pytest.mark.parametrize("name", sorted(REQUIRED))
def test_one_missing_secret_stops_it(name: str) -> None:
    refused = production(
        "manage.py", "check", **{other: REQUIRED[other] for other in REQUIRED if other != name}
    )
    assert refused.returncode != 0
    assert f"\n  {name}: " in refused.stderr
    assert sum(f"\n  {each}: " in refused.stderr for each in REQUIRED) == 1


def test_the_deployment_check_finds_nothing_but_a_key_that_was_left_out() -> None:
    deploy = ("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    done = production(*deploy, **REQUIRED, REQUESTER_KEY="own")
    assert done.returncode == 0, done.stderr
    left_out = production(*deploy, **REQUIRED)
    assert left_out.returncode != 0
    assert "REQUESTER_KEY is not set" in left_out.stderr


def test_the_addresses_are_taken_apart_whole() -> None:
    found = settings_of("DATABASES", "CELERY_BROKER_URL", "CSRF_TRUSTED_ORIGINS", "STYLE_GUIDE", "DEBUG")
    database = found["DATABASES"]["default"]  # type: ignore[index]
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.example.com", "5433", "desk")
    assert (database["USER"], database["PASSWORD"]) == ("desk", "pw")
    assert database["OPTIONS"]["sslmode"] == "require"
    assert found["CELERY_BROKER_URL"] == REQUIRED["REDIS_URL"]
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://desk.example.com", "https://*.example.org"]
    assert (found["STYLE_GUIDE"], found["DEBUG"]) == (False, False)


def test_every_page_carries_the_headers_that_protect_it(client: Client) -> None:
    headers = client.get("/healthz").headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "same-origin"
    assert settings_of("SECURE_HSTS_SECONDS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE") == {
        "SECURE_HSTS_SECONDS": 365 * 24 * 3600, "SESSION_COOKIE_SECURE": True, "CSRF_COOKIE_SECURE": True,
    }  # fmt: skip


def test_a_log_line_is_json_and_keeps_its_context() -> None:
    code = (
        "import django; django.setup(); import structlog, logging; "
        "structlog.contextvars.bind_contextvars(request_id='r1'); "
        "structlog.get_logger('desk').info('said', who='ana'); logging.getLogger('library').warning('old %s', 'style')"
    )
    lines = [json.loads(line) for line in production("-c", code, **REQUIRED).stderr.splitlines()]
    assert [(line["event"], line["level"], line["request_id"]) for line in lines] == [
        ("said", "info", "r1"), ("old style", "warning", "r1"),
    ]  # fmt: skip
    assert lines[0]["who"] == "ana"
