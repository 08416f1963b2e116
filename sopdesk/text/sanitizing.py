"""The one allowlist: every stored HTML is exactly what bleach lets through here."""

import re
import threading

import bleach

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
    "sop-ref": frozenset({"kind", "key", "anchor"}),
}
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


def clean(html: str) -> str:
    """Sanitised HTML. Anything not on the list is shown as text; comments are dropped; `<` never stands in a
    value.

    One Cleaner a thread: bleach's parser keeps state.
    """
    kept: bleach.Cleaner | None = getattr(_threads, "cleaner", None)
    if kept is None:
        kept = _threads.cleaner = bleach.Cleaner(tags=TAGS, attributes=allowed, protocols=SCHEMES)
    return kept.clean(html)
