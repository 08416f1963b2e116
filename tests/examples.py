"""How many examples are tried, of a property or of a folder: a third of them, or all with SOPDESK_THOROUGH=1."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TypeVar

from hypothesis import settings

Example = TypeVar("Example")
THOROUGH = os.environ.get("SOPDESK_THOROUGH") == "1"


def examples(number: int) -> settings:
    """`@examples(300)` in place of `@settings(max_examples=300, deadline=None)`."""
    return settings(max_examples=number if THOROUGH else -(-number // 3), deadline=None)


def some(many: Iterable[Example]) -> list[Example]:
    """Every third of them, in their order, the first among them."""
    return [*many][:: 1 if THOROUGH else 3]
