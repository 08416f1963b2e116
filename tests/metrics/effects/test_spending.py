"""Three looks at one change err no oftener than one look may: boundaries against published ones, and by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from metrics.effects.spending import level, over_all_looks
from metrics.effects.windows import shares_known

LOOKS = (0.25, 0.75, 1.0)


@pytest.mark.parametrize(
    ("looks", "published"),
    [((0.5, 1.0), (2.963, 1.969)), ((0.2, 0.4, 0.6, 0.8, 1.0), (4.877, 3.357, 2.680, 2.290, 2.031))],
)
def test_boundaries_are_those_in_the_literature(
    looks: tuple[float, ...], published: tuple[float, ...]
) -> None:
    """Lan–DeMets, O'Brien–Fleming kind, two-sided 5 %: as tabulated for ldbounds (Reboussin et al. 2000)."""
    found = [norm.isf(level(looks[: place + 1], 0.05) / 2) for place in range(len(looks))]
    assert found == pytest.approx(published, abs=0.002)


def test_nothing_moving_is_named_at_any_look_in_one_of_twenty() -> None:
    draw = np.random.default_rng(1128)
    steps = np.diff((0.0, *LOOKS))
    sums = np.cumsum(draw.normal(size=(200_000, 3)) * np.sqrt(steps), axis=1)
    ps = 2 * norm.sf(np.abs(sums / np.sqrt(LOOKS)))
    levels = [level(LOOKS[: place + 1], 0.05) for place in range(3)]
    assert (ps <= levels).any(axis=1).mean() == pytest.approx(0.05, abs=0.002)
    assert (ps <= 0.05).any(axis=1).mean() > 0.1, "what looking three times costs without it"


@pytest.mark.parametrize("place", [1, 2, 3])
@pytest.mark.parametrize("alpha", [0.0001, 0.01, 0.05, 0.3])
def test_an_adjusted_p_is_the_level_at_which_it_would_just_have_been_named(place: int, alpha: float) -> None:
    looks = LOOKS[:place]
    assert over_all_looks(level(looks, alpha), looks) == pytest.approx(alpha, rel=1e-3)


def test_extreme_ps_stay_within_bounds() -> None:
    assert over_all_looks(1.0, LOOKS) == 1
    assert 0 < over_all_looks(0.0, LOOKS) < 1e-6
    assert over_all_looks(0.05, (1.0,)) == pytest.approx(0.05, rel=1e-3)


def test_a_look_counts_once_it_knows_more_than_the_last() -> None:
    assert [shares_known(look, weeks, 0) for look, weeks in ((2, 1), (4, 3), (8, 4))] == [
        (0.25,),
        (0.25, 0.75),
        (0.25, 0.75, 1.0),
    ]
    assert [shares_known(look, weeks, 7) for look, weeks in ((4, 2), (8, 4))] == [(0.5,), (0.5, 1.0)]
    assert shares_known(8, 3, 0) == (0.25, 0.75), "the tickets came late: as much as four weeks on"
