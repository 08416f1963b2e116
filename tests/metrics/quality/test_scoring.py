"""The score of one review."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.quality.scoring import Marked, score


def test_iqs_is_the_weighted_mean_of_what_applied() -> None:
    found = score([Marked(1, 1, 1), Marked(3, 2, 1), Marked(5, 1, None)])
    assert found.share == pytest.approx((1 + 3 * 0.5) / 4)
    assert not found.has_critical_fail


def test_a_critical_fail_makes_it_nothing() -> None:
    found = score([Marked(10, 1, 1), Marked(1, 1, 0, is_critical=True)])
    assert (found.share, found.has_critical_fail) == (0.0, True)


def test_a_critical_criterion_that_did_not_apply_is_no_fail() -> None:
    found = score([Marked(1, 4, 3), Marked(1, 1, None, is_critical=True)])
    assert (found.share, found.has_critical_fail) == (0.75, False)


def test_a_critical_criterion_partly_met_is_no_fail() -> None:
    assert score([Marked(1, 4, 1, is_critical=True)]) == score([Marked(1, 4, 1)])


def test_where_nothing_applied_nothing_is_scored() -> None:
    assert score([Marked(1, 1, None), Marked(2, 1, None, is_critical=True)]).share is None
    assert score([]).share is None


marks = st.lists(
    st.integers(1, 10).flatmap(
        lambda top: st.builds(
            Marked, st.integers(1, 100), st.just(top), st.none() | st.integers(0, top), st.booleans()
        )
    ),
    max_size=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(marks)
def test_it_is_always_a_share(some: list[Marked]) -> None:
    found = score(some)
    assert found.share is None or 0 <= found.share <= 1
    assert (found.share is None) == all(mark.score is None for mark in some)
