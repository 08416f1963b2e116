"""Rebasing: bringing a draft up to the version that came underneath it, by a three-way merge.

`plan` works out what can be joined by itself and what somebody has to decide; `rebase` stores the outcome and moves the
draft's base, both or neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.documents.drafts import (
    CONTENT_FIELDS,
    editable,
    locked_item,
    newest,
    refuse_unsound,
    store,
    void_approvals,
)
from sopdesk.documents.errors import ChangeRefused, StaleDraft
from sopdesk.documents.models import ChangeItem, Content, Version
from sopdesk.text.guards import TextRefused
from sopdesk.text.merging import Merged, merge
from sopdesk.text.sections import skim

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

ABSENT: Any = object()
"""A field that one side does not have at all, which is not the same as an empty one."""
DATA = "data."


class BaseMoved(ChangeRefused):
    """Another version came while somebody was looking at the merge; it has to be looked at again."""


@dataclass(frozen=True)
class FieldConflict:
    """A field beside the text that both sides set, each to another value. `name` is as in `Plan.settled`."""

    name: str
    base: Any
    mine: Any
    theirs: Any


@dataclass(frozen=True)
class Plan:
    """What the draft and the newest version make together. `settled` holds the fields nobody has to decide."""

    item: ChangeItem
    theirs: Version | None
    text: Merged
    settled: dict[str, Any]
    fields: tuple[FieldConflict, ...]

    @property
    def is_needed(self) -> bool:
        """Whether anything came underneath the draft."""
        return self.item.base_version_id != (self.theirs.pk if self.theirs else None)

    @property
    def is_automatic(self) -> bool:
        """Whether nobody has to decide anything."""
        return not self.text.conflicts and not self.fields

    def content(self, texts: Mapping[str, str], fields: Mapping[str, Any]) -> dict[str, Any]:
        """The draft's content with these decisions; where one is missing both texts, and the draft's own field."""
        values = {**self.settled, **{each.name: fields.get(each.name, each.mine) for each in self.fields}}
        audience, teams = values["audience"]
        data = {
            name: value for name, value in values.items() if name.startswith(DATA) and value is not ABSENT
        }
        return {
            "title": values["title"],
            "body": self.text.resolved(texts),
            "audience": audience,
            "audience_teams": list(teams),
            "data": {name.removeprefix(DATA): value for name, value in data.items()},
        }

    def untouched(self) -> dict[str, Any]:
        """The draft's content as it is: what it says then undoes what came underneath."""
        return {name: getattr(self.item, name) for name in CONTENT_FIELDS}


def plan(item: ChangeItem) -> Plan:
    """Merge a draft with the newest version of its document. Raises guards.TextRefused for a text no longer taken.

    Without any version left there is nothing to merge, and a draft that retires its document says nothing of its own.
    """
    theirs = newest(item.document)
    mine: Content = item if theirs is None or not item.retires else theirs
    base, other = item.base_version, theirs or item
    if theirs is None:
        base = None
    text = merge(base.body if base else "", mine.body, other.body)
    settled, fields = _fields(base, mine, other)
    return Plan(item, theirs, text, settled, fields)


def refused_texts(item: ChangeItem) -> list[tuple[Version | None, TextRefused]]:
    """Which of the texts that `plan` merges are not taken (None: the draft's own), with what is wrong in each."""
    found: list[tuple[Version | None, TextRefused]] = []
    for version in dict.fromkeys((None, item.base_version, newest(item.document))):
        try:
            skim(version.body if version else item.body)
        except TextRefused as refusal:
            found.append((version, refusal))
    return found


def rebase(
    item: ChangeItem, *, revision: int, base_version: Version | None, actor: User, **content: Any
) -> ChangeItem:
    """Store the merged draft and compare it from now on with `base_version`, the newest one when it was merged.

    What the draft held before stays in its history. Raises StaleDraft when somebody saved it meanwhile, BaseMoved
    when yet another version came, DraftRefused for a text that cannot be rendered, ChangeRefused when it is closed.
    """
    require(actor, Permission.CHANGE_EDIT, item)
    refuse_unsound(content.get("body", ""))
    with transaction.atomic():
        change = editable(item.change)
        fresh = locked_item(item)
        if fresh.revision != revision:
            raise StaleDraft(fresh)
        current = newest(fresh.document)
        if current != base_version:
            reason = _("Another version was published or scheduled while you were looking. Look at it again.")
            raise BaseMoved([reason])
        for name in CONTENT_FIELDS:
            setattr(fresh, name, content.get(name, getattr(fresh, name)))
        fresh.base_version = current
        void_approvals(change, actor)
        store(fresh, [*CONTENT_FIELDS, "base_version"], actor, joins_sitting=False)
        change.authors.add(actor)
        change.save(update_fields=["updated_at"])
        facts = {"document": fresh.document.key, "base": current.number if current else None}
        record(actor=actor, event=Event.CHANGE_REBASED, subject=change, facts=facts)
        return fresh


def newest_of(items: Iterable[ChangeItem]) -> dict[int, Version]:
    """The newest version in force or scheduled of each item's document, by document. One query."""
    ids = {item.document_id for item in items}
    versions = Version.objects.current_or_coming().filter(document_id__in=ids).order_by("number")
    return {version.document_id: version for version in versions.defer("html", "plain", "body", "sections")}


def _fields(
    base: Content | None, mine: Content, theirs: Content
) -> tuple[dict[str, Any], tuple[FieldConflict, ...]]:
    before, here, there = (dict(_values(content)) for content in (base, mine, theirs))
    settled: dict[str, Any] = {}
    conflicts = []
    for name in {**here, **there}:
        was, ours, others = (values.get(name, ABSENT) for values in (before, here, there))
        value = _joined(was, ours, others)
        if value is None:
            conflicts.append(FieldConflict(name, was, ours, others))
        else:
            settled[name] = value[0]
    return settled, tuple(conflicts)


def _values(content: Content | None) -> Iterator[tuple[str, Any]]:
    """The fields that are decided one by one. Who may read it is one decision, its teams included."""
    if content is None:
        return
    yield "title", content.title
    yield "audience", (content.audience, tuple(sorted(content.audience_teams)))
    yield from ((f"{DATA}{name}", value) for name, value in content.data.items())


def _joined(was: Any, mine: Any, theirs: Any) -> tuple[Any] | None:
    """The value that follows from both sides, None when somebody has to choose. Lists take and drop what either
    side took and dropped."""
    if mine == theirs or theirs == was:
        return (mine,)
    if mine == was:
        return (theirs,)
    if isinstance(mine, list) and isinstance(theirs, list):
        before = was if isinstance(was, list) else []
        kept = [each for each in mine if each in theirs or each not in before]
        return ([*kept, *(each for each in theirs if each not in before and each not in mine)],)
    return None
