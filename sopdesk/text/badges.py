"""Pieces of HTML that lists have in each row: a moment, and the badge of a state. Tags of the same names give them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from django.contrib.humanize.templatetags.humanize import naturaltime
from django.utils import timezone
from django.utils.safestring import SafeData, SafeString
from django.utils.translation import get_language

from sopdesk.text import figures, icons
from sopdesk.text.escaping import filled
from sopdesk.text.states import look_of

_TIME: Final = '<time datetime="{}" title="{}">{}</time>'


def when(value: date | datetime | None, style: str = "") -> SafeString | str:
    """A moment in the viewer's zone as a <time>; `style` "date" leaves the time of day out."""
    if value is None:
        return figures.NOTHING
    if not isinstance(value, datetime):
        return filled(_TIME, value.isoformat(), "", figures.in_words(value))
    now = timezone.now()
    if timezone.is_naive(value) or abs(now - value) < timedelta(days=1, hours=1):
        return _moment(value, style)
    hour = now.replace(minute=0, second=0, microsecond=0)
    told_apart = value.tzinfo, value.fold, hour, timezone.get_current_timezone(), get_language()
    return _kept_moment(value, style, *told_apart)


def _moment(value: datetime, style: str) -> SafeString:
    """With how long ago it was: `3 hours ago`."""
    text = figures.in_words(value, date_only=style == "date")
    return filled(_TIME, value.isoformat(), str(naturaltime(value)), text)


@lru_cache(maxsize=4096)
def _kept_moment(value: datetime, style: str, *_told_apart: Any) -> SafeString:
    """The same of what is more than a day away, kept for the hour, for lists say many moments; in a zone and language,
    which are named to tell the kept ones apart, as is how the moment itself is written."""
    return _moment(value, style)


def state_badge(state: str, word: Any = "", icon: str = "", tone: str = "") -> SafeString:
    """A badge for a state; `word`, `icon` and `tone` say it otherwise ("due today")."""
    look = look_of(state)
    shown = word or look.word
    # One that is escaped already would be found under the same key as one that is not.
    badge = _badge if isinstance(shown, SafeData) else _kept_badge
    return badge(shown if isinstance(shown, SafeData) else str(shown), icon or look.icon, tone or look.tone)


def _badge(word: str | SafeData, icon: str, tone: str) -> SafeString:
    return filled('<span class="state tone-{}">{}{}</span>', tone, icons.icon(icon), word)


_kept_badge = lru_cache(maxsize=1024)(_badge)  # lists have one or two in each row, of a few kinds
