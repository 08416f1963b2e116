"""Pieces of a difference as HTML: what was added, removed or looks otherwise, in the looks it has on the page."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from sopdesk.text.addresses import is_own_image
from sopdesk.text.escaping import filled, joined
from sopdesk.text.inline import Style
from sopdesk.text.pieces import Piece, PieceKind

SIDES = {
    "old": {PieceKind.same, PieceKind.removed, PieceKind.formatted},
    "new": {PieceKind.same, PieceKind.added, PieceKind.formatted},
    "both": set(PieceKind),
}


def drawn(pieces: Iterable[Piece], side: str = "both") -> SafeString:
    """The pieces of one side ("old", "new") or of both, one after the other."""
    kinds = SIDES[side]
    shown = (_marked(piece, side) for piece in pieces if piece.text and piece.kind in kinds)
    return joined("", "{}", ((each,) for each in shown))


def _marked(piece: Piece, side: str) -> SafeString | str:
    if piece.kind == PieceKind.same:
        return _looking(piece.text, piece.style)
    if piece.kind == PieceKind.formatted:
        old = piece.style_old or Style()
        if side == "old":
            return filled('<span class="diff-formatted">{}</span>', _looking(piece.text, old))
        how = ", ".join(_differences(old, piece.style))
        words = '<span class="diff-formatted">{}</span> <span class="diff-how">{}</span> '
        return filled(words, _looking(piece.text, piece.style), how)
    tag, said = ("ins", _("added:")) if piece.kind == PieceKind.added else ("del", _("removed:"))
    looking = _looking(piece.text, piece.style)
    return filled('<{0}><span class="visually-hidden">{1} </span>{2}</{0}>', tag, said, looking)


def _looking(text: str, style: Style) -> SafeString | str:
    """Words in their look; plain ones are left to the escaping around them."""
    shown: SafeString | str = text
    if style.image:
        shown = _picture(text, style.image)
    elif style.reference:
        shown = filled('<span class="reference">{}</span>', text)
    elif style.link:
        shown = filled('<span class="diff-link" title="{}">{}</span>', style.link, text)
    for wanted, tag in ((style.code, "code"), (style.em, "em"), (style.strong, "strong")):
        if wanted:
            shown = filled("<{0}>{1}</{0}>", tag, shown)
    return shown


def _picture(alternative: str, address: str) -> SafeString:
    if is_own_image(address):
        return filled('<img class="diff-picture" src="{}" alt="{}" loading="lazy">', address, alternative)
    return filled('<span class="diff-link" title="{}">{}</span>', address, alternative)


def _differences(old: Style, new: Style) -> Iterable[str]:
    """What of the looks changed, in words: "bold → plain", "link: #a → #b"."""
    if old.link and new.link and old.link != new.link:
        yield _("link: %(old)s → %(new)s") % {"old": old.link, "new": new.link}
        old, new = old._replace(link=""), new._replace(link="")
    if old.image and new.image and old.image != new.image:
        yield _("picture: %(old)s → %(new)s") % {"old": old.image, "new": new.image}
        old, new = old._replace(image=""), new._replace(image="")
    if old != new:
        yield f"{_names(old)} → {_names(new)}"


def _names(style: Style) -> str:
    names = [
        name
        for is_so, name in (
            (style.strong, _("bold")),
            (style.em, _("italic")),
            (style.code, _("code")),
            (style.link, _("link to %(address)s") % {"address": style.link}),
            (style.image, _("picture")),
            (style.reference, _("reference")),
        )
        if is_so
    ]
    return ", ".join(names) or _("plain")
