"""What a benchmark gives back: a figure, beside a peer's in the same run or a limit."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """`ours` and its limit (`limit`: no more, `at_least`: no less) in `unit`.

    `peer` is what another way of doing the same took, in the same run.
    """

    what: str
    ours: float
    unit: str
    limit: float | None = None
    peer: float | None = None
    peer_is: str = ""
    at_least: float | None = None

    @property
    def holds(self) -> bool:
        enough = self.at_least is None or self.ours >= self.at_least
        return enough and (self.limit is None or self.ours <= self.limit)

    def line(self) -> str:
        """One line of the table."""
        parts = [f"{self.what:<46}{self.ours:>10.1f} {self.unit:<4}"]
        if self.limit is not None:
            parts.append(f"limit {self.limit:.0f} {self.unit}: {'holds' if self.holds else 'MISSED'}")
        if self.at_least is not None:
            parts.append(f"at least {self.at_least:.0f} {self.unit}: {'holds' if self.holds else 'MISSED'}")
        if self.peer is not None:
            parts.append(
                f"{self.peer_is} {self.peer:.1f} {self.unit}: {self.peer / self.ours:.1f} times ours"
            )
        return "  ".join(parts)


def milliseconds(call: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def percentile(values: list[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
