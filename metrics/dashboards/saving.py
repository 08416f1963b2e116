"""Keeping a tab with its filter under a name, for oneself or for others; and opening Metrics with it."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, urlencode

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from metrics.dashboards.errors import ViewRefused
from metrics.dashboards.models import FirstView, SavedView
from metrics.dashboards.tabs import TABS
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record

QUERY_MAX: Final = 2000
# What of an address is kept: the filter, and what the tab's chart and table show.
KEPT: Final = (
    "period", "since", "until", "against", "mix", "site", "team", "channel", "market", "priority", "label", "sop",
    "macro", "agent", "source", "metric", "by", "sort",
)  # fmt: skip


def kept(query: str) -> str:
    """The part of a query string that a view keeps, in one order, so that the same view has the same words."""
    found = dict(parse_qsl(query[: 2 * QUERY_MAX]))
    words = urlencode([(name, found[name]) for name in KEPT if found.get(name)])
    return words[:QUERY_MAX] if len(words) <= QUERY_MAX else ""


def save(*, name: str, tab: str, query: str, shared: str, actor: User) -> SavedView:
    """Keep a view. Raises ViewRefused for a tab that is not there, a name twice, or a team that one does not have."""
    require(actor, Permission.METRICS_READ)
    if tab not in TABS:
        raise ViewRefused(_("There is no such tab. Nothing was saved."))
    view = SavedView(owner=actor, name=name, tab=tab, query=kept(query), **_sharing(shared, actor))
    with _named_once(name), transaction.atomic():
        view.save()
        record(actor=actor, event=Event.FIGURE_VIEW_SAVED, subject=view, facts=_facts(view))
    return view


def change(view: SavedView, *, name: str, shared: str, actor: User) -> SavedView:
    """Another name, or other people. Only its owner may; raises ViewRefused."""
    require(actor, Permission.METRICS_READ, view)
    with _named_once(name), transaction.atomic():
        locked = _owned(view, actor)
        before = {"name": locked.name, "shared": locked.shared}
        locked.name = name
        for column, value in _sharing(shared, actor).items():
            setattr(locked, column, value)
        locked.save(update_fields=["name", "shared", "team", "updated_at"])
        if locked.shared == SavedView.Shared.OWN:
            FirstView.objects.filter(view=locked).exclude(person=actor).delete()
        record(
            actor=actor,
            event=Event.FIGURE_VIEW_CHANGED,
            subject=locked,
            facts={**_facts(locked), "before": before},
        )
    return locked


def delete(view: SavedView, *, actor: User) -> None:
    """Delete it with the mail that brings it. Only its owner may; raises ViewRefused."""
    require(actor, Permission.METRICS_READ, view)
    with transaction.atomic():
        locked = _owned(view, actor)
        facts = {**_facts(locked), "query": locked.query, "mailings": locked.mailings.count()}
        record(actor=actor, event=Event.FIGURE_VIEW_DELETED, subject=locked, facts=facts)
        locked.delete()


def open_first(view: SavedView | None, *, actor: User) -> None:
    """Let Metrics open with this view for this person; None: with the overview, as it does for everybody."""
    require(actor, Permission.METRICS_READ, view)
    if view is None:
        FirstView.objects.filter(person=actor).delete()
    elif SavedView.objects.visible_to(actor).filter(pk=view.pk).exists():
        FirstView.objects.update_or_create(person=actor, defaults={"view": view})
    else:
        raise ViewRefused(_("This view is no longer shared with you. Nothing was changed."))


def first_of(person: User) -> SavedView | None:
    """The view with which Metrics opens for this person, while they may still see it."""
    wished = FirstView.objects.filter(person=person).values("view")
    return SavedView.objects.visible_to(person).filter(pk__in=wished).first()


def _owned(view: SavedView, actor: User) -> SavedView:
    """The row, locked and read anew."""
    locked = SavedView.objects.select_for_update().filter(pk=view.pk, owner=actor).first()
    if locked is None:
        raise ViewRefused(_("This view is not yours, or is no longer there. Nothing was changed."))
    return locked


def _sharing(shared: str, actor: User) -> dict[str, object]:
    if shared not in SavedView.Shared.values:
        raise ViewRefused(_("Choose with whom to share it. Nothing was saved."))
    if shared == SavedView.Shared.TEAM and actor.team is None:
        raise ViewRefused(_("You belong to no team to share it with. Nothing was saved."))
    return {"shared": shared, "team": actor.team if shared == SavedView.Shared.TEAM else None}


class _named_once:
    """Two views of one name by the same person: the database refuses the second, and here it says so."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: object, _trace: object) -> None:
        if isinstance(error, IntegrityError) and "saved_view_named_once" in str(error):
            said = _("You have a view named “%(name)s” already. Choose another name; nothing was saved.")
            raise ViewRefused(said % {"name": self.name})


def _facts(view: SavedView) -> dict[str, object]:
    return {"name": view.name, "tab": view.tab, "shared": view.shared}
