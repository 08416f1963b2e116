"""What each metric is: one frozen object each, from which tiles, the trend and the help page are made.

`numerator` and `denominator` are columns of the rollups that are added up; the figure is their ratio (a share or a
mean), or, without a denominator, the sum itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Unit(StrEnum):
    SHARE = "percent"  # 0 to 1
    SECONDS = "duration"
    COUNT = "number"


@dataclass(frozen=True)
class Metric:
    """`log`: the histogram whose median is the figure, "" for a ratio. `needs`: neutral columns a source must bring,
    any of them, or the metric was not measured. `shown`: the tickets behind it (metrics/dashboards/tickets.py).
    `better`: 1 when more is better, -1 when less is. `least`: below this n the value is not shown. `left_out` and
    `unmeasured`: the parts that say how many the definition excludes, and of how many nothing was told (a minus takes
    one off); `shown_left`: the list of those left out, where there is one. `of`: the metric that this is on one scale,
    and whose words it is explained in; `scale`: which."""

    key: str
    label: str | Promise
    unit: Unit
    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    formula: str | Promise
    prose: str | Promise
    day: str | Promise
    excluded: str | Promise
    source: str
    needs: frozenset[str]
    shown: str
    better: int
    log: str = ""
    least: int = 0
    mature_days: int = 0
    left_out: tuple[str, ...] = ()
    unmeasured: tuple[str, ...] = ()
    of: str = ""
    scale: str = ""
    short: str | Promise = ""
    shown_left: str = ""

    @property
    def family(self) -> str:
        """Under which key it is asked for, explained and listed: of CSAT on some scale that of CSAT."""
        return self.of or self.key

    @property
    def head(self) -> str | Promise:
        """What stands over its column, where a title says the scale."""
        return self.short or self.label

    @property
    def needed(self) -> list[str]:
        return sorted(self.needs)


_SLA_EXCLUDED: Final = _(
    "Cancelled promises, promises not yet due, tickets that are promised nothing, merged tickets, spam, tickets an "
    "agent opened, impossible times. Where the source does not tell what a promise is judged by, it is not measured."
)
_JUDGED: Final = ("met", "breached", "overdue")
_MATURE: Final = 7

CSAT: Final = Metric(
    key="csat", label=_("CSAT"), unit=Unit.SHARE,
    numerator=("good_n", "stars_top_n", "freshdesk_top_n", "faces_top_n"),
    denominator=("good_n", "bad_n", "stars_n", "freshdesk_n", "faces_n"),
    formula=_("satisfied ÷ all answers on one scale"),
    prose=_("How many of the customers who answered were satisfied. Satisfied is good of good or bad, 4 and 5 of 1 to "
            "5, 101 to 103 of Freshdesk’s 103 to −103, and 3 of 1 to 3. The latest answer of a ticket counts. Scales "
            "are never mixed: a page is of the scale with most answers in its days and choices, or of the one that you "
            "choose, and says which, and how many answers were on others. NPS and effort are other questions and never "
            "in it. The response rate is answers ÷ surveys of satisfaction offered, on all scales. Not shown for fewer "
            "than 20 answers."),
    day=_("The day the rating was given; of a source that is set so, the day its ticket was last solved."),
    excluded=_("Answers on another scale or to another question; ratings given before the ticket was created. Surveys "
               "without an answer are not measured."),
    source="Wilson score interval: E. B. Wilson, JASA 22 (1927)", needs=frozenset({"rating"}),
    shown="rated", better=1, least=20, left_out=("rated_left_n", "other_question_n"),
    unmeasured=("offered_n", "-answered_n"),
)  # fmt: skip


def _csat(key: str, label: Promise, formula: Promise, scale: str, top: str, *answers: str) -> Metric:
    """CSAT of the answers on one scale, with those on the others left out."""
    left = ("answered_n", *CSAT.left_out, *(f"-{name}" for name in answers))
    return replace(
        CSAT, key=key, label=label, formula=formula, scale=scale, numerator=(top,), denominator=answers, left_out=left,
        of=CSAT.key, short=CSAT.label,
    )  # fmt: skip


CSAT_GOOD_BAD: Final = _csat(
    "csat_good_bad",
    _("CSAT (good or bad)"),
    _("good ÷ (good + bad)"),
    "good_bad",
    "good_n",
    "good_n",
    "bad_n",
)
CSAT_STARS: Final = _csat(
    "csat_stars", _("CSAT (4 and 5 of 5)"), _("answers of 4 and 5 ÷ all answers on a scale of 1 to 5"), "1_5",
    "stars_top_n", "stars_n",
)  # fmt: skip
CSAT_FRESHDESK: Final = _csat(
    "csat_freshdesk", _("CSAT (happy, Freshdesk)"), _("answers of 101 to 103 ÷ all answers from 103 to −103"), "fd_103",
    "freshdesk_top_n", "freshdesk_n",
)  # fmt: skip
CSAT_FACES: Final = _csat(
    "csat_faces", _("CSAT (3 of 3)"), _("answers of 3 ÷ all answers on a scale of 1 to 3"), "1_3",
    "faces_top_n", "faces_n",
)  # fmt: skip
# The scales of satisfaction; of as many answers the first holds. NPS and effort are other questions.
SCALES: Final = (CSAT_GOOD_BAD, CSAT_STARS, CSAT_FRESHDESK, CSAT_FACES)
SLA_REPLY: Final = Metric(
    key="sla_reply", label=_("SLA, first reply"), unit=Unit.SHARE, numerator=("sla_reply_met_n",),
    denominator=("sla_reply_met_n", "sla_reply_breached_n", "sla_reply_overdue_n"),
    formula=_("met ÷ (met + breached + overdue and still open)"),
    prose=_("How many promises of a first reply were kept. Time runs on the business calendar of the policy, from the "
            "creation of the ticket to the first public reply by a person; automatic replies do not count. A ticket "
            "that was solved or closed without a reply breached its promise if the reply was due by then."),
    day=_("The day the ticket was created."), excluded=_SLA_EXCLUDED, source="SOPDesk",
    needs=frozenset({"first_public_reply_at"}), shown="late_reply", better=1,
    left_out=("created_n", "-sla_reply_none_n", *(f"-sla_reply_{state}_n" for state in _JUDGED)),
    unmeasured=("sla_reply_none_n",),
)  # fmt: skip
SLA_RESOLUTION: Final = Metric(
    key="sla_resolution", label=_("SLA, resolution"), unit=Unit.SHARE, numerator=("sla_resolution_met_n",),
    denominator=("sla_resolution_met_n", "sla_resolution_breached_n", "sla_resolution_overdue_n"),
    formula=_("met ÷ (met + breached + overdue and still open)"),
    prose=_("How many promises of a resolution were kept. Time runs on the business calendar, from the creation of the "
            "ticket to its last solve, without the time it waited for the customer or was on hold. A ticket that was "
            "opened again is open, however early it was solved before."),
    day=_("The day the ticket was created."), excluded=_SLA_EXCLUDED, source="SOPDesk",
    needs=frozenset({"last_solved_at", "first_solved_at", "closed_at"}), shown="late_resolution", better=1,
    left_out=("created_n", "-sla_resolution_none_n", *(f"-sla_resolution_{state}_n" for state in _JUDGED)),
    unmeasured=("sla_resolution_none_n",),
)  # fmt: skip
AHT: Final = Metric(
    key="aht", label=_("AHT"), unit=Unit.SECONDS, numerator=("handle_s",), denominator=("handled_n",),
    formula=_("Σ(talk + hold + wrap-up) ÷ handled contacts; active time where there is no call"),
    prose=_("The mean time an agent spent on a contact, with its median and the 90th percentile (within 1 %). Where a "
            "source brings no handle time it is not measured; the time to resolution never stands in for it."),
    day=_("The day the handling ended."), excluded=_("Contacts without handle time; negative times."),
    source="ICMI; percentiles by logarithmic buckets", needs=frozenset({"talk_s", "active_s", "wrap_s", "hold_s"}),
    shown="handled", better=-1, left_out=("handled_left_n",), unmeasured=("created_n", "-measured_n"),
)  # fmt: skip
FIRST_REPLY: Final = Metric(
    key="first_reply", label=_("First reply"), unit=Unit.SECONDS, numerator=("reply_s",), denominator=("reply_n",),
    formula=_("the median of first public reply − created"),
    prose=_("How long customers wait for the first public reply by a person, in calendar time, nights and weekends "
            "included. The median is within 1 %; its interval is that of order statistics. Tickets that wait for their "
            "first reply yet are not in it, so read it beside the SLA."),
    day=_("The day the ticket was created."),
    excluded=_("Merged tickets, spam, tickets an agent opened, impossible times. Tickets without a reply are not "
               "measured."),
    source="SOPDesk", needs=frozenset({"first_public_reply_at"}), shown="all", better=-1, log="reply_log",
    left_out=("created_n", "-reply_none_n", "-reply_n"), unmeasured=("reply_none_n",),
)  # fmt: skip
RESOLUTION: Final = Metric(
    key="resolution", label=_("Resolution"), unit=Unit.SECONDS, numerator=("resolution_s",),
    denominator=("resolution_n",), formula=_("the median of last solved − created"),
    prose=_("How long it took until tickets were solved for the last time, in calendar time. The median is within 1 %; "
            "its interval is that of order statistics. Open tickets are not in it, so read it beside the SLA."),
    day=_("The day the ticket was last solved."),
    excluded=_("Impossible times. Tickets created in the period and not solved yet are not measured."),
    source="SOPDesk", needs=SLA_RESOLUTION.needs, shown="solved", better=-1, log="resolution_log",
    left_out=("resolution_left_n",), unmeasured=("unsolved_n",),
)  # fmt: skip
REOPENED: Final = Metric(
    key="reopened", label=_("Reopened"), unit=Unit.SHARE, numerator=("reopened_n",), denominator=("reopen_known_n",),
    formula=_("reopened within 7 days ÷ solved and mature"),
    prose=_("How many solved tickets came back within seven days. A ticket is mature when seven days have passed since "
            "it was first solved: younger ones may still come back and are left out. Where a source counts reopenings "
            "without saying when, each counts."),
    day=_("The day the ticket was first solved."),
    excluded=_("Tickets solved on the last seven days that files of their source tell of; impossible times."),
    source="SOPDesk", needs=frozenset({"reopen_count", "reopened_at"}), shown="reopened", better=-1,
    mature_days=_MATURE, left_out=("solved_n", "solved_left_n", "-reopen_none_n", "-reopen_known_n"),
    unmeasured=("reopen_none_n",),
)  # fmt: skip
SLA_NEXT_REPLY: Final = Metric(
    key="sla_next_reply", label=_("SLA, next reply"), unit=Unit.SHARE, numerator=("sla_next_reply_met_n",),
    denominator=("sla_next_reply_met_n", "sla_next_reply_breached_n", "sla_next_reply_overdue_n"),
    formula=_("met ÷ (met + breached + overdue and still open)"),
    prose=_("How many promises of a further reply were kept. One begins with the oldest message of the customer that "
            "nobody has answered, and ends with the next public reply by a person. A ticket has as many as it needs. "
            "One that was solved or closed without that reply breached its promise if the reply was due by then."),
    day=_("The day the customer wrote."), excluded=_("Cancelled promises, promises not yet due."), source="SOPDesk",
    needs=frozenset({"conversation"}), shown="all", better=1,
    left_out=("sla_next_reply_running_n", "sla_next_reply_left_n"),
)  # fmt: skip
NEXT_REPLY: Final = Metric(
    key="next_reply", label=_("Next reply"), unit=Unit.SECONDS, numerator=("next_reply_s",),
    denominator=("next_reply_n",), formula=_("the median of next public reply − oldest unanswered message"),
    prose=_("How long customers wait for each further reply, from their oldest message that nobody has answered, in "
            "calendar time. The median is within 1 %; its interval is that of order statistics."),
    day=_("The day the customer wrote."), excluded=_("Cancelled promises. Unanswered messages are not measured."),
    source="SOPDesk", needs=SLA_NEXT_REPLY.needs, shown="all", better=-1, log="next_reply_log",
    left_out=("sla_next_reply_left_n",), unmeasured=("next_reply_none_n",),
)  # fmt: skip
FCR: Final = Metric(
    key="fcr", label=_("FCR"), unit=Unit.SHARE, numerator=("contact_once_n",), denominator=("contact_n",),
    formula=_("1 − contacts with a repeat ÷ mature contacts"),
    prose=_("First contact resolution: how many contacts were not followed by another of the same customer, at the "
            "same source, with one of the same labels, within seven days. A contact is mature when seven days have "
            "passed since. How many replies it took is another metric (one-touch)."),
    day=_("The day of the first of the two contacts."),
    excluded=_("Contacts of the last seven days that files of their source tell of, merged tickets, spam, tickets an "
               "agent opened. Tickets without a customer or without a label are not measured."),
    source="SQM; ICMI", needs=frozenset({"requester"}), shown="all", better=1, mature_days=_MATURE,
    left_out=("created_n", "-contact_none_n", "-contact_n"), unmeasured=("contact_none_n",),
)  # fmt: skip
ONE_TOUCH: Final = Metric(
    key="one_touch", label=_("One-touch"), unit=Unit.SHARE, numerator=("one_touch_n",), denominator=("replies_n",),
    formula=_("solved with at most one reply ÷ solved"),
    prose=_("How many solved tickets took one reply or none, where the source counts replies."),
    day=_("The day the ticket was first solved."), excluded=_("Impossible times."), source="SOPDesk",
    needs=frozenset({"reply_count"}), shown="solved", better=1, left_out=("solved_left_n",),
    unmeasured=("solved_n", "-replies_n"),
)  # fmt: skip
TRANSFERRED: Final = Metric(
    key="transferred", label=_("Transferred"), unit=Unit.SHARE, numerator=("transferred_n",),
    denominator=("stations_n",), formula=_("passed more than one team ÷ solved"),
    prose=_("How many solved tickets went from one team to another, where the source counts teams."),
    day=_("The day the ticket was first solved."), excluded=_("Impossible times."), source="SOPDesk",
    needs=frozenset({"group_stations"}), shown="solved", better=-1, left_out=("solved_left_n",),
    unmeasured=("solved_n", "-stations_n"),
)  # fmt: skip
BACKLOG: Final = Metric(
    key="backlog", label=_("Backlog"), unit=Unit.COUNT, numerator=("open_n",), denominator=(),
    formula=_("tickets unsolved at the end of the period"),
    prose=_("How many tickets were not solved at the end of the last day, by how many days ago they were created: "
            "today, 1–2, 3–6, 7–29, 30 and more. It is a level: that of a month is that of its last day, never a sum. "
            "A ticket whose reopening nobody dated counts from its last update on."),
    day=_("Every day at whose end the ticket was unsolved."),
    excluded=_("Merged tickets, spam, deleted tickets, impossible times, tickets dated ahead: as left out count those "
               "that their own times would have unsolved at the end of the last day. Tickets that are over and nobody "
               "told when are in neither number."),
    source="SOPDesk", needs=frozenset(), shown="all", shown_left="backlog_left", better=-1,
)  # fmt: skip
VOLUME: Final = Metric(
    key="volume", label=_("Volume"), unit=Unit.COUNT, numerator=("created_n",), denominator=(),
    formula=_("tickets created"), prose=_("All tickets, spam and merged ones included."),
    day=_("The day the ticket was created."), excluded=_("Nothing."), source="SOPDesk",
    needs=frozenset(), shown="all", better=0,
)  # fmt: skip

METRICS: Final = (
    CSAT, SLA_REPLY, SLA_NEXT_REPLY, SLA_RESOLUTION, AHT, FCR, ONE_TOUCH, REOPENED, TRANSFERRED, FIRST_REPLY,
    NEXT_REPLY, RESOLUTION, VOLUME,
)  # fmt: skip
# Of a team: what adds up without its histograms.
BY_KEY: Final = {metric.key: metric for metric in (*METRICS, *SCALES)}
# What is read from levels of days, not from sums over them (metrics/backlogs.py).
LEVELS: Final = (BACKLOG,)
