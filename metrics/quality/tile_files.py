"""What the tab of quality has beside IQS, and how far reviewers agree, as files: the rows of their tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from metrics.dashboards.filters import DashboardFilter
from metrics.quality import comparing, tab
from metrics.quality.comparing import Result
from metrics.quality.models import Calibration
from metrics.quality.tab import Failed, Line
from metrics.tiles import FIGURE, File, figure, number, register

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import QueryDict

    from sopdesk.accounts.models import User

FAILED: Final = ("critical_fails", "share", "n", "low", "high")


@register("iqs-criteria")
def criteria(viewer: User, params: QueryDict) -> File | None:
    """Every criterion, the weakest first."""
    chosen, found = _shown(viewer, params)
    return _file("iqs-criteria", chosen, _lines(found["criteria"])) if found else None


@register("iqs-sections")
def sections(viewer: User, params: QueryDict) -> File | None:
    """Every section of an SOP that criteria point at and that the viewer may read, the weakest first."""
    chosen, found = _shown(viewer, params)
    return _file("iqs-sections", chosen, _lines(found["sections"])) if found else None


@register("critical-fails")
def critical_fails(viewer: User, params: QueryDict) -> File | None:
    """Of all reviews, and of each team with any."""
    chosen, found = _shown(viewer, params)
    return _file("critical-fails", chosen, _failed(found)) if found else None


@register("agreement")
def agreement(viewer: User, params: QueryDict) -> File | None:
    """Every pair of reviewers on every criterion of a calibration, for who has finished their own reviews of it."""
    asked = params.get("calibration", "")
    visible = Calibration.objects.visible_to(viewer)
    found = visible.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 10 else None
    if found is None or found.reviews.queue_of(viewer).exists():
        return None
    return File(f"agreement-{found.pk}", _pairs(comparing.result(found)))


def _shown(viewer: User, params: QueryDict) -> tuple[DashboardFilter, Mapping[str, Any]]:
    chosen = DashboardFilter(params, user=viewer)
    section = tab.quality(chosen)
    return chosen, section.context if section else {}


def _file(name: str, chosen: DashboardFilter, rows: Iterator[list[str]]) -> File:
    return File(f"{name}-{chosen.period_now.first}-{chosen.period_now.last}", rows)


def _lines(lines: list[Line]) -> Iterator[list[str]]:
    yield ["criterion", "scorecard", "sop", "section", "title", *FIGURE, "critical_fails", "not_applicable"]
    for line in lines:
        row, title = line.row, line.section.title if line.section else ""
        yield [
            row.name,
            row.detail,
            *row.place,
            title,
            *figure(row.figure),
            str(row.critical),
            str(row.skipped),
        ]


def _failed(found: Mapping[str, Any]) -> Iterator[list[str]]:
    yield ["team", "name", "site", *FAILED]
    yield ["", "all", "", *_share(found["failed"])]
    for row, each in found["teams"]:
        yield [row.key, row.name, row.detail, *_share(each)]


def _share(found: Failed) -> list[str]:
    low, high = found.between or (None, None)
    return [str(found.n), number(found.share), str(found.of), number(low), number(high)]


def _pairs(result: Result) -> Iterator[list[str]]:
    yield [
        "criterion",
        "reviewer",
        "other",
        "kappa",
        "low",
        "high",
        "weighted",
        "scored_alike",
        "n",
        "not_both",
        "note",
    ]
    for compared in result.compared:
        for pair in compared.pairs:
            found = pair.agreement
            none = "not measured" if found.n == 0 else "not defined" if found.kappa is None else ""
            yield [
                compared.criterion.name, pair.one.name, pair.other.name, number(found.kappa), number(found.low),
                number(found.high), "yes" if found.is_weighted else "no", number(found.share if found.n else None),
                str(found.n), str(found.apart), "too few" if found.is_small else none,
            ]  # fmt: skip
