"""Hours, targets and whom they are for, as people write and read them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metrics.models import SlaTarget

DAYS: Final = (
    gettext_lazy("Monday"), gettext_lazy("Tuesday"), gettext_lazy("Wednesday"), gettext_lazy("Thursday"),
    gettext_lazy("Friday"), gettext_lazy("Saturday"), gettext_lazy("Sunday"),
)  # fmt: skip
_SPAN: Final = re.compile(r"\s*(\d{1,2})[:.](\d\d)\s*[-–—]\s*(\d{1,2})[:.](\d\d)\s*")


class HoursUnreadable(ValueError):
    """The message says what to write instead."""


def read_hours(text: str) -> list[list[str]]:
    """ "9:00–12:00, 13:00–17:30" as [["09:00", "12:00"], …]; empty is closed. Raises HoursUnreadable."""
    spans = []
    for part in filter(None, (one.strip() for one in re.split(r"[,;]", text))):
        found = _SPAN.fullmatch(part)
        if found is None:
            raise HoursUnreadable(
                _("“%(text)s” is no stretch of hours. Write 09:00–17:30.") % {"text": part[:40]}
            )
        opens, closes = (f"{int(h):02}:{m}" for h, m in (found.group(1, 2), found.group(3, 4)))
        if opens > "23:59" or closes > "24:00" or max(found[2], found[4]) > "59":
            raise HoursUnreadable(_("“%(text)s” names an hour that no day has.") % {"text": part[:40]})
        spans.append([opens, closes])
    spans.sort()
    for (opens, closes), (following, _closes) in pairwise(spans):
        if closes <= opens or closes > following:
            raise HoursUnreadable(_("The hours overlap: %(first)s and %(second)s.")
                                  % {"first": f"{opens}–{closes}", "second": following})  # fmt: skip
    return spans


def hours_in_words(hours: Sequence[Sequence[str]]) -> str:
    return ", ".join(f"{opens}–{closes}" for opens, closes in hours) or _("closed")


def who_in_words(row: SlaTarget) -> str:
    """Which tickets a target is for."""
    named = [
        _("label %(name)s") % {"name": row.label} if row.label else "",
        _("team %(name)s") % {"name": row.team} if row.team else "",
        _("channel %(name)s") % {"name": row.channel} if row.channel else "",
        _("priority %(name)s") % {"name": row.priority} if row.priority else "",
    ]
    return ", ".join(filter(None, named)) or _("every ticket")
