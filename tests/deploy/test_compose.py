"""The production shape fits the project: every command, address, variable and file that it names exists."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from sopdesk import celery
from sopdesk.celery import app

PROJECT = Path(__file__).resolve().parent.parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (PROJECT / "Dockerfile").read_text()
NGINX = (PROJECT / "deploy" / "nginx.conf").read_text()
PRODUCTION = (PROJECT / "sopdesk" / "settings" / "production.py").read_text()
BASE = (PROJECT / "sopdesk" / "settings" / "base.py").read_text()
OURS = ("migrate", "web", "worker", "beat")


def words(service: str) -> list[str]:
    """A service's command as the words that are run, a `sh -c` line taken apart."""
    command = [str(word) for word in SERVICES[service]["command"]]
    return command[2].split() if command[:2] == ["sh", "-c"] else command


def option(service: str, name: str) -> str:
    return next(word.split("=", 1)[1] for word in words(service) if word.startswith(f"{name}="))


def test_every_part_of_the_shape_is_there() -> None:
    assert set(SERVICES) == {*OURS, "postgres", "redis", "nginx"}
    assert SERVICES["postgres"]["image"] == "postgres:18"
    for name in ("web", "worker", "postgres", "redis"):
        assert SERVICES[name]["healthcheck"]["test"], name


def test_modules_that_commands_name_can_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    # What serves pages makes the broker's patience brief for its whole process, and this one is not it.
    monkeypatch.setattr(celery, "be_brief", lambda: None)
    module, name = words("web")[-1].split(":")
    assert callable(getattr(importlib.import_module(module), name))
    for service in ("worker", "beat"):
        command = words(service)
        assert importlib.import_module(command[command.index("-A") + 1]).app is app
    probe = SERVICES["web"]["healthcheck"]["test"]
    assert importlib.util.find_spec(probe[probe.index("-m") + 1])


def test_management_commands_exist() -> None:
    line = words("migrate")
    named = [line[place + 1] for place, word in enumerate(line) if word == "manage.py"]
    assert named == ["migrate", "createcachetable", "load_frameworks"]
    assert set(named) <= set(get_commands())
    assert "collectstatic" in DOCKERFILE


@pytest.mark.parametrize("service", ["web", "worker", "beat"])
def test_programs_know_the_options_they_are_given(service: str) -> None:
    """Each program's own help, asked with the very command: an option that it does not know is an error."""
    done = subprocess.run(
        [sys.executable, "-m", *words(service), "--help"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    unknown = [
        word for word in words(service) if word.startswith("--") and word.split("=")[0] not in done.stdout
    ]
    assert [word for word in unknown if word != "--quiet"] == []


@pytest.mark.parametrize("service", OURS)
def test_variables_are_those_that_settings_read(service: str) -> None:
    environment = SERVICES[service]["environment"]
    read = set(re.findall(r'os\.environ(?:\.get\(|\[)"([A-Z_]+)"', PRODUCTION))
    read |= set(re.findall(r'^ {4}"([A-Z_]+)": "', PRODUCTION, re.MULTILINE))
    read |= set(re.findall(r'os\.environ\.get\("([A-Z_]+)"', BASE))
    read |= set(re.findall(r'_secret\("([A-Z_]+)"', PRODUCTION))
    assert set(environment) <= read | {"DJANGO_SETTINGS_MODULE"}
    assert {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS", "EMAIL_HOST"} <= set(environment)
    assert environment["DJANGO_SETTINGS_MODULE"] == "sopdesk.settings.production"


@pytest.mark.parametrize("service", ["web", "worker"])
def test_the_watched_folder_is_mounted_and_the_users_own(service: str) -> None:
    """The worker takes files of it by renaming them, so that it has to be there, and writable."""
    folder = SERVICES[service]["environment"]["IMPORT_FOLDER"]
    assert f"${{IMPORT_FOLDER:-imports}}:{folder}" in SERVICES[service]["volumes"]
    assert "imports" in COMPOSE["volumes"]
    assert re.search(rf"install -d -o sopdesk .*{folder}", DOCKERFILE)


def test_secrets_are_never_written_here() -> None:
    for service in OURS:
        assert SERVICES[service]["environment"]["SECRET_KEY"].startswith("${SECRET_KEY:?")
    assert "${POSTGRES_PASSWORD:?" in SERVICES["postgres"]["environment"]["POSTGRES_PASSWORD"]
    assert "${REDIS_PASSWORD:?" in SERVICES["redis"]["environment"]["REDIS_PASSWORD"]


def test_redis_forgets_and_evicts_nothing() -> None:
    command = " ".join(words("redis"))
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_postgres_keeps_an_import_in_memory_and_can_be_told_how_much() -> None:
    settings = [word for word in words("postgres") if "=" in word]
    assert "shared_buffers=${POSTGRES_SHARED_BUFFERS:-1GB}" in settings
    assert "POSTGRES_SHARED_BUFFERS" in (PROJECT / "docs/operations.md").read_text()


def test_addresses_agree_from_end_to_end() -> None:
    port = option("web", "--port")
    assert re.search(r"server web:(\d+);", NGINX)[1] == port  # type: ignore[index]
    assert f"http://127.0.0.1:{port}/healthz" in SERVICES["web"]["healthcheck"]["test"]
    assert f"EXPOSE {port}" in DOCKERFILE
    assert option("web", "--host") == "0.0.0.0"  # noqa: S104
    assert "proxy_set_header X-Forwarded-Proto https;" in NGINX
    assert "@postgres:5432/sopdesk" in SERVICES["web"]["environment"]["DATABASE_URL"]
    assert "@redis:6379/0" in SERVICES["web"]["environment"]["REDIS_URL"]


def test_volumes_and_dependencies_are_declared() -> None:
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or source.startswith(("./", "${")), (name, volume)
            assert not source.startswith("./") or (PROJECT / source).exists(), (name, volume)
        assert set(service.get("depends_on", {})) <= set(SERVICES), name


def test_the_image_copies_files_that_exist() -> None:
    for line in re.findall(r"^COPY (?!--)(.+)$", DOCKERFILE, re.MULTILINE):
        *sources, _ = line.split()
        assert all((PROJECT / source).exists() for source in sources), line
