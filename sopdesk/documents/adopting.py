"""Taking in a document that has a past: versions that were in force elsewhere before the desk knew them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from sopdesk.accounts.audience import Audience
from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.documents import indexing
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.hashing import change_hash
from sopdesk.documents.kinds import Kind
from sopdesk.documents.models import Approval, Change, ChangeItem, Document
from sopdesk.documents.snapshots import snapshot

if TYPE_CHECKING:
    from sopdesk.accounts.models import User


@dataclass(frozen=True)
class Past:
    """One version as it was: its content, who wrote and who approved it, and when it came in force."""

    title: str
    body: str
    since: datetime
    author: User
    reviewer: User
    summary: str
    material: bool = True
    audience: str = Audience.INTERNAL
    audience_teams: list[str] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)


def adopt(kind: Kind, key: str, *, past: Sequence[Past], owner: User, actor: User, **identity: Any) -> Document:
    """Create a document with its earlier versions, oldest first, each in force until the next began.

    Only a document that is new to the desk can be adopted: this is no second way to publish. Raises ChangeRefused
    for versions out of order, or TextRefused for a text that cannot be rendered.
    """
    require(actor, Permission.CHANGE_EDIT)
    times = [version.since for version in past]
    if not past or times != sorted(set(times)):
        raise ChangeRefused([_("The versions of %(key)s are not in the order of their dates.") % {"key": key}])
    with transaction.atomic():
        review_by = times[-1].date() + relativedelta(months=identity.get("review_months", 6))
        document = kind.model.objects.create(
            kind=kind.name, key=key, owner=owner, created_by=past[0].author, review_by=review_by, **identity
        )
        base = Document.objects.get(pk=document.pk)
        for version, until in zip_longest(past, times[1:]):
            _adopt_version(base, version, until)
        indexing.refresh(base)
        facts = {"kind": kind.name, "versions": len(past)}
        record(actor=actor, event=Event.DOCUMENT_ADOPTED, subject=base, facts=facts)
    return base


def _adopt_version(document: Document, version: Past, until: datetime | None) -> None:
    change = Change.objects.create(
        title=f"{version.title}"[:200],
        why=version.summary,
        material=version.material,
        state=Change.State.PUBLISHED,
        effective_at=version.since,
    )
    change.authors.add(version.author)
    item = ChangeItem.objects.create(
        change=change,
        document=document,
        base_version=document.versions.order_by("-number").first(),
        title=version.title,
        body=version.body,
        audience=version.audience,
        audience_teams=version.audience_teams,
        data=version.data,
        updated_by=version.author,
    )
    Approval.objects.create(change=change, reviewer=version.reviewer, content_hash=change_hash(change, [item]))
    in_force = DateTimeTZRange(version.since, until)
    snapshot(item, change=change, in_force=in_force, actor=version.reviewer, published_at=version.since)
