"""The embedded servers come up once, stay out of each other's way, and go when nobody needs them."""

import socket
import subprocess
import sys

import psycopg
import pytest
import redis

from sopdesk import embedded
from sopdesk.embedded import postgres
from sopdesk.embedded.redis import binary
from tests.embedded.conftest import PROJECT, Place

pytestmark = pytest.mark.faults


def addresses(place: Place) -> dict[str, str]:
    lines = place.servers("urls").stdout.splitlines()
    pairs = (line.removeprefix("export ").split("=", 1) for line in lines)
    return {name: value.strip("'") for name, value in pairs}


def test_first_start_makes_everything_and_second_finds_it(place: Place) -> None:
    assert place.servers("start").stdout.strip() == "Started Postgres and Redis."
    assert "runs already" in place.servers("start").stdout
    urls = addresses(place)
    with psycopg.connect(urls["DATABASE_URL"]) as connection:
        extensions = {name for (name,) in connection.execute("SELECT extname FROM pg_extension")}
        (superuser,) = connection.execute(
            "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        (lowered,) = connection.execute("SELECT lower('ÄÖÉŞ ΣΊΣΥΦΟΣ')").fetchone()
    assert {"pg_trgm", "unaccent", "btree_gist"} <= extensions
    assert not superuser
    assert lowered.startswith("äöéş")
    settings = redis.Redis.from_url(urls["REDIS_URL"], decode_responses=True).config_get("*")
    assert settings["appendonly"] == "yes"
    assert settings["maxmemory-policy"] == "noeviction"
    assert place.servers("stop").returncode == 0
    assert place.left() == []


def test_redis_on_a_taken_port_moves_and_keeps_what_it_held(place: Place) -> None:
    place.servers("start")
    before = addresses(place)["REDIS_URL"]
    redis.Redis.from_url(before).set("kept", "yes")
    place.servers("stop")
    port = int(before.rsplit(":", 1)[1].split("/")[0])
    with socket.socket() as taker:
        taker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taker.bind(("127.0.0.1", port))
        taker.listen()
        assert place.servers("start").returncode == 0
        after = addresses(place)["REDIS_URL"]
    assert after != before
    assert redis.Redis.from_url(after).get("kept") == b"yes"


def test_two_starts_at_once_give_one_server_each(place: Place) -> None:
    command = [sys.executable, "-m", "sopdesk.embedded", "start"]
    starts = [
        subprocess.Popen(command, cwd=PROJECT, env=place.environment, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = [start.communicate(timeout=120)[0].strip() for start in starts]
    assert sorted(start.returncode for start in starts) == [0, 0, 0]
    assert said.count("Started Postgres and Redis.") == 1


def test_servers_in_use_are_left_running(place: Place) -> None:
    hold = "from sopdesk import embedded; embedded.ensure(); print('held', flush=True); input()"
    holder = subprocess.Popen(
        [sys.executable, "-c", hold],
        cwd=PROJECT, env=place.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    refused = place.servers("stop")
    assert refused.returncode == 1
    assert "another process uses the servers" in refused.stdout
    holder.kill()
    holder.wait()
    assert place.servers("stop").returncode == 0


def test_a_server_that_cannot_start_says_why(place: Place) -> None:
    data = place.var / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "something").write_text("in the way")
    failed = place.servers("start")
    assert failed.returncode != 0
    assert "initdb failed" in failed.stderr
    assert "not empty" in failed.stderr


def test_the_environment_replaces_the_servers(place: Place) -> None:
    urls = {"DATABASE_URL": "postgresql://elsewhere/x", "REDIS_URL": "redis://elsewhere/0"}
    started = place.run("-m", "sopdesk.embedded", "start", **urls)
    assert "Nothing to start" in started.stdout
    assert place.left() == []
    assert place.run("-m", "sopdesk.embedded", "urls", **urls).stdout.count("elsewhere") == 2


def test_reading_the_project_starts_nothing() -> None:
    assert embedded.offline_command(["manage.py"])
    assert embedded.offline_command(["manage.py", "check", "--deploy"])
    assert embedded.offline_command(["manage.py", "migrate", "--help"])
    assert not embedded.offline_command(["manage.py", "migrate"])


def test_the_redis_of_the_wheel_is_found() -> None:
    assert binary().is_file()


@pytest.mark.parametrize("said", ["", "0", "1"])
def test_only_who_says_so_gets_a_server_that_forgets(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOPDESK_FORGETFUL", said)
    assert (postgres._settings().get("fsync", "on") == "off") == (said == "1")


@pytest.mark.parametrize(("gigabytes", "kept"), [(2, 256), (8, 512), (24, 1024), (256, 1024)])
def test_the_server_takes_a_laptops_share_of_memory(gigabytes: int, kept: int) -> None:
    assert postgres.shared_buffers(gigabytes * 2**30) == kept
