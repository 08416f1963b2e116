"""The letter that brings a view: its tiles as text, what they are compared with, and the way to the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from metrics.dashboards import measuring, mixing, page, wording
from metrics.dashboards.comparing import Change
from metrics.dashboards.filters import NARROWING, DashboardFilter, read
from metrics.dashboards.mixes import BY_CHANNEL, COLUMNS, mix_of
from metrics.dashboards.models import Mailing
from metrics.dashboards.tabs import TABS
from metrics.definitions import Metric
from metrics.reporting import Figure, Refused
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.letters.linking import absolute
from sopdesk.text.figures import grouped, in_words


@dataclass(frozen=True)
class Written:
    """What to post."""

    subject: str
    body: str


def letter(mailing: Mailing, person: User) -> Written:
    """The view as this person sees it now."""
    view, chosen = mailing.view, read(mailing.view.query, user=person)
    tab = TABS.get(view.tab, TABS[""])
    days = chosen.period_now
    head = _("%(name)s: %(first)s to %(last)s") % {
        "name": view.name, "first": in_words(days.first), "last": in_words(days.last),
    }  # fmt: skip
    try:
        tiles = mixing.tiles(chosen, measuring.board(chosen, tab.metrics, by_day=False))
        told = [text for tile in tiles for text in _tile(tile, chosen)]
    except Refused as refusal:
        told = [str(refusal)]
    there = absolute(page.opened(view))
    parts = [
        head,
        "\n".join(_whose(chosen, person)),
        *_of_what(chosen),
        "\n".join(told) or _("Nothing is measured in this tab yet."),
        there,
    ]
    return Written(head, "\n\n".join([*parts, _footer(mailing, person)]))


def _whose(chosen: DashboardFilter, person: User) -> Iterator[str]:
    """Of which tickets: all that this person may see, or what was chosen of them."""
    if allows(person, Permission.METRICS_READ_ALL_SITES) or person.team is None:
        yield _("Tickets of all sites.")
    else:
        yield _("Tickets of %(site)s, the site that you read.") % {"site": person.team.site}
    for name in NARROWING:
        if value := chosen.chosen(name):
            told = dict(chosen.offered(name)).get(value, value)
            yield _("Only: %(name)s %(value)s") % {"name": chosen.fields[name].label, "value": told}


def _of_what(chosen: DashboardFilter) -> Iterator[str]:
    if chosen.against_label:
        yield _("Compared with %(what)s. An interval is one of 95 %%.") % {"what": chosen.against_label}
    if chosen.mixes:
        yield {
            COLUMNS: _(
                "Compared at the same mix of tickets, by labels, channel and priority, where that can be done."
            ),
            BY_CHANNEL: _("Compared at the same mix of channels, where that can be done."),
        }[mix_of(chosen)]
    yield from chosen.problems


def _tile(tile: measuring.Tile, chosen: DashboardFilter) -> Iterator[str]:
    """A line for the figure, one for its change, and what its small print says."""
    figure, label = tile.figure, tile.metric.label
    if not figure.is_measured:
        yield _("%(name)s: not measured") % {"name": label}
        yield from (f"    {fact.text}" for fact in tile.facts if fact.is_always)
        return
    if figure.value is None:
        too_few = _("%(name)s: too few") if figure.n_told is None else _("%(name)s: too few (n %(n)s)")
        yield too_few % {"name": label, "n": grouped(figure.n)}
        return
    value = _("%(name)s: %(value)s") % {"name": label, "value": wording.said(tile.metric, figure.value)}
    yield f"{value}{_of(figure)}"
    if tile.change:
        yield f"    {_moved(tile.metric, tile.change)}"
        if tile.mix:
            yield f"    {tile.mix.text}"
    yield from (f"    {fact.text}" for fact in tile.facts)


def _moved(metric: Metric, change: Change) -> str:
    """The difference, its interval, and whether chance alone would do that."""
    moved, reach = wording.difference(metric, change.value), wording.reach(metric, change)
    words = {1: _("better beyond chance"), -1: _("worse beyond chance")}.get(change.direction, "")
    said = ", ".join(filter(None, (reach, words)))
    return f"{moved} ({said})" if said else moved


def _of(figure: Figure) -> str:
    if not figure.metric.denominator:
        return ""
    between = f", {wording.interval(figure)}" if figure.low is not None else ""
    return f" (n {grouped(figure.n)}{between})"


def _footer(mailing: Mailing, person: User) -> str:
    words = (
        _("You get this because you asked for it. Pause or stop it here:")
        if mailing.owner_id == person.pk
        else _("%(owner)s lets this be sent to you. Stop it here:") % {"owner": mailing.owner}
    )
    return f"{words}\n{absolute(reverse('metrics:mailings'))}"
