"""What figures show on other pages: beside an SOP or a label, the last 28 days of the tickets it governs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from metrics.definitions import AHT, CSAT, VOLUME
from metrics.models import Facet, Rollup
from metrics.reporting import Figure, figure, parts_by
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.documents import panels
from sopdesk.documents.panels import Panel, Slot

if TYPE_CHECKING:
    from sopdesk.accounts.models import User
    from sopdesk.documents.models import Document, Version

DAYS = 28
LABELS_MAX = 6


@dataclass(frozen=True)
class LabelFigures:
    """One label's figures, and the dashboard narrowed to it."""

    label: str
    volume: Figure
    csat: Figure
    aht: Figure
    url: str


@panels.register(Slot.DOCUMENT_ASIDE)
def last_days(viewer: User, document: Document, version: Version | None) -> Panel | None:
    """Volume, CSAT and AHT of each label that it governs, for those who read figures. Two queries."""
    if version is None or not allows(viewer, Permission.METRICS_READ):
        return None
    labels = [document.key] if document.kind == "label" else version.data.get("labels") or []
    if document.kind not in {"sop", "label"} or not labels:
        return None
    labels, today = labels[:LABELS_MAX], timezone.localdate()
    newest = Facet.objects.visible_to(viewer).filter(label="").aggregate(day=Max("last_day"))["day"]
    last = min(newest or today, today)
    first = last - timedelta(days=DAYS - 1)
    rollups = Rollup.objects.visible_to(viewer).filter(label__in=labels, day__range=(first, last))
    found = parts_by(rollups, "label")
    rows = [_figures(label, found[(label,)]) for label in labels if (label,) in found]
    return Panel("metrics/figures_panel.html", {"rows": rows, "first": first, "last": last}, order=40)


def _figures(label: str, parts: dict[str, int]) -> LabelFigures:
    url = f"{reverse('metrics:dashboard')}?{urlencode({'label': label})}"
    return LabelFigures(label, figure(VOLUME, parts), figure(CSAT, parts), figure(AHT, parts), url)
