"""What can be said of how a file is read, and what the page shows of its columns and their values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

DATES: Final = [
    ("iso", gettext_lazy("2026-10-31")),
    ("dmy", gettext_lazy("31/10/2026")),
    ("mdy", gettext_lazy("10/31/2026")),
    ("unix", gettext_lazy("seconds since 1970")),
    ("unix_ms", gettext_lazy("milliseconds since 1970")),
]
UNITS: Final = [
    ("", gettext_lazy("choose")),
    ("s", gettext_lazy("seconds")),
    ("min", gettext_lazy("minutes")),
    ("h", gettext_lazy("hours")),
    ("ms", gettext_lazy("milliseconds")),
    ("clock", gettext_lazy("hh:mm or hh:mm:ss")),
]
SEPARATORS: Final = [
    ("|", gettext_lazy("an upright stroke: a|b")),
    (",", gettext_lazy("a comma: a, b")),
    (";", gettext_lazy("a semicolon: a; b")),
    (" ", gettext_lazy("a blank: a b")),
]
SCALES: Final = [
    ("", gettext_lazy("choose, or name its column")),
    ("good_bad", gettext_lazy("good or bad")),
    ("1_5", gettext_lazy("1 to 5")),
    ("1_3", gettext_lazy("1 to 3")),
    ("fd_103", gettext_lazy("103 to −103 (Freshdesk)")),
    ("nps", gettext_lazy("0 to 10 (NPS)")),
    ("ces", gettext_lazy("1 to 7 (effort)")),
]


@dataclass(frozen=True)
class ColumnChoice:
    """A neutral column, which one of the file it is, and what stands there."""

    bound: forms.BoundField
    is_needed: bool
    sample: str
    kind: str | Promise


@dataclass(frozen=True)
class ValueChoices:
    """The values of one column, each with its count and which of ours it is; `hidden` more are not shown."""

    label: str
    header: str
    choices: list[tuple[str, int, forms.BoundField]]
    hidden: int
