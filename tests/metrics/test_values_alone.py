"""A value alone is the value of its figure, and the median of a stored histogram that of its counts."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from metrics import histograms
from metrics.definitions import METRICS, Metric
from metrics.figures import figure, made_of, value

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
    n = sum(found[name] for name in metric.denominator)
    assume(not metric.denominator or sum(found[name] for name in metric.numerator) <= n)
    assert value(metric, found) == figure(metric, found).value


@settings(deadline=None)
@given(st.lists(BUCKETS, max_size=60))
def test_of_a_median_as_well(buckets: list[int]) -> None:
    [metric, *_others] = [one for one in METRICS if one.log]
    counts = histograms.counted(stored(buckets))
    assert value(metric, {}, stored(buckets)) == figure(metric, {}, counts).value
