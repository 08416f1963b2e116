"""Figures and moments as people read them: 1 Oct 2026, 09:00 (Dublin); 6:40; 84.2 %; 9,214; −6.1 pp."""

from datetime import date, datetime, timedelta
from functools import lru_cache

from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

NOTHING = "–"
MINUS = "\N{MINUS SIGN}"
THIN = "\N{NARROW NO-BREAK SPACE}"

Number = float | int


def zone_name(moment: datetime) -> str:
    """The city of a moment's zone, `Dublin` for Europe/Dublin; the abbreviation where there is no city."""
    key = getattr(moment.tzinfo, "key", None) or moment.tzname() or "UTC"
    return key.rsplit("/", 1)[-1].replace("_", " ")


def in_words(value: date | datetime, *, date_only: bool = False, language: str | None = None) -> str:
    """`1 Oct 2026, 09:00 (Dublin)` in the viewer's zone; a date, or `date_only`, gives `1 Oct 2026`. Here and below
    `language` is the active one; who words hundreds looks it up once."""
    if not isinstance(value, datetime):
        return _day(value, "j M Y", language or get_language())
    local = timezone.localtime(value)
    day = _day(local.date(), "j M Y", language or get_language())
    return day if date_only else f"{day}, {local.hour:02}:{local.minute:02} ({zone_name(local)})"


def day_and_month(value: date, language: str | None = None) -> str:
    """`1 Oct`, where the year is known."""
    return _day(value, "j M", language or get_language())


# Pages say the same days and use the same marks again and again; Django looks each of them up anew.
@lru_cache(maxsize=4096)
def _day(value: date, form: str, language: str | None) -> str:
    """`1 Oct 2026` in the active language, which is named only to tell the kept ones apart."""
    return formats.date_format(value, form)


@lru_cache(maxsize=4096)
def _number(value: Number, decimals: int, language: str | None) -> str:
    """The same for a number with its thousands grouped."""
    return formats.number_format(value, decimals, use_l10n=True, force_grouping=True)


def clock(value: Number | timedelta | None) -> str:
    """Seconds or a timedelta as `6:40` (minutes), `1:02:05` (hours); from two days on `3 d 4 h`."""
    if value is None:
        return NOTHING
    seconds = round(value.total_seconds() if isinstance(value, timedelta) else value)
    sign, seconds = (MINUS, -seconds) if seconds < 0 else ("", seconds)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    if hours >= 48:
        return sign + _("%(days)d\u202fd %(hours)d\u202fh") % {"days": hours // 24, "hours": hours % 24}
    return f"{sign}{hours}:{minute:02}:{second:02}" if hours else f"{sign}{minute}:{second:02}"


def grouped(value: Number | None, decimals: int = 0, language: str | None = None) -> str:
    """A number with thousands grouped and a true minus sign: `9,214`, `−1.5`."""
    if value is None:
        return NOTHING
    rounded = round(value, decimals)
    text = _number(abs(rounded), decimals, language or get_language())
    return f"{MINUS}{text}" if rounded < 0 else text


def share(value: Number | None, decimals: int = 1, language: str | None = None) -> str:
    """A share from 0 to 1 as `84.2 %`."""
    return NOTHING if value is None else f"{grouped(value * 100, decimals, language)}{THIN}%"


def signed(value: Number | None, decimals: int = 1) -> str:
    """A difference with its sign always shown: `+18.0`, `−6.1`, `0.0`."""
    if value is None:
        return NOTHING
    text = grouped(value, decimals)
    return f"+{text}" if round(value, decimals) > 0 else text


def points(value: Number | None, decimals: int = 1) -> str:
    """A difference of two shares, as percentage points: −0.061 is `−6.1 pp`."""
    return NOTHING if value is None else _("%(points)s\u202fpp") % {"points": signed(value * 100, decimals)}
