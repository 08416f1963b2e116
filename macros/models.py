"""Labels and macros: the tags of the ticket taxonomy, and the replies that are sent."""

from __future__ import annotations

from sopdesk.documents.models import Document


class Label(Document):
    """A tag of the ticket taxonomy. Its text says when to use it; `data` holds group, aliases and status."""


class Macro(Document):
    """A reply with placeholders and ticket actions. `data` holds the actions and the labels it is for."""
