"""Rows that all tests of a module share: made once, seen by each test, and gone after the last."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from pytest_django import DjangoDbBlocker


@contextmanager
def rows_of_a_module(blocker: DjangoDbBlocker) -> Iterator[None]:
    """For a fixture of module scope that asks for `django_db_setup`: what is written within lasts to the module's end.

    Each test's own transaction lies within this one, so it sees these rows and cannot alter them for the next.
    """
    outer = transaction.atomic()
    outer._from_testcase = True  # type: ignore[attr-defined]
    with blocker.unblock():
        outer.__enter__()
    try:
        yield
    finally:
        with blocker.unblock():
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)
