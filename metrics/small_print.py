"""What stands below a figure, as values out of the same parts: dashboards word them (metrics/dashboards/facts.py), and
`manage.py report` prints them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

from metrics import histograms
from metrics.definitions import AHT, CSAT, SLA_NEXT_REPLY, SLA_REPLY, SLA_RESOLUTION, VOLUME, Metric

Parts = Mapping[str, Any]
Logs = Mapping[str, Counter[int]]
Told = dict[str, float | None]

HANDLE_LOG: Final = "handle_log"
# The parts and histograms that it needs beside what the figure is made of.
PARTS: Final[dict[str, tuple[str, ...]]] = {
    CSAT.key: ("offered_n", "answered_n"),
    AHT.key: ("measured_n", "created_n"),
    SLA_RESOLUTION.key: ("vendor_sla_n", "vendor_sla_met_n"),
    VOLUME.key: ("flagged_n",),
}
LOGS: Final[dict[str, tuple[str, ...]]] = {AHT.key: (HANDLE_LOG,)}


def told(metric: Metric, parts: Parts, logs: Logs) -> Told:
    """By name: shares from 0 to 1, durations in seconds, counts. None for what was not measured; {} where the figure
    says all."""
    tell = _TELLING.get(metric.family)
    if tell is not None:
        return tell(parts, logs)
    return {"p90": histograms.percentile(logs.get(metric.log, Counter()), 0.9)} if metric.log else {}


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _csat(parts: Parts, _logs: Logs) -> Told:
    return {"response_rate": _share(parts["answered_n"], parts["offered_n"])}


def _promise(metric: Metric) -> Callable[[Parts, Logs], Told]:
    def tell(parts: Parts, _logs: Logs) -> Told:
        return {state: parts[f"{metric.key}_{state}_n"] for state in ("breached", "overdue")}

    return tell


def _resolution(parts: Parts, logs: Logs) -> Told:
    by_source = _share(parts["vendor_sla_met_n"], parts["vendor_sla_n"])
    return {**_promise(SLA_RESOLUTION)(parts, logs), "by_source": by_source}


def _handled(parts: Parts, logs: Logs) -> Told:
    counts = logs.get(HANDLE_LOG, Counter())
    median, p90 = (histograms.percentile(counts, at) for at in (0.5, 0.9))
    return {"median": median, "p90": p90, "measured_on": _share(parts["measured_n"], parts["created_n"])}


def _volume(parts: Parts, _logs: Logs) -> Told:
    return {"flagged": parts["flagged_n"]}


_TELLING: Final[dict[str, Callable[[Parts, Logs], Told]]] = {
    CSAT.key: _csat,
    SLA_REPLY.key: _promise(SLA_REPLY),
    SLA_NEXT_REPLY.key: _promise(SLA_NEXT_REPLY),
    SLA_RESOLUTION.key: _resolution,
    AHT.key: _handled,
    VOLUME.key: _volume,
}
