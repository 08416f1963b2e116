"""Our Markdown: Python-Markdown without raw HTML, with references, outcomes, choices, and links made safe.

Instances are costly to build and not thread-safe: `instance()` keeps one for each thread.
"""

import re
import threading
from collections.abc import Mapping
from xml.etree import ElementTree

import markdown
from markdown.blockprocessors import BlockProcessor, HashHeaderProcessor
from markdown.extensions import Extension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.inlinepatterns import ImageInlineProcessor, InlineProcessor, LinkInlineProcessor

from sopdesk.text.addresses import is_external, is_own_image, is_safe_link, picture_at, readable
from sopdesk.text.anchors import CHARACTER
from sopdesk.text.guards import LINK_WINDOW

REFERENCE = rf"\[\[([a-z][a-z0-9-]{{0,19}}):({CHARACTER}{{1,80}})(?:#({CHARACTER}{{1,120}}))?\]\]"
_ALIGNED = {"right": "text-end", "center": "text-center", "left": "text-start"}
_OUTCOME = re.compile(r"^(?:\*\*)?Outcome:(?:\*\*)?(?=\s|$)[ \t]*", re.MULTILINE)


class _Reference(InlineProcessor):
    """`[[kind:key#anchor]]` becomes an inert <sop-ref>, filled when the page is shown."""

    def handleMatch(  # type: ignore[override]
        self, m: re.Match[str], data: str
    ) -> tuple[ElementTree.Element, int, int]:
        mark = ElementTree.Element("sop-ref", {"kind": m[1], "key": m[2]})
        if m[3]:
            mark.set("anchor", m[3])
        mark.text = markdown.util.AtomicString(m[2] + (f"#{m[3]}" if m[3] else ""))
        return mark, m.start(0), m.end(0)


class _Autolink(InlineProcessor):
    """`<https://…>` and `<name@host>`; nothing else between angle brackets is a link."""

    def handleMatch(  # type: ignore[override]
        self, m: re.Match[str], data: str
    ) -> tuple[ElementTree.Element, int, int]:
        link = ElementTree.Element("a", {"href": m[1] if "://" in m[1] else f"mailto:{m[1]}"})
        link.text = markdown.util.AtomicString(m[1])
        return link, m.start(0), m.end(0)


class _Link(LinkInlineProcessor):
    """A link whose address is looked for in the next 2,000 characters only: the parser's own search is
    quadratic.
    """

    def getLink(self, data: str, index: int) -> tuple[str, str | None, int, bool]:
        return super().getLink(data[: index + LINK_WINDOW], index)


class _Image(ImageInlineProcessor):
    """An image whose address is looked for in the next 2,000 characters only."""

    def getLink(self, data: str, index: int) -> tuple[str, str | None, int, bool]:
        return super().getLink(data[: index + LINK_WINDOW], index)


class _InnerHeading(HashHeaderProcessor):
    """A heading inside a quote or a list. It needs a space after #, so that "#urgent" stays a word."""

    RE = re.compile(r"(?:^|\n)(?P<level>#{1,6})[ \t]+(?P<header>[^\n]*?)(?:[ \t]+#+)?[ \t]*(?:\n|$)")


class _Outcome(BlockProcessor):
    """A line that starts with `Outcome:` is a paragraph of its own, up to the next blank line or outcome."""

    def test(self, parent: ElementTree.Element, block: str) -> bool:
        return parent is self.parser.root and _OUTCOME.search(block) is not None

    def run(self, parent: ElementTree.Element, blocks: list[str]) -> None:
        block = blocks.pop(0)
        starts = [match.start() for match in _OUTCOME.finditer(block)]
        if block[: starts[0]].strip():
            self.parser.parseBlocks(parent, [block[: starts[0]]])
        for start, end in zip(starts, [*starts[1:], len(block)], strict=True):
            paragraph = ElementTree.SubElement(parent, "p", {"class": "outcome"})
            paragraph.text = block[start:end].strip()


class SopDialect(Extension):
    """Takes raw HTML out, puts our own syntax in."""

    def extendMarkdown(self, md: markdown.Markdown) -> None:
        md.preprocessors.deregister("html_block")
        for name in ("html", "entity", "autolink", "automail", "link", "image_link"):
            md.inlinePatterns.deregister(name)
        md.inlinePatterns.register(_Reference(REFERENCE, md), "sop_reference", 175)
        md.inlinePatterns.register(_Link(r"(?<!\!)\[", md), "link", 160)
        md.inlinePatterns.register(_Image(r"\!\[", md), "image_link", 150)
        address = r"<(https?://[^\s<>]{1,2000}|[^\s<>!:/@&]{1,200}@[^\s<>:/@&]{1,200})>"
        md.inlinePatterns.register(_Autolink(address, md), "autolink", 120)
        md.parser.blockprocessors.deregister("setextheader")
        md.parser.blockprocessors.deregister("hashheader")
        md.parser.blockprocessors.register(_InnerHeading(md.parser), "hashheader", 70)
        md.parser.blockprocessors.register(_Outcome(md.parser), "sop_outcome", 12)


class Finish(markdown.treeprocessors.Treeprocessor):
    """The last pass over a parsed chunk: safe addresses, choices, tables; and what it found there."""

    shift = 0

    def __init__(self, md: markdown.Markdown) -> None:
        super().__init__(md)
        self.forget()

    def forget(self) -> None:
        """Start on a new chunk."""
        self.references: list[tuple[str, str, str]] = []
        self.fragments: list[str] = []
        self.choices: list[tuple[str, str]] = []
        self.outcomes: list[str] = []
        self.refused_images: list[str] = []
        self.silent_images: list[str] = []
        self.refused_links: list[str] = []

    def run(self, root: ElementTree.Element) -> None:
        for parent in list(root.iter()):
            for child in list(parent):
                self._finish(parent, child)
        for mark in root.iter():
            if mark.tag == "sop-ref":
                self.references.append((mark.get("kind", ""), mark.get("key", ""), mark.get("anchor", "")))
            elif mark.tag == "img" and (picture := picture_at(mark.get("src", ""))):
                self.references.append(("picture", picture, ""))
        for block in root:
            if block.tag in ("ul", "ol"):
                self._choices(block)
            elif block.get("class") == "outcome":
                text = "".join(block.itertext())
                self.outcomes.append(" ".join(_OUTCOME.sub("", text, count=1).split()))

    def _finish(self, parent: ElementTree.Element, child: ElementTree.Element) -> None:
        if child.tag == "a":
            self._link(child)
        elif child.tag == "img":
            self._image(child)
        elif child.tag == "table":
            _wrap(parent, child)
        elif child.tag in ("th", "td"):
            align = child.attrib.pop("align", "")
            if align in _ALIGNED:
                child.set("class", _ALIGNED[align])
        elif re.fullmatch("h[1-6]", child.tag):
            child.tag = f"h{min(6, max(2, int(child.tag[1]) + self.shift))}"

    def _link(self, link: ElementTree.Element) -> None:
        address = readable(link.get("href", ""))
        link.attrib.clear()
        if not is_safe_link(address):
            self.refused_links.append(address)
            link.tag = "span"
            return
        link.set("href", address.replace("&", "&amp;"))
        for mark in link.iter("sop-ref"):
            mark.set("bare", "yes")  # a link cannot hold a link: only the words will be filled in
        if is_external(address):
            link.set("rel", "noopener nofollow")
        if address.startswith("#"):
            self.fragments.append(address[1:])

    def _image(self, image: ElementTree.Element) -> None:
        address = readable(image.get("src", ""))
        alternative = readable(image.get("alt", ""))
        image.attrib.clear()
        if is_own_image(address):
            image.set("src", address.replace("&", "&amp;"))
            image.set("alt", alternative.replace("&", "&amp;"))
            if not alternative:
                self.silent_images.append(address)
            return
        self.refused_images.append(address)
        image.tag = "span"
        image.text = alternative

    def _choices(self, block: ElementTree.Element) -> None:
        found = [_choice(item) for item in block]
        if found and None not in found:
            block.set("class", "choices")
            self.choices.extend(choice for choice in found if choice)


def _choice(item: ElementTree.Element) -> tuple[str, str] | None:
    holder = item
    if len(item) == 1 and item[0].tag == "p" and not (item.text or "").strip() + (item[0].tail or "").strip():
        holder = item[0]
    if (
        len(holder) != 1
        or holder[0].tag != "a"
        or (holder.text or "").strip()
        or (holder[0].tail or "").strip()
    ):
        return None
    address = readable(holder[0].get("href", ""))
    label = " ".join("".join(holder[0].itertext()).split())
    return (label, address[1:]) if address.startswith("#") and len(address) > 1 else None


def _wrap(parent: ElementTree.Element, table: ElementTree.Element) -> None:
    """A wide table scrolls in its own box (Bootstrap's class), reachable by keyboard."""
    box = ElementTree.Element("div", {"class": "table-responsive"})
    parent[list(parent).index(table)] = box
    box.append(table)
    box.tail, table.tail = table.tail, None


class Parser:
    """One Python-Markdown instance; use it from one thread only."""

    def __init__(self) -> None:
        self.md = markdown.Markdown(
            extensions=[TableExtension(use_align_attribute=True), SaneListExtension(), SopDialect()],
            output_format="html",
        )
        self.finish = Finish(self.md)
        self.md.treeprocessors.register(self.finish, "sop_finish", -10)

    def begin(self, definitions: Mapping[str, tuple[str, str]], shift: int) -> None:
        """Start on a document: its link definitions (id -> address, title) and how far headings go down."""
        self.md.reset()
        self.md.references.update(definitions)
        self.finish.shift = shift

    def convert(self, chunk: str) -> str:
        """HTML of one chunk, not yet sanitised; what was found in it is in `finish` until the next call."""
        self.finish.forget()
        return self.md.convert(chunk)


_threads = threading.local()


def parser() -> Parser:
    """This thread's parser."""
    kept: Parser | None = getattr(_threads, "parser", None)
    if kept is None:
        kept = _threads.parser = Parser()
    return kept


def discard() -> None:
    """Forget this thread's parser: after an exception its stacks are not to be trusted."""
    _threads.parser = None
