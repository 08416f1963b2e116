"""Sanitised HTML of a version as a tree of plain data, for the template of the PDF. Only our own tags occur in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from lxml import etree, html

Node = dict[str, Any]
Image = Callable[[str], tuple[str, int] | None]
"""The file of a picture beside the template and its width in points; None for one that is not there."""

_BLOCKS = frozenset(
    {"p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "pre", "hr", "div", "details", "table"}
)
_INLINE = {"strong": "b", "em": "i", "code": "code", "a": "a"}
_BOX = re.compile(r"\bcallout-(note|tip|warning)\b")
DEEPEST = 60


def blocks_of(page: str, *, image: Image, base: str) -> list[Node]:
    """The blocks of `present`ed HTML. Links of this site begin with `base`, for they have to work on paper."""
    if not page.strip():
        return []
    root = html.fragment_fromstring(page, create_parent="div")
    return _Tree(image, base).blocks(root, 0)


def is_right_to_left(text: str) -> bool:
    """Whether the first letter of a text is of a script that runs leftwards, as `dir="auto"` decides it."""
    for char in text[:2000]:
        direction = unicodedata.bidirectional(char)
        if direction in ("R", "AL"):
            return True
        if direction == "L":
            return False
    return False


class _Tree:
    def __init__(self, image: Image, base: str) -> None:
        self.image = image
        self.base = base

    def blocks(self, element: etree._Element, depth: int) -> list[Node]:
        """What stands in an element; running text between blocks is a paragraph of its own."""
        found: list[Node] = []
        line: list[Any] = [element.text or ""]
        for child in element:
            if child.tag in _BLOCKS and depth < DEEPEST:
                found += [*_paragraph(line), self._block(child, depth + 1)]
                line = [child.tail or ""]
            else:
                line += [*self._piece(child, depth), child.tail or ""]
        return [node for node in [*found, *_paragraph(line)] if node]

    def _block(self, element: etree._Element, depth: int) -> Node:
        name = str(element.tag)
        if name == "p":
            return _turned({"t": "p", "c": self.inline(element, depth)}, element)
        if name[0] == "h" and name[1:].isdecimal():
            return _turned({"t": "h", "l": int(name[1:]) - 1, "c": self.inline(element, depth)}, element)
        if name in ("ul", "ol"):
            items = [
                self.blocks(item, depth) or [{"t": "p", "c": [""]}] for item in element if item.tag == "li"
            ]
            start = element.get("start") or "1"
            return {"t": name, "items": items, "start": int(start) if start.isdecimal() else 1}
        if name == "pre":
            return {"t": "pre", "c": "".join(element.itertext()).rstrip("\n")}
        if name == "hr":
            return {"t": "hr"}
        if name == "blockquote":
            return {"t": "quote", "c": self.blocks(element, depth)}
        return self._table(element, depth) if name == "table" else self._box(element, depth)

    def _box(self, element: etree._Element, depth: int) -> Node:
        """Boxes with a line of their own above: callouts, sensitive parts, parts for some cases only."""
        css = element.get("class") or ""
        found = _BOX.search(css)
        kind = (
            found[1]
            if found
            else "sensitive"
            if element.tag == "details"
            else "only"
            if "only" in css
            else ""
        )
        if not kind:
            return {"t": "group", "c": self.blocks(element, depth)}
        title = ""
        for child in list(element)[:1]:
            if child.tag == "summary" or (child.get("class") or "") in ("callout-title", "only-label"):
                title = _words(child)
                tail = child.tail or ""
                element.remove(child)
                element.text = (element.text or "") + tail
        return {"t": "box", "kind": kind, "title": title, "c": self.blocks(element, depth)}

    def _table(self, element: etree._Element, depth: int) -> Node:
        rows = [[self._cell(cell, depth) for cell in row] for row in element.iter("tr")]
        first = next(element.iter("tr"), None)
        ways = (
            [(cell.get("class") or "").removeprefix("text-") for cell in first] if first is not None else []
        )
        return {"t": "table", "head": rows[0] if rows else [], "rows": rows[1:], "align": ways}

    def _cell(self, cell: etree._Element, depth: int) -> Node:
        return _turned({"c": self.inline(cell, depth)}, cell)

    def inline(self, element: etree._Element, depth: int) -> list[Any]:
        parts: list[Any] = [_spaced(element.text)]
        for child in element:
            tail = _spaced(child.tail)
            parts += [*self._piece(child, depth + 1), tail.lstrip() if child.tag == "br" else tail]
        return [part for part in parts if part != ""]

    def _piece(self, child: etree._Element, depth: int) -> list[Any]:
        if depth > DEEPEST:
            return [_words(child)]
        if child.tag == "br":
            return [{"t": "br"}]
        if child.tag == "img":
            return self._picture(child)
        inner = self.inline(child, depth)
        name = _INLINE.get(str(child.tag), "")
        if name == "a":
            return [{"t": "a", "href": self._address(child.get("href") or ""), "c": inner}]
        return [{"t": name, "c": inner}] if name else inner

    def _picture(self, image: etree._Element) -> list[Any]:
        kept = self.image(image.get("src") or "")
        words = image.get("alt") or ""
        return [{"t": "img", "file": kept[0], "width": kept[1], "alt": words}] if kept else [words]

    def _address(self, href: str) -> str:
        """Links within the text lead nowhere on paper; those of this site are written out whole."""
        if href.startswith("/") and not href.startswith("//"):
            return self.base + href
        return href if href.startswith(("http://", "https://", "mailto:", "tel:")) else ""


def _paragraph(line: list[Any]) -> list[Node]:
    parts = [_spaced(part) if isinstance(part, str) else part for part in line]
    if not any(not isinstance(part, str) or part.strip() for part in parts):
        return []
    return [{"t": "p", "c": [part for part in parts if part != ""]}]


def _turned(node: Node, element: etree._Element) -> Node:
    return {**node, "rtl": True} if is_right_to_left(_words(element)) else node


def _words(element: etree._Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _spaced(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")
