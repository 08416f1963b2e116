"""Shown HTML for a file of its own: links of this site written out whole, pictures in the file itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape, unescape

from django.utils.safestring import SafeString, mark_safe

# `present` returns bleach's output: `<` and `"` never stand in a value.
_LINK = re.compile(r'(<a [^<>]*?href=")(/(?![/\\])[^"<>]*)(")')
_PICTURE = re.compile(r'(<img [^<>]*?src=")([^"<>]*)(")')


def standalone(html: SafeString, *, base: str, picture: Callable[[str], str]) -> SafeString:
    """`present`ed HTML with links that begin with `base`, and pictures as what `picture` makes of their address
    (a `data:` address, or "" for one that is gone)."""
    linked = _LINK.sub(lambda found: f"{found[1]}{escape(base)}{found[2]}{found[3]}", html)
    shown = _PICTURE.sub(lambda found: f"{found[1]}{escape(picture(unescape(found[2])))}{found[3]}", linked)
    return mark_safe(shown)  # noqa: S308 - safe HTML in; addresses alone are exchanged, and escaped
