"""Lit words: Postgres marks them with signs that nobody writes, and here they become segments for a template.

No markup passes through: a template escapes each segment as it escapes any text.
"""

from __future__ import annotations

import re
from typing import NamedTuple

# Put in and taken out by public.search_separated and ts_headline; private-use characters, so no text contains them.
LIT_FROM, LIT_TO, SEPARATOR = "\ue000", "\ue001", "\ue002"
WHOLE = f"HighlightAll=true, StartSel={LIT_FROM}, StopSel={LIT_TO}"
TWO_LINES = (
    'MaxFragments=2, MinWords=8, MaxWords=22, ShortWord=0, FragmentDelimiter=" … ",'
    f" StartSel={LIT_FROM}, StopSel={LIT_TO}"
)
# A text of so many characters fits into two lines; of a longer one, so much is looked through for what to show.
SHORT = 200
READ_MAX = 4000
SHOWN_MAX = 320


class Segment(NamedTuple):
    """A piece of text, lit or not."""

    text: str
    lit: bool


def segments(marked: str, limit: int = SHOWN_MAX) -> list[Segment]:
    """The pieces of a text whose words Postgres marked, in order; long ones end in an ellipsis."""
    plain = " ".join(marked.replace(SEPARATOR, "").split())
    pieces: list[Segment] = []
    left = limit
    for place, piece in enumerate(re.split(f"[{LIT_FROM}{LIT_TO}]", plain)):
        if left <= 0:
            pieces.append(Segment("…", False))
            break
        if piece:
            pieces.append(Segment(piece if len(piece) <= left else f"{piece[:left]}…", place % 2 == 1))
            left -= len(piece)
    return pieces
