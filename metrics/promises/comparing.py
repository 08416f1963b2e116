"""What measuring again would change, and what differs between two versions, as rows for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from metrics.measured_by import seconds_in_words
from metrics.models import Calendar, SlaPolicy, SlaTarget
from metrics.promises.models import Recompute
from metrics.promises.words import DAYS, hours_in_words, who_in_words


@dataclass(frozen=True)
class Attainment:
    """One line of a comparison; the shares are None where nothing counts."""

    metric: str
    team: str
    results: int
    moved: int
    before: float | None
    after: float | None

    @property
    def difference(self) -> float | None:
        """Percentage points."""
        return None if self.before is None or self.after is None else 100 * (self.after - self.before)


def attainments(asked: Recompute) -> list[Attainment]:
    """Met of met, breached and overdue, before and after: of each promise, then of each team."""
    wholes: dict[str, dict[str, Any]] = {}
    for key, cell in asked.comparison.get("cells", {}).items():
        whole = wholes.setdefault(key.split("|")[0], {"before": Counter(), "after": Counter(), "moved": 0})
        whole["moved"] += cell["moved"]
        for side in ("before", "after"):
            whole[side].update(cell[side])
    labels = dict(SlaTarget.Metric.choices)
    lines = [_line(str(labels[metric]), "", cell) for metric, cell in sorted(wholes.items())]
    for key, cell in sorted(asked.comparison.get("cells", {}).items()):
        metric, _bar, team = key.partition("|")
        lines.append(_line(str(labels[metric]), team or _("no team of ours"), cell))
    return lines


def _line(metric: str, team: str, cell: dict[str, Any]) -> Attainment:
    results = max(sum(cell["before"].values()), sum(cell["after"].values()))
    return Attainment(metric, team, results, cell["moved"], _share(cell["before"]), _share(cell["after"]))


def _share(states: dict[str, int]) -> float | None:
    counted = sum(states.get(name, 0) for name in ("met", "breached", "overdue"))
    return states.get("met", 0) / counted if counted else None


@dataclass(frozen=True)
class Difference:
    """What one thing was and is; "" where it was or is not there."""

    name: str
    before: str
    after: str


def differences(before: dict[str, str], after: dict[str, str]) -> list[Difference]:
    """Of what is said of two versions, what differs."""
    names = [*before, *(name for name in after if name not in before)]
    found = (Difference(name, before.get(name, ""), after.get(name, "")) for name in names)
    return [one for one in found if one.before != one.after]


def calendar_said(calendar: Calendar) -> dict[str, str]:
    """Everything a version of a calendar says, by its name for people."""
    said = {_("name"): calendar.name, _("time zone"): calendar.time_zone}
    said |= {str(day): hours_in_words(hours) for day, hours in zip(DAYS, calendar.weekly, strict=True)}
    said[_("public holidays of")] = calendar.holidays
    said |= {_("day off %(day)s") % {"day": date_format(day)}: _("closed") for day in calendar.days_off}
    for day, opens, closes in calendar.extra_open:
        said[_("extra day %(day)s") % {"day": day}] = f"{opens}–{closes}"
    return said


def policy_said(policy: SlaPolicy) -> dict[str, str]:
    """Everything a version of a policy says."""
    said = {_("name"): policy.name, _("hours"): str(policy.calendar)}
    for hours in policy.site_hours.select_related("site", "calendar"):
        said[_("hours of %(site)s") % {"site": hours.site}] = str(hours.calendar)
    return said | dict(_targets(policy))


def _targets(policy: SlaPolicy) -> Iterator[tuple[str, str]]:
    for row in policy.targets.select_related("team"):
        paused = _("%(time)s, pauses while waiting") if row.pauses else "%(time)s"
        yield (
            f"{row.get_metric_display()}: {who_in_words(row)}",
            paused % {"time": seconds_in_words(row.seconds)},
        )
