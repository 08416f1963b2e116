"""Which of several ratings of a ticket is its rating: the latest answer, by its own moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

KEPT: Final = 20  # earlier ones of a ticket


@dataclass(frozen=True)
class Given:
    """A survey: `score` is "" without an answer; stamps as the export has them, `at` that of the answer, else of the
    survey."""

    score: str
    offered_at: str
    at: str

    @property
    def moment(self) -> datetime:
        """When, the beginning of time where its stamp does not tell."""
        try:
            found = datetime.fromisoformat(self.at)
        except ValueError:
            return datetime.min.replace(tzinfo=UTC)
        return found if found.tzinfo else found.replace(tzinfo=UTC)


def cells(scale: str, given: Iterable[Given]) -> dict[str, str]:
    """The cells of a row: an answer goes before a survey without one, the latest before earlier ones, of one moment the
    first that was told. Earlier answers are told in their order, as far as they have a moment."""
    ordered = sorted(dict.fromkeys(given), key=lambda each: each.moment, reverse=True)
    answered = [each for each in ordered if each.score]
    if not ordered:
        return {}
    latest = (answered or ordered)[0]
    known = [each for each in answered[: KEPT + 1] if each != latest and each.moment.year > 1]
    before = [f"{each.score}@{each.moment.isoformat(timespec='seconds')}" for each in reversed(known)]
    found = {
        "rating": latest.score,
        "rating_scale": scale,
        "rating_offered_at": latest.offered_at,
        "rated_at": latest.at if latest.score else "",
    }
    return {**found, "earlier_ratings": ";".join(before)} if before else found
