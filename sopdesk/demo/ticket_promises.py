"""What Lumio promises its customers: hours of the desk and of two sites, targets by priority, label and channel."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from metrics import calendars
from metrics.models import SiteHours, SlaPolicy, SlaTarget, Source
from metrics.service_levels import PAUSES, add_targets
from sopdesk.accounts.models import Site

HOUR: Final = 3600
# In desk hours (07:00 to 23:00 in Dublin, every day), by priority.
PROMISES: Final = {
    "first_reply": {"urgent": HOUR // 2, "high": 3 * HOUR // 2, "": 5 * HOUR},
    "next_reply": {"urgent": HOUR, "high": 3 * HOUR, "": 8 * HOUR},
    "resolution": {"urgent": 6 * HOUR, "high": 12 * HOUR, "": 32 * HOUR},
}
# Requests about one's own data take longer, whatever their priority: ten days of the desk, where the law gives a month.
PRIVACY: Final = {"first_reply": 16 * HOUR, "next_reply": 24 * HOUR, "resolution": 160 * HOUR}
PRIVACY_LABELS: Final = ("dsar-access", "dsar-erasure")
CHAT_NEXT_REPLY: Final = 10 * 60  # who writes in a chat is still sitting there
SITE_HOURS: Final = {
    "lisbon": ("Lisbon", "Europe/Lisbon", [[["08:00", "22:00"]]] * 5 + [[["09:00", "18:00"]]] * 2, "PT"),
    "northwind": ("Northwind", "Europe/Sofia", [[["08:00", "23:00"]]] * 7, "BG"),
}


def promise(source: Source) -> SlaPolicy:
    """Lumio's own policy, made when it is not there yet; hours of those of its sites that are there."""
    with transaction.atomic():
        hours = calendars.create(
            "lumio-desk", "Every day 07:00–23:00", "Europe/Dublin", [[["07:00", "23:00"]]] * 7
        )
        policy, made = SlaPolicy.objects.get_or_create(
            slug="lumio-desk", version=1, defaults={"name": "Lumio Desk", "calendar": hours, "source": source}
        )
        if made:
            add_targets(policy, PROMISES)
            _add_special(policy)
            _add_site_hours(policy)
    return policy


def _add_special(policy: SlaPolicy) -> None:
    by_label = [
        SlaTarget(
            policy=policy, metric=metric, label=label, seconds=seconds,
            pauses=PAUSES if metric == "resolution" else [],
        )
        for label in PRIVACY_LABELS
        for metric, seconds in PRIVACY.items()
    ]  # fmt: skip
    in_chats = SlaTarget(policy=policy, metric="next_reply", channel="chat", seconds=CHAT_NEXT_REPLY)
    SlaTarget.objects.bulk_create([*by_label, in_chats])


def _add_site_hours(policy: SlaPolicy) -> None:
    SiteHours.objects.bulk_create(
        SiteHours(
            policy=policy,
            site=site,
            calendar=calendars.create(f"lumio-{site.slug}", name, zone, weekly, country=country),
        )
        for site in Site.objects.filter(slug__in=SITE_HOURS).order_by("slug")
        for name, zone, weekly, country in (SITE_HOURS[site.slug],)
    )
