"""The rows of a list of tickets as HTML: fifty of nine cells, which took a template half of the page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from metrics import flagging
from metrics.models import Ticket
from sopdesk.text.badges import state_badge, when
from sopdesk.text.escaping import filled, joined
from sopdesk.text.figures import clock
from sopdesk.text.icons import icon
from sopdesk.text.reversing import address

_ROW: Final = (
    '<tr><th scope="row" dir="auto"><a href="{}">{}</a>{}</th>'
    '<td class="stacks-beside">{}</td>'
    '<td class="stacks-whole">{}<span class="stacks-comma">, </span><span class="soft stacks-line">{}</span></td>'
    '<td class="stacks-whole" dir="auto">{}</td>'
    '<td class="maybe" data-label="{}" dir="auto">{}</td>'
    '<td class="maybe" data-label="{}">{}</td>'
    '<td class="maybe" data-label="{}">{}</td>'
    '<td class="maybe" data-label="{}" dir="auto">{}</td></tr>'
)
_FLAGS: Final = ' <span title="{0}">{1}<span class="visually-hidden">{0}</span></span>'
_SPAN: Final = "<span>{}</span>"
_SOFT: Final = '<span class="soft">{}</span>'


def rows(tickets: Iterable[Ticket]) -> SafeString:
    """A row for each ticket, whose team, promises and ratings are read already (`tickets.rows_of`)."""
    labels, first_reply, resolution, rating = (
        _("Labels"), _("First reply"), _("Resolution"), _("Rating"),
    )  # fmt: skip
    return joined(
        "\n",
        _ROW,
        (
            (
                address("privacy:ticket", ticket.pk), ticket.external_id, _flags(ticket),
                when(ticket.created_at),
                ticket.get_status_display(), " · ".join(filter(None, (ticket.priority, ticket.channel))),
                _team(ticket),
                labels, filled(_SPAN, ", ".join(ticket.labels)) if ticket.labels else "",
                first_reply, _promise(ticket, "first_reply"),
                resolution, _promise(ticket, "resolution"),
                rating, joined(", ", _SPAN, ((each.raw,) for each in ticket.ratings.all())),
            )
            for ticket in tickets
        ),
    )  # fmt: skip


def _flags(ticket: Ticket) -> str:
    """What is wrong with it."""
    if not ticket.flags:
        return ""
    return filled(_FLAGS, "; ".join(flagging.in_words(ticket.flags)), icon("alert-triangle"))


def _team(ticket: Ticket) -> SafeString:
    if ticket.team is None:
        return filled(_SOFT, ticket.team_name)
    return filled('{} <span class="soft">{}</span>', ticket.team.name, ticket.team.site.name)


def _promise(ticket: Ticket, metric: str) -> SafeString:
    """How long it took, and whether that was in time."""
    found = (result for result in ticket.sla_results.all() if result.metric == metric)
    return joined("", '{} <span class="num">{}</span>', map(_measured, found))


def _measured(result: Any) -> tuple[Any, ...]:
    judged = result.state in ("met", "breached", "overdue")
    state = state_badge(result.state) if judged else filled(_SOFT, result.get_state_display())
    return state, clock(result.elapsed_s)
