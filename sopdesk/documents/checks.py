"""Publish checks: what must hold of a draft before it may be approved and published.

A layer above adds its own with `@checks.register` in its publish_checks.py, as Django's system checks do it. What is
asked of the text itself stands in documents/publish_checks.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Prefetch, prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext as _

from sopdesk.accounts.audience import Audience
from sopdesk.documents.hashing import content_hash
from sopdesk.documents.models import Version
from sopdesk.text import reading
from sopdesk.text.guards import TextRefused

if TYPE_CHECKING:
    from sopdesk.documents.models import Change, ChangeItem


@dataclass(frozen=True)
class Finding:
    """One thing a check says of a draft. A blocking one stops the change; the others are advice.

    `message` says what, `how` how to mend it. `where` is for people: "line 12, “Verify”"; `line` counts from 1, 0 when
    it is about no line; `anchor` is the section's. `url` leads to another place than the draft. What `may_be_proposed`
    stops only the approval and all that follows.
    """

    item: ChangeItem | None
    message: str
    blocks: bool = True
    where: str = ""
    line: int = 0
    url: str = ""
    may_be_proposed: bool = False
    may_be_approved: bool = False
    how: str = ""
    anchor: str = ""

    @property
    def said(self) -> str:
        """What and how in one."""
        return f"{self.message} {self.how}".rstrip()

    @property
    def place(self) -> str:
        """Where it can be mended: the address given, else the line in the draft's editor; "" for neither."""
        if self.url or self.item is None or self.item.pk is None:
            return self.url
        editor = reverse("changes:item_edit", args=[self.item.change_id, self.item.pk])
        return f"{editor}?line={self.line}" if self.line else editor


Check = Callable[["ChangeItem"], Iterable[Finding]]
_checks: list[Check] = []
ItemsCheck = Callable[[Sequence["ChangeItem"]], Iterable[Finding]]
_items_checks: list[ItemsCheck] = []
ChangeCheck = Callable[["Change"], Iterable[Finding]]
_change_checks: list[ChangeCheck] = []


def register(check: Check) -> Check:
    """Add a check of one draft: a function of a ChangeItem that yields what it finds, and asks the database nothing."""
    if check not in _checks:
        _checks.append(check)
    return check


def register_for_items(check: ItemsCheck) -> ItemsCheck:
    """Add a check of several drafts at once, so that fifty cost as many queries as one."""
    if check not in _items_checks:
        _items_checks.append(check)
    return check


def register_for_change(check: ChangeCheck) -> ChangeCheck:
    """Add a check of a change as a whole: a function of a Change that yields what it finds."""
    if check not in _change_checks:
        _change_checks.append(check)
    return check


def findings(change: Change, items: Sequence[ChangeItem] | None = None) -> list[Finding]:
    """All that the checks say of a change, blocking ones first. Queries do not grow with its documents.

    `items` are its documents where a page has read them, with their owners and base versions."""
    if items is None:
        items = list(change.items.select_related("document__owner", "base_version"))
    if not all(hasattr(item.document, "standing") for item in items):
        read_standing(items)
    found = _of_items(items)
    found += [finding for check in _change_checks for finding in check(change)]
    if not items:
        found.append(Finding(None, _("The change holds no document. Add one, or withdraw it.")))
    return sorted(found, key=lambda finding: not finding.blocks)


def read_standing(items: Sequence[ChangeItem]) -> None:
    """Gives each document its `standing`: its versions in force or scheduled, oldest first, without their text. One
    query."""
    standing = Version.objects.current_or_coming().only("document_id", "number").order_by("number")
    prefetch_related_objects(items, Prefetch("document__versions", standing, to_attr="standing"))


def is_based_on_newest(item: ChangeItem) -> bool:
    """Whether nothing was published or scheduled since the draft was opened. Asks for `read_standing` before."""
    standing: list[Version] = item.document.standing  # type: ignore[attr-defined]
    return (standing[-1].pk if standing else None) == item.base_version_id


def findings_of(item: ChangeItem) -> list[Finding]:
    """The same of one draft, whose text need not be saved yet."""
    standing = Version.objects.current_or_coming().filter(document=item.document_id)
    item.document.standing = list(standing.only("document_id", "number").order_by("number"))  # type: ignore[attr-defined]
    return sorted(_of_items([item]), key=lambda finding: not finding.blocks)


def _of_items(items: Sequence[ChangeItem]) -> list[Finding]:
    """By document, in the order of its text."""
    found = [finding for item in items for check in _checks for finding in check(item)]
    found += [finding for check in _items_checks for finding in check(items)]
    order = {item.pk: number for number, item in enumerate(items)}
    return sorted(found, key=lambda each: (order[each.item.pk] if each.item else -1, each.line))


def read(item: ChangeItem) -> reading.Reading | None:
    """The draft's text, parsed once however many checks ask; None when it is refused (`text_is_sound` says why)."""
    kept: tuple[str, reading.Reading | None] | None = getattr(item, "parsed_text", None)
    if kept is not None and kept[0] is item.body:
        return kept[1]
    try:
        parsed = reading.read(item.body)
    except TextRefused:
        parsed = None
    item.parsed_text = (item.body, parsed)  # type: ignore[attr-defined]
    return parsed


def at_line(item: ChangeItem, line: int, message: str, how: str = "", *, blocks: bool = False) -> Finding:
    """A finding at a line of the draft, with the section it stands in."""
    parsed = read(item)
    place = parsed.place_of(line) if parsed and line else None
    where = _("line %(line)s") % {"line": line} if line else ""
    if place is not None and place.title:
        where = _("line %(line)s, “%(title)s”") % {"line": line, "title": place.title}
    anchor = place.anchor if place else ""
    return Finding(item, message, blocks=blocks, where=where, line=line, how=how, anchor=anchor)


def blocking(change: Change, *, proposing: bool = False, approving: bool = False) -> list[str]:
    """The sentences that stop the publication, or only the proposal or the approval; empty when it may go on."""
    return [
        f"{finding.item.document.key}: {finding.said}" if finding.item else finding.said
        for finding in findings(change)
        if finding.blocks
        and not (proposing and finding.may_be_proposed)
        and not (approving and finding.may_be_approved)
    ]


@register
def has_text(item: ChangeItem) -> Iterable[Finding]:
    """A title and a text; an empty rule is worse than none."""
    if not item.title.strip():
        yield Finding(item, _("It has no title."))
    if not item.body.strip():
        yield Finding(item, _("It has no text."))


@register
def base_is_in_force(item: ChangeItem) -> Iterable[Finding]:
    """The draft must say what changes against what readers have, not against something older."""
    if is_based_on_newest(item):
        return
    standing: list[Version] = item.document.standing  # type: ignore[attr-defined]
    newest = standing[-1] if standing else None
    if newest is None:
        yield Finding(item, _("The version it was opened from was unscheduled. Rebase the draft."))
        return
    if item.base_version is None:
        yield Finding(item, _("It was published meanwhile as v%(n)s.") % {"n": newest.number})
        return
    yield Finding(
        item,
        _("v%(new)s was published or scheduled since this draft was opened from v%(old)s. Rebase the draft.")
        % {"new": newest.number, "old": item.base_version.number},
    )


@register
def says_something_new(item: ChangeItem) -> Iterable[Finding]:
    if item.base_version and item.base_version.content_hash == content_hash(item):
        yield Finding(item, _("It is the same as the version in force."), blocks=False)


@register
def audience_is_named(item: ChangeItem) -> Iterable[Finding]:
    if item.audience == Audience.TEAMS and not item.audience_teams:
        yield Finding(item, _("It is for named teams, but no team is named."))
