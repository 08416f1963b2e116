"""The help center: what customers and creators read."""

from __future__ import annotations

from sopdesk.documents.models import Document


class Article(Document):
    """A help article. `data` holds its category."""
