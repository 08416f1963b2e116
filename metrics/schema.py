"""The neutral columns of a ticket file: what a mapping may fill, and how each is read.

A column of one of the kinds below is checked and converted by metrics/converting.py; a helpdesk's own names and
words for them are a mapping's business (metrics/mapping.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(StrEnum):
    TEXT = "text"
    WHOLE = "whole"  # bigint
    SECONDS = "seconds"  # integer
    TIME = "time"
    TRUTH = "truth"
    STATUS = "status"
    WORDS = "words"  # several, with a separator between them
    SPANS = "spans"  # from/to;from/to
    HISTORY = "history"  # status@when;status@when (metrics/histories.py)
    MESSAGES = "messages"  # who@when;who@when (metrics/conversing.py)
    RATING = "rating"
    SCALE = "scale"
    FIGURES = "figures"  # name/basis/seconds/met;…
    ANSWERS = "answers"  # answer@when;answer@when


@dataclass(frozen=True)
class Column:
    """One neutral column. `limit`: characters a text may have. `required`: a row without it is rejected."""

    name: str
    kind: Kind
    label: str | Promise
    limit: int = 120
    required: bool = False


COLUMNS: Final[tuple[Column, ...]] = (
    Column("external_id", Kind.TEXT, _("ticket number"), 80, required=True),
    Column("status", Kind.STATUS, _("status"), 80, required=True),
    Column("created_at", Kind.TIME, _("created"), required=True),
    Column("updated_at", Kind.TIME, _("last updated")),
    Column("source_version", Kind.WHOLE, _("version of the row")),
    Column("subject", Kind.TEXT, _("subject (kept only where the source says so, masked)"), 300),
    Column("body", Kind.TEXT, _("text (kept only where the source says so, masked)"), 20_000),
    Column("channel", Kind.TEXT, _("channel"), 40),
    Column("priority", Kind.TEXT, _("priority"), 40),
    Column("type", Kind.TEXT, _("type"), 40),
    Column("requester", Kind.TEXT, _("customer (kept as a keyed hash only)")),
    Column("assignee", Kind.TEXT, _("assignee")),
    Column("team", Kind.TEXT, _("team")),
    Column("market", Kind.TEXT, _("market"), 40),
    Column("locale", Kind.TEXT, _("language"), 20),
    Column("labels", Kind.WORDS, _("labels"), 4000),
    Column("macro_keys", Kind.WORDS, _("macros used"), 4000),
    Column("first_public_reply_at", Kind.TIME, _("first public reply")),
    Column("first_solved_at", Kind.TIME, _("first solved")),
    Column("last_solved_at", Kind.TIME, _("last solved")),
    Column("reopened_at", Kind.TIME, _("first reopened")),
    Column("closed_at", Kind.TIME, _("closed")),
    Column("reopen_count", Kind.SECONDS, _("times reopened")),
    Column("reply_count", Kind.SECONDS, _("replies")),
    Column("assignee_stations", Kind.SECONDS, _("agents it passed")),
    Column("group_stations", Kind.SECONDS, _("teams it passed")),
    Column("merged_into", Kind.TEXT, _("merged into"), 80),
    Column("is_automated", Kind.TRUTH, _("opened by a machine")),
    Column("is_spam", Kind.TRUTH, _("spam")),
    Column("is_agent_initiated", Kind.TRUTH, _("opened by an agent")),
    Column("pending_spans", Kind.SPANS, _("waiting for the customer (from/to;from/to)"), 20_000),
    Column("history", Kind.HISTORY, _("statuses it went through (status@time;status@time)"), 20_000),
    Column("conversation", Kind.MESSAGES, _("messages (customer@time;agent@time;auto@time)"), 20_000),
    Column("rating", Kind.RATING, _("rating"), 80),
    Column("rating_scale", Kind.SCALE, _("scale of the rating"), 10),
    Column("rating_offered_at", Kind.TIME, _("rating offered")),
    Column("rated_at", Kind.TIME, _("rated")),
    Column("earlier_ratings", Kind.ANSWERS, _("earlier ratings (answer@time;answer@time)"), 4000),
    Column("talk_s", Kind.SECONDS, _("talk time (s)")),
    Column("hold_s", Kind.SECONDS, _("hold time (s)")),
    Column("wrap_s", Kind.SECONDS, _("wrap-up time (s)")),
    Column("active_s", Kind.SECONDS, _("active time (s)")),
    Column("handled_at", Kind.TIME, _("handled")),
    Column("vendor_sla_met", Kind.TRUTH, _("SLA met, by the source's own reckoning")),
    Column("vendor_reply_s", Kind.WHOLE, _("first reply by the source's own reckoning (s)")),
    Column("vendor_resolution_s", Kind.WHOLE, _("resolution by the source's own reckoning (s)")),
    Column(
        "vendor_figures",
        Kind.FIGURES,
        _("figures by the source's own reckoning (name/basis/seconds/met;…)"),
        4000,
    ),
    Column("event_at", Kind.TIME, _("time of the event")),
)
NAMES: Final[tuple[str, ...]] = tuple(column.name for column in COLUMNS)
BY_NAME: Final[dict[str, Column]] = {column.name: column for column in COLUMNS}

# Lengths of time, which a mapping may say the unit of.
LENGTHS: Final = ("talk_s", "hold_s", "wrap_s", "active_s", "vendor_reply_s", "vendor_resolution_s")
# What the source worked out itself. It is kept beside ours: what of it cannot be read costs no ticket.
OF_THE_VENDOR: Final = ("vendor_sla_met", "vendor_reply_s", "vendor_resolution_s", "vendor_figures")
STATUSES: Final = ("new", "open", "pending", "on_hold", "solved", "closed", "deleted")
SPEAKERS: Final = ("customer", "agent", "auto")
SCALES: Final = ("good_bad", "1_5", "1_3", "fd_103", "nps", "ces")
EARLIEST, LATEST = "1990-01-01", "2100-01-01"
