"""How this app refuses. A view turns it into words beside what the person typed."""

from __future__ import annotations


class InitiativeRefused(Exception):
    """Nothing was changed. The message says why and what to do."""
