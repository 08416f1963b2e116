"""The pages of quality as tabs, and who sees which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from metrics.quality.models import Review
from sopdesk.accounts.permissions import Permission, allows

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from sopdesk.accounts.models import User


@dataclass(frozen=True)
class Tab:
    name: str
    label: str | Promise
    permission: Permission


TABS = (
    Tab("figures", _("IQS"), Permission.METRICS_READ),
    Tab("queue", _("To review"), Permission.QUALITY_REVIEW),
    Tab("given_out", _("Given out"), Permission.QUALITY_EDIT),
    Tab("reviews", _("Reviews"), Permission.QUALITY_READ),
    Tab("scorecards", _("Scorecards"), Permission.METRICS_READ),
    Tab("sampling", _("Sampling"), Permission.QUALITY_READ),
    Tab("calibrations", _("Calibration"), Permission.QUALITY_READ),
    Tab("imports", _("Results from elsewhere"), Permission.QUALITY_EDIT),
)


def tabs(user: User, current: str) -> list[dict[str, Any]]:
    """The tabs this person has, as templates/components/tabs.html takes them. At most one query."""
    shown = [tab for tab in TABS if allows(user, tab.permission)]
    return [
        {
            "label": tab.label,
            "url": address(tab),
            "current": tab.name == current,
            "count": Review.objects.queue_of(user).count() if tab.name == "queue" else None,
        }
        for tab in shown
    ]


def address(tab: Tab) -> str:
    """The figures stand among the dashboards; the other pages are quality's own."""
    return (
        reverse("metrics:tab", args=["quality"]) if tab.name == "figures" else reverse(f"quality:{tab.name}")
    )
