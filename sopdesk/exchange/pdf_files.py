"""A version as a PDF, set by Typst: see docs/decisions/0016-pdf-by-typst.md."""

from __future__ import annotations

import json
import threading
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import typst
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image

from sopdesk.exchange.facts import Facts, facts
from sopdesk.exchange.kept_pictures import picture_bytes
from sopdesk.exchange.pdf_content import blocks_of, is_right_to_left
from sopdesk.text.presenting import present

if TYPE_CHECKING:
    from sopdesk.accounts.models import User
    from sopdesk.documents.models import Document, Version

FOLDER = Path(__file__).parent
SHORT = 70
POINTS_A_PIXEL = 0.75
_fonts: list[typst.Fonts] = []
_lock = threading.Lock()


def pdf(document: Document, version: Version, *, viewer: User, base: str) -> bytes:
    """The PDF of a version as this reader sees it. `base` begins the links of this site."""
    said = facts(document, version, viewer=viewer)
    with TemporaryDirectory(prefix="sopdesk-pdf-") as name:
        folder = Path(name)
        page = present(version.html, viewer=viewer, at=version.since or timezone.now())
        blocks = blocks_of(page, image=_Pictures(folder).put, base=base)
        (folder / "data.json").write_text(
            json.dumps(_data(said, blocks), ensure_ascii=False), encoding="utf-8"
        )
        (folder / "main.typ").write_bytes((FOLDER / "document.typ").read_bytes())
        made = typst.compile(
            folder / "main.typ", root=folder, font_paths=_shared_fonts(), ignore_system_fonts=True
        )
    if not isinstance(made, bytes):
        raise TypeError("typst made no PDF")
    return made


def _shared_fonts() -> Any:
    """The fonts of the project, read once by each process."""
    with _lock:
        if not _fonts:
            _fonts.append(
                typst.Fonts(
                    include_system_fonts=False, include_embedded_fonts=True, font_paths=[FOLDER / "fonts"]
                )
            )
    return _fonts[0]


def _data(said: Facts, blocks: list[dict[str, Any]]) -> dict[str, Any]:
    document, version = said.document, said.version
    title = version.title
    return {
        "key": document.key,
        "kind": str(said.kind.label),
        "title": title,
        "title_node": {"rtl": is_right_to_left(title)},
        "short_title": title if len(title) <= SHORT else f"{title[: SHORT - 1]}…",
        "lang": document.locale.split("-")[0].lower()[:3] if document.locale.isascii() else "en",
        "owner": document.owner.name,
        "version": said.version_name,
        "facts": [list(line) for line in said.lines],
        "warning": said.warning,
        "blocks": blocks,
        "signatures_title": said.signatures_title,
        "no_signatures": said.no_signatures,
        "signatures": [{"name": each.name, "at": each.at, "words": each.words} for each in said.signed],
        "hash": f"SHA-256 {version.content_hash}",
        "footer": _("%(key)s %(version)s · printed %(made)s · check for a newer version before use")
        % {"key": document.key, "version": said.version_name, "made": said.made},
        "page_words": _("Page %(n)s of %(m)s") % {"n": "{n}", "m": "{m}"},
    }


class _Pictures:
    """Pictures laid beside the template, each once, in a form that Typst reads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.known: dict[str, tuple[str, int] | None] = {}

    def put(self, address: str) -> tuple[str, int] | None:
        if address not in self.known:
            self.known[address] = self._put(address)
        return self.known[address]

    def _put(self, address: str) -> tuple[str, int] | None:
        data = picture_bytes(address)
        if data is None:
            return None
        try:
            with Image.open(BytesIO(data)) as image:
                name = f"picture-{len(self.known)}.png"
                image.convert("RGBA").save(self.folder / name)
                return name, max(1, round(image.width * POINTS_A_PIXEL))
        except (OSError, ValueError):
            return None
