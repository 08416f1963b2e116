"""Percentiles that add up: each duration falls in a bucket 1.5 % wide on a log scale, and buckets are counted.

A percentile read from the buckets is within 1 % of the exact one: a duration is less than 0.75 % away from the middle
of its bucket (on the log scale), and the interpolation between neighbours is that of percentile_cont.

Stored, a histogram is a list of numbers of two bytes each: the bucket of each contact, or, where there are many,
PACKED, a bucket, and how many contacts it has in two digits of BASE. Lists that are joined are histograms added up.
"""

from __future__ import annotations

import math
import struct
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Final

import numpy as np

GROWTH: Final = 1.015
ZERO: Final = -1  # its own bucket: zero has no logarithm
PACKED: Final = -2
BASE: Final = 1 << 14
FEW_BYTES: Final = 512  # so many are counted before an array of them is made
PACK_FROM: Final = 4  # contacts in one bucket: what packing it takes
_LOG: Final = math.log(GROWTH)


def bucket_sql(seconds: str) -> str:
    """The bucket of a duration in SQL, as two bytes; NULL of NULL."""
    return f"int2send(CASE WHEN {seconds} < 1 THEN {ZERO} ELSE floor(ln({seconds}) / {_LOG!r}) END::smallint)"


def bucket(seconds: float) -> int:
    return ZERO if seconds < 1 else math.floor(math.log(seconds) / _LOG)


def middle(number: int) -> float:
    """Seconds in the (geometric) middle of a bucket."""
    return 0.0 if number == ZERO else float(GROWTH ** (number + 0.5))


def packed(stored: bytes | memoryview) -> bytes:
    """The same histogram with each bucket once, where that is shorter than its contacts one by one."""
    counts = counted(stored)
    numbers: list[int] = []
    for number, n in counts.items():
        numbers += [PACKED, number, *divmod(n, BASE)] if n > PACK_FROM else [number] * n
    return np.array(numbers, dtype=">i2").tobytes()


def counted(stored: bytes | memoryview) -> Counter[int]:
    """How many contacts are in each bucket of a stored histogram."""
    if len(stored) <= FEW_BYTES:
        few = struct.unpack(f">{len(stored) // 2}h", stored)
        if PACKED not in few:
            return Counter(few)
    numbers, counts = _buckets(stored)
    return Counter(dict(zip(numbers, counts, strict=True)))


def _buckets(stored: bytes | memoryview) -> tuple[list[int], list[int]]:
    """The buckets of a stored histogram that hold contacts, in order, and how many each holds."""
    numbers = np.frombuffer(stored, dtype=">i2").astype(np.int16)
    marks = np.flatnonzero(numbers == PACKED)
    weights = None
    if len(marks):
        several = numbers[marks + 2].astype(np.int64) * BASE + numbers[marks + 3]
        single = np.ones(len(numbers), dtype=bool)
        for place in range(4):
            single[marks + place] = False
        ones = np.ones(np.count_nonzero(single), dtype=np.int64)
        numbers = np.concatenate((numbers[single], numbers[marks + 1]))
        weights = np.concatenate((ones, several))
    # Buckets begin at ZERO, so that they are moved by one to index an array.
    sums = np.bincount(numbers - ZERO, weights)
    filled = np.flatnonzero(sums)
    return (filled + ZERO).tolist(), sums[filled].astype(np.int64).tolist()


def percentile(counts: Mapping[int, int], share: float) -> float | None:
    """The value below which `share` (0 to 1) of the durations lie; None of none."""
    return percentiles(counts, (share,))[0]


def percentiles(counts: Mapping[int, int], shares: Sequence[float]) -> list[float | None]:
    """The same of several shares."""
    numbers = sorted(counts)
    up_to = [*accumulate(map(counts.__getitem__, numbers))]
    if not up_to or not up_to[-1]:
        return [None] * len(shares)
    return [_at(numbers, up_to, share * (up_to[-1] - 1)) for share in shares]


def median(stored: bytes | memoryview) -> float | None:
    """The median of a stored histogram, as `percentile` has it."""
    if len(stored) <= FEW_BYTES:
        few = sorted(struct.unpack(f">{len(stored) // 2}h", stored))
        if few and few[0] != PACKED:  # it is the least there is
            return _between(few, 0.5 * (len(few) - 1))
    numbers, counts = _buckets(stored)
    up_to = [*accumulate(counts)]
    return _at(numbers, up_to, 0.5 * (up_to[-1] - 1)) if up_to else None


def _between(few: Sequence[int], place: float) -> float:
    low, part = math.floor(place), place - math.floor(place)
    first, second = middle(few[low]), middle(few[min(low + 1, len(few) - 1)])
    return first + part * (second - first)


def _at(numbers: list[int], up_to: list[int], place: float) -> float:
    """The value at this place, between two neighbours, of all durations in order."""
    low, part = math.floor(place), place - math.floor(place)
    first = middle(numbers[bisect_right(up_to, low)])
    second = middle(numbers[bisect_right(up_to, min(low + 1, up_to[-1] - 1))])
    return first + part * (second - first)
