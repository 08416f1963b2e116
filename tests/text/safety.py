"""What stored HTML may hold, written down a second time, apart from the allowlist of the code."""

import re
from typing import Any
from urllib.parse import urlsplit

from bleach._vendor import html5lib

TAGS = {
    "a", "blockquote", "br", "code", "details", "div", "em", "h2", "h3", "h4", "h5", "h6", "hr", "img", "li", "ol", "p",
    "pre", "span", "strong", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul", "sop-only", "sop-ref",
}  # fmt: skip
ATTRIBUTES = {
    ("a", "href"), ("a", "rel"), ("img", "src"), ("img", "alt"), ("ol", "start"), ("sop-only", "when"),
    ("sop-ref", "kind"), ("sop-ref", "key"), ("sop-ref", "anchor"), ("sop-ref", "bare"),
}  # fmt: skip
CLASSES = re.compile(
    r"^(sensitive|table-responsive|callout callout-(note|tip|warning)|callout-title|choices|outcome"
    r"|text-(start|center|end)|language-[\w+#.-]+)$"
)


def elements(html: str) -> list[Any]:
    """Every element of `html` as a browser's parser sees it."""
    tree = html5lib.parseFragment(html, treebuilder="etree", namespaceHTMLElements=False)
    return [element for element in tree.iter() if element is not tree]


def assert_safe(html: str, *, extra_tags: frozenset[str] = frozenset()) -> list[Any]:
    """Only listed elements, attributes, classes and schemes; no comment, handler or style. Returns the elements."""
    found = elements(html)
    for element in found:
        assert isinstance(element.tag, str), f"a comment or instruction in {html!r}"
        assert element.tag in TAGS | extra_tags, f"<{element.tag}> in {html!r}"
        for name, value in element.attrib.items():
            assert_attribute(element.tag, name, value)
    return found


def assert_attribute(tag: str, name: str, value: str) -> None:
    """One attribute, as decoded by the parser."""
    assert not name.startswith("on"), (tag, name, value)
    assert name != "style", (tag, name, value)
    if name == "class":
        assert CLASSES.match(value), (tag, value)
    elif name == "id":
        assert re.match(r"h[2-6]$", tag), (tag, value)
        assert not re.search(r"[\s<>\"']", value), (tag, value)
    else:
        assert (tag, name) in ATTRIBUTES, (tag, name, value)
    if name in ("href", "src"):
        scheme = urlsplit(re.sub(r"[\x00-\x20]", "", value)).scheme.lower()
        assert scheme in ({"", "http", "https", "mailto", "tel"} if name == "href" else {""}), value
        before = re.split(r"[/?#]", re.sub(r"[\x00-\x20]", "", value))[0]
        assert ":" not in before or re.match(r"(?i)(https?|mailto|tel):", before), value
    if name == "src":
        assert not re.search(r"//|\\|\.\.", value), value
