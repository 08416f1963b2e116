"""The rows of a table of tickets as they stand in the CSV, with what the tables beside it say of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO

from metrics import table_shapes, tables, written
from metrics.table_rows import TableRow
from metrics.vendors.lookups import Lookups


def turning(vendor: str, header: list[str], known: Lookups) -> Callable[[dict[str, str]], list[str]]:
    """A function from the values of a ticket to its cells in the CSV."""
    told, columns = tables.VENDORS[vendor], table_shapes.names(header)
    at = {name: place for place, name in enumerate(columns)}

    def turn(values: dict[str, str]) -> list[str]:
        joined = [values.get(name, "") for name in columns]
        for name, value in told.cells(values, known).items():
            place = at.get(name)
            if place is not None and (name in told.PEOPLE or (value and not joined[place])):
                joined[place] = value
        return joined

    return turn


class Joined:
    """The CSV as it is written. `line`: at which line the next row will stand."""

    def __init__(
        self,
        file: IO[bytes],
        header: list[str],
        turn: Callable[[dict[str, str]], list[str]],
        line: int = 1,
    ) -> None:
        self.file, self.header, self.turn, self.line = file, header, turn, line
        if line == 1:
            self._write(header)

    def write(self, row: TableRow, before: int) -> None:
        """A row at the line it has in its part, behind the lines of the parts before; or the text of a broken one."""
        self.to(before + row.line)
        width = len(self.header)
        self._write(written.broken(row.reason, row.text, width) if row.reason else self.turn(row.values))

    def to(self, line: int) -> None:
        """Blank lines up to there."""
        self.file.write(b"\n" * max(0, line - self.line))
        self.line = max(line, self.line)

    def _write(self, cells: list[str]) -> None:
        raw = written.line(cells)
        self.file.write(raw)
        self.line += raw.count(b"\n")
