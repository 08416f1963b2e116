"""Walks a person's desk from its first page along its links, a few of each kind."""

import re
from collections import Counter

from django.test import Client

LINK = re.compile(r'href="(/[^"#]*)"')
EACH_KIND = 2


def pages(browser: Client, *, start: str = "/", at_most: int = 60) -> dict[str, str]:
    """Address -> HTML of the pages this browser can reach by links. Raises AssertionError where a link fails."""
    found: dict[str, str] = {}
    seen: set[str] = set()
    kinds: Counter[str] = Counter()
    waiting = [start]
    while waiting and len(found) < at_most:
        address = waiting.pop(0).replace("&amp;", "&")
        kind = _kind(address)
        if address in seen or kinds[kind] >= EACH_KIND or address.startswith("/static/"):
            continue
        seen.add(address)
        kinds[kind] += 1
        response = browser.get(address)
        assert response.status_code < 400, f"{address}: {response.status_code}"
        if response.status_code == 200 and response.headers["Content-Type"].startswith("text/html"):
            found[address] = response.content.decode()
            waiting += LINK.findall(found[address])
    return found


def _kind(address: str) -> str:
    """The address with what tells one row from another left out."""
    path, _mark, query = address.partition("?")
    parts = [part if part.isalpha() else "*" for part in path.split("/")]
    if len(parts) > 2 and parts[2] not in ("new", "definitions", "imports", "tickets"):
        parts[2] = "*"
    return "/".join(parts) + "?" + "&".join(sorted(pair.split("=")[0] for pair in query.split("&")))
