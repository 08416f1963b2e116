"""The small print of a tile: what a figure does not say by itself, each with the tickets it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils.translation import gettext as _

from metrics import scales, small_print
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
from metrics.small_print import Logs, Parts
from sopdesk.text.figures import clock, grouped, in_words, share

LATELY: Final = timedelta(days=92)  # a source that ended before is no news


@dataclass(frozen=True)
class Fact:
    """A sentence, and the list of tickets it is about (a key of tickets.SHOWN), or the scale on which CSAT is told of
    them; "" for none. `is_always`: also said where the figure is not measured."""

    text: str
    shown: str = ""
    scale: str = ""
    is_always: bool = False


def facts_of(metric: Metric, parts: Parts, logs: Logs) -> list[Fact]:
    """What the tile of this metric says below its figure."""
    if metric.family == CSAT.key:
        return list(_csat(metric, parts))
    tell = _TELLING.get(metric.key)
    if tell is not None:
        return list(tell(parts, logs))
    if metric.mature_days:
        return list(_mature())
    return list(_percentile(metric, parts, logs)) if metric.log else []


def _csat(metric: Metric, parts: Parts) -> Iterator[Fact]:
    answers = scales.answers(metric, parts)
    answered = small_print.told(metric, parts, {})["response_rate"]
    if answered is not None:
        yield Fact(_("%(share)s of those asked answered") % {"share": share(answered)})
    unhappy = answers - scales.satisfied(metric, parts)
    if unhappy:
        yield Fact(_("%(n)s not satisfied") % {"n": grouped(unhappy)}, "rated_bad", metric.scale)
    for other, n in scales.others(metric, parts):
        said = _("%(n)s answers on another scale are not in it: %(name)s")
        yield Fact(said % {"n": grouped(n), "name": other.label}, scale=other.scale, is_always=True)
    if parts["other_question_n"]:
        said = _("%(n)s answers to another question (NPS, effort) are not in it")
        yield Fact(said % {"n": grouped(parts["other_question_n"])}, is_always=True)


def day_of_ratings(sources: Sequence[str]) -> Iterator[Fact]:
    """Of which sources a rating counts on another day than it was given."""
    if sources:
        said = _("Counts on the day of the last solve: %(sources)s")
        yield Fact(said % {"sources": ", ".join(sources)})


def _promise(metric: Metric, kind: str) -> Callable[[Parts, Logs], Iterator[Fact]]:
    def tell(parts: Parts, logs: Logs) -> Iterator[Fact]:
        told = small_print.told(metric, parts, logs)
        yield Fact(_("%(n)s breached") % {"n": grouped(told["breached"])}, f"breached_{kind}")
        yield Fact(_("%(n)s open and overdue") % {"n": grouped(told["overdue"])}, f"overdue_{kind}")
        if told.get("by_source") is not None:
            theirs = {"share": share(told["by_source"])}
            yield Fact(_("%(share)s by the source’s own reckoning") % theirs, "vendor_late")

    return tell


def _handled(parts: Parts, logs: Logs) -> Iterator[Fact]:
    told = small_print.told(AHT, parts, logs)
    if told["median"] is not None:
        between = {"median": clock(told["median"]), "p90": clock(told["p90"])}
        yield Fact(_("median %(median)s · p90 %(p90)s") % between)
    if told["measured_on"] is not None:
        yield Fact(_("measured on %(share)s of tickets") % {"share": share(told["measured_on"])})


def _percentile(metric: Metric, parts: Parts, logs: Logs) -> Iterator[Fact]:
    p90 = small_print.told(metric, parts, logs)["p90"]
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


def _volume(parts: Parts, logs: Logs) -> Iterator[Fact]:
    flagged = small_print.told(VOLUME, parts, logs)["flagged"]
    if flagged:
        said = _("%(n)s impossible or cut off, left out where it matters") % {"n": grouped(flagged)}
        yield Fact(said, "flagged")


_TELLING: Final[dict[str, Callable[[Parts, Logs], Iterator[Fact]]]] = {
    SLA_REPLY.key: _promise(SLA_REPLY, "reply"),
    SLA_NEXT_REPLY.key: _promise(SLA_NEXT_REPLY, "next_reply"),
    SLA_RESOLUTION.key: _promise(SLA_RESOLUTION, "resolution"),
    AHT.key: _handled,
    VOLUME.key: _volume,
}
