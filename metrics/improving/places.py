"""The two pages of improving as tabs."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _


def tabs(current: str) -> list[dict[str, Any]]:
    """As templates/components/tabs.html takes them."""
    names = {"work": _("Where to work next"), "initiatives": _("Initiatives")}
    return [
        {"label": label, "url": reverse(f"improving:{name}"), "current": name == current}
        for name, label in names.items()
    ]
