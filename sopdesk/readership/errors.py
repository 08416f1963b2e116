"""How reading is refused. A view turns it into words."""

from __future__ import annotations


class ReadingRefused(Exception):
    """Nothing was confirmed. The message says why and what to do."""
