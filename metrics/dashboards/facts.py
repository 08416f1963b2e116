"""The small print of a tile: what a figure does not say by itself, each with the tickets it is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils.translation import gettext as _

from metrics import histograms
from metrics.definitions import (
    AHT,
    CSAT,
    SLA_NEXT_REPLY,
    SLA_REPLY,
    SLA_RESOLUTION,
    VOLUME,
    Metric,
)
from metrics.reporting import mature_by_source, mature_until
from sopdesk.text.figures import clock, grouped, in_words, share

LATELY: Final = timedelta(days=92)  # a source that ended before is no news
Parts = Mapping[str, float]
Logs = Mapping[str, Counter[int]]


@dataclass(frozen=True)
class Fact:
    """A sentence, and the list of tickets it is about (a key of tickets.SHOWN), "" for none."""

    text: str
    shown: str = ""


def facts_of(metric: Metric, parts: Parts, logs: Logs) -> list[Fact]:
    """What the tile of this metric says below its figure."""
    tell = _TELLING.get(metric.key)
    if tell is not None:
        return list(tell(parts, logs))
    if metric.mature_days:
        return list(_mature())
    return list(_percentile(metric, logs)) if metric.log else []


def _csat(parts: Parts, _logs: Logs) -> Iterator[Fact]:
    answers = parts["good_n"] + parts["bad_n"] + parts["stars_n"]
    if parts["offered_n"]:
        yield Fact(_("%(share)s of those asked answered") % {"share": share(answers / parts["offered_n"])})
    if parts["bad_n"]:
        yield Fact(_("%(n)s rated bad") % {"n": grouped(parts["bad_n"])}, "rated_bad")
    other = min(parts["good_n"] + parts["bad_n"], parts["stars_n"])
    if other:
        yield Fact(_("%(n)s answers on another scale are not in this figure") % {"n": grouped(other)})


def _promise(metric: Metric, kind: str) -> Callable[[Parts, Logs], Iterator[Fact]]:
    def tell(parts: Parts, _logs: Logs) -> Iterator[Fact]:
        late, overdue = parts[f"{metric.key}_breached_n"], parts[f"{metric.key}_overdue_n"]
        yield Fact(_("%(n)s breached") % {"n": grouped(late)}, f"breached_{kind}")
        yield Fact(_("%(n)s open and overdue") % {"n": grouped(overdue)}, f"overdue_{kind}")
        if metric is SLA_RESOLUTION and parts["vendor_sla_n"]:
            told = share(parts["vendor_sla_met_n"] / parts["vendor_sla_n"])
            yield Fact(_("%(share)s by the source’s own reckoning") % {"share": told}, "vendor_late")

    return tell


def _handled(parts: Parts, logs: Logs) -> Iterator[Fact]:
    counts = logs.get("handle_log", Counter())
    if counts:
        median, p90 = (clock(histograms.percentile(counts, at)) for at in (0.5, 0.9))
        yield Fact(_("median %(median)s · p90 %(p90)s") % {"median": median, "p90": p90})
    if parts["created_n"]:
        measured = share(parts["measured_n"] / parts["created_n"])
        yield Fact(_("measured on %(share)s of tickets") % {"share": measured})


def _percentile(metric: Metric, logs: Logs) -> Iterator[Fact]:
    p90 = histograms.percentile(logs.get(metric.log, Counter()), 0.9)
    if p90 is not None:
        yield Fact(_("median, calendar time · p90 %(p90)s") % {"p90": clock(p90)})


def _mature() -> Iterator[Fact]:
    last = mature_until()
    behind = any(last - LATELY < its_last < last for its_last in mature_by_source().values())
    said = (
        _("of tickets up to %(day)s, old enough to tell; of sources with older files up to an earlier day")
        if behind
        else _("of tickets up to %(day)s, old enough to tell")
    )
    yield Fact(said % {"day": in_words(last)})


def _volume(parts: Parts, _logs: Logs) -> Iterator[Fact]:
    if parts["flagged_n"]:
        n = grouped(parts["flagged_n"])
        yield Fact(_("%(n)s impossible or cut off, left out where it matters") % {"n": n}, "flagged")


_TELLING: Final[dict[str, Callable[[Parts, Logs], Iterator[Fact]]]] = {
    CSAT.key: _csat,
    SLA_REPLY.key: _promise(SLA_REPLY, "reply"),
    SLA_NEXT_REPLY.key: _promise(SLA_NEXT_REPLY, "next_reply"),
    SLA_RESOLUTION.key: _promise(SLA_RESOLUTION, "resolution"),
    AHT.key: _handled,
    VOLUME.key: _volume,
}
