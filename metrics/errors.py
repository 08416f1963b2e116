"""What a question for figures can be answered with instead of figures."""

from __future__ import annotations

from datetime import date


class Refused(Exception):
    """A question that makes no sense, or that cannot be answered. The message says what there is, and what would do.

    `apart`: the dimensions of which leaving out some helps. `since`: from that day on it could be answered; None where
    that is not why.
    """

    def __init__(self, said: str, *, apart: tuple[str, ...] = (), since: date | None = None) -> None:
        super().__init__(said)
        self.apart = apart
        self.since = since
