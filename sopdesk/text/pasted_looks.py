"""What an element of foreign HTML is: what its style says, whether it is shown, whether it is an entry of a list."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml.etree import _Element as Element

SKIPPED = frozenset(
    {
        "script",
        "style",
        "head",
        "title",
        "template",
        "iframe",
        "object",
        "embed",
        "applet",
        "svg",
        "math",
        "noframes",
    }
    | {
        "textarea",
        "select",
        "audio",
        "video",
        "canvas",
        "xml",
        "noscript",
        "meta",
        "link",
        "base",
        "map",
        "frameset",
    }
)
BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dir",
        "div",
        "dl",
    }
    | {
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
    }
    | {
        "html",
        "legend",
        "li",
        "listing",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "plaintext",
        "pre",
        "section",
        "summary",
    }
    | {"table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "xmp"}
)
BOLD = frozenset({"b", "strong"})
ITALIC = frozenset({"i", "em", "cite", "dfn", "var"})
STRUCK = frozenset({"s", "strike", "del"})
CODE = frozenset({"code", "kbd", "samp", "tt"})
LOOKS = frozenset({"a"}) | BOLD | ITALIC | STRUCK | CODE
"""What changes the look of its text by itself; all else only by its style."""

_STYLE = re.compile(r"(?i)([a-z-]{1,40})\s*:\s*([^;]{1,200})")
_BULLET = re.compile(
    r"^\s*([•●○◦▪▫■□◆◇►▸‣⁃·∙§\uf0a7\uf0b7\uf0d8\uf0fc\uf06f\u2013\u2014]|[o\-*](?=[\s\u00a0]{2,}|\t))[\s\u00a0]+"
)
_NUMBER = re.compile(r"^\s*\(?(\d{1,4}|[a-zA-Z]|[ivxlcIVXLC]{1,6})[.)][\s\u00a0]*$")
_LEVEL = re.compile(r"(?i)\blevel(\d{1,2})\b")
_MSO_LIST = re.compile(r"(?i)mso-list\s*:\s*([^;\"']{1,80})")


def tag(element: Element) -> str:
    """Its name in lower case; "" for a comment or an instruction."""
    return element.tag.lower() if isinstance(element.tag, str) else ""


def style(element: Element) -> dict[str, str]:
    """The declarations of its style attribute."""
    written = element.get("style")
    if not written:
        return {}
    return {name.lower(): value.strip().lower() for name, value in _STYLE.findall(written[:4000])}


def is_hidden(element: Element) -> bool:
    """Whether a reader of the page did not see it: hidden parts, comments in Word's margin."""
    name = tag(element)
    if not name or name in SKIPPED or element.get("hidden") is not None:
        return True
    said = style(element)
    if not said:
        return "msocomanchor" in (element.get("class") or "")
    if said.get("display") == "none" or said.get("mso-hide") == "all" or said.get("mso-list") == "ignore":
        return True
    return said.get("mso-element", "") in ("comment", "comment-list") or "msocomanchor" in (
        element.get("class") or ""
    )


def weight(element: Element, bold: bool) -> bool:
    """Whether its text is bold, given that of the element around it."""
    said = style(element).get("font-weight", "")
    if said:
        return said in ("bold", "bolder") or (said.isdecimal() and int(said[:4]) >= 600)
    return bold or tag(element) in BOLD


def slant(element: Element, italic: bool) -> bool:
    said = style(element).get("font-style", "")
    return said in ("italic", "oblique") if said else italic or tag(element) in ITALIC


def strike(element: Element, struck: bool) -> bool:
    said = style(element)
    line = f"{said.get('text-decoration', '')} {said.get('text-decoration-line', '')}"
    return struck or tag(element) in STRUCK or "line-through" in line


@dataclass(frozen=True, slots=True)
class Entry:
    """That a paragraph is an entry of a list: how deep, and whether numbered."""

    level: int
    ordered: bool
    number: int = 0


def entry_of(paragraph: Element) -> Entry | None:
    """What Word says of a paragraph by `mso-list` and by the mark that it draws before it; None for any other."""
    said = _MSO_LIST.search(paragraph.get("style") or "")
    if said is None or said[1].strip().lower() in ("none", "skip"):
        return None
    level = _LEVEL.search(said[1])
    marks = (each for each in paragraph.iter() if "ignore" in (style(each).get("mso-list") or ""))
    mark = next(marks, None)
    text = "".join(mark.itertext()).strip() if mark is not None else ""
    number = _NUMBER.match(text)
    value = int(number[1]) if number and number[1].isdecimal() else 0
    return Entry(int(level[1]) if level else 1, number is not None, value if level and level[1] == "1" else 0)


def bullet(text: str) -> int:
    """How many characters at the start of a paragraph are a bullet typed by hand or drawn by a program; 0: none."""
    found = _BULLET.match(text)
    return found.end() if found else 0


def list_level(item: Element, depth: int) -> int:
    """How deep an entry stands: as its program says, where that keeps each entry in a list of its own."""
    said = item.get("aria-level") or item.get("data-aria-level") or ""
    return max(depth, int(said)) if said.isdecimal() and len(said) < 3 else depth


def language(element: Element) -> str:
    """The language of a code block, if its class names one."""
    names = f"{element.get('class') or ''} " + " ".join(child.get("class") or "" for child in element)
    found = re.search(r"\b(?:language|lang|highlight-source|brush:)[- ]?([A-Za-z][\w+#-]{0,19})", names)
    return found[1].lower() if found else ""


def alignment(cell: Element) -> str:
    """ "right", "center" or "" as a cell is aligned."""
    said = style(cell).get("text-align") or (cell.get("align") or "").lower()
    if not said and len(cell) == 1:
        said = style(cell[0]).get("text-align") or (cell[0].get("align") or "").lower()
    return {"right": "right", "end": "right", "center": "center"}.get(said, "")
