"""Rows that all tests of a module share: made once, seen by each test, and gone after the last."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

Made = TypeVar("Made")


@contextmanager
def rows_of_a_module(blocker: DjangoDbBlocker, write: Callable[[], Made]) -> Iterator[Made]:
    """For a fixture of module scope that asks for `django_db_setup`: what `write` writes lasts to the module's end.

    Each test's own transaction lies within this one, so it sees these rows and cannot alter them for the next. Their
    constraints are checked once, now: what is put off is checked at the end of each test anew, for each row.
    """
    outer = transaction.atomic()
    outer._from_testcase = True  # type: ignore[attr-defined]
    with blocker.unblock():
        outer.__enter__()
    try:
        with blocker.unblock():
            made = write()
            connection.check_constraints()
        yield made
    finally:
        with blocker.unblock():
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)
