"""A version as a Markdown file with front matter, and the way back: imported again it has the same content hash."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sopdesk.accounts.permissions import Permission, allows
from sopdesk.documents.kinds import kind_of
from sopdesk.exchange import data_fields, front_matter
from sopdesk.exchange.kept_pictures import addresses_in

if TYPE_CHECKING:
    from sopdesk.accounts.models import User
    from sopdesk.documents.models import Document, Version

_UNSAFE = re.compile(r"[^\w.-]")


def markdown_file(document: Document, version: Version, *, viewer: User, packed: bool = False) -> str:
    """The file; `packed` with pictures beside it, else with their addresses on this desk."""
    body = version.body
    if packed:
        for address in addresses_in(body):
            body = body.replace(address, address.removeprefix("/"))
    return front_matter.joined(_fields(document, version, viewer), body)


def file_name(document: Document, ending: str, *, also: str = "") -> str:
    """A name for a document's file that every system takes, and no other document's has."""
    safe = _UNSAFE.sub("_", document.key)
    name = safe if safe == document.key else f"{safe}-{document.pk}"
    return f"{name}{also}.{ending}"


def _fields(document: Document, version: Version, viewer: User) -> dict[str, Any]:
    kind = kind_of(document.kind)
    fields: dict[str, Any] = {"title": version.title, "key": document.key, "kind": kind.name}
    fields["locale"] = document.locale
    if allows(viewer, Permission.PEOPLE_READ):
        fields["owner"] = document.owner.email
    fields["audience"] = str(version.audience)
    if version.audience_teams:
        fields["teams"] = sorted(version.audience_teams)
    fields["review_months"] = document.review_months
    fields |= data_fields.written(kind, version.data)
    fields["version"] = version.number
    if version.since:
        fields["in_force_from"] = version.since.isoformat()
    if version.until:
        fields["in_force_until"] = version.until.isoformat()
    fields["content_hash"] = version.content_hash
    return fields
