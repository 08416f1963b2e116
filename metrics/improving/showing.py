"""What an initiative's page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from metrics.dashboards import drawing, marking
from metrics.definitions import BY_KEY, VOLUME
from metrics.effects.models import Card
from metrics.improving import initiatives, measuring, scopes
from metrics.improving.definitions import LEVER, aims
from metrics.improving.models import Initiative
from metrics.improving.states import steps_from
from sopdesk.documents.models import Change

if TYPE_CHECKING:
    from datetime import date

    from metrics.filters import Period
    from metrics.improving.scopes import Scope
    from metrics.reporting import Point
    from sopdesk.accounts.models import User


NAME_MAX: Final = 40


def about(initiative: Initiative, viewer: User) -> dict[str, Any]:
    """Context of its page. A fixed number of queries."""
    points, period = measuring.way(initiative, viewer)
    effects = measuring.effects(initiative, viewer)
    changes = linked(initiative, viewer)
    marks = marking.marks(viewer, period, label=initiative.label)
    metric, may_edit = BY_KEY[initiative.metric], initiatives.may_edit(viewer, initiative)
    target = effects[0]
    return {
        "initiative": initiative,
        "taken": f"initiative={initiative.pk}",
        "scope_words": scopes.words([initiative]).get(initiative.pk, []),
        "address": scopes.address(initiative),
        "metric": metric,
        "lever": LEVER[initiative.lever],
        "effects": effects,
        "target": target,
        "is_reached": reached(initiative, target),
        "points": points,
        "is_weekly": metric == VOLUME,
        "period": period,
        "chart": drawing.trend(
            target.baseline.metric, points, marks=_marks(initiative, changes, marks.shown, points)
        ),
        "marks": marks,
        "changes": changes,
        "cards": cards(initiative, viewer),
        "transitions": initiative.transitions.select_related("by"),
        "steps": steps_from(initiative.state) if may_edit else [],
        "may_edit": may_edit,
        "is_late": initiatives.is_late(initiative),
        "least_n": measuring.LEAST_N,
        "least_days": measuring.LEAST_DAYS,
    }


def before(viewer: User, label: str, period: Period, scope: Scope) -> dict[str, Any]:
    """The figures that a new initiative's baseline would freeze."""
    draft = Initiative(pk=0, label=label, site=scope.site, scope=scope.rest)
    found = measuring.figures(draft, viewer, period, aims())
    return {
        "figures": list(found.values()),
        "site": draft.site,
        "scope_words": scopes.words([draft]).get(0, []),
    }


def linked(initiative: Initiative, viewer: User) -> list[Change]:
    """Its changes, as far as the viewer may see changes. One query."""
    return list(
        Change.objects.visible_to(viewer).filter(initiatives=initiative).order_by("effective_at", "pk")
    )


def cards(initiative: Initiative, viewer: User) -> list[Card]:
    """The newest before/after card of each version that its changes published, over its site. One query."""
    found = Card.objects.visible_to(viewer).newest().filter(change__in=initiative.links.values("change"))
    return list(found.filter(site=initiative.site_id).select_related("version__document"))


def reached(initiative: Initiative, effect: measuring.Effect) -> bool | None:
    """Whether the figure is now where it was to be; None while it is not measured."""
    if effect.now.value is None:
        return None
    if initiative.direction == Initiative.Direction.UP:
        return effect.now.value >= initiative.target
    return effect.now.value <= initiative.target


def _marks(
    initiative: Initiative, changes: list[Change], published: list[marking.Mark], points: list[Point]
) -> list[dict[str, str]]:
    """The end of the baseline, each linked change that is in force, and what was published of the label's SOPs, at the
    point it falls on; what falls on one has one mark."""
    last = max(one.last for one in initiative.baselines.all())
    named = [(last, _("baseline ends %(day)s") % {"day": date_format(last, "j M")})]
    named += [
        (timezone.localtime(change.effective_at).date(), str(change))
        for change in changes
        if change.effective_at is not None and change.state == Change.State.PUBLISHED
    ]
    named += [(mark.day, f"{mark.key} v{mark.number}") for mark in published]
    days = [point.day for point in points]
    found: dict[date, list[str]] = {}
    for day, name in named:
        if (at := drawing.nearest(day, days)) is not None:
            found.setdefault(at, []).append(name[:NAME_MAX])
    return [{"x": at.isoformat(), "name": ", ".join(names)} for at, names in sorted(found.items())]
