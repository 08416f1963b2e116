"""Which message a worker takes first. Why so: docs/decisions/0054-what-somebody-waits-for-comes-first.md."""

from __future__ import annotations

from enum import IntEnum


class Importance(IntEnum):
    """The priority of a Celery message. Redis gives out the lowest number first, and 0 where none was said.

    Both are of the steps that every worker listens to by itself (kombu's `priority_steps`: 0, 3, 6, 9), so that one of
    another release takes these messages too.
    """

    FIRST = 0  # somebody waits for it
    LATER = 9  # nobody watches
