"""HTML out of pieces, for what a page has hundreds of: `format_html` spends most of its time on lazy strings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext

_special: Final = re.compile("[&<>\"']").search


def esc(value: Any) -> str:
    """A value as it stands in HTML: as Django's `conditional_escape` says it, to the letter."""
    kind = type(value)
    if kind is str:
        return escape(value) if _special(value) else value
    if kind is SafeString:
        return value  # type: ignore[no-any-return]
    if isinstance(value, Promise):
        value = str(value)
    return str(value.__html__()) if hasattr(value, "__html__") else escape(str(value))


def filled(pattern: str, *values: Any) -> SafeString:
    """A pattern of HTML with its `{}` filled in, each escaped, as `format_html` does it."""
    return SafeString(pattern.format(*map(esc, values)))


def joined(between: str, pattern: str, rows: Iterable[Iterable[Any]]) -> SafeString:
    """The pattern filled in for each row, as `format_html_join` does it."""
    return SafeString(esc(between).join(pattern.format(*map(esc, values)) for values in rows))


def own_words(msgid: str) -> SafeString:
    """Words that stand in a template, with its `%` doubled, in the language of now. A template is ours, and so are
    its translations: Django lets them pass as they are, too."""
    return SafeString(gettext(msgid).replace("%%", "%"))
