"""What a card holds: of each measure both sides, the change, that against the comparison group, and the verdict."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from metrics import intervals
from metrics.differences import Estimate
from metrics.effects.regressing import Step


@dataclass(frozen=True)
class Side:
    """One side of a comparison: a share, a geometric mean in seconds, or tickets a day."""

    value: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class Compared:
    """A group before and after: the difference of shares, or the ratio of geometric means."""

    before: Side
    after: Side
    change: Estimate


@dataclass(frozen=True)
class Reading:
    """One measure of a card. `effect`: how much more ours changed than the comparison group. `p` is the larger of the
    two p, `q` the same adjusted for all looks, sites and measures. `looks`: of all that the last look will know, the
    share each look so far had. Changes have intervals of `confidence`: so wide that all looks and `sites` together err
    no oftener than 5 %. `needed`: the least difference of shares, or ratio above 1, that this card would have found 8
    times in 10. `scale`: of the answers, where they are of one.
    """

    key: str
    kind: str
    weeks: int
    verdict: str
    missing: dict[str, Any] = field(default_factory=dict)
    ours: Compared | None = None
    others: Compared | None = None
    effect: Estimate | None = None
    p: float | None = None
    q: float | None = None
    step: Step | None = None
    looks: tuple[float, ...] = (1.0,)
    confidence: float = intervals.CONFIDENCE
    sites: int = 1
    needed: float | None = None
    scale: str = ""
    points: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """As a card keeps it: estimates by name, days as text."""
        said = asdict(self)
        for name in ("effect", "step"):
            said[name] = _named(getattr(self, name))
        for name in ("ours", "others"):
            compared = getattr(self, name)
            said[name] = compared and {**said[name], "change": _named(compared.change)}
        return said


def _named(found: Any) -> Any:
    if isinstance(found, Step):
        return {"level": _named(found.level), "slope": _named(found.slope)}
    return found and found._asdict()
