"""Time limits and amounts as a person reads them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compliance.models import TimeLimit
from compliance.vocabulary import Unit

_SPANS: dict[str, Callable[[int], str]] = {
    Unit.MINUTE: lambda n: ngettext("%(n)s minute", "%(n)s minutes", n),
    Unit.HOUR: lambda n: ngettext("%(n)s hour", "%(n)s hours", n),
    Unit.HOUR_PER_DAY: lambda n: ngettext("%(n)s hour a day", "%(n)s hours a day", n),
    Unit.DAY: lambda n: ngettext("%(n)s day", "%(n)s days", n),
    Unit.BUSINESS_DAY: lambda n: ngettext("%(n)s business day", "%(n)s business days", n),
    Unit.WEEK: lambda n: ngettext("%(n)s week", "%(n)s weeks", n),
    Unit.MONTH: lambda n: ngettext("%(n)s month", "%(n)s months", n),
    Unit.YEAR: lambda n: ngettext("%(n)s year", "%(n)s years", n),
}
_OPEN: dict[str, Callable[[], str]] = {
    Unit.MOMENT: lambda: _("at the moment itself"),
    Unit.UNDUE_DELAY: lambda: _("without undue delay; the desk sets its own target"),
    Unit.PROMPTLY: lambda: _("promptly; the desk sets its own target"),
}


def span(value: int | None, unit: str) -> str:
    """A number and a unit in words: "1 month", "15 business days"; without a figure what the law says instead."""
    if unit in _OPEN:
        return _OPEN[unit]()
    if value is None:
        return _("no figure; the desk sets its own target")
    return _SPANS[unit](value) % {"n": number_format(value)}


def in_words(limit: TimeLimit) -> str:
    """How long: "1 month, without undue delay"."""
    words = span(limit.value, limit.unit)
    if limit.without_undue_delay and limit.unit != Unit.UNDUE_DELAY:
        words = _("%(span)s at the latest, without undue delay") % {"span": words}
    if limit.end_of_day:
        words = _("%(span)s, to the end of the day") % {"span": words}
    if limit.direction == "backward":
        words = _("%(span)s, counted back") % {"span": words}
    return words


def extension_in_words(extension: dict[str, Any] | None) -> str:
    """By how long it may be extended and why; empty when it may not."""
    if not extension:
        return ""
    longer = span(extension.get("value"), str(extension.get("unit")))
    return _("may be extended by %(span)s: %(ground)s") % {
        "span": longer,
        "ground": extension.get("ground", ""),
    }


def amount_in_words(amount: dict[str, Any]) -> str:
    """A ceiling in money or in number: "50 EUR", "5 attempts"."""
    counted = amount.get("currency") or amount.get("unit") or ""
    return f"{number_format(amount['value'])} {counted}".strip()
