"""What a page says of a card: each reading in words, and where its dots and lines stand. Nothing is computed anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from math import ceil, exp, log10
from typing import Any, Final

from django.utils.dateparse import parse_date
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metrics.definitions import BY_KEY, Metric
from metrics.effects.drawing import Dots, Lines, dots, lines
from metrics.effects.measures import Kind
from metrics.effects.models import Card
from metrics.effects.published import Published
from metrics.intervals import CONFIDENCE
from metrics.scales import on_one_scale
from sopdesk.accounts.models import User
from sopdesk.documents.models import Version
from sopdesk.text import figures

VERDICTS: Final = {
    "up": gettext_lazy("rose"),
    "down": gettext_lazy("fell"),
    "with_others": gettext_lazy("moved, but not beyond the comparison group"),
    "no_difference": gettext_lazy("not to be told from chance"),
    "not_enough": gettext_lazy("not enough data"),
}
ICONS: Final = {"up": "trending-up", "down": "trending-down", "not_enough": "hourglass"}
LEAST_SHOWN: Final = 0.0005
MOST_RATIO: Final = 4.0  # no change of a rule makes that of handle times or tickets
UNITS: Final = {"share": "percent", "log": "duration", "count": "number"}
CHANGES: Final = {"share": "points", "log": "relative", "count": "relative"}


@dataclass(frozen=True)
class Shown:
    """One reading as a page shows it; `data` is the card's JSON. Changes are in points, or in % of what it was."""

    data: dict[str, Any]
    metric: Metric
    day: date
    is_by_team: bool = False
    published: Sequence[Published] = ()

    @property
    def is_measured(self) -> bool:
        return self.data["ours"] is not None

    @property
    def has_moved(self) -> bool:
        return self.data["verdict"] in {"up", "down"}

    @property
    def tone(self) -> str:
        """Green for better, red for worse, by the metric's own sense of better."""
        if not self.has_moved or not self.metric.better:
            return "blue" if self.has_moved else "neutral"
        return "green" if (self.data["verdict"] == "up") == (self.metric.better > 0) else "red"

    @property
    def icon(self) -> str:
        return ICONS.get(str(self.data["verdict"]), "minus")

    @property
    def verdict(self) -> str:
        return str(VERDICTS[self.data["verdict"]])

    @property
    def unit(self) -> str:
        return UNITS[self.data["kind"]]

    @property
    def change_unit(self) -> str:
        return CHANGES[self.data["kind"]]

    @property
    def own_change(self) -> dict[str, float] | None:
        return self._relative(self.data["ours"] and self.data["ours"]["change"])

    @property
    def others_change(self) -> dict[str, float] | None:
        return self._relative(self.data["others"] and self.data["others"]["change"])

    @property
    def effect(self) -> dict[str, float] | None:
        """How much more it changed than the comparison group; its own change where there is none."""
        return self._relative(self.data["effect"])

    @property
    def best(self) -> dict[str, float] | None:
        return self.effect or self.own_change

    @property
    def needed(self) -> str:
        """In words, which effect would have been found 8 times in 10; empty where one was, or none is known."""
        found = self.data.get("needed")
        if found is None or self.has_moved:
            return ""
        is_share = self.data["kind"] == Kind.SHARE
        before = self.data["ours"]["before"]["value"]
        if found > (max(before, 1 - before) if is_share else MOST_RATIO):
            return _("There were too few tickets for any effect to be found.")
        amount = figures.grouped((found if is_share else found - 1) * 100, 1)
        said = (
            _("An effect of %(amount)s\u202fpp would have been needed.")
            if is_share
            else _("An effect of %(amount)s\u202f%% would have been needed.")
        )
        return said % {"amount": amount}

    @property
    def confidence(self) -> str:
        """How sure the intervals of its changes are, in %: 95 on cards of the first method."""
        rest = 1 - float(self.data.get("confidence", CONFIDENCE))
        return number_format(100 * (1 - rest), max(0, ceil(-log10(rest)) - 1))

    @property
    def chance(self) -> str:
        """p, and in brackets p adjusted for the whole card."""
        p, q = (
            "< 0.001" if found < LEAST_SHOWN else figures.grouped(found, 3)
            for found in (self.data["p"], self.data["q"])
        )
        return _("p %(p)s (%(q)s)") % {"p": p, "q": q}

    @property
    def step(self) -> dict[str, float] | None:
        """The step of the daily series at once; of handle times as a ratio, of volume in tickets a day."""
        level = self.data["step"] and self.data["step"]["level"]
        if not level or self.data["kind"] != Kind.LOG:
            return level or None
        return self._relative({name: exp(level[name]) for name in ("value", "low", "high")})

    def _relative(self, found: dict[str, float] | None) -> dict[str, float] | None:
        if not found or self.data["kind"] == Kind.SHARE:
            return found or None
        return {**found, **{name: (found[name] - 1) * 100 for name in ("value", "low", "high")}}

    @property
    def missing(self) -> str:
        """What data there is not, and when there will be."""
        why = self.data["missing"]
        day = parse_date(why.get("day") or "")
        words = {**why, "day": date_format(day, "j M Y") if day else ""}
        said = {
            "no_history": _("The tickets begin on %(day)s: too few days lie before the change."),
            "immature": _(
                "A ticket has to be seven days old to count here; there will be some from %(day)s on."
            ),
            "constant": _("Every value was the same, before and after."),
        }.get(
            why.get("why", ""), _("%(before)s before and %(after)s after; it takes %(least)s on each side.")
        )
        later = _("At this rate there will be enough by %(day)s.") if day and why["why"] == "few" else ""
        return f"{said} {later}".strip() % words

    @cached_property
    def dots(self) -> Dots | None:
        return dots(self.data)

    @cached_property
    def lines(self) -> Lines | None:
        also = [(each.day, each.name) for each in self.published]
        return lines(self.data, self.day, self.unit, is_by_team=self.is_by_team, published=also)


def readings(card: Card, published: Sequence[Published] = ()) -> list[Shown]:
    """Every measure of a card: those that moved first, those not measured last. `published`: what its charts mark."""
    shown = [
        Shown(data, _metric(data), card.day, bool(card.began), published)
        for data in card.readings
        if data["key"] in BY_KEY
    ]
    return sorted(shown, key=lambda each: (not each.has_moved, not each.is_measured))


def _metric(data: dict[str, Any]) -> Metric:
    """On its scale; a card from before scales were kept does not say which."""
    return on_one_scale(BY_KEY[data["key"]], {}, data.get("scale", ""))


@dataclass(frozen=True)
class Beside:
    """Another change in the windows; `version` None where the viewer may not read it."""

    version: Version | None
    day: date | None
    labels: list[str]


def beside(card: Card, viewer: User) -> list[Beside]:
    """Other changes with its labels in its windows. One query."""
    versions = (
        Version.objects.visible_to(viewer).select_related("document").only("number", "title", "document")
    )
    found = versions.in_bulk([each["version"] for each in card.beside])
    return [
        Beside(found.get(each["version"]), parse_date(each["day"]), each["labels"]) for each in card.beside
    ]


@dataclass(frozen=True)
class Span:
    """First and last days compared, of the measure with the longest windows."""

    before: tuple[date, date]
    after: tuple[date, date]
    days: int

    @property
    def weeks(self) -> int:
        return self.days // 7


def span_of(card: Card) -> Span | None:
    """None where nothing could be compared."""
    days = 7 * max((data["weeks"] for data in card.readings), default=0)
    if not days:
        return None
    day, after = timedelta(days=1), card.day + timedelta(days=7)
    return Span((card.day - days * day, card.day - day), (after, after + (days - 1) * day), days)
