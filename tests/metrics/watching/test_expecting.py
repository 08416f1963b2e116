"""Stable series are left in peace, and what changes is seen: the share of false alarms is counted, not believed."""

from __future__ import annotations

import numpy as np
import pytest

from metrics.watching import expecting
from metrics.watching.expecting import DAYS, Floats, Standing
from metrics.watching.watching import Series, among

SERIES, HORIZON = 40, 28
WEEK = np.array([1.15, 1.1, 1.05, 1.0, 1.0, 0.9, 0.8])


def stable(rng: np.random.Generator) -> list[dict[str, Floats]]:
    """A desk on which nothing happens: a weekday pattern, Poisson tickets, binomial answers, times in logs."""
    days, found = DAYS + HORIZON, []
    for _ in range(SERIES):
        created = rng.poisson(np.tile(WEEK, days // 7) * (0.3 + 60 * rng.uniform() ** 3)).astype(float)
        answers = rng.binomial(created.astype(int), 0.35)
        times = [rng.lognormal(6, 0.55, int(count)) for count in created]
        found.append(
            {
                "created": created,
                "answers": answers.astype(float),
                "good": rng.binomial(answers, rng.uniform(0.6, 0.92)).astype(float),
                "seconds": np.array([some.sum() for some in times]),
                "squares": np.array([(some**2).sum() for some in times]),
            }
        )
    return found


def night(desk: list[dict[str, Floats]], at: int) -> list[tuple[Series, Standing]]:
    """Every series of one night, judged at its last day; the place on the desk stands for the team."""
    cut = [{name: part[at : at + DAYS] for name, part in series.items()} for series in desk]
    judged = [
        (Series(metric, "", place, None), standing)
        for place, series in enumerate(cut)
        for metric, standing in (
            ("volume", expecting.volume(series["created"])),
            ("csat", expecting.share(series["good"], series["answers"])),
            ("aht", expecting.mean(series["seconds"], series["squares"], series["created"])),
        )
    ]
    return [(series, standing) for series, standing in judged if standing is not None]


def alarmed(desk: list[dict[str, Floats]], at: int) -> set[Series]:
    return {found.series for found in among(night(desk, at))}


def test_of_stable_series_at_most_one_in_twenty_alarms_in_four_weeks() -> None:
    desk = stable(np.random.default_rng(20261127))
    ever = set().union(*(alarmed(desk, at) for at in range(1, HORIZON + 1)))
    assert len(ever) / (3 * SERIES) <= 0.05


@pytest.mark.parametrize(("factor", "days"), [(4.0, 1), (1.6, 7), (0.4, 7)])
def test_a_change_is_seen_beside_all_the_others(factor: float, days: int) -> None:
    desk = stable(np.random.default_rng(5))
    desk[0]["created"] = np.tile(WEEK, (DAYS + HORIZON) // 7) * 20
    desk[0]["created"][DAYS - days : DAYS] *= factor
    assert Series("volume", "", 0, None) in alarmed(desk, 0)


def test_too_few_tickets_say_nothing() -> None:
    nothing = np.zeros(DAYS)
    assert expecting.volume(nothing) is None
    assert expecting.share(nothing, nothing) is None
    assert expecting.mean(nothing, nothing, nothing) is None
