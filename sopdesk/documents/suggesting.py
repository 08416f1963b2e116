"""What a writer may mean by `[[…`: found by key or title among what they may see.

Documents are suggested here. Whatever else can be referred to, its app registers:

    @suggesting.register("duty", _("Duty"))
    def suggest(words: str, *, viewer: User, limit: int) -> list[Suggestion]: ...
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from django.db.models import Case, Q, Value, When

from sopdesk.documents.kinds import Kind, all_kinds
from sopdesk.documents.models import Change, Document, Version
from sopdesk.text.markdown import TextRefused
from sopdesk.text.sections import split

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from sopdesk.accounts.models import User

LIMIT = 12


@dataclass(frozen=True)
class Suggestion:
    """One thing that can be referred to: `written` stands between the brackets, `title` says what it is."""

    written: str
    title: str
    sort: str


class Suggest(Protocol):
    """Finds by some words, at most `limit`; only what the viewer may see."""

    def __call__(self, words: str, /, *, viewer: User, limit: int) -> list[Suggestion]: ...


S = TypeVar("S", bound=Suggest)
_others: dict[str, tuple[StrOrPromise, Suggest]] = {}


def register(kind: str, label: StrOrPromise) -> Callable[[S], S]:
    """Decorator: this function suggests what `[[kind:…]]` can name."""

    def keep(suggest: S) -> S:
        _others[kind] = (label, suggest)
        return suggest

    return keep


def suggestions(typed: str, *, viewer: User, change: Change | None = None) -> list[Suggestion]:
    """What could follow `[[` as it is typed: "ref" (any kind), "sop:ref" (one kind), "sop:SOP-0042#ver" (a section).

    Documents that are part of `change` are suggested before they are in force.
    """
    kind, colon, rest = typed.strip().partition(":")
    key, mark, anchor = rest.partition("#")
    if mark:
        return anchors(kind, key, anchor, viewer=viewer)
    documents = _documents(rest if colon else typed.strip(), kind if colon else "", viewer, change)
    others = [
        found
        for name, (_label, suggest) in _others.items()
        if not colon or name == kind
        for found in suggest(rest if colon else typed.strip(), viewer=viewer, limit=LIMIT)
    ]
    return [*documents, *others][: LIMIT * 2]


def sorts() -> list[Suggestion]:
    """The kinds themselves: what is offered before anything is typed."""
    documents = [Suggestion(f"{kind.name}:", str(kind.plural), "") for kind in all_kinds()]
    return [
        *documents,
        *(Suggestion(f"{name}:", str(label), "") for name, (label, _suggest) in _others.items()),
    ]


def anchors(kind: str, key: str, typed: str, *, viewer: User) -> list[Suggestion]:
    """The sections of a document in force whose anchor or title holds what was typed."""
    versions = Version.objects.in_force().visible_to(viewer).filter(document__kind=kind, document__key=key)
    version = versions.only("sections").first()
    words = typed.casefold()
    return [
        Suggestion(f"{kind}:{key}#{part['anchor']}", part["title"], "")
        for part in (version.sections if version else [])
        if part["level"] and words in f"{part['anchor']} {part['title']}".casefold()
    ][:50]


def anchors_in(source: str) -> list[tuple[str, str]]:
    """Anchor and title of every section of a text that is being written; none of one that cannot be read."""
    try:
        return [(part.anchor, part.title) for part in split(source) if part.level]
    except TextRefused:
        return []


def _documents(words: str, kind: str, viewer: User, change: Change | None) -> list[Suggestion]:
    kinds = {each.name: each for each in all_kinds() if not kind or each.name == kind}
    visible = Document.objects.visible_to(viewer).filter(kind__in=kinds).with_version_at()
    referable = Q(current_id__isnull=False)
    if change is not None:
        referable |= Q(drafts__change=change)
    named = Q(key__icontains=words) | Q(current_title__icontains=words) | Q(drafts__title__icontains=words)
    begins = Case(When(key__istartswith=words, then=Value(0)), default=Value(1))
    found = (
        visible.filter(referable, named).annotate(begins=begins).order_by("begins", "kind", "key").distinct()
    )
    return [_suggested(document, kinds[document.kind]) for document in found[:LIMIT]]


def _suggested(document: Document, kind: Kind) -> Suggestion:
    return Suggestion(
        f"{document.kind}:{document.key}", document.current_title or document.key, str(kind.label)
    )
