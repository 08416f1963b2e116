"""A macro as an agent sends it: plain text, in which a link is its words and its whole address."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

from sopdesk.text.plain import text_of

_LINK = re.compile(r'<a\b[^<>]*\bhref="([^"#][^"]*)"[^<>]*>(.*?)</a>', re.DOTALL)
_PARAGRAPH = re.compile(r"</(?:p|ul|ol|h[1-6]|blockquote|pre|table)>")
_GAP = "\u0000"


def text_to_send(html: str, absolute: Callable[[str], str]) -> str:
    """Presented HTML as text for a reply. `absolute` makes a whole address of one of ours; blank lines stay."""

    def link(match: re.Match[str]) -> str:
        address, words = unescape(match[1]), match[2]
        return f"{words} ({absolute(address)})" if address != unescape(words) else words

    spaced = _PARAGRAPH.sub(lambda match: f"{match[0]}<p>{_GAP}</p>", _LINK.sub(link, html))
    return "\n".join(line.replace(_GAP, "") for line in text_of(spaced).split("\n")).strip()
