"""Stored HTML as one reader sees it: references filled, limited blocks kept or dropped."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape, unescape
from itertools import chain, pairwise
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from sopdesk.text import conditions as limits
from sopdesk.text import references
from sopdesk.text.composing import CALLOUTS, SENSITIVE

# Stored HTML is bleach's output: `<` never stands in text or in a value, so a mark found here is a mark made
# by us.
_MARK = re.compile(r'(<sop-only when="[^"]*">|</sop-only>|<sop-ref [^<>]*>[^<]*</sop-ref>)')
_REFERENCE = re.compile(r"<sop-ref ([^<>]*)>[^<]*</sop-ref>")
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')
_ONLY = re.compile(r'<sop-only when="([^"]*)">')
_HEADING = re.compile(r'<h[2-6] id="([^"]*)">')
_ID = re.compile(r' id="([^"]*)"')
_LINK_IN_TEXT = re.compile(r'(<a (?:[^<>]* )?href=")#([^"]*)"')
_TAG = re.compile(r"<(/?)([a-z][a-z0-9-]*)[^<>]*>")
_VOID = frozenset({"br", "hr", "img"})
_OWN_URL = re.compile(r"^(?:/(?![/\\])|https?://|#)")


def present(
    html: str, *, viewer: Any, at: datetime, conditions: Mapping[str, str] | None = None
) -> SafeString:
    """`Rendered.html` for `viewer` at the instant `at`.

    `conditions` is what is known of the case at hand (`{"market": "DE"}`): a limited block that contradicts
    it is dropped, one that it does not settle stays with a label. Each kind of reference is resolved in one
    call, and only for what is shown; an unknown or hidden one becomes its key and "not available". Only give
    it HTML from `render`.
    """
    shown = _kept(_MARK.split(html), conditions or {})
    targets = _targets(shown, viewer=viewer, at=at)
    filled = "".join(_filled(piece, targets) for piece in shown)
    return mark_safe(_in_readers_language(filled))  # noqa: S308 - stored HTML is sanitised, all that is put in is escaped


def present_all(htmls: Iterable[str], *, viewer: Any, at: datetime) -> list[SafeString]:
    """Several texts, each as `present` shows it, with one call for each kind of reference in all of them together."""
    shown = [_kept(_MARK.split(html), {}) for html in htmls]
    targets = _targets(chain.from_iterable(shown), viewer=viewer, at=at)
    filled = ("".join(_filled(piece, targets) for piece in pieces) for pieces in shown)
    return [mark_safe(_in_readers_language(html)) for html in filled]  # noqa: S308 - as in `present`


def section(html: str, anchor: str) -> SafeString:
    """One section, heading included, cut out of HTML that `present` returned ("top": what stands before the first
    heading); "" when it is not there. A box that reaches over several sections is closed at the cut.
    """
    headings = list(_HEADING.finditer(html))
    starts = [("top", 0), *((unescape(match[1]), match.start()) for match in headings), ("", len(html))]
    for (name, start), (_next, end) in pairwise(starts):
        if name == anchor:
            return mark_safe(_balanced(html[start:end]))  # noqa: S308 - a cut of safe HTML, tags only taken or closed
    return mark_safe("")


def leading_out(parts: Sequence[str], url: str) -> list[SafeString]:
    """Sections that `section` cut out, shown together without the rest: what links to one that is not among them
    leads to it in the whole text at `url`."""
    here = {name for part in parts for name in _ID.findall(part)}

    def link(match: re.Match[str]) -> str:
        return match[0] if match[2] in here else f'{match[1]}{escape(url)}#{match[2]}"'

    return [mark_safe(_LINK_IN_TEXT.sub(link, part)) for part in parts]  # noqa: S308 - safe HTML, an address put before


def _balanced(html: str) -> str:
    """`html` without end tags that close nothing in it, and with those that are missing."""
    opened: list[str] = []

    def tag(match: re.Match[str]) -> str:
        if match[2] in _VOID:
            return match[0]
        if not match[1]:
            opened.append(match[2])
            return match[0]
        if opened and opened[-1] == match[2]:
            opened.pop()
            return match[0]
        return ""

    body = _TAG.sub(tag, html)
    return body + "".join(f"</{name}>" for name in reversed(opened))


def _kept(pieces: list[str], known: Mapping[str, str]) -> list[str]:
    """The pieces that `known` does not rule out, with the blocks' marks turned into boxes."""
    kept: list[str] = []
    dropped = 0
    for piece in pieces:
        opening = _ONLY.fullmatch(piece)
        if opening:
            condition = limits.parse(unescape(opening[1])) or ()
            answer = limits.verdict(condition, known)
            dropped = dropped + 1 if dropped or answer is False else 0
            piece = _box(condition, labelled=answer is None)
        elif piece == "</sop-only>":
            piece = "</div>"
            if dropped:
                dropped -= 1
                continue
        if not dropped:
            kept.append(piece)
    return kept


def _box(condition: limits.Condition, *, labelled: bool) -> str:
    if not labelled:
        return '<div class="only">'
    terms = "; ".join(f"{name}: {', '.join(values)}" for name, values in condition)
    label = _("Only for %(condition)s") % {"condition": terms}
    return f'<div class="only only-labelled"><p class="only-label">{escape(label)}</p>'


def _targets(pieces: Iterable[str], *, viewer: Any, at: datetime) -> dict[tuple[str, str], references.Target]:
    wanted: dict[str, set[str]] = defaultdict(set)
    for piece in pieces:
        if mark := _mark(piece):
            wanted[mark["kind"]].add(mark["key"])
    return references.resolve_all(wanted, viewer=viewer, at=at)


def _mark(piece: str) -> dict[str, str] | None:
    """The attributes of a reference's mark, `kind` and `key` among them; None for any other piece."""
    match = _REFERENCE.fullmatch(piece)
    if match is None:
        return None
    found = {name: unescape(value) for name, value in _ATTRIBUTE.findall(match[1])}
    return found if {"kind", "key"} <= found.keys() else None


def _filled(piece: str, targets: Mapping[tuple[str, str], references.Target]) -> str:
    mark = _mark(piece)
    if mark is None:
        return piece
    kind, key = mark["kind"], mark["key"]
    target = targets.get((kind, key))
    if target is None:
        missing = _("%(key)s (not available)") % {"key": key}
        return f'<span class="reference reference-missing">{escape(missing)}</span>'
    css = f"reference reference-{escape(kind)}"
    words = escape(target.value or target.title)
    if "bare" in mark or not _OWN_URL.match(target.url):
        return f'<span class="{css}" dir="auto">{words}</span>'
    url = target.url + (f"#{mark['anchor']}" if mark.get("anchor") and "#" not in target.url else "")
    title = f' title="{escape(target.title)}"' if target.value else ""
    return f'<a class="{css}" href="{escape(url)}" dir="auto"{title}>{words}</a>'


def _in_readers_language(html: str) -> str:
    """Our own words inside stored HTML, in the language of this request."""
    summary = "<summary>{}</summary>"
    html = html.replace(summary.format(SENSITIVE), summary.format(escape(_(SENSITIVE))))
    for name, title in CALLOUTS.items():
        box = f'<div class="callout callout-{name}"><p class="callout-title">{{}}</p>'
        html = html.replace(box.format(title), box.format(escape(_(title))))
    return html
