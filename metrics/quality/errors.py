"""How this app refuses. A view turns it into words beside what the person typed."""

from __future__ import annotations


class QualityRefused(Exception):
    """Nothing was changed. The message says why and what to do."""


class StaleReview(QualityRefused):
    """The review was saved elsewhere meanwhile, in another window say; nothing was overwritten."""
