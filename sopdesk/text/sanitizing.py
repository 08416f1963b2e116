"""The one allowlist: every stored HTML is exactly what bleach lets through here."""

import re
import threading
from collections.abc import Iterator
from typing import Any

import bleach
from bleach.html5lib_shim import getTreeWalker  # type: ignore[attr-defined]

from sopdesk.text.addresses import SCHEMES, is_own_image, is_safe_link, readable
from sopdesk.text.anchors import ANCHOR

TAGS = frozenset(
    {"a", "blockquote", "br", "code", "details", "div", "em", "h2", "h3", "h4", "h5", "h6", "hr", "img", "li"}
    | {"ol", "p", "pre", "span", "strong", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul"}
    | {"sop-only", "sop-ref"}
)
CLASSES: dict[str, frozenset[str] | re.Pattern[str]] = {
    "code": re.compile(r"^language-[\w+#.-]{1,40}$"),
    "details": frozenset({"sensitive"}),
    "div": frozenset(
        {"table-responsive", "callout callout-note", "callout callout-tip", "callout callout-warning"}
    ),
    "ol": frozenset({"choices"}),
    "p": frozenset({"outcome", "callout-title"}),
    "td": frozenset({"text-start", "text-center", "text-end"}),
    "th": frozenset({"text-start", "text-center", "text-end"}),
    "ul": frozenset({"choices"}),
}
ATTRIBUTES: dict[str, frozenset[str]] = {
    "a": frozenset({"href", "rel"}),
    "img": frozenset({"src", "alt"}),
    "ol": frozenset({"start"}),
    "sop-only": frozenset({"when"}),
    "sop-ref": frozenset({"kind", "key", "anchor", "bare"}),
}
_VOID = frozenset(
    {"area", "base", "br", "col", "command", "embed", "event-source", "hr", "img", "input", "link", "meta"}
    | {"param", "source", "track"}
)
_HEADING = re.compile(r"^h[2-6]$")
_threads = threading.local()


def allowed(tag: str, name: str, value: str) -> bool:
    """Whether an attribute may stay. `value` is as written, entities and all."""
    if name == "id":
        return _HEADING.match(tag) is not None and ANCHOR.match(readable(value)) is not None
    if name == "class":
        known = CLASSES.get(tag, frozenset())
        return known.match(value) is not None if isinstance(known, re.Pattern) else value in known
    if name not in ATTRIBUTES.get(tag, frozenset()):
        return False
    if name == "href":
        return is_safe_link(readable(value))
    if name == "src":
        return is_own_image(readable(value))
    if name == "rel":
        return value == "noopener nofollow"
    return name != "start" or value.isdecimal()


class _Walker(getTreeWalker("etree")):  # type: ignore[misc]
    """html5lib's walk over a parsed tree, in linear time: its own looks each element up among its siblings again.

    It only says what is in the tree; what of it may stay is decided by bleach's filter behind it.
    """

    def __iter__(self) -> Iterator[Any]:
        yield from self.text(self.tree.text or "")
        waiting = [iter(self.tree)]
        ends: list[tuple[str | None, str, str]] = []
        while waiting:
            element = next(waiting[-1], None)
            if element is None:
                waiting.pop()
                if ends:
                    namespace, name, tail = ends.pop()
                    yield self.endTag(namespace, name)
                    yield from self.text(tail)
                continue
            if not isinstance(element.tag, str):  # a comment
                yield from self.text(element.tail or "")
                continue
            namespace, name = _named(element.tag)
            attributes = {_named(key): value for key, value in element.attrib.items()}
            if namespace is None and name in _VOID:
                yield from self.emptyTag(namespace, name, attributes, bool(len(element)))
                yield from self.text(element.tail or "")
                continue
            yield self.startTag(namespace, name, attributes)
            yield from self.text(element.text or "")
            waiting.append(iter(element))
            ends.append((namespace, name, element.tail or ""))


def _named(tag: str) -> tuple[str | None, str]:
    """`{namespace}name` as a pair, as html5lib writes it."""
    return (tag[1:].split("}", 1)[0], tag.split("}", 1)[1]) if tag.startswith("{") else (None, tag)


def clean(html: str) -> str:
    """Sanitised HTML. Anything not on the list is shown as text; comments are dropped; `<` never stands in a
    value.

    One Cleaner a thread: bleach's parser keeps state.
    """
    kept: bleach.Cleaner | None = getattr(_threads, "cleaner", None)
    if kept is None:
        kept = _threads.cleaner = bleach.Cleaner(tags=TAGS, attributes=allowed, protocols=SCHEMES)
        kept.walker = _Walker  # type: ignore[assignment]
    return kept.clean(html)
