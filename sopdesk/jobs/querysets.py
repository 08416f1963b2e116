"""Jobs by where they stand."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from sopdesk.jobs.models import Job  # noqa: F401


class JobQuerySet(models.QuerySet["Job"]):
    def unfinished(self) -> JobQuerySet:
        return self.filter(state__in=["queued", "running"])

    def claimable(self, at: datetime) -> JobQuerySet:
        """Those that nobody holds: never leased, or the lease has run out."""
        return self.unfinished().filter(Q(lease_until=None) | Q(lease_until__lte=at))
