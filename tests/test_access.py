"""Every URL × every role × the status expected, from one table (tests/access_table.py). An unlisted URL fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import Settings

from sopdesk.accounts.models import User
from tests.access_table import LETTERS, NOT_SERVED, rows
from tests.access_world import PLAYED_BY, ROLES, build


def names(patterns: list[Any], space: str = "") -> Iterator[str]:
    """The names of all URLs, with their name spaces."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from names(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            assert pattern.name, f"the URL {pattern.pattern} has no name, so it cannot be in the table"
            yield f"{space}{pattern.name}"


def test_every_url_is_in_the_table() -> None:
    listed = {row.name for row in rows()} | NOT_SERVED.keys()
    served = set(names(get_resolver().url_patterns))
    assert not served - listed, f"add lines to tests/access_table.py: {sorted(served - listed)}"
    assert not listed - served, f"these lines name no URL any more: {sorted(listed - served)}"


def test_the_table_is_sound() -> None:
    for row in rows():
        assert len(row.expected) == len(ROLES), row
        assert set(row.expected) <= LETTERS.keys(), row
    assert len({(row.name, row.method, row.arguments) for row in rows()}) == len(rows())


@pytest.fixture(autouse=True)
def _sessions_in_cookies(settings: Settings) -> None:
    """Of some five thousand requests none need look its session up."""
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"


@pytest.fixture
def world(cast: dict[str, User]) -> dict[str, Any]:
    return build(cast)


def browser_of(role: str, cast: dict[str, User]) -> Client:
    browser = Client()
    if role != "anonymous":
        browser.force_login(cast[PLAYED_BY[role]])
    return browser


def address(name: str, arguments: str, world: dict[str, Any]) -> str:
    words = [] if arguments == "-" else arguments.split(",")
    if "=" in arguments:
        return reverse(name, kwargs=dict(word.split("=") for word in words))
    return reverse(name, args=[world.get(word, word) for word in words])


def ask(browser: Client, method: str, url: str) -> tuple[str, str]:
    """The letter of the answer, and its body without what differs between any two. Nothing it wrote stays."""
    cache.clear()
    cookies = browser.cookies.copy()
    with transaction.atomic():
        answer = getattr(browser, method.lower())(url)
        transaction.set_rollback(True)
    browser.cookies = cookies
    if answer.status_code == 302 and "/accounts/login/" in answer.url:
        return "l", ""
    letters = {code: letter for letter, code in LETTERS.items() if letter != "l"}
    body = b"" if answer.streaming else answer.content
    token = r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]*"'
    return letters.get(answer.status_code, str(answer.status_code)), re.sub(token, "", body.decode()).replace(
        url, ""
    )


# All roles in one test, for the world takes seconds to build, and one process takes the whole file.
@pytest.mark.django_db
def test_everybody_gets_what_the_table_says(cast: dict[str, User], world: dict[str, Any]) -> None:
    """And what is hidden looks the same as what does not exist."""
    wrong = [line for role in ROLES for line in wrong_for(role, cast, world)]
    assert not wrong, "\n".join(["", *wrong])


def wrong_for(role: str, cast: dict[str, User], world: dict[str, Any]) -> Iterator[str]:
    browser, column = browser_of(role, cast), ROLES.index(role)
    _, missing = ask(browser, "GET", "/no/such/page")
    for row in rows():
        got, body = ask(browser, row.method, address(row.name, row.arguments, world))
        place = f"{role}: {row.name} {row.method} {row.arguments}"
        if got != row.expected[column]:
            yield f"{place}: {got}, expected {row.expected[column]}"
        elif got == "x" and row.method == "GET" and body != missing:
            yield f"{place}: its 404 can be told from that of a page that is not there"
