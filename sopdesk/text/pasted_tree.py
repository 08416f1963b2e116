"""A parsed page of foreign HTML as blocks: one walk, at most DEEPEST elements deep."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from lxml.etree import _Element as Element

from sopdesk.text import pasted_looks as looks
from sopdesk.text.addresses import is_own_image
from sopdesk.text.anchors import slug
from sopdesk.text.pasted_blocks import Block, Code, Heading, Item, Paragraph, Quote, Rule
from sopdesk.text.pasted_runs import BREAK, Run, cleaned, paragraphs, raised, target
from sopdesk.text.pasted_tables import table_blocks

DEEPEST = 80
PictureAt = Callable[[str], str | None]
"""The own address of a picture of the page, or None for one that is not kept."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk stands: the look around it, and how deep in the tree and in lists."""

    bold: bool = False
    italic: bool = False
    struck: bool = False
    code: bool = False
    href: str = ""
    depth: int = 0
    lists: int = 0


class Walk:
    """One page. `blocks` is what the walk gives."""

    def __init__(self, root: Element, picture_at: PictureAt) -> None:
        self.root = root
        self.picture_at = picture_at
        self.anchors = _headings_named(root)

    def blocks(self) -> list[Block]:
        """The page's blocks, in order."""
        return self._inside(self.root, _Place())

    def _inside(self, element: Element, place: _Place) -> list[Block]:
        """The blocks within an element; running text between its blocks becomes paragraphs."""
        found: list[Block] = []
        runs: list[Run] = []
        for piece in self._pieces(element, place):
            if isinstance(piece, Run):
                runs.append(piece)
                continue
            found += _as_paragraphs(runs)
            runs = []
            found += piece
        return [*found, *_as_paragraphs(runs)]

    def _pieces(self, element: Element, place: _Place) -> Iterator[Run | list[Block]]:
        if place.depth >= DEEPEST:
            yield self._text("".join(element.itertext()), place)
            return
        yield self._text(element.text, place)
        deeper = replace(place, depth=place.depth + 1) if len(element) else place
        for child in element:
            if not looks.is_hidden(child):
                yield from self._child(child, deeper)
            yield self._text(child.tail, place)

    def _child(self, child: Element, place: _Place) -> Iterator[Run | list[Block]]:
        name = looks.tag(child)
        if name in looks.BLOCKS:
            yield self._block(child, name, place)
        elif name in ("br", "wbr"):
            yield replace(self._text("", place), text=BREAK if name == "br" else "")
        elif name == "img":
            yield from self._picture(child)
        elif name == "sup":
            yield self._text(raised("".join(child.itertext()).strip()), self._within(child, name, place))
        elif name == "input":
            if (child.get("type") or "").lower() == "checkbox":
                yield self._text("☑ " if child.get("checked") is not None else "☐ ", place)
        else:
            yield from self._pieces(child, self._within(child, name, place))

    def _within(self, element: Element, name: str, place: _Place) -> _Place:
        if name not in looks.LOOKS and not element.get("style"):
            return place
        href = place.href
        if name == "a" and (written := element.get("href")):
            href = self._link(written)
        return replace(
            place,
            bold=looks.weight(element, place.bold),
            italic=looks.slant(element, place.italic),
            struck=looks.strike(element, place.struck),
            code=place.code or name in looks.CODE,
            href=href,
        )

    def _link(self, href: str) -> str:
        """Where a link leads; within the page only to a heading."""
        if href.startswith("#"):
            anchor = self.anchors.get(href[1:])
            return f"#{anchor}" if anchor else ""
        return target(href)

    def _text(self, text: str | None, place: _Place) -> Run:
        return Run(cleaned(text or ""), place.bold, place.italic, place.struck, place.code, place.href)

    def _picture(self, image: Element) -> Iterator[Run]:
        """Own pictures stay, brought ones are kept; of one on another host a link stays, if anything."""
        source = (image.get("src") or "").strip()
        words = cleaned(image.get("alt") or "")
        own = source if is_own_image(source) else self.picture_at(source)
        if own:
            yield Run(own, href=words, picture=True)
        elif source.startswith(("http://", "https://")) and (href := target(source)):
            yield Run(words.strip() or href, href=href)
        else:
            yield Run(words)

    def _block(self, element: Element, name: str, place: _Place) -> list[Block]:
        place = self._within(element, name, place)
        if place.code:
            place = replace(place, code=False)
        if name[0] == "h" and name[1:].isdecimal():
            return self._heading(element, int(name[1]), place)
        if name in ("ul", "ol", "dir", "menu"):
            return self._list(element, name, replace(place, lists=place.lists + 1))
        if name in ("pre", "listing", "xmp", "plaintext"):
            text = cleaned_code("".join(element.itertext()))
            return [Code(text, looks.language(element))] if text else []
        if name == "blockquote":
            return [Quote(inner)] if (inner := self._inside(element, place)) else []
        if name == "hr":
            return [Rule()]
        if name == "table":
            return table_blocks(element, lambda cell: self._inside(cell, replace(place, bold=False)))
        if name == "dt":
            return self._inside(element, replace(place, bold=True))
        return self._paragraph(element, place)

    def _paragraph(self, element: Element, place: _Place) -> list[Block]:
        """A paragraph or a box of further blocks; one that only looks like an entry of a list becomes one."""
        inner = self._inside(element, place)
        entry = looks.entry_of(element)
        if entry is not None and inner:
            runs = [run for block in inner if isinstance(block, Paragraph) for run in block.runs]
            return [Item(entry.level, [Paragraph(runs)] if runs else inner, entry.ordered, entry.number)]
        if looks.tag(element) == "p" and len(inner) == 1 and isinstance(inner[0], Paragraph):
            first = inner[0].runs[0]
            cut = 0 if first.picture else looks.bullet("".join(run.text for run in inner[0].runs))
            if cut:
                return [Item(1, [Paragraph(_without(inner[0].runs, cut))])]
        return inner

    def _heading(self, element: Element, level: int, place: _Place) -> list[Block]:
        names = [element.get("id"), *(each.get("id") or each.get("name") for each in element.iter("a"))]
        anchor = next((self.anchors[name] for name in names if name and name in self.anchors), "")
        found: list[Block] = []
        for block in self._inside(element, place):
            is_title = isinstance(block, Paragraph) and not any(run.picture for run in block.runs)
            found.append(
                Heading(level, block.runs, anchor) if is_title and isinstance(block, Paragraph) else block
            )
            anchor = ""
        return found

    def _list(self, element: Element, name: str, place: _Place) -> list[Block]:
        """Entries, those of lists within them after each; a list right inside a list belongs to the entry before."""
        found: list[Block] = []
        start = element.get("start") or ""
        number = int(start) if start.isdecimal() and len(start) < 7 else 0
        for child in element:
            if looks.is_hidden(child):
                continue
            inner = replace(place, depth=place.depth + 1)
            if looks.tag(child) != "li":
                found += (
                    self._block(child, looks.tag(child), inner) if looks.tag(child) in looks.BLOCKS else []
                )
                continue
            level = looks.list_level(child, place.lists)
            found += _entry(self._inside(child, inner), level, name == "ol", number)
            number = 0
        return found


def _entry(inner: list[Block], level: int, ordered: bool, number: int) -> list[Block]:
    """An entry, and after it those of the lists that it holds; what follows such a list stays with the entry."""
    own: list[Block] = [block for block in inner if not isinstance(block, Item)]
    deeper = [replace(block, level=max(block.level, level + 1)) for block in inner if isinstance(block, Item)]
    return [Item(level, own, ordered, number), *deeper] if own else list(deeper)


def _as_paragraphs(runs: list[Run]) -> list[Block]:
    return [Paragraph(part) for part in paragraphs(runs)]


def _without(runs: list[Run], cut: int) -> list[Run]:
    """Runs without their first characters."""
    left: list[Run] = []
    for run in runs:
        left.append(run if run.picture else replace(run, text=run.text[cut:]))
        cut = max(0, cut - len(run.text))
    return left


def cleaned_code(text: str) -> str:
    """Code as it stands, without the characters that are refused."""
    rows = (cleaned_row.rstrip() for cleaned_row in _rows(text))
    return "\n".join(rows).strip("\n")


def _rows(text: str) -> Iterator[str]:
    for row in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        indent = len(row) - len(row.lstrip(" \t\u00a0"))
        yield row[:indent].replace("\u00a0", " ") + "".join(map(_kept, row[indent:]))


def _kept(char: str) -> str:
    return " " if char == "\u00a0" else char if char == "\t" else cleaned(char)


def _headings_named(root: Element) -> dict[str, str]:
    """The anchors of headings that links of the page name, by what they are called there."""
    wanted = {
        (link.get("href") or "")[1:] for link in root.iter("a") if (link.get("href") or "").startswith("#")
    }
    found: dict[str, str] = {}
    for element in root.iter("h1", "h2", "h3", "h4", "h5", "h6") if wanted else ():
        names = {
            element.get("id"),
            *(each.get("id") or each.get("name") for each in element.iter("a")),
        } & wanted
        if not names:
            continue
        base = slug("".join(element.itertext()))
        taken = set(found.values())
        anchor = base if base not in taken else f"{base}-{len(taken) + 1}"
        found |= {name: anchor for name in names if name}
    return found
