"""The rows of one chunk: where each stands in the file, and which were not taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from metrics.masking import mask
from metrics.models import Import, RejectedRow
from metrics.reading import Row


class Chunk:
    """The rows of one chunk: where each stands in the file, and which were not taken."""

    def __init__(self) -> None:
        self.read = 0
        self.places: dict[int, tuple[int, int]] = {}
        self.refused: list[tuple[int, str, str, str]] = []

    def readable(self, rows: Iterable[Row], header: list[str]) -> Iterable[Row]:
        """Those with cells; the others are noted, but for a header that is repeated among the rows."""
        for row in rows:
            self.read += 1
            self.places[row.line] = (row.offset, row.length)
            if row.reason:
                self.refused.append((row.line, "", "", row.reason))
            elif row.cells[0].strip() == header[0] and [c.strip() for c in row.cells] == header:
                self.refused.append((row.line, "", "", "header"))
            else:
                yield row

    def reject(self, faults: Iterable[tuple[int, str, str]], masked: Callable[[str], str] = mask) -> None:
        """Note them; a cell may have slipped from a column of people into one of numbers, so it is masked."""
        self.refused += [
            (line, column, masked(value)[:200], "value" if value else "missing")
            for line, column, value in faults
        ]

    def reject_whole(
        self, faults: Iterable[tuple[int, str, str]], masked: Callable[[str], str] = mask
    ) -> None:
        """Note tickets of an event log that lack something in all of their events, at the line of the last of these.
        Where that stands in the file nobody knows any more."""
        found = [*faults]
        self.places |= {line: (0, 0) for line, _column, _value in found}
        self.reject(found, masked)

    def rejected_rows(self, ticket_import: Import) -> list[RejectedRow]:
        return [
            RejectedRow(
                ticket_import=ticket_import, line=line, column=column, value=value, reason=reason,
                offset=self.places[line][0], length=self.places[line][1],
            )
            for line, column, value, reason in self.refused
        ]  # fmt: skip
