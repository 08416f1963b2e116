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
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any, Final

import numpy as np

GROWTH: Final = 1.015
ZERO: Final = -1  # its own bucket: zero has no logarithm
PACKED: Final = -2
BASE: Final = 1 << 14
SIDE_BY_SIDE: Final = 128  # histograms at once: some thousand buckets each
FEW_BYTES: Final = 512  # so many are counted before an array of them is made
PACK_FROM: Final = 4  # contacts in one bucket: what packing it takes
_LOG: Final = math.log(GROWTH)


def bucket_sql(seconds: str) -> str:
    """The bucket of a duration in SQL, as two bytes; NULL of NULL."""
    return f"int2send(CASE WHEN {seconds} < 1 THEN {ZERO} ELSE floor(ln({seconds}) / {_LOG!r}) END::smallint)"


def bucket(seconds: float) -> int:
    return ZERO if seconds < 1 else math.floor(math.log(seconds) / _LOG)


@lru_cache(maxsize=4096)
def middle(number: int) -> float:
    """Seconds in the (geometric) middle of a bucket."""
    return 0.0 if number == ZERO else float(GROWTH ** (number + 0.5))


def packed(stored: bytes | memoryview) -> bytes:
    """The same histogram with each bucket once, where that is shorter than its contacts one by one."""
    numbers, counts = _filled(stored)
    many = counts > PACK_FROM
    at_once = np.empty((np.count_nonzero(many), 4), dtype=">i2")
    at_once[:, 0], at_once[:, 1] = PACKED, numbers[many]
    at_once[:, 2], at_once[:, 3] = np.divmod(counts[many], BASE)
    return at_once.tobytes() + np.repeat(numbers[~many], counts[~many]).astype(">i2").tobytes()


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
    numbers, counts = _filled(stored)
    return numbers.tolist(), counts.tolist()


def _filled(stored: bytes | memoryview) -> tuple[Any, Any]:
    """The same as two arrays."""
    numbers, weights, _places = _unpacked(stored)
    # Buckets begin at ZERO, so that they are moved by one to index an array.
    sums = np.bincount(numbers - ZERO, weights)
    filled = np.flatnonzero(sums)
    return filled + ZERO, sums[filled].astype(np.int64)


def _unpacked(stored: bytes | memoryview) -> tuple[Any, Any, Any]:
    """Three arrays: buckets, how many contacts each has (None: one), and where in what is stored it stands (None: in
    its order)."""
    numbers = np.frombuffer(stored, dtype=">i2").astype(np.int16)
    marks = np.flatnonzero(numbers == PACKED)
    if not len(marks):
        return numbers, None, None
    several = numbers[marks + 2].astype(np.int64) * BASE + numbers[marks + 3]
    single = np.ones(len(numbers), dtype=bool)
    for place in range(4):
        single[marks + place] = False
    alone = np.flatnonzero(single)
    weights = np.concatenate((np.ones(len(alone), dtype=np.int64), several))
    return np.concatenate((numbers[alone], numbers[marks + 1])), weights, np.concatenate((alone, marks))


def spreads(
    many: Sequence[bytes | memoryview], shares: Callable[[int], Sequence[float]]
) -> list[tuple[int, list[float]]]:
    """Of each of these stored histograms how many contacts it has, and the values at `shares` of so many, as
    `percentiles` has them; no values of none. A page asks for hundreds, and array by array they take ten times as long.
    """
    found: list[tuple[int, list[float]]] = []
    for first in range(0, len(many), SIDE_BY_SIDE):
        found += _spreads(many[first : first + SIDE_BY_SIDE], shares)
    return found


def _spreads(
    many: Sequence[bytes | memoryview], shares: Callable[[int], Sequence[float]]
) -> list[tuple[int, list[float]]]:
    """Their buckets stand side by side in one array, a stretch for each, and are counted up through all of it."""
    numbers, weights, places = _unpacked(b"".join(many))
    if not len(numbers):
        return [(0, []) for _one in many]
    owners = np.repeat(np.arange(len(many)), [len(one) // 2 for one in many])
    least = int(numbers.min())
    width = int(numbers.max()) - least + 1
    stretched = (owners if places is None else owners[places]) * width + numbers - least
    up_to = np.cumsum(np.bincount(stretched, weights, len(many) * width)).astype(np.int64)
    ends = up_to[width - 1 :: width].tolist()
    asked: list[tuple[int, int, list[float]]] = []
    begin = 0
    for end in ends:
        n = end - begin
        asked.append((begin, n, [share * (n - 1) for share in shares(n)] if n else []))
        begin = end
    wanted = [
        begin + min(math.floor(place) + step, n - 1)
        for begin, n, of_it in asked
        for place in of_it
        for step in (0, 1)
    ]
    at = iter((np.searchsorted(up_to, wanted, side="right") % width + least).tolist())
    return [(n, [_within(place, next(at), next(at)) for place in of_it]) for _begin, n, of_it in asked]


def _within(place: float, low: int, high: int) -> float:
    """The value at a place between two neighbours, of which the buckets are given."""
    first = middle(low)
    return first + (place - math.floor(place)) * (middle(high) - first)


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
