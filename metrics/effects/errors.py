"""How this app refuses. A view turns it into words beside what the person typed."""

from __future__ import annotations

from collections.abc import Mapping


class CardRefused(Exception):
    """Nothing was changed. The message says why and what to do."""


class DatesRefused(CardRefused):
    """Nothing was changed. `problems` says of each team, by short name, what is wrong with its day."""

    def __init__(self, message: str = "", problems: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.problems = dict(problems or {})
