"""The way from a figure to the tickets behind it: the same choices, and its days written out.

A list without days takes the last ones on which anything of its choice counts, which are not always those of the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Final
from urllib.parse import urlencode

from metrics.definitions import Metric
from metrics.filters import Period
from sopdesk.text import reversing

# Instead of which the days are written out.
_OF_DAYS: Final = ("period", "since", "until")


def spans(starts: Sequence[date], last: date) -> list[Period]:
    """The days of each point of a trend: from where it begins to before the next."""
    ends = [*(start - timedelta(days=1) for start in starts[1:]), last]
    return [Period(start, end) for start, end in zip(starts, ends, strict=True)]


def behind(choices: Mapping[str, str], metric: Metric, period: Period) -> str:
    """The list of the tickets behind this figure, on its scale."""
    return on_days(behind_all(choices, metric), period)


def behind_all(choices: Mapping[str, str], metric: Metric) -> str:
    """The same but for the days, for those of many days."""
    shown = {**choices, **({"scale": metric.scale} if metric.scale else {})}
    return _address("metrics:tickets", _listed(shown, metric.family))


def on_days(address: str, period: Period) -> str:
    """An address but for its days, with these."""
    return f"{address}&{_days(period)}"


def address(choices: Mapping[str, str], shown: str, period: Period, **more: str | int) -> str:
    """The list `shown` (a key of tickets.SHOWN) of these choices on these days."""
    return _address("metrics:tickets", _listed(choices, shown), _days(period), urlencode(more))


def figures(choices: Mapping[str, str], period: Period) -> str:
    """The dashboards of these choices on these days."""
    return _address("metrics:dashboard", _query((*_kept(choices),)), _days(period))


def _address(page: str, *queries: str) -> str:
    return f"{reversing.address(page)}?{'&'.join(filter(None, queries))}"


def _listed(choices: Mapping[str, str], shown: str) -> str:
    return _query((*_kept(choices), ("show", shown)))


def _kept(choices: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((name, value) for name, value in choices.items() if value and name not in _OF_DAYS)


def _days(period: Period) -> str:
    return f"since={period.first.isoformat()}&until={period.last.isoformat()}"


@lru_cache(maxsize=512)
def _query(pairs: tuple[tuple[str, str], ...]) -> str:
    """Remembered: a table leads to two hundred lists that differ by their days alone."""
    return urlencode(pairs)
