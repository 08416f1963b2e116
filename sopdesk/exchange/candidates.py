"""One file as the document that it could become: its text, its fields, and what was noticed on the way."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext as _

from sopdesk.documents.kinds import all_kinds
from sopdesk.documents.models import TITLE_MAX
from sopdesk.exchange import decoding, front_matter, word
from sopdesk.exchange.data_fields import EXTRA
from sopdesk.text import sections
from sopdesk.text.from_html import to_markdown
from sopdesk.text.guards import TextRefused

MARKDOWN = (".md", ".markdown", ".mdown", ".txt")
HTML = (".html", ".htm")
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
IDENTITY = ("owner", "locale", "review_months")
ABOUT_THE_FILE = ("version", "in_force_from", "in_force_until", "exported_at", "content_hash")
"""What an export says of itself; it is not read back."""
_PICTURE = re.compile(r"(!\[[^\]\n]{0,500}\]\()<?([^()\s<>]{1,300})>?(\s+\"[^\"\n]*\")?\)")

Keep = Callable[[bytes, str], str | None]
"""Takes a picture's bytes and a name; gives the address that the text shows."""


class FileRefused(Exception):
    """The file becomes no document. `reasons` say why and how to mend it."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = list(reasons)


@dataclass(slots=True)
class Candidate:
    """What a file says. `given` are the fields it names; all others are as they were, or as a new document has them."""

    title: str
    body: str
    kind: str = ""
    key: str = ""
    given: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def is_picture(name: str) -> bool:
    return name.lower().endswith(PICTURES)


def is_document(name: str) -> bool:
    return name.lower().endswith((*MARKDOWN, *HTML, ".docx"))


def candidate(
    name: str, data: bytes, *, keep: Keep, beside: Callable[[str], bytes | None], forgiving: bool = False
) -> Candidate:
    """What the file of this name says. `keep` takes pictures in it, `beside` finds the bytes of a file that it names.

    `forgiving` is for revisions of long ago, which nobody can mend. Raises FileRefused.
    """
    lower = name.lower()
    try:
        if lower.endswith(".docx"):
            return _of_word(name, data, keep)
        if lower.endswith(HTML):
            return _named(name, Candidate("", to_markdown(_decoded(data).text, picture=keep)))
    except word.WordRefused as refusal:
        raise FileRefused(str(refusal)) from refusal
    except TextRefused as refusal:
        raise FileRefused(*reasons_of(refusal)) from refusal
    if not lower.endswith(MARKDOWN):
        raise FileRefused(_("This kind of file is not read. Save it as Markdown (.md) or Word (.docx)."))
    return _of_markdown(name, data, keep, beside, forgiving)


def reasons_of(refusal: TextRefused) -> list[str]:
    """Where a text has to be mended, a sentence each."""
    said = _("Line %(line)s: %(what)s %(how)s")
    return [said % {"line": each.line, "what": each.what, "how": each.how} for each in refusal.problems]


def _of_word(name: str, data: bytes, keep: Keep) -> Candidate:
    text = word.read(data, picture=keep)
    found = _named(name, Candidate(text.title[:TITLE_MAX], text.body, notes=text.notes))
    first, _line, rest = found.body.partition("\n")
    if first.startswith("# ") and first[2:].strip() == found.title:
        found.body = rest.lstrip("\n")
    return found


def _of_markdown(
    name: str, data: bytes, keep: Keep, beside: Callable[[str], bytes | None], forgiving: bool
) -> Candidate:
    decoded = _decoded(data)
    notes = []
    if decoded.encoding != "UTF-8":
        notes.append(
            _("Read as %(encoding)s: look whether all characters are right.") % {"encoding": decoded.encoding}
        )
    try:
        parted = front_matter.part(decoded.text, forgiving=forgiving)
    except front_matter.FrontMatterRefused as refusal:
        raise FileRefused(str(refusal)) from refusal
    fields = parted.fields
    found = Candidate(
        title=" ".join(_word(fields.get("title")).split())[:TITLE_MAX],
        body=_with_pictures(parted.body, keep, beside, notes),
        kind=_word(fields.get("kind")).lower(),
        key=_word(fields.get("key")),
        given={each: value for each, value in fields.items() if each not in ("title", "kind", "key")},
        notes=notes,
    )
    return _named(name, found)


def unknown_fields(found: Candidate, names: Mapping[str, Any]) -> list[str]:
    """What the file names and nobody here knows, so that it is not lost silently."""
    known = {*IDENTITY, *ABOUT_THE_FILE, "audience", "teams", EXTRA, *names}
    return [f"{name}: {_word(value)[:120]}" for name, value in found.given.items() if name not in known]


def _decoded(data: bytes) -> decoding.Decoded:
    try:
        return decoding.decode(data)
    except decoding.NotText as error:
        raise FileRefused(_("It is no text. Save it as UTF-8, or as a Word file (.docx).")) from error


def _named(name: str, found: Candidate) -> Candidate:
    """A title where the file gives none: its first heading, else its name. A file named after a key carries it."""
    stem = PurePosixPath(name.replace("\\", "/")).stem
    if not found.title:
        found.title = (_first_heading(found.body) or stem.replace("-", " ").replace("_", " ").strip())[
            :TITLE_MAX
        ]
    if not found.kind and not found.key and re.fullmatch(r"SOP-\d{1,8}", stem):
        found.kind, found.key = "sop", stem
    if found.kind and found.kind not in {kind.name for kind in all_kinds()}:
        known = ", ".join(kind.name for kind in all_kinds())
        reason = _("There is no kind “%(kind)s”. Known are %(known)s.")
        raise FileRefused(reason % {"kind": found.kind[:40], "known": known})
    return found


def _first_heading(body: str) -> str:
    try:
        return next((part.title for part in sections.split(body) if part.level and part.title), "")
    except TextRefused:
        return ""


def _with_pictures(body: str, keep: Keep, beside: Callable[[str], bytes | None], notes: list[str]) -> str:
    """The text with pictures that lie beside it taken in."""

    def shown(match: re.Match[str]) -> str:
        data = beside(match[2])
        if data is None:
            if not match[2].startswith(("/", "http://", "https://", "data:")):
                notes.append(_("The picture %(name)s is not among the files.") % {"name": match[2][:120]})
            return match[0]
        kept = keep(data, match[2])
        return f"{match[1]}{kept})" if kept else match[0]

    return _PICTURE.sub(shown, body)


def _word(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_word(each) for each in value)
    return "" if value is None or isinstance(value, dict) else str(value).strip()
