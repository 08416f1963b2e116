"""Which versions of policies the figures of the SLA tab were measured by."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Final

from django.db.models import Count, QuerySet

from metrics.dashboards import tickets
from metrics.dashboards.filters import DashboardFilter
from metrics.filters import moments
from metrics.models import SlaPolicy, SlaResult, SlaTarget, Ticket
from metrics.querysets import measured_for

JUDGED: Final = ("met", "breached", "overdue")


@dataclass
class Line:
    """A version, and how many results of each promise it measured; `counts` in the order of SlaTarget.Metric."""

    policy: SlaPolicy
    of: Counter[str] = field(default_factory=Counter)

    @property
    def counts(self) -> list[int]:
        return [self.of[metric] for metric in SlaTarget.Metric.values]

    @property
    def named(self) -> list[tuple[str, int]]:
        """Each with what the promise is called."""
        return [*zip(map(str, SlaTarget.Metric.labels), self.counts, strict=True)]


def lines(chosen: DashboardFilter) -> list[Line]:
    """Of the promises that the figures count (met, breached, overdue), the version with most first, of two the newer.
    Three queries at most."""
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for rows in _results(chosen):
        counted = rows.order_by().values_list("policy_id", "metric").annotate(n=Count("pk"))
        for policy, metric, n in counted:
            found[policy][metric] += n
    policies = SlaPolicy.objects.visible_to(chosen.viewer).in_bulk([*found])
    told = [Line(policies[pk], of) for pk, of in found.items()]
    return sorted(told, key=lambda line: (-line.of.total(), -line.policy.pk))


def _results(chosen: DashboardFilter) -> list[QuerySet[SlaResult]]:
    """What the figures count; of who may see all and chose nothing no ticket is looked at. A first reply and a
    resolution begin with their ticket, which is looked for in the months of these days only; a further reply later."""
    first, after = moments(chosen.period_now)
    rows = SlaResult.objects.filter(state__in=JUDGED, started_at__gte=first, started_at__lt=after)
    allowed = measured_for(chosen.viewer)
    if allowed is None:
        return []
    which = allowed & tickets.narrowed(chosen.viewer, chosen)
    if not which:
        return [rows]
    mine = Ticket.objects.filter(which, created_at__lt=after).order_by()
    these = mine.filter(created_at__gte=first)
    return [
        rows.filter(metric="next_reply", ticket__in=mine.values("pk")),
        rows.exclude(metric="next_reply").filter(ticket__in=these.values("pk")),
    ]
