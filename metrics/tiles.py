"""Tiles as files: each names its rows here once, by a key, and one door writes them as CSV (metrics/views.py).

What a tab has of every metric (its tiles, its trend, its table) is metrics/dashboards/exporting.py; here is the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from metrics.reporting import Figure

if TYPE_CHECKING:
    from django.http import QueryDict

    from sopdesk.accounts.models import User

FIGURE: Final = ("value", "n", "low", "high", "excluded", "not_measured", "note")


@dataclass(frozen=True)
class File:
    """`name`: without its ending; `rows`: the heads first."""

    name: str
    rows: Iterable[Sequence[str]]


Build = Callable[["User", "QueryDict"], "File | None"]
_tiles: dict[str, Build] = {}


def register(key: str) -> Callable[[Build], Build]:
    """Let a tile be taken away as CSV: the function is given the viewer and the address, as the page with the tile is,
    and returns None where there is no such tile for this viewer."""

    def keep(build: Build) -> Build:
        _tiles[key] = build
        return build

    return keep


def file(key: str, viewer: User, params: QueryDict) -> File | None:
    """The rows of a tile as this person sees it. Raises levels.Refused for choices that cannot be told."""
    build = _tiles.get(key)
    return build(viewer, params) if build else None


def keys() -> list[str]:
    return sorted(_tiles)


def figure(found: Figure) -> list[str]:
    """The columns FIGURE of it."""
    between = [number(found.low), number(found.high)]
    left = ["" if n is None else str(n) for n in (found.excluded, found.not_measured)]
    return [number(found.value), number_told(found), *between, *left, note(found)]


def note(found: Figure) -> str:
    """Why there is no value, "" where there is one."""
    return "too few" if found.is_small else "" if found.is_measured else "not measured"


def number_told(found: Figure) -> str:
    """Its n, "" where that is not told."""
    return "" if found.n_told is None else str(found.n_told)


def number(value: float | None) -> str:
    """A number as a spreadsheet reads it anywhere: shares from 0 to 1, durations in seconds; "" for none."""
    return "" if value is None else f"{value:.6g}"
