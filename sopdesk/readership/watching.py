"""Watching a document: a line on the desk and one letter when something comes in force, is scheduled or is retired."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, allows, require
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Change, Document, Retirement, Version
from sopdesk.documents.retiring import successor_for
from sopdesk.letters.linking import absolute
from sopdesk.letters.posting import post
from sopdesk.postgres.worded import worded
from sopdesk.readership.models import Watch
from sopdesk.readership.wording import moment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from sopdesk.accounts.querysets import UserQuerySet
    from sopdesk.documents.models import Transition
    from sopdesk.documents.querysets import DocumentQuerySet


def watch(document: Document, *, actor: User) -> None:
    """Hear of this document from now on. Watching twice is once."""
    require(actor, Permission.DOCUMENT_READ_INTERNAL, document)
    Watch.objects.update_or_create(user=actor, document=document, defaults={"wanted": True})


def stop(document: Document, *, actor: User) -> None:
    """Hear of it no longer; an owner, who watches by default, can say so too."""
    require(actor, Permission.DOCUMENT_READ_INTERNAL, document)
    Watch.objects.update_or_create(user=actor, document=document, defaults={"wanted": False})


def is_watching(person: User, document: Document) -> bool:
    wishes = _wishes(person.pk, document.pk)
    return wishes[0] if wishes else document.owner_id == person.pk


@worded
def _wishes(person: int, document: int) -> QuerySet[Watch, bool]:
    return Watch.objects.filter(user=person, document=document).values_list("wanted", flat=True)


def watched_by(person: User) -> DocumentQuerySet:
    """The documents that somebody watches and may still see."""
    return Document.objects.visible_to(person).filter(is_watched_by(person))


def is_watched_by(person: User, prefix: str = "") -> Q:
    """The documents that somebody watches, whether they may still see them or not. `prefix` leads to the documents,
    such as "document__"."""
    wanted = Watch.objects.filter(user=person, wanted=True).values("document")
    refused = Watch.objects.filter(user=person, wanted=False).values("document")
    own = Q(**{f"{prefix}owner": person}) & ~Q(**{f"{prefix}pk__in": refused})
    return Q(**{f"{prefix}pk__in": wanted}) | own


def watchers_of(document: Document) -> UserQuerySet:
    """Everybody who watches it: who asked to, and its owner unless they said no."""
    wanted = Watch.objects.filter(document=document, wanted=True).values("user")
    refused = Watch.objects.filter(document=document, wanted=False).values("user")
    named = Q(pk__in=wanted) | (Q(pk=document.owner_id) & ~Q(pk__in=refused))
    found: UserQuerySet = User.objects.get_queryset().filter(named, is_active=True)
    return found.select_related("team")


def tell(step: Transition) -> None:
    """Write to the watchers of what this step of a change brought; whoever took it knows already."""
    change = step.change
    if step.to_state not in (Change.State.PUBLISHED, Change.State.SCHEDULED):
        return
    begun = change.state_at(timezone.now()) == Change.State.PUBLISHED
    for version in change.versions.filter(in_force__isempty=False).select_related("document"):
        people = _may_hear(watchers_of(version.document), version, begun=begun)
        _write(people, version, step, begun=begun)
    for retirement in Retirement.objects.filter(change=change).select_related(
        "document", "version", "superseded_by"
    ):
        if begun:
            people = _may_hear(watchers_of(retirement.document), retirement.version, begun=True)
            _write_retired(people, retirement, step)


def _may_hear(people: Iterable[User], version: Version, *, begun: bool) -> list[User]:
    """A text that is scheduled is for writers alone; one in force or retired, for whoever may read it."""
    if not begun:
        return [person for person in people if allows(person, Permission.DOCUMENT_READ_ALL)]
    found: list[User] = []
    for alike in _alike(people):
        if Version.objects.visible_to(alike[0]).filter(pk=version.pk).exists():
            found += alike
    return found


def _alike(people: Iterable[User]) -> list[list[User]]:
    """The people by team and roles: that is all that decides what somebody may read, so one of each is asked about."""
    groups: dict[tuple[object, ...], list[User]] = defaultdict(list)
    for person in people:
        groups[(person.team_id, *sorted(person.roles))].append(person)
    return list(groups.values())


def _write(people: Iterable[User], version: Version, step: Transition, *, begun: bool) -> None:
    document = version.document
    url = absolute(kind_of(document.kind).url("read", document.key))
    for person in people:
        if person.pk == step.actor_id:
            continue
        said = {
            "key": document.key,
            "title": version.title,
            "n": version.number,
            "at": moment(version.since, person),
            "why": version.summary,
            "url": url,
        }
        subject = _("%(key)s: v%(n)s is in force") if begun else _("%(key)s: v%(n)s is scheduled")
        body = _in_force_words() if begun else _scheduled_words()
        key = f"watch:{version.pk}:{'in_force' if begun else 'scheduled'}:{person.pk}"
        post(to=person, subject=subject % said, body=body % said, key=key)


def _write_retired(people: Iterable[User], retirement: Retirement, step: Transition) -> None:
    for alike in _alike(people):
        after = successor_for(retirement, alike[0])
        words = _("%(key)s is no longer in force since %(at)s.")
        if after is not None:
            words += " " + _("It is superseded by %(after)s.")
        words += "\n\n" + _("You get this letter because you watch it.")
        for person in alike:
            if person.pk == step.actor_id:
                continue
            said = {
                "key": retirement.document.key,
                "at": moment(retirement.at, person),
                "after": after.key if after else "",
            }
            subject, key = _("%(key)s: retired") % said, f"watch:retired:{retirement.pk}:{person.pk}"
            post(to=person, subject=subject, body=words % said, key=key)


def _in_force_words() -> str:
    return _(
        "“%(title)s” (%(key)s) has a new version, v%(n)s, in force since %(at)s.\n\n%(why)s\n\n%(url)s\n\n"
        "You get this letter because you watch it. Stop watching on its page."
    )


def _scheduled_words() -> str:
    return _(
        "“%(title)s” (%(key)s) has a new version, v%(n)s, that comes in force on %(at)s.\n\n%(why)s\n\n%(url)s\n\n"
        "You get this letter because you watch it. Stop watching on its page."
    )
