"""Brings the embedded servers up before pytest-django reads the settings (`-p sopdesk.embedded.pytest_plugin`)."""

from collections.abc import Iterator

import pytest

from sopdesk import embedded


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    """A wrapper, because pytest-django's own hook runs first among the plain ones."""
    embedded.ensure()
    return (yield)
