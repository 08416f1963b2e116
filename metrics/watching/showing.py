"""What a page says of an alert: its rule, what was published before it, and where its tickets are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from metrics import aliases, scales
from metrics.definitions import BY_KEY, CSAT, VOLUME, Metric
from metrics.watching.models import Alert
from sopdesk.accounts.models import User
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Version
from sopdesk.postgres.worded import worded
from sopdesk.text.figures import clock, signed

BEFORE: Final = timedelta(days=14)
LATELY: Final = timedelta(days=7)
RECENT_MAX: Final = 8


@dataclass(frozen=True)
class Carrier:
    """A label with much of what a team's figure had above or below the usual; `said`: how much that is."""

    label: str
    said: str
    tickets_url: str


@dataclass(frozen=True)
class Shown:
    """One alert, with the label that is meant by its name, of a team those that carry it; and the SOPs in force for
    these that the viewer may read."""

    alert: Alert
    label: str
    carried_by: list[Carrier]
    rules: list[Version]

    @property
    def metric(self) -> Metric:
        return scales.on_one_scale(BY_KEY[self.alert.metric], {}, self.alert.scale)

    @property
    def is_worse(self) -> bool:
        """More tickets, longer handling or fewer satisfied customers."""
        better = self.metric.better or -1
        return (self.alert.direction == Alert.Direction.UP) == (better < 0)

    @property
    def tone(self) -> str:
        return "red" if self.is_worse else "green"

    @property
    def icon(self) -> str:
        return "trending-up" if self.alert.direction == Alert.Direction.UP else "trending-down"

    @property
    def figure_url(self) -> str:
        """The figure over the thirteen weeks up to two after it ended."""
        said = {"period": "91", "until": (self.alert.last_day + BEFORE).isoformat(), **self._whose}
        return f"{reverse('metrics:tab', args=[self.alert.metric])}?{urlencode(said)}"

    @property
    def _whose(self) -> dict[str, str]:
        alert, said = self.alert, {"label": self.label} if self.label else {}
        said |= {"scale": alert.scale} if alert.scale else {}
        if alert.team:
            return {**said, "team": alert.team.slug}
        return {**said, "site": alert.site.slug} if alert.site else said

    @property
    def tickets_url(self) -> str:
        """The tickets behind it, of exactly the days it lasted."""
        return _tickets(self.alert, self._whose)


def _tickets(alert: Alert, whose: dict[str, str]) -> str:
    shown = {CSAT.key: "rated_bad", VOLUME.key: "all"}.get(alert.metric, "handled")
    if alert.metric == CSAT.key and alert.direction == Alert.Direction.UP:
        shown = "csat"
    said = {"show": shown, "since": alert.first_day.isoformat(), "until": alert.last_day.isoformat(), **whose}
    return f"{reverse('metrics:tickets')}?{urlencode(said)}"


def labels_of(alert: Alert) -> list[str]:
    """Its label, or those that carry a team's."""
    names = aliases.names()
    return names.meant_by([alert.label] if alert.label else [each["label"] for each in alert.carried_by])


def _carriers(alert: Alert) -> list[Carrier]:
    names, team = aliases.names(), {"team": alert.team.slug} if alert.team else {}
    team |= {"scale": alert.scale} if alert.scale else {}
    found = [(names.meant(each["label"]), each["amount"]) for each in alert.carried_by]
    return [
        Carrier(label, _amount(alert.metric, amount), _tickets(alert, {"label": label, **team}))
        for label, amount in found
    ]


def _amount(metric: str, amount: float) -> str:
    """So many tickets or satisfied answers, or so much time, more or fewer than usual."""
    if metric == VOLUME.key:
        return signed(amount, 0)
    if metric == CSAT.key:
        return _("%(n)s satisfied answers") % {"n": signed(amount, 1)}
    return f"+{clock(amount)}" if amount > 0 else clock(amount)


def shown(alerts: Sequence[Alert], viewer: User) -> list[Shown]:
    """Each with its rules. One query for all of them."""
    names = aliases.names()
    spelled = sorted(names.spelled([label for alert in alerts for label in labels_of(alert)]))
    found: list[tuple[Version, list[str]]] = []
    if spelled:
        rules = Version.objects.visible_to(viewer).in_force().filter(data__labels__has_any_keys=spelled)
        rules = (
            rules.filter(document__kind="sop").select_related("document").only("title", "data", "document")
        )
        found = [(rule, names.meant_by(rule.data["labels"])) for rule in rules]
    return [
        Shown(alert, names.meant(alert.label), _carriers(alert), _ruling(labels_of(alert), found))
        for alert in alerts
        if alert.metric in BY_KEY
    ]


def _ruling(wanted: Sequence[str], found: Sequence[tuple[Version, list[str]]]) -> list[Version]:
    """The SOPs of these labels, those of the first label first."""
    ruling = {rule.pk: rule for label in wanted for rule, labels in found if label in labels}
    return [*ruling.values()]


def pressing(viewer: User, today: date) -> list[Shown]:
    """What is off for this person's desk, the newest first. Two queries."""
    return shown(_pressing(viewer, today - LATELY), viewer)


@worded
def _pressing(viewer: User, since: date) -> QuerySet[Alert]:
    alerts = Alert.objects.visible_to(viewer).pressing(since).select_related("team__site", "site")
    return alerts.order_by("-last_day", "q")[:RECENT_MAX]


def where(version: Version) -> str:
    """The address of its document."""
    return kind_of(version.document.kind).url("read", version.document.key)


def recent_changes(alert: Alert, viewer: User) -> list[Version]:
    """What came in force in the two weeks before it or meanwhile, for its label; of a team for those that carry it."""
    zone = ZoneInfo(settings.REPORTING_TIME_ZONE)
    first = datetime.combine(alert.first_day - BEFORE, time(0), zone)
    after = datetime.combine(alert.last_day + timedelta(days=1), time(0), zone)
    versions = Version.objects.visible_to(viewer).filter(
        in_force__startswith__gte=first, in_force__startswith__lt=after
    )
    names = sorted(aliases.names().spelled(labels_of(alert)))
    if not names:
        return []
    named = Q(data__labels__has_any_keys=names) | Q(data__add_labels__has_any_keys=names)
    versions = versions.filter(named | Q(document__kind="label", document__key__in=names))
    chosen = versions.exclude(document__kind="label", number=1).select_related("document")
    return list(
        chosen.only("title", "number", "in_force", "document").order_by("-in_force__startswith")[:RECENT_MAX]
    )
