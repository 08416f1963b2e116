"""Word files (.docx) as Markdown, by mammoth: styles say what a paragraph is, not its looks."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO
from typing import Any
from xml.parsers.expat import ExpatError

from django.utils.translation import gettext as _
from lxml import etree

from sopdesk.exchange.damage import DAMAGED
from sopdesk.text.from_html import to_markdown
from sopdesk.text.guards import TextRefused

MAX_PARTS = 5_000
MAX_XML_BYTES = 20 * 1000**2
MAX_UNPACKED_BYTES = 200 * 1000**2
_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
p[style-name='HTML Preformatted'] => pre:separator('\\n')
p[style-name='Code'] => pre:separator('\\n')
r[style-name='HTML Code'] => code
r[style-name='Strong'] => strong
r[style-name='Emphasis'] => em
strike => s
"""
_STYLE_NOTE = re.compile(r"Unrecognised (?:paragraph|run|table) style: '([^']*)'")
_UNREADABLE: tuple[type[Exception], ...] = (
    *DAMAGED,
    KeyError,
    AttributeError,
    ExpatError,
    etree.XMLSyntaxError,
)
_TITLE = "{http://purl.org/dc/elements/1.1/}title"

Keep = Callable[[bytes, str], str | None]


class WordRefused(Exception):
    """The file is no Word file that can be read; the message says what to do."""


@dataclass(frozen=True, slots=True)
class WordText:
    """A Word file's title ("" where it has none), its Markdown, and what could not be kept."""

    title: str
    body: str
    notes: list[str]


def read(data: bytes, *, picture: Keep) -> WordText:
    """Read a .docx; pictures in it are given to `picture`. Raises WordRefused, or TextRefused for one too long."""
    with _checked(data) as archive:
        title = _property_title(archive)
    mammoth = import_module("mammoth")  # slow to import, and most processes never see a Word file
    try:
        result = mammoth.convert_to_html(
            BytesIO(data),
            style_map=_STYLES,
            convert_image=mammoth.images.img_element(lambda image: _image(image, picture)),
            external_file_access=False,
            include_embedded_style_map=False,
        )
    except _UNREADABLE as error:
        raise WordRefused(_damaged()) from error
    return WordText(title, to_markdown(_own_pictures(result.value)), _notes(result.messages))


def _checked(data: bytes) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(BytesIO(data))
        entries = archive.infolist()
        archive.getinfo("word/document.xml")
    except _UNREADABLE as error:
        raise WordRefused(_damaged()) from error
    xml = [entry.file_size for entry in entries if entry.filename.endswith((".xml", ".rels"))]
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_PARTS or sum(xml) > MAX_XML_BYTES or unpacked > MAX_UNPACKED_BYTES:
        raise WordRefused(_("The Word file is too large. Part it into several."))
    return archive


def _property_title(archive: zipfile.ZipFile) -> str:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(archive.read("docProps/core.xml"), parser)
    except _UNREADABLE:
        return ""
    return " ".join((root.findtext(_TITLE) or "").split())


def _image(image: Any, picture: Keep) -> dict[str, str]:
    try:
        with image.open() as file:
            data = file.read(MAX_UNPACKED_BYTES)
    except Exception:
        return {"src": ""}
    return {"src": picture(data, image.content_type) or ""}


def _own_pictures(html: str) -> str:
    """Pictures that were not taken leave their description only."""
    return html.replace(' src=""', "")


def _notes(messages: list[Any]) -> list[str]:
    styles: dict[str, None] = {}
    others: dict[str, None] = {}
    for message in messages:
        found = _STYLE_NOTE.match(message.message)
        (styles if found else others)[found[1] if found else message.message] = None
    notes = list(others)[:5]
    if styles:
        names = ", ".join(list(styles)[:8])
        notes.append(
            _("Styles without a meaning here became plain paragraphs: %(names)s.") % {"names": names}
        )
    return notes


def _damaged() -> str:
    return _("It is no Word file that can be read. Save it again as .docx; .doc files are not read.")


__all__ = ["TextRefused", "WordRefused", "WordText", "read"]
