"""Why something about views was refused."""

from __future__ import annotations


class ViewRefused(Exception):
    """Nothing was changed; the message is a sentence for the person."""
