"""What time alone changes: promises that ran out become overdue, and days and weeks left behind are caught up."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from metrics import rollups, service_levels, weeks_behind


def age() -> None:
    """Safe to run as often as one likes, and at the same time as imports."""
    with transaction.atomic():
        service_levels.age(timezone.now())
    while True:
        with transaction.atomic():
            if not rollups.catch_up(None):
                break
    weeks_behind.catch_up_all()
