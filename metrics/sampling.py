"""What stands in the first rows of a file: sample values, kinds of columns, which values occur and how often."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from metrics.reading import Row

SAMPLES: Final = 5
FEW: Final = 12
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d([T ]\d.*)?|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}([ ,T].*)?", re.ASCII)
_ZONE: Final = re.compile(r"(Z|[+-]\d\d:?(\d\d)?| UTC| GMT)$", re.ASCII)
_NUMBER: Final = re.compile(r"-?\d+([.,]\d+)?", re.ASCII)
_MAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_TRUTH: Final = {"true", "false", "yes", "no", "t", "f"}
_EPOCHS: Final = {"unix": (10**8, 5 * 10**9), "unix_ms": (10**11, 5 * 10**12)}
_NUMERIC_DATE: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-]\d{4}([ ,T].*)?", re.ASCII)
_TAG: Final = re.compile(r"[^\sA-Z]+( +[^\sA-Z]+)*")
_NOTHING: Final = frozenset({"", "?", "-", "NULL", "null"})


@dataclass
class Sampled:
    """The first rows of a file by column."""

    header: list[str]
    rows: list[Row] = field(default_factory=list)

    @cached_property
    def _place(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.header)}

    def cells(self, name: str) -> list[str]:
        """The cells of a column that hold something."""
        at = self._place.get(name)
        if at is None:
            return []
        return [row.cells[at] for row in self.rows if row.cells and row.cells[at] not in _NOTHING]

    def samples(self, name: str, shown: Callable[[str, str], str]) -> list[str]:
        """A few different values, as `shown` lets a cell of that column be seen."""
        found: dict[str, None] = {}
        for cell in self.cells(name):
            found.setdefault(shown(name, cell))
            if len(found) == SAMPLES:
                break
        return [*found]

    def counts(self, name: str) -> list[tuple[str, int]]:
        """Which values occur, and how often, most frequent first."""
        counted = Counter(self.cells(name))
        return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))

    def kind(self, name: str) -> str | Promise:
        """What the column seems to hold, in a word or two."""
        cells = self.cells(name)
        if not cells:
            return _("empty")
        for pattern, word in ((_TIME, _("time")), (_NUMBER, _("number")), (_MAIL, _("e-mail address"))):
            if _most(bool(pattern.fullmatch(cell.strip())) for cell in cells):
                return word
        if _most(cell.strip().lower() in _TRUTH for cell in cells):
            return _("true or false")
        return _("few words") if len(set(cells)) <= min(FEW, max(2, len(cells) // 2)) else _("text")

    def have_zones(self, names: Iterable[str]) -> bool | None:
        """Whether every stamp of these columns says in which zone it is; None when there are no stamps."""
        cells = [cell.strip() for name in names for cell in self.cells(name)[:50]]
        stamps = [cell for cell in cells if _TIME.fullmatch(cell)]
        return all(_ZONE.search(stamp) for stamp in stamps) if stamps else None


def dates_of(cells: list[str]) -> str:
    """In which order, or since when, these stamps count (metrics/mapping.py: dates); `iso` where they do not tell."""
    stamps = [cell.strip() for cell in cells]
    if stamps and all(_NUMBER.fullmatch(stamp) for stamp in stamps):
        numbers = [float(stamp.replace(",", ".")) for stamp in stamps]
        fits = (name for name, (low, high) in _EPOCHS.items() if all(low <= n < high for n in numbers))
        return next(fits, "iso")
    numeric = [found for stamp in stamps if (found := _NUMERIC_DATE.fullmatch(stamp))]
    first, second = (any(int(found[place]) > 12 for found in numeric) for place in (1, 2))
    if first == second:
        return "dmy" if numeric and not first and "." in numeric[0][0][:3] else "iso"
    return "dmy" if first else "mdy"


def separator_of(cells: list[str]) -> str:
    """What stands between the labels of a cell. A blank only where all of them are tags, as Zendesk writes them."""
    for mark in ("|", ";", ","):
        if any(mark in cell for cell in cells):
            return mark
    tags = any(" " in cell.strip() for cell in cells) and all(_TAG.fullmatch(cell.strip()) for cell in cells)
    return " " if tags else "|"


def _most(answers: Iterable[bool]) -> bool:
    found = [*answers]
    return sum(found) >= 0.95 * len(found)
