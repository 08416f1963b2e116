"""SOPs: the rules that agents follow."""

from __future__ import annotations

from sopdesk.documents.models import Document


class SOP(Document):
    """A standard operating procedure. `data` holds risk, topics and the labels of the tickets it governs."""

    class Meta:
        verbose_name = "SOP"
