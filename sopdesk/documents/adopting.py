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
from django.utils import timezone
from django.utils.translation import gettext as _

from sopdesk.accounts.audience import Audience
from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.documents import indexing
from sopdesk.documents.days import day_of
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.hashing import change_hash
from sopdesk.documents.kinds import Kind
from sopdesk.documents.models import TITLE_MAX, Approval, Change, ChangeItem, Document, Transition
from sopdesk.documents.snapshots import Prepared, prepare, snapshots
from sopdesk.text.markdown import Rendered

if TYPE_CHECKING:
    from sopdesk.accounts.models import User


@dataclass(frozen=True)
class Past:
    """One version as it was: its content, who wrote and who approved it, and when it came in force."""

    title: str
    body: str
    since: datetime
    author: User
    reviewer: User | None
    """Who approved it at this desk; None: it was approved elsewhere, and nothing here says by whom."""
    summary: str
    material: bool = True
    audience: str = Audience.INTERNAL
    audience_teams: list[str] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    together: str = ""
    """Versions of several documents that came in force in one change carry one name for it."""
    published_at: datetime | None = None
    """When it was made public elsewhere, where that differs from when it began to count."""
    rendered: Rendered | None = None
    """`body` rendered, where whoever brings it did that already."""


@dataclass(frozen=True)
class Adopted:
    """One document with its past, oldest first. `identity` are further columns, such as locale."""

    kind: Kind
    key: str
    owner: User
    past: Sequence[Past]
    identity: dict[str, Any] = field(default_factory=dict)


def adopt(
    kind: Kind, key: str, *, past: Sequence[Past], owner: User, actor: User, **identity: Any
) -> Document:
    """Create one document with its earlier versions; see `adopt_all`."""
    return adopt_all([Adopted(kind, key, owner, past, identity)], actor=actor)[0]


def adopt_all(adopted: Sequence[Adopted], *, actor: User) -> list[Document]:
    """Create documents with their earlier versions, each in force until the next of its document began.

    Only documents that are new to the desk can be adopted: this is no second way to publish. A past that was approved
    elsewhere gets no approval here, only the word of the administrator who brings it. Raises ChangeRefused
    for versions out of order, still to come or approved by their own author, TextRefused for a text that cannot be
    rendered, and then nothing was adopted.
    """
    _require(actor, adopted)
    with transaction.atomic():
        documents = [_identity(each) for each in adopted]
        pairs = zip(documents, adopted, strict=True)
        elsewhere = {document.pk for document, each in pairs if _was_approved_elsewhere(each)}
        groups: dict[tuple[datetime, str], list[tuple[Document, Past, datetime | None]]] = {}
        for document, each in zip(documents, adopted, strict=True):
            times = [version.since for version in each.past]
            for version, until in zip_longest(each.past, times[1:]):
                name = version.together or document.pk
                groups.setdefault((version.since, f"{name}"), []).append((document, version, until))
        for (since, _name), group in sorted(groups.items(), key=lambda entry: entry[0]):
            _adopt_change(since, group, actor)
        for document in documents:
            indexing.refresh(document)
            facts = {"kind": document.kind, "versions": document.versions.count()}
            if document.pk in elsewhere:
                facts["approved"] = "elsewhere"
            record(actor=actor, event=Event.DOCUMENT_ADOPTED, subject=document, facts=facts)
    return documents


def _require(actor: User, adopted: Sequence[Adopted]) -> None:
    """What nobody at this desk approved comes in force by an administrator's word alone, never by a writer's."""
    if any(_was_approved_elsewhere(each) for each in adopted):
        require(actor, Permission.DOCUMENT_IMPORT)
        require(actor, Permission.PEOPLE_EDIT)
    else:
        require(actor, Permission.CHANGE_EDIT)


def _was_approved_elsewhere(adopted: Adopted) -> bool:
    return any(version.reviewer is None for version in adopted.past)


def _identity(adopted: Adopted) -> Document:
    times = [version.since for version in adopted.past]
    if not times or times != sorted(set(times)):
        reason = _("The versions of %(key)s are not in the order of their dates.")
        raise ChangeRefused([reason % {"key": adopted.key}])
    if times[-1] > timezone.now():
        reason = _("A version of %(key)s is still to come: what has no past here is proposed and published.")
        raise ChangeRefused([reason % {"key": adopted.key}])
    if any(version.author == version.reviewer for version in adopted.past):
        reason = _("A version of %(key)s was approved by its own author.")
        raise ChangeRefused([reason % {"key": adopted.key}])
    months = adopted.identity.get("review_months", Document._meta.get_field("review_months").default)
    child = adopted.kind.model.objects.create(
        kind=adopted.kind.name,
        key=adopted.key,
        owner=adopted.owner,
        created_by=adopted.past[0].author,
        review_by=day_of(times[-1]) + relativedelta(months=months),
        **adopted.identity,
    )
    return Document.objects.get(pk=child.pk)


def _adopt_change(
    since: datetime, group: Sequence[tuple[Document, Past, datetime | None]], actor: User
) -> None:
    """One change of the past: its drafts, its approval, and the versions that came of it."""
    first = group[0][1]
    change = Change.objects.create(
        title=first.title[:TITLE_MAX],
        why=first.summary,
        material=any(version.material for _document, version, _until in group),
        state=Change.State.PUBLISHED,
        effective_at=since,
    )
    Change.objects.filter(pk=change.pk).update(created_at=since, updated_at=since)
    change.authors.add(*{version.author for _document, version, _until in group})
    items = [_item(change, document, version) for document, version, _until in group]
    approved = change_hash(change, items)
    for reviewer in dict.fromkeys(version.reviewer for _document, version, _until in group):
        if reviewer is None:
            _note_that_it_was_elsewhere(change, actor)
            continue
        approval = Approval.objects.create(change=change, reviewer=reviewer, content_hash=approved)
        Approval.objects.filter(pk=approval.pk).update(at=since)
    for item, (_document, version, until) in zip(items, group, strict=True):
        snapshots(
            [Prepared(item, version.rendered)] if version.rendered else prepare([item]),
            change=change,
            in_force=DateTimeTZRange(since, until),
            actor=version.reviewer or version.author,
            published_at=version.published_at or since,
            summary=version.summary,
            material=version.material,
        )


def _note_that_it_was_elsewhere(change: Change, actor: User) -> None:
    """Instead of an approval, which nobody gave here: who brought it, and that it was in force already."""
    Transition.objects.create(
        change=change,
        verb="adopt",
        from_state=Change.State.DRAFT,
        to_state=Change.State.PUBLISHED,
        actor=actor,
        note=_(
            "It was in force elsewhere before it came to this desk; who approved it there is not recorded here."
        ),
    )


def _item(change: Change, document: Document, version: Past) -> ChangeItem:
    return ChangeItem.objects.create(
        change=change,
        document=document,
        base_version_id=document.versions.order_by("-number").values_list("pk", flat=True).first(),
        title=version.title,
        body=version.body,
        audience=version.audience,
        audience_teams=version.audience_teams,
        data=version.data,
        updated_by=version.author,
    )
