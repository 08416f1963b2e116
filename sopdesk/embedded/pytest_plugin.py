"""Brings the embedded servers up before pytest-django reads the settings (`-p sopdesk.embedded.pytest_plugin`)."""

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from sopdesk import embedded
from sopdesk.embedded import layout
from sopdesk.embedded.locks import exclusive

PATIENCE_SECONDS = 600.0
_turn = ExitStack()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    """A wrapper, because pytest-django's own hook runs first among the plain ones."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        # One process after another reads the desk and its tests: all but the first find them compiled.
        _turn.enter_context(exclusive(layout.VAR / "collection.lock", patience=PATIENCE_SECONDS))
    embedded.ensure()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    try:
        return (yield)
    finally:
        _turn.close()
