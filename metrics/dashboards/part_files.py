"""What stands below the figures of a tab, as files: the rows of each tile (metrics/tiles.py), all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from metrics.backlogs import AGES
from metrics.dashboards import parts
from metrics.dashboards.filters import DashboardFilter
from metrics.dashboards.waiting import Curve
from metrics.measured_by import Measured
from metrics.models import SlaResult, SlaTarget
from metrics.tiles import File, number, register

if TYPE_CHECKING:
    from django.http import QueryDict

    from sopdesk.accounts.models import User


@register("ages")
def ages(viewer: User, params: QueryDict) -> File | None:
    """How many tickets were open at the end of the last day, by the days since they were created."""
    chosen = DashboardFilter(params, user=viewer)
    section = parts.ages(chosen)
    if section is None or "rows" not in section.context:
        return None
    rows = [
        [str(days), age, str(n)] for days, (_key, age, n) in zip(AGES, section.context["rows"], strict=True)
    ]
    return File(f"backlog-ages-{chosen.period_now.last}", [["from_days", "created", "unsolved"], *rows])


@register("waiting")
def waiting(viewer: User, params: QueryDict) -> File | None:
    """The whole curve: the share still unsolved after so many seconds."""
    chosen = DashboardFilter(params, user=viewer)
    curve = parts.waits(chosen).context.get("curve")
    return File(_named("waiting", chosen), _curve(curve)) if curve else None


def _curve(curve: Curve) -> Iterator[list[str]]:
    yield ["after_seconds", "still_unsolved", "low", "high", "n", "unsolved_yet"]
    of = [str(curve.n), str(curve.open_n)]
    for point in zip(curve.seconds, curve.shares, curve.low, curve.high, strict=True):
        yield [*map(number, point), *of]


@register("hours")
def hours(viewer: User, params: QueryDict) -> File | None:
    """Tickets created by weekday (1 is Monday) and hour."""
    chosen = DashboardFilter(params, user=viewer)
    context = parts.hours(chosen).context
    if "rows" not in context:
        return None
    rows = [
        [str(weekday), name, str(hour), str(n), context["zone"]]
        for weekday, (name, counts) in enumerate(context["rows"], start=1)
        for hour, (n, _tickets) in enumerate(counts)
    ]
    return File(_named("hours", chosen), [["weekday", "day", "hour", "created", "zone"], *rows])


@register("at-risk")
def at_risk(viewer: User, params: QueryDict) -> File:
    """Every promise that runs out soon, the first due first."""
    return File("at-risk", _promises(parts.open_promises(DashboardFilter(params, user=viewer)).risky))


@register("overdue")
def overdue(viewer: User, params: QueryDict) -> File:
    """Every promise that is overdue, the longest first."""
    return File("overdue", _promises(parts.open_promises(DashboardFilter(params, user=viewer)).overdue))


def _promises(found: QuerySet[SlaResult]) -> Iterator[list[str]]:
    yield [
        "ticket",
        "promise",
        "due_at",
        "target_s",
        "priority_applied",
        "policy",
        "calendar",
        "team",
        "site",
    ]
    measured = Measured()
    for each in found.iterator(chunk_size=2000):
        team = each.ticket.team
        rules = measured.by(each, team)
        yield [
            each.ticket.external_id, each.metric, each.due_at.isoformat() if each.due_at else "", str(each.target_s),
            each.priority_applied, str(rules.policy), str(rules.calendar),
            team.slug if team else each.ticket.team_name, team.site.slug if team else "",
        ]  # fmt: skip


@register("versions")
def versions(viewer: User, params: QueryDict) -> File:
    """How many of the promises of these days each version of a policy measured."""
    chosen = DashboardFilter(params, user=viewer)
    lines = parts.measured_by(chosen).context["lines"]
    rows = [[line.policy.name, str(line.policy.version), *map(str, line.counts)] for line in lines]
    return File(_named("versions", chosen), [["policy", "version", *SlaTarget.Metric.values], *rows])


def _named(name: str, chosen: DashboardFilter) -> str:
    return f"{name}-{chosen.period_now.first}-{chosen.period_now.last}"
