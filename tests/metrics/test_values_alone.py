"""A value alone is the value of its figure, and the median of a stored histogram that of its counts."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from metrics import histograms
from metrics.definitions import METRICS, Metric
from metrics.figures import figure, figures, made_of, value, values
from metrics.scales import on_one_scale

BUCKETS = st.integers(min_value=histograms.ZERO, max_value=1200)


def stored(buckets: list[int]) -> bytes:
    return b"".join(bucket.to_bytes(2, "big", signed=True) for bucket in buckets)


@given(st.lists(BUCKETS, max_size=400))
def test_a_median_is_the_percentile(buckets: list[int]) -> None:
    plain = stored(buckets)
    wanted = histograms.percentile(histograms.counted(plain), 0.5)
    assert histograms.median(plain) == wanted
    assert histograms.median(histograms.packed(plain)) == wanted


@settings(deadline=None)  # the first of them loads scipy
@given(st.sampled_from([one for one in METRICS if not one.log]), st.data())
def test_a_value_is_that_of_the_figure(metric: Metric, data: st.DataObject) -> None:
    numbers = st.integers(min_value=0, max_value=60)
    found = {name: data.draw(numbers, label=name) for name in sorted(made_of(metric))}
    told = on_one_scale(metric, found)
    n = sum(found[name] for name in told.denominator)
    assume(not told.denominator or sum(found[name] for name in told.numerator) <= n)
    assert value(metric, found) == figure(metric, found).value


@settings(deadline=None)
@given(st.lists(BUCKETS, max_size=60))
def test_of_a_median_as_well(buckets: list[int]) -> None:
    [metric, *_others] = [one for one in METRICS if one.log]
    counts = histograms.counted(stored(buckets))
    assert value(metric, {}, stored(buckets)) == figure(metric, {}, counts).value


@settings(deadline=None)
@given(st.lists(st.lists(BUCKETS, max_size=40), max_size=6), st.booleans(), st.integers(1, 3))
def test_many_figures_are_those_of_each(many: list[list[int]], packed: bool, at_once: int) -> None:
    """Also of histograms that are packed, or joined of several, and of more than are counted side by side."""
    pack = histograms.packed if packed else bytes
    several = [pack(stored(one * 6)) + stored(one[:3]) for one in many]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(histograms, "SIDE_BY_SIDE", at_once)
        for metric in [one for one in METRICS if one.log]:
            asked = [(dict.fromkeys(made_of(metric), 3), each) for each in several]
            each_alone = [figure(metric, found, histograms.counted(each)) for found, each in asked]
            assert figures(metric, asked) == each_alone
            assert values(metric, asked) == [one.value for one in each_alone]
