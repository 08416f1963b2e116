"""Publish checks: what must hold of a draft before it may be approved and published.

A layer above adds its own with `@checks.register` in its publish_checks.py, as Django's system checks do it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils.translation import gettext as _

from sopdesk.accounts.audience import Audience
from sopdesk.documents.hashing import content_hash
from sopdesk.documents.kinds import all_kinds
from sopdesk.documents.models import Document, Version
from sopdesk.text import markdown
from sopdesk.text.guards import TextRefused

if TYPE_CHECKING:
    from sopdesk.documents.models import Change, ChangeItem


@dataclass(frozen=True)
class Finding:
    """One thing a check says of a draft. A blocking one stops the change; the others are advice.

    `where` is for people: "line 12", or "#anchor" of a section; `line` counts from 1, 0 when it is about no line.
    One that `may_be_proposed` stops approval and publication only. `url` leads to where it can be mended.
    """

    item: ChangeItem | None
    message: str
    blocks: bool = True
    where: str = ""
    line: int = 0
    url: str = ""
    may_be_proposed: bool = False


Check = Callable[["ChangeItem"], Iterable[Finding]]
_checks: list[Check] = []
ChangeCheck = Callable[["Change"], Iterable[Finding]]
_change_checks: list[ChangeCheck] = []


def register(check: Check) -> Check:
    """Add a check of one draft: a function of a ChangeItem that yields what it finds."""
    if check not in _checks:
        _checks.append(check)
    return check


def register_for_change(check: ChangeCheck) -> ChangeCheck:
    """Add a check of a change as a whole: a function of a Change that yields what it finds."""
    if check not in _change_checks:
        _change_checks.append(check)
    return check


def findings(change: Change) -> list[Finding]:
    """All that the checks say of a change, blocking ones first."""
    standing = Version.objects.current_or_coming().only("document_id", "number").order_by("number")
    newest = Prefetch("document__versions", standing, to_attr="standing")
    items = list(change.items.select_related("document", "base_version").prefetch_related(newest))
    found = [finding for item in items for check in _checks for finding in check(item)]
    found += [finding for check in _change_checks for finding in check(change)]
    if not items:
        found.append(Finding(None, _("The change holds no document. Add one, or withdraw it.")))
    return sorted(found, key=lambda finding: not finding.blocks)


def findings_of(item: ChangeItem) -> list[Finding]:
    """The same of one draft, whose text need not be saved yet."""
    standing = Version.objects.current_or_coming().filter(document=item.document_id)
    item.document.standing = list(standing.only("document_id", "number").order_by("number"))  # type: ignore[attr-defined]
    found = [finding for check in _checks for finding in check(item)]
    return sorted(found, key=lambda finding: not finding.blocks)


def blocking(change: Change, *, proposing: bool = False) -> list[str]:
    """The sentences that stop the change, or only its proposal; empty when it may go on."""
    return [
        f"{finding.item.document.key}: {finding.message}" if finding.item else finding.message
        for finding in findings(change)
        if finding.blocks and not (proposing and finding.may_be_proposed)
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
    standing: list[Version] = item.document.standing  # type: ignore[attr-defined]  # `findings` fetches it for all
    newest = standing[-1] if standing else None
    if (newest.pk if newest else None) == item.base_version_id:
        return
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
def text_is_sound(item: ChangeItem) -> Iterable[Finding]:
    """What the text pipeline found: duplicate anchors, dangling links and the like."""
    try:
        rendered = markdown.render(item.body)
    except TextRefused as refusal:
        yield Finding(item, str(refusal))
        return
    for problem in rendered.problems:
        where = _("line %(line)s") % {"line": problem.line}
        message = f"{problem.what} {problem.how}"
        yield Finding(item, message, blocks=False, where=where, line=problem.line)


@register
def audience_is_named(item: ChangeItem) -> Iterable[Finding]:
    if item.audience == Audience.TEAMS and not item.audience_teams:
        yield Finding(item, _("It is for named teams, but no team is named."))


@register
def references_are_known(item: ChangeItem) -> Iterable[Finding]:
    """A reference to another document names one that is in force or is published together with this one."""
    try:
        named = {(found.kind, found.key) for found in markdown.render(item.body).references}
    except TextRefused:
        return
    kinds = {kind.name for kind in all_kinds()}
    wanted = {(kind, key) for kind, key in named if kind in kinds}
    if not wanted:
        return
    documents = Document.objects.filter(kind__in=kinds, key__in={key for _kind, key in wanted})
    there = documents.filter(
        Exists(Version.objects.in_force().filter(document=OuterRef("pk"))) | Q(drafts__change=item.change_id)
    )
    for kind, key in sorted(wanted - set(there.values_list("kind", "key"))):
        message = _("[[%(kind)s:%(key)s]] names nothing that is in force or part of this change.")
        yield Finding(item, message % {"kind": kind, "key": key}, blocks=False)
