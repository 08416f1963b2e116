"""What is asked of a draft's text and of its document before it goes out (see docs/decisions on what blocks).

An SOP is followed during a live contact, so a link in it that leads nowhere stops it. All else is advice: it names what
would make the text better, and an author may have a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Func, JSONField, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from sopdesk.documents import checks
from sopdesk.documents.checks import Finding, at_line, read
from sopdesk.documents.items import others_of
from sopdesk.documents.kinds import all_kinds
from sopdesk.documents.models import Reference, Retirement, Version
from sopdesk.postgres.worded import worded
from sopdesk.text import reading, references
from sopdesk.text.guards import TextRefused
from sopdesk.text.vague import INSTEAD, is_covered, vague_in

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from sopdesk.documents.models import ChangeItem

STRICT = frozenset({"sop"})
"""Kinds in which a link that leads nowhere stops publication."""
LONG = 400
"""Words in a section from which on nobody reads it during a contact."""
NOT_WRITTEN = frozenset({"picture"})
"""References that the text pipeline makes itself."""
SAID = 3
"""How many lines a finding about several names."""

ANCHORS = Func(
    "sections", template="jsonb_path_query_array(%(expressions)s, '$[*].anchor')", output_field=JSONField()
)
"""The anchors of a version without its texts."""

Named = tuple[str, str]


@checks.register
def text_is_sound(item: ChangeItem) -> Iterable[Finding]:
    """What the text pipeline found: dangling links, duplicate anchors and the like; a refused text stops it."""
    if item.retires:
        return
    parsed = read(item)
    if parsed is None:
        yield from _refused(item)
        return
    for problem in parsed.problems:
        stops = problem.code == "dangling" and item.document.kind in STRICT
        yield at_line(item, problem.line, problem.what, problem.how, blocks=stops)


def _refused(item: ChangeItem) -> Iterator[Finding]:
    try:
        reading.read(item.body)
    except TextRefused as refusal:
        for problem in refusal.problems:
            where = _("line %(line)s") % {"line": problem.line}
            yield Finding(item, problem.what, where=where, line=problem.line, how=problem.how)


@checks.register
def sections_are_short(item: ChangeItem) -> Iterable[Finding]:
    parsed = read(item)
    for place in parsed.places if parsed and not item.retires else ():
        if place.words > LONG:
            what = _("“%(title)s” has %(n)s words; more than %(limit)s are not read during a contact.")
            words = {"title": place.title or item.title, "n": place.words, "limit": LONG}
            yield at_line(
                item, place.line, what % words, _("Split it into sections with headings of their own.")
            )


@checks.register
def words_are_plain(item: ChangeItem) -> Iterable[Finding]:
    """Words that leave open what to do, in English texts."""
    parsed = read(item)
    if parsed is None or item.retires or not is_covered(item.document.locale):
        return
    for vague in vague_in(parsed.prose):
        what = _("“%(phrase)s” is vague.") % {"phrase": vague.phrase}
        if len(vague.lines) > 1:
            named = ", ".join(map(str, vague.lines[:SAID])) + ("…" if len(vague.lines) > SAID else "")
            what = _("“%(phrase)s” is vague (lines %(lines)s).") % {"phrase": vague.phrase, "lines": named}
        yield at_line(item, vague.lines[0], what, str(INSTEAD[vague.sort]))


@checks.register
def somebody_answers_for_it(item: ChangeItem) -> Iterable[Finding]:
    """An owner who is still here, and a date on which it is looked at again."""
    if item.retires:
        return
    if not item.document.owner.is_active:
        what = _("Its owner, %(name)s, has left.") % {"name": item.document.owner.name}
        yield Finding(item, what, blocks=False, how=_("Ask an administrator to hand it over."))
    if not item.document.review_months:
        what = _("It has no review interval, so nobody will be reminded to look at it again.")
        yield Finding(item, what, blocks=False, how=_("Set after how many months it is reviewed."))


@checks.register_for_items
def references_are_known(items: Sequence[ChangeItem]) -> Iterable[Finding]:
    """A reference names what is in force or is published together with this; in an SOP an unknown one stops it."""
    mentioned = [(item, mention) for item in items for mention in _mentions(item)]
    kinds = {kind.name for kind in all_kinds()}
    wanted = {(mention.kind, mention.key) for _item, mention in mentioned if mention.kind in kinds}
    there = _there(wanted, items)
    gone = _retired(wanted - there.keys())
    for item, mention in mentioned:
        name = (mention.kind, mention.key)
        stops = item.document.kind in STRICT
        if mention.kind not in kinds:
            if mention.kind not in references.kinds():
                what = _("[[%(kind)s:%(key)s]]: there is no kind “%(kind)s”.") % _named(name)
                yield at_line(item, mention.line, what, _known_kinds(), blocks=stops)
        elif name not in there:
            what = gone.get(name) or _(
                "[[%(kind)s:%(key)s]] names nothing that is in force or part of this change."
            )
            how = _("Take it out, or name what takes its place.")
            yield at_line(item, mention.line, what % _named(name), how, blocks=stops)
        elif mention.anchor and mention.anchor not in there[name]:
            what = _("[[%(kind)s:%(key)s#%(anchor)s]]: that document has no such section.")
            how = _("Name a section that is there, or the document as a whole.")
            yield at_line(item, mention.line, what % {**_named(name), "anchor": mention.anchor}, how)


def _mentions(item: ChangeItem) -> Iterator[reading.Mention]:
    """Each thing that a draft refers to, where it is named first."""
    parsed = read(item)
    seen = set[tuple[str, str, str]]()
    for mention in parsed.mentions if parsed and not item.retires else ():
        name = (mention.kind, mention.key, mention.anchor)
        if name not in seen and mention.kind not in NOT_WRITTEN:
            seen.add(name)
            yield mention


def _named(name: Named) -> dict[str, str]:
    return {"kind": name[0], "key": name[1]}


def _known_kinds() -> str:
    return _("Known are %(kinds)s.") % {"kinds": ", ".join(sorted(references.kinds() - NOT_WRITTEN))}


def _there(wanted: set[Named], items: Sequence[ChangeItem]) -> dict[Named, set[str]]:
    """The documents that will be there, with their anchors: as drafted in the same change, else as in force."""
    if not wanted:
        return {}
    kinds, keys = {kind for kind, _key in wanted}, {key for _kind, key in wanted}
    found: dict[Named, set[str]] = {}
    for kind, key, anchors in _anchors(tuple(sorted(kinds)), tuple(sorted(keys)), timezone.now()):
        found[kind, key] = set(anchors)
    for drafted in _drafted(items):
        name = (drafted.document.kind, drafted.document.key)
        parsed = read(drafted)
        if drafted.retires:
            found.pop(name, None)
        else:
            found[name] = {place.anchor for place in parsed.places} if parsed else found.get(name, set())
    return found


@worded
def _anchors(
    kinds: tuple[str, ...], keys: tuple[str, ...], now: datetime
) -> QuerySet[Version, tuple[str, str, list[str]]]:
    in_force = Version.objects.in_force(now).filter(document__kind__in=kinds, document__key__in=keys)
    return in_force.annotate(anchors=ANCHORS).values_list("document__kind", "document__key", "anchors")


def _drafted(items: Sequence[ChangeItem]) -> list[ChangeItem]:
    """All drafts of the changes that these belong to; those given stand for themselves, typed text included."""
    return [*items, *others_of(items)]


def _retired(missing: set[Named]) -> dict[Named, str]:
    """What to say of those that were retired. The sentences are filled in with kind and key by the caller."""
    if not missing:
        return {}
    names = Q(*(Q(document__kind=kind, document__key=key) for kind, key in missing), _connector=Q.OR)
    said: dict[Named, str] = {}
    for row in Retirement.objects.filter(names).select_related("document", "superseded_by").order_by("at"):
        successor = row.superseded_by
        what = _("[[%(kind)s:%(key)s]] was retired.")
        if successor is not None:
            by = _("[[%(name)s]] takes its place.") % {"name": f"{successor.kind}:{successor.key}"}
            what = f"{what} {by.replace('%', '%%')}"
        said[row.document.kind, row.document.key] = what
    return said


@checks.register_for_items
def others_still_lead_here(items: Sequence[ChangeItem]) -> Iterable[Finding]:
    """Other documents in force that refer to a section, or to a document, that this change takes away."""
    leaving = {(item.document.kind, item.document.key): item for item in items if read(item) is not None}
    if not leaving:
        return
    kinds, keys = {kind for kind, _key in leaving}, {key for _kind, key in leaving}
    own, retired = {item.document_id for item in items}, {item.document.key for item in items if item.retires}
    named, gone = (tuple(sorted(kinds)), tuple(sorted(keys))), tuple(sorted(retired))
    told = set[tuple[str, str, str, str]]()
    for kind, key, anchor, source in _pointing(*named, gone, tuple(sorted(own)), timezone.now()):
        item = leaving.get((kind, key))
        if item is None or (kind, key, anchor, source) in told:
            continue
        told.add((kind, key, anchor, source))
        yield from _pointed_at(item, anchor, source)


@worded
def _pointing(
    kinds: tuple[str, ...],
    keys: tuple[str, ...],
    retired: tuple[str, ...],
    own: tuple[int, ...],
    now: datetime,
) -> QuerySet[Reference, tuple[str, str, str, str]]:
    in_force = Version.objects.in_force(now)
    pointing = Reference.objects.filter(kind__in=kinds, key__in=keys, version__in=in_force)
    pointing = pointing.exclude(version__document__in=own).filter(~Q(anchor="") | Q(key__in=retired))
    rows = pointing.order_by("version__document__key")
    return rows.values_list("kind", "key", "anchor", "version__document__key")


def _pointed_at(item: ChangeItem, anchor: str, source: str) -> Iterator[Finding]:
    parsed = read(item)
    if item.retires:
        what = _("%(source)s still refers to it.") % {"source": source}
        yield Finding(
            item, what, blocks=False, how=_("Change it together with this, or name what takes its place.")
        )
    elif anchor and parsed and anchor not in {place.anchor for place in parsed.places}:
        what = _("%(source)s leads to #%(anchor)s, which is not in this text any more.")
        how = _("Give the section that takes its place this anchor, or change %(source)s too.")
        words = {"source": source, "anchor": anchor}
        yield Finding(item, what % words, blocks=False, how=how % words)
