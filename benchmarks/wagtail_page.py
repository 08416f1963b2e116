"""The page of an SOP beside the same text as a Wagtail page, in one run.

Both are read by somebody signed in, through Django's test client, on the same Postgres server, warm, in turns, so that
whatever else the machine does falls on both. Wagtail lives in an environment of its own under var/, from a lock of its
own; it is no dependency of the desk. Its page has what its tutorial gives one: the text, a heading, breadcrumbs. Ours
has all that stands round a text: strip, contents, duties, macros, labels, where it is used.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from benchmarks.documents import browser_of
from benchmarks.measures import Measure, milliseconds
from sopdesk.accounts.models import User
from sopdesk.demo.people import DOMAIN
from sopdesk.documents.models import Version
from sopdesk.text.presenting import present

HERE = Path(__file__).resolve().parent
LOCK = HERE / "wagtail_site" / "requirements.lock"
TURNS, ROUNDS = 8, 25
KEY = "SOP-0001"
LINK = re.compile(r'href="(/[^"]*)"')


def measure() -> Iterator[Measure]:
    """Medians of both, and of ours for somebody who is not signed in."""
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        with open(os.devnull, "w", encoding="utf-8") as nowhere:
            call_command("demo", tickets=2000, stdout=nowhere)
        agent = User.objects.get(email=f"eve.santos@{DOMAIN}")
        version = Version.objects.in_force().get(document__kind="sop", document__key=KEY)
        with wagtail(str(present(version.html, viewer=agent, at=timezone.now()))) as peer:
            ours, theirs = _in_turns(browser_of(agent), f"/sops/{KEY}", peer)
            name = f"{KEY} as an agent reads it, median"
            yield Measure(name, ours, "ms", peer=theirs, peer_is="Wagtail, text alone")
            public = Version.objects.in_force().filter(document__kind="article", audience="public").first()
            if public is not None:
                ours, theirs = _in_turns(Client(), f"/help/{public.document.key}", peer)
                yield Measure(
                    "an article, not signed in, median", ours, "ms", peer=theirs, peer_is="Wagtail, the SOP"
                )
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def _in_turns(browser: Client, address: str, peer: subprocess.Popen[str]) -> tuple[float, float]:
    """Milliseconds of ours and of Wagtail's, the median of all turns."""
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(5):
        if browser.get(address).status_code != 200:
            raise RuntimeError(f"{address} did not answer 200")
    _ask(peer, 5)
    for _ in range(TURNS):
        ours += [milliseconds(lambda: browser.get(address)) for _ in range(ROUNDS)]
        theirs += _ask(peer, ROUNDS)
    return median(ours), median(theirs)


@contextmanager
def wagtail(html: str) -> Iterator[subprocess.Popen[str]]:
    """A process that serves this text as a Wagtail page. Its links to pages of ours become links to pages of its."""
    addresses = list(dict.fromkeys(LINK.findall(html)))
    for number, address in enumerate(addresses):
        html = html.replace(f'href="{address}"', f'href="#other-{number}"')
    serve = [str(_environment()), str(HERE / "wagtail_site" / "serve.py")]
    peer = subprocess.Popen(
        serve, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **_database()}
    )
    try:
        ready = _say(peer, {"body": html, "links": len(addresses)})
        if ready["status"] != 200:
            raise RuntimeError(f"Wagtail's page answered {ready['status']}")
        yield peer
    finally:
        if peer.stdin:
            peer.stdin.close()
        peer.wait(timeout=60)


def _ask(peer: subprocess.Popen[str], rounds: int) -> list[float]:
    times: list[float] = _say(peer, rounds)
    return times


def _say(peer: subprocess.Popen[str], what: Any) -> Any:
    if peer.stdin is None or peer.stdout is None:
        raise RuntimeError("the Wagtail process has no pipes")
    peer.stdin.write(json.dumps(what) + "\n")
    peer.stdin.flush()
    answer = peer.stdout.readline()
    if not answer:
        raise RuntimeError("the Wagtail process ended; its error stands above")
    return json.loads(answer)


def _environment() -> Path:
    """The Python of Wagtail's environment, made and filled the first time, and anew when its lock changes."""
    place = Path(settings.VAR_DIR) / "bench-wagtail"
    stamp, python = place / "installed", place / "bin" / "python"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != LOCK.read_text(encoding="utf-8"):
        venv.create(place, with_pip=True, clear=True)
        install = [
            str(python),
            "-m",
            "pip",
            "install",
            "-qq",
            "--disable-pip-version-check",
            "--require-hashes",
        ]
        subprocess.run([*install, "-r", str(LOCK)], check=True)
        stamp.write_text(LOCK.read_text(encoding="utf-8"), encoding="utf-8")
    return python


def _database() -> dict[str, str]:
    """The same Postgres server that this run uses, for a database of Wagtail's own."""
    own = connection.settings_dict
    known = {"HOST": own["HOST"], "PORT": own["PORT"], "USER": own["USER"], "PASSWORD": own["PASSWORD"]}
    return {f"BENCH_PG{name}": str(value or "") for name, value in known.items()}
