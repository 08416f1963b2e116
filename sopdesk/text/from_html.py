"""Markdown from foreign HTML: pasted from Word, Google Docs or a web page, or made of a Word file.

What a reader saw is kept as far as Markdown can say it; what only an office program understands is left out. The
result is a writer's draft like any other: `markdown.render` sanitises it again.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Callable

from django.utils.translation import gettext as _
from lxml import etree

from sopdesk.text.guards import TextRefused
from sopdesk.text.pasted_blocks import as_markdown
from sopdesk.text.pasted_tree import Walk
from sopdesk.text.problems import Problem

MAX_MARKUP = 2_000_000
"""Characters of HTML without the pictures in it; a thousand pages of Word."""
MAX_PICTURES = 200
MAX_PICTURE_BYTES = 10_000_000

KeepPicture = Callable[[bytes, str], str | None]
"""Keeps a picture, given its bytes and a name; answers with its own address, or None when it is not taken."""

_DATA = re.compile(r"data:image/([a-z0-9.+-]{1,40});base64,([A-Za-z0-9+/=\s%]+)", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:]*)[^<>]*>")
_FLAT = frozenset({"p", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6"})
_EDITIONS = re.compile(r"<!\[(?:if|endif)[^>]*>|<\?xml[^>]*>", re.IGNORECASE)


def to_markdown(html: str, *, picture: KeepPicture | None = None) -> str:
    """The Markdown of a page or of a part of one, "" when it says nothing.

    Pictures of this site stay; those that come within the HTML are given to `picture`; of others a link remains.
    Raises TextRefused for more than MAX_MARKUP characters. Linear in the length of the text, whatever stands in it.
    """
    kept = _Pictures(picture)
    markup = _EDITIONS.sub("", _DATA.sub(kept.put_aside, html))
    if len(markup) > MAX_MARKUP:
        what = _("The pasted text is too long: at most %(limit)d million characters are taken.")
        how = _("Paste it in parts, or import the file instead.")
        raise TextRefused((Problem(1, what % {"limit": MAX_MARKUP // 1_000_000}, how),))
    root = _parsed(markup)
    return as_markdown(Walk(root, kept.at).blocks()) if root is not None else ""


class _Pictures:
    """Pictures written into the HTML, taken out before it is parsed."""

    def __init__(self, keep: KeepPicture | None) -> None:
        self.keep = keep
        self.found: list[tuple[str, str]] = []
        self.kept: dict[str, str | None] = {}

    def put_aside(self, match: re.Match[str]) -> str:
        if len(self.found) >= MAX_PICTURES:
            return ""
        self.found.append((match[1].lower(), match[2]))
        return f"picture:{len(self.found) - 1}"

    def at(self, source: str) -> str | None:
        """Where the picture is kept now; None for one that came from elsewhere or was not taken."""
        number = source.removeprefix("picture:")
        if self.keep is None or number == source or not number.isdecimal() or int(number) >= len(self.found):
            return None
        if source not in self.kept:
            self.kept[source] = self._keep(int(number), self.keep)
        return self.kept[source]

    def _keep(self, number: int, keep: KeepPicture) -> str | None:
        kind, written = self.found[number]
        ending = {"jpeg": "jpg", "svg+xml": "svg"}.get(kind, kind)
        if len(written) > MAX_PICTURE_BYTES * 4 // 3 + 4:
            return None
        try:
            data = b64decode(re.sub(r"\s|%0[aAdD]", "", written).replace("%2B", "+").replace("%3D", "="))
        except (binascii.Error, ValueError):
            return None
        return keep(data, f"picture-{number + 1}.{ending}") if data else None


def _parsed(markup: str) -> etree._Element | None:
    """The page as a tree. Of one that is nested beyond all measure only its words, lines and headings are left."""
    root, too_deep = _tree(markup)
    if too_deep:
        root, _still = _tree(_TAG.sub(lambda tag: tag[0] if tag[2].lower() in _FLAT else " ", markup))
    return root


def _tree(markup: str) -> tuple[etree._Element | None, bool]:
    parser = etree.HTMLParser(
        remove_comments=True, remove_pis=True, no_network=True, huge_tree=True, encoding="utf-8"
    )
    page = f"<html><body>{markup}</body></html>" if "<body" not in markup.lower() else markup
    try:
        root = etree.fromstring(page.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None, False
    return root, any("xcessive depth" in entry.message for entry in parser.error_log)
