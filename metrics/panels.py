"""What figures show on other pages: beside an SOP or a label, the last 28 days of the tickets it governs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from metrics import aliases, reporting
from metrics.definitions import AHT, CSAT, VOLUME
from metrics.filters import Period
from metrics.models import Facet
from metrics.reporting import Figure
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
    figures: list[Figure]
    url: str


@panels.register(Slot.DOCUMENT_ASIDE)
def last_days(viewer: User, document: Document, version: Version | None) -> Panel | None:
    """Volume, CSAT and AHT of each label that it governs, for those who read figures. A fixed number of queries."""
    if version is None or not allows(viewer, Permission.METRICS_READ):
        return None
    labels = [document.key] if document.kind == "label" else version.data.get("labels") or []
    if document.kind not in {"sop", "label"} or not labels:
        return None
    labels, today = labels[:LABELS_MAX], timezone.localdate()
    newest = Facet.objects.visible_to(viewer).filter(label="").aggregate(day=Max("last_day"))["day"]
    last = min(newest or today, today)
    first = last - timedelta(days=DAYS - 1)
    narrow = {"label": aliases.names().meant_by(labels)}
    found = reporting.reports(
        viewer, (VOLUME, CSAT, AHT), by=["label"], period=Period(first, last), narrow=narrow
    )
    by_metric = [{line.keys["label"]: line.figure for line in lines} for lines in found.values()]
    rows = [
        LabelFigures(label, [figures[label] for figures in by_metric], _dashboard(label))
        for label in narrow["label"]
        if label in by_metric[0]
    ]
    return Panel(
        "metrics/figures_panel.html",
        {"rows": rows, "first": first, "last": last},
        order=40,
    )


def _dashboard(label: str) -> str:
    return f"{reverse('metrics:dashboard')}?{urlencode({'label': label})}"
