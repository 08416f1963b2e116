"""Plain text of HTML that this package made."""

import html as entities
import re

_BREAK = re.compile(
    r"</(?:p|li|h[1-6]|tr|pre|blockquote|summary|div|details|ul|ol|table)>|<(?:br|hr)\b[^>]*>"
)
_CELL = re.compile(r"</t[dh]>\s*")
_TAG = re.compile(r"<[a-zA-Z/!](?:[^>\"']|\"[^\"]*\"|'[^']*')*>")
_SPACES = re.compile(r"[ \t\u00a0]+")
_LINES = re.compile(r"[ ]*\n\s*")


def text_of(html: str) -> str:
    """The words of `html` without tags: one line for a block, cells parted by a space, entities decoded.

    Only for HTML out of this package, where every `<` that is text is escaped.
    """
    text = _BREAK.sub("\n", _CELL.sub(" ", html))
    text = entities.unescape(_TAG.sub("", text))
    return _LINES.sub("\n", _SPACES.sub(" ", text)).strip()
