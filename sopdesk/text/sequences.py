"""Which items of two sequences are the same, in bounded time.

Patience difference: what occurs once on both sides anchors the rest (Bram Cohen's method, as in `git diff --patience`);
what lies between is compared by the greedy algorithm of E. W. Myers, "An O(ND) Difference Algorithm and Its Variations"
(Algorithmica 1, 1986), up to a number of edits that is given in advance.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

Pair = tuple[int, int]

MAX_STEPS = 400_000
MAX_EDITS = 300


def common(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    """Pairs of indexes (old, new) of items that are kept, rising on both sides.

    Time grows with the length: a stretch too unlike to compare cheaply counts as replaced.
    """
    found: list[Pair] = []
    waiting = [(0, len(old), 0, len(new))]
    while waiting:
        i1, i2, j1, j2 = waiting.pop()
        while i1 < i2 and j1 < j2 and old[i1] == new[j1]:
            found.append((i1, j1))
            i1, j1 = i1 + 1, j1 + 1
        while i1 < i2 and j1 < j2 and old[i2 - 1] == new[j2 - 1]:
            i2, j2 = i2 - 1, j2 - 1
            found.append((i2, j2))
        if i1 == i2 or j1 == j2:
            continue
        anchors = _unique(old, i1, i2, new, j1, j2)
        if not anchors:
            found += _myers(old, i1, i2, new, j1, j2)
            continue
        i, j = i1, j1
        for a, b in anchors:
            waiting.append((i, a, j, b))
            found.append((a, b))
            i, j = a + 1, b + 1
        waiting.append((i, i2, j, j2))
    found.sort()
    return found


def _unique(old: Sequence[str], i1: int, i2: int, new: Sequence[str], j1: int, j2: int) -> list[Pair]:
    """The longest rising run of items that occur exactly once in each stretch."""
    count_old, count_new = Counter(old[i1:i2]), Counter(new[j1:j2])
    places = {new[j]: j for j in range(j1, j2) if count_new[new[j]] == 1}
    pairs = [(i, places[old[i]]) for i in range(i1, i2) if count_old[old[i]] == 1 and old[i] in places]
    return rising(pairs)


def rising(pairs: Sequence[Pair]) -> list[Pair]:
    """The longest subsequence of pairs whose second numbers rise; the first ones must rise already."""
    tops: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for index, (_first, second) in enumerate(pairs):
        place = bisect_left(tops, second)
        tops[place : place + 1] = [second]
        at[place : place + 1] = [index]
        before.append(at[place - 1] if place else -1)
    chain: list[Pair] = []
    index = at[-1] if at else -1
    while index >= 0:
        chain.append(pairs[index])
        index = before[index]
    return chain[::-1]


def _myers(old: Sequence[str], i1: int, i2: int, new: Sequence[str], j1: int, j2: int) -> list[Pair]:
    """Kept pairs by the fewest edits; none when that takes more than the edits allowed for this length."""
    height, width = i2 - i1, j2 - j1
    limit = min(height + width, MAX_EDITS, max(8, MAX_STEPS // (height + width)))
    furthest = {1: 0}
    trace: list[dict[int, int]] = []
    for edits in range(limit + 1):
        trace.append(dict(furthest))
        for k in range(-edits, edits + 1, 2):
            down = k == -edits or (k != edits and furthest[k - 1] < furthest[k + 1])
            x = furthest[k + 1] if down else furthest[k - 1] + 1
            while x < height and x - k < width and old[i1 + x] == new[j1 + x - k]:
                x += 1
            furthest[k] = x
            if x >= height and x - k >= width:
                return [(i1 + a, j1 + b) for a, b in _walk_back(trace, height, width)]
    return []


def _walk_back(trace: list[dict[int, int]], x: int, y: int) -> list[Pair]:
    pairs: list[Pair] = []
    for edits in range(len(trace) - 1, -1, -1):
        furthest, k = trace[edits], x - y
        down = k == -edits or (k != edits and furthest[k - 1] < furthest[k + 1])
        k_before = k + 1 if down else k - 1
        x_before = furthest[k_before]
        y_before = x_before - k_before
        while x > x_before and y > y_before and x > 0 and y > 0:
            x, y = x - 1, y - 1
            pairs.append((x, y))
        x, y = x_before, y_before
    return pairs
