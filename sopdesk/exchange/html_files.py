"""A version as one HTML file that needs nothing else: styles and pictures are in it, and it prints well."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils import timezone

from sopdesk.exchange.facts import facts
from sopdesk.exchange.kept_pictures import picture_bytes
from sopdesk.text.presenting import present
from sopdesk.text.standalone import standalone

if TYPE_CHECKING:
    from sopdesk.accounts.models import User
    from sopdesk.documents.models import Document, Version

STYLES = Path(__file__).with_name("document.css")
STYLES_HERE = '<meta name="styles">'
_TYPES = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}


def html_file(document: Document, version: Version, *, viewer: User, base: str) -> str:
    """The file as this reader sees the version. `base` begins the links of this site."""
    page = present(version.html, viewer=viewer, at=version.since or timezone.now())
    said = facts(document, version, viewer=viewer)
    context = {
        "said": said,
        "html": standalone(page, base=base, picture=_inlined),
        "address": base + said.kind.url("read", document.key),
    }
    styles = f"<style>{STYLES.read_text(encoding='utf-8')}</style>"
    return render_to_string("exchange/document_file.html", context).replace(STYLES_HERE, styles, 1)


def _inlined(address: str) -> str:
    """A picture of ours as part of the file; of one that is gone only its description is left."""
    data = picture_bytes(address)
    kind = _TYPES.get(address.rpartition(".")[2], "image/png")
    return f"data:{kind};base64,{b64encode(data).decode()}" if data is not None else ""
