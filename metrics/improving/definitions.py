"""How labels are ranked, and what could help them: data, from which the page and its explanation are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from metrics.definitions import BY_KEY


@dataclass(frozen=True)
class Factor:
    """One factor of the product. `least`: with fewer measured than this, the label is not ranked."""

    key: str
    label: str | Promise
    formula: str | Promise
    least: int


@dataclass(frozen=True)
class Lever:
    """What could help. `colour` and `symbol` draw it: never colour alone."""

    key: str
    label: str | Promise
    meaning: str | Promise
    colour: str
    symbol: str
    icon: str


HALF: Final = 0.5
HOURS: Final = Factor(
    "hours", _("Agent-hours a week"),
    _("handle time ÷ tickets with a handle time × all tickets, a week: where some tickets were not measured, they are "
      "taken to take as long as the others"), 30,
)  # fmt: skip
DISSATISFACTION: Final = Factor(
    "dissatisfaction", _("Dissatisfied"),
    _("(answers that are not satisfied + ½) ÷ (answers + 1), of all labels on one scale: the one with most answers, or "
      "the one that you choose"), 20,
)  # fmt: skip
REOPENS: Final = Factor(
    "reopens", _("Reopened"), _("(reopened within 7 days + ½) ÷ (solved and mature + 1)"), 30
)
FACTORS: Final = (HOURS, DISSATISFACTION, REOPENS)
FORMULA: Final = _("agent-hours a week × share dissatisfied × share reopened")
PROSE: Final = _(
    "It asks where work goes that leaves customers unhappy and comes back. The ½ keeps a share of none from hiding a "
    "label. A label of which a factor is not measured, or of too few tickets, is not ranked; it stands below, and says "
    "why. A ticket with two labels counts in both. Ranges are 95 % intervals; that of the hours is AHT’s, times the "
    "contacts there were."
)

AUTOMATION_SECONDS: Final = 360
AUTOMATION_ONE_TOUCH: Final = 0.6
AUTOMATION_WEEKLY: Final = 20
AUTOMATION_CSAT: Final = 0.8

LEVERS: Final = (
    Lever("no_sop", _("No SOP"), _("No SOP in force that you may read governs the label."),
          "--red", "triangle", "list-check"),
    Lever("stale_sop", _("Stale SOP"), _("An SOP that governs it is past its review date."),
          "--amber", "diamond", "alert-triangle"),
    Lever("no_article", _("No article"), _("No help article refers to the label or to an SOP that governs it."),
          "--blue", "rect", "book-2"),
    Lever("no_macro", _("No macro"), _("No macro is for the label."), "--green", "roundRect", "message-2"),
    Lever("automation", _("Automation"),
          _("A candidate: handled in under 6 minutes on average, 60 % or more solved with at most one reply, 20 "
            "tickets a week or more, and CSAT of 80 % or more. Where replies are not counted it is no candidate."),
          "--accent", "arrow", "refresh"),
    Lever("none", _("None of these"), _("The rule, the article and the words are there: look at how it is followed."),
          "--neutral", "circle", "circle-dot"),
)  # fmt: skip
LEVER: Final = {lever.key: lever for lever in LEVERS}

# What an initiative may aim at: figures with an interval, so that an effect can be told from chance.
AIMS: Final = (
    "csat",
    "aht",
    "reopened",
    "sla_reply",
    "sla_resolution",
    "first_reply",
    "resolution",
    "fcr",
    "one_touch",
    "volume",
)


def aims() -> tuple[str, ...]:
    """The keys of the metrics that an initiative may aim at."""
    return tuple(key for key in AIMS if key in BY_KEY)
