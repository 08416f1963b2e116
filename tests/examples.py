"""How many examples a property is tried with: a third of what it was built with, or all with SOPDESK_THOROUGH=1."""

from __future__ import annotations

import os

from hypothesis import settings

THOROUGH = os.environ.get("SOPDESK_THOROUGH") == "1"


def examples(number: int) -> settings:
    """`@examples(300)` in place of `@settings(max_examples=300, deadline=None)`."""
    return settings(max_examples=number if THOROUGH else -(-number // 3), deadline=None)
