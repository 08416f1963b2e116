"""What a new thread points at: a document of the change, a section, and the words as they stand in the source."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from sopdesk.discussion.locating import Place, Quote, find, find_exact, quoted
from sopdesk.discussion.models import QUOTE_MAX, Thread
from sopdesk.discussion.placing import Text, cut, section_now
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.models import Change, ChangeItem, Document

SECTION_MAX = 500
SURE = 0.75
"""How like the text must be to words chosen on a page, where marks and addresses of links are not seen."""


@dataclass(frozen=True)
class About:
    """What somebody chose on the page: all fields empty for the whole change. `side` "old" for words taken out."""

    document: Document | None = None
    anchor: str = ""
    quote: Quote = field(default_factory=lambda: Quote(""))
    side: str = Thread.Side.NEW


@dataclass(frozen=True)
class Pointed:
    """The same, found in the texts. `is_exact` when the quote holds the draft's very characters, at one place."""

    document: Document | None = None
    anchor: str = ""
    section: str = ""
    quote: Quote = field(default_factory=lambda: Quote(""))
    side: str = Thread.Side.NEW
    is_exact: bool = False

    def columns(self) -> dict[str, Any]:
        """As a thread stores it."""
        return {
            "document": self.document,
            "anchor": self.anchor,
            "section": self.section[:SECTION_MAX],
            "side": self.side,
            "quote": self.quote.words,
            "before": self.quote.before,
            "after": self.quote.after,
        }


def point(change: Change, about: About) -> Pointed:
    """Find what somebody chose. Raises ChangeRefused when it does not stand there, saying what to do."""
    if about.document is None:
        return Pointed()
    item = change.items.filter(document=about.document).select_related("base_version").first()
    if item is None:
        raise ChangeRefused([_("This document is not part of the change.")])
    now, base = texts(item)
    if about.side == Thread.Side.OLD and about.quote.words.strip():
        return _before(about, now, base)
    return _in_draft(about, now, base)


def texts(item: ChangeItem) -> tuple[Text, Text | None]:
    """The draft and the text it changes, by sections."""
    return cut(item.body), cut(item.base_version.body) if item.base_version else None


def _in_draft(about: About, now: Text, base: Text | None) -> Pointed:
    anchor = section_now(about.anchor, now, base) if about.anchor else None
    if about.anchor and anchor is None:
        if base is None or about.anchor not in base.parts or about.quote.words.strip():
            raise ChangeRefused([_("This section is not in the draft any more. Look at the change again.")])
        return Pointed(about.document, about.anchor, base.parts[about.anchor].title)
    if not about.quote.words.strip():
        title = now.parts[anchor].title if anchor else ""
        return Pointed(about.document, anchor or "", title)
    start = now.parts[anchor].start if anchor else 0
    place = _found(about.quote, now.of(anchor) if anchor else now.source)
    place = Place(place.start + start, place.end + start, place.likeness, place.exact)
    part = now.part_at(place.start)
    words = quoted(now.source, place)
    sure = find_exact(words, now.source) is not None
    title = part.title if part else ""
    return Pointed(about.document, part.anchor if part else "", title, words, is_exact=sure)


def _before(about: About, now: Text, base: Text | None) -> Pointed:
    if base is None:
        raise ChangeRefused([_("There is no text before this draft.")])
    holder = now if about.anchor in now.parts else base
    if about.anchor not in holder.parts:
        raise ChangeRefused([_("This section is not in the change any more. Look at it again.")])
    words = quoted(base.source, _found(about.quote, base.source))
    title = holder.parts[about.anchor].title
    return Pointed(about.document, about.anchor, title, words, Thread.Side.OLD)


def _found(quote: Quote, text: str) -> Place:
    """Where chosen words stand: as chosen on the page they may lack the source's marks. Raises ChangeRefused."""
    if len(quote.words) > QUOTE_MAX:
        raise ChangeRefused([_("Choose fewer words: at most %(most)d characters.") % {"most": QUOTE_MAX}])
    place = find(quote, text)
    if place is None or place.likeness < SURE:
        said = _("The words “%(words)s” do not stand there. Correct them, or leave them out.")
        raise ChangeRefused([said % {"words": quote.words}])
    return place


def suggested_source(change: Change, *, document: str, quote: str, **chosen: str) -> str:
    """The words chosen on the page as the source has them; as they were chosen where they are not found."""
    number = int(document) if document.isdecimal() and len(document) < 12 else 0
    item = change.items.select_related("document").filter(document=number).first()
    if item is None:
        return quote
    words = Quote(quote, chosen.get("before", ""), chosen.get("after", ""))
    about = About(item.document, chosen.get("anchor", ""), words, chosen.get("side") or Thread.Side.NEW)
    try:
        return point(change, about).quote.words
    except ChangeRefused:
        return quote


def shown_source(change: Change, document_id: int | None, anchor: str) -> tuple[str, str]:
    """What a comment would be about, in words, and the source of it: empty for the whole change."""
    item = change.items.select_related("document", "base_version").filter(document=document_id).first()
    if item is None:
        return "", ""
    now, base = texts(item)
    section = section_now(anchor, now, base) if anchor else None
    if section is None:
        return str(item.document), item.body
    return f"{item.document} · {now.parts[section].title}", now.of(section)
