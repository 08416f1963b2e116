"""Agents and macros together with anything else: figures out of the tickets say what SQL over raw tickets says."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from metrics import asking, levels, reporting, rollups
from metrics.asking import Line
from metrics.filters import Period
from sopdesk.accounts.models import Team
from tests.metrics.test_rollups_property import (
    BY_AGENT,
    DAYS,
    LAST_RATED,
    RAW,
    SOME,
    VALUES,
    ZONES,
    raw,
    store,
    tickets,
)

pytestmark = pytest.mark.django_db
METRICS = tuple(RAW)
OF_EACH: dict[str, list[Any]] = {"agent": ["ann", "bob"], "macro": ["m", "n"], "label": ["a", "b", "c"]}
# What only tickets tell together with an agent or a macro, and what every level tells.
finer = st.dictionaries(
    st.sampled_from(["label", "priority", "market"]), st.integers(0, 1), min_size=1, max_size=2
)
places = st.dictionaries(
    st.sampled_from(["channel", "team", "site", "vendor", "source"]), st.integers(0, 1), max_size=1
)
kinds = st.sampled_from(
    [
        {"agent": "ann"},
        {"agent": "bob"},
        {"macro": ["m"]},
        {"macro": ["m", "n"]},
        {"agent": "ann", "macro": ["n"]},
    ]
)


def same(metric: str, line: Line | None, expected: float | None) -> None:
    figure = line.figure if line else None
    if figure is None or figure.value is None:
        assert not expected or (figure is not None and figure.is_small), (metric, expected)
    elif figure.metric.log:
        assert figure.value == pytest.approx(expected, rel=0.01, abs=0.51), metric
    else:
        assert figure.value == pytest.approx(expected), metric


def check(period: Period, zone: str, narrow: dict[str, Any], key: str) -> None:
    """Each metric by the values of one dimension."""
    by_metric = reporting.reports(None, METRICS, by=[key], period=period, narrow=narrow)
    for metric, lines in by_metric.items():
        of_each = {line.keys[key]: line for line in lines}
        assert of_each.keys() <= {*OF_EACH[key]}
        for value in OF_EACH[key]:
            one = value if key == "agent" else [value]
            same(metric, of_each.get(value), raw(metric, period, zone, {**narrow, key: one}))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    drawn=st.lists(tickets, min_size=1, max_size=25),
    zone=st.sampled_from(ZONES),
    fine=finer,
    place=places,
    kind=kinds,
    begins=st.integers(0, 12),
    days=st.integers(1, 20),
)
@example(SOME, "Europe/Dublin", {"label": 0}, {}, {"agent": "ann"}, 0, 20)
@example(SOME, "Asia/Kolkata", {"priority": 1}, {"team": 0}, {"macro": ["m", "n"]}, 0, 20)
def test_they_equal_sql_over_the_tickets(
    payments: Team,
    harbor_payments: Team,
    monkeypatch: pytest.MonkeyPatch,
    drawn: list[dict[str, Any]],
    zone: str,
    fine: dict[str, int],
    place: dict[str, int],
    kind: dict[str, Any],
    begins: int,
    days: int,
) -> None:
    monkeypatch.setattr(asking, "AGENT_LEAST", 0)  # few tickets are drawn
    monkeypatch.setitem(RAW, "rated", (LAST_RATED, "r.counts_at", "count(r.normalised)"))
    monkeypatch.setitem(BY_AGENT, "rated", BY_AGENT["csat"])
    teams = [payments, harbor_payments, None]
    first = date(2026, 3, 25) + timedelta(days=begins)
    period = Period(first, first + timedelta(days=days))
    cut = {**fine, **place}
    narrow = {key: str(teams[n].slug) if key == "team" else VALUES[key][n] for key, n in cut.items()}  # type: ignore[union-attr]
    with transaction.atomic(), override_settings(REPORTING_TIME_ZONE=zone):
        store(drawn, teams)
        rollups.rebuild(DAYS)
        assert levels.is_of_tickets((), levels.wanted({**narrow, **kind}))
        for metric, [line] in reporting.reports(
            None, METRICS, period=period, narrow={**narrow, **kind}
        ).items():
            same(metric, line, raw(metric, period, zone, {**narrow, **kind}))
            if metric == "csat":  # too few to be shown
                assert line.figure.n == raw("rated", period, zone, {**narrow, **kind})
        for key in {"agent", "macro"} - kind.keys():
            check(period, zone, {**narrow, **kind}, key)
        if "label" not in narrow:
            check(period, zone, {**narrow, **kind}, "label")
        transaction.set_rollback(True)
