"""Rows for tests, each with everything it needs; what a test is about is passed in, the rest is filled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from io import BytesIO
from itertools import count
from typing import Any

from django.utils import timezone
from PIL import Image

from sopdesk.accounts.audience import Audience
from sopdesk.accounts.models import Site, Team, User
from sopdesk.documents.adopting import Past, adopt
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Document

_numbers = count(1)
PASSWORD = "correct horse battery"


def site(name: str = "", **fields: Any) -> Site:
    """A site, in-house in Dublin unless told otherwise."""
    name = name or f"Site {next(_numbers)}"
    fields.setdefault("slug", name.lower().replace(" ", "-"))
    return Site.objects.create(name=name, **{"kind": "in_house", "time_zone": "Europe/Dublin", **fields})


def team(name: str = "", *, at: Site | None = None, **fields: Any) -> Team:
    """A team at a site, a new one unless told otherwise."""
    name = name or f"Team {next(_numbers)}"
    fields.setdefault("slug", name.lower().replace(" ", "-"))
    return Team.objects.create(name=name, site=at or site(), **fields)


def user(name: str = "", *roles: str, **fields: Any) -> User:
    """A person with these roles, who signs in with PASSWORD and belongs to no team unless told otherwise."""
    name = name or f"Person {next(_numbers)}"
    fields.setdefault("email", f"{name.lower().replace(' ', '.')}@example.com")
    return User.objects.create_user(
        password=fields.pop("password", PASSWORD), name=name, roles=list(roles), **fields
    )


def past(author: User, reviewer: User, **fields: Any) -> Past:
    """One version of a document, in force since yesterday unless told otherwise."""
    filled: dict[str, Any] = {
        "title": "Refund of in-app purchases",
        "body": "# Refund\n\n## Verify\n\nAsk for the receipt.\n",
        "since": timezone.now() - timedelta(days=1),
        "summary": "First version.",
        **fields,
    }
    return Past(author=author, reviewer=reviewer, **filled)


def published(
    kind: str,
    key: str,
    *,
    author: User,
    reviewer: User,
    versions: Sequence[Past] = (),
    since: datetime | None = None,
    audience: str = Audience.INTERNAL,
    audience_teams: Sequence[str] = (),
    identity: dict[str, Any] | None = None,
    **content: Any,
) -> Document:
    """A document in force: of `versions`, or of one with this content (title, body, data, …)."""
    if since is not None:
        content["since"] = since
    only = past(author, reviewer, audience=audience, audience_teams=list(audience_teams), **content)
    return adopt(
        kind_of(kind), key, past=list(versions) or [only], owner=author, actor=author, **(identity or {})
    )


def picture(kind: str = "PNG", size: tuple[int, int] = (4, 3), colour: str = "teal", **options: Any) -> bytes:
    """A small picture as a file of this kind."""
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **options)
    return out.getvalue()
