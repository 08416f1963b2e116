"""What a judged day does to alerts: a spell begins, goes on, was none after all, or is over."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from metrics import aliases
from metrics.watching.models import Alert
from sopdesk.audit.events import Event
from sopdesk.audit.recording import System, record

if TYPE_CHECKING:
    from metrics.watching.watching import Found

QUIET: Final = timedelta(days=7)  # a spell that comes back within these days is the same one
WATCH: Final = System("watch")
Place = tuple[str, int | None, int | None]
"""Label, team and site of a series."""


def keep(found: Found, day: date, carried_by: list[dict[str, Any]]) -> Alert:
    """The alert of this spell: the one that stands, made longer, or a new one."""
    series, standing = found.series, found.standing
    same = {**asdict(series), "direction": found.direction}
    scale = same.pop("scale")
    names = aliases.names().of_one(series.label)  # a name that was another label's when the spell began
    figures = {
        "value": standing.value, "expected": standing.expected, "n": standing.n, "q": found.q,
        "carried_by": carried_by, "scale": scale,
    }  # fmt: skip
    there: dict[str, Any] = {**same, "label__in": names}
    del there["label"]
    near = Alert.objects.select_for_update().filter(**there, first_day__lte=day, last_day__gte=day - QUIET)
    spell = near.order_by("-last_day").first()
    if spell is None:
        first = {"last_day": day, "days": {day.isoformat(): figures}, **figures}
        return Alert.objects.get_or_create(**same, first_day=day, defaults=first)[0]
    if spell.days.get(day.isoformat()) != figures or not spell.is_right:
        spell.days[day.isoformat()] = figures
        if not spell.is_right:
            spell.state, spell.closed_because = Alert.State.NEW, ""
        _settle(spell)
    return spell


def _settle(spell: Alert) -> None:
    """First, last and highest of its days."""
    days = sorted(spell.days, reverse=True)
    spell.first_day, spell.last_day = date.fromisoformat(days[-1]), date.fromisoformat(days[0])
    height = spell.days[spell.height.isoformat()]
    for name, value in height.items():
        setattr(spell, name, value)
    spell.save(
        update_fields=["first_day", "last_day", *height, "days", "state", "closed_because"]
    )  # fmt: skip


def withdraw(day: date, kept: Iterable[Alert], waiting: Collection[Place]) -> None:
    """Take a day off the alerts that it was part of and, with the tickets there are now, is no more. One that has no
    day left is closed and says why; its figures stay as they were."""
    over = Alert.objects.select_for_update(of=("self",)).filter(days__has_key=day.isoformat())
    over = over.exclude(pk__in=[alert.pk for alert in kept]).exclude(closed_because=Alert.Because.TOLD_LATER)
    for alert in over:
        if place_of(alert) in waiting:
            continue
        if len(alert.days) > 1:
            del alert.days[day.isoformat()]
            _settle(alert)
            continue
        alert.state, alert.closed_because = Alert.State.CLOSED, Alert.Because.TOLD_LATER
        alert.save(update_fields=["state", "closed_because"])
        facts = {"why": alert.closed_because, "day": day.isoformat()}
        record(actor=WATCH, event=Event.ALERT_CLOSED, subject=alert, facts=facts)


def end(day: date, waiting: Collection[Place]) -> None:
    """Close what was quiet for a week and nobody handled."""
    old = Alert.objects.filter(last_day__lt=day - QUIET, handled_by=None).exclude(state=Alert.State.CLOSED)
    over = [alert.pk for alert in old if place_of(alert) not in waiting]
    Alert.objects.filter(pk__in=over, handled_by=None).update(
        state=Alert.State.CLOSED, closed_because=Alert.Because.QUIET
    )


def place_of(alert: Alert) -> Place:
    return (aliases.names().meant(alert.label) if alert.label else "", alert.team_id, alert.site_id)
