"""After how long half of the tickets are solved, as a figure: the median of the curve that the tab of speed draws."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from metrics import asking
from metrics.asking import Line, Report
from metrics.dashboards import waiting
from metrics.definitions import BACKLOG, SLA_RESOLUTION, Metric, Unit
from metrics.levels import Refused
from metrics.reporting import Figure

TIME_TO_SOLVE: Final = Metric(
    key="time_to_solve", label=_("Time to solve, open tickets included"), unit=Unit.SECONDS, numerator=(),
    denominator=("created_n",), formula=_("after how long half of the tickets are solved (Kaplan–Meier)"),
    prose=_("A median of solved tickets alone is too short: the slow ones are still open. Here an open ticket counts "
            "as long as its source has told of it. Not shown for fewer than 20 tickets, and not told while fewer than "
            "half are solved."),
    day=_("The day the ticket was created."),
    excluded=BACKLOG.excluded,
    source="E. L. Kaplan and P. Meier, JASA 53 (1958); statsmodels", needs=SLA_RESOLUTION.needs, shown="", better=-1,
    least=waiting.LEAST,
)  # fmt: skip


def measure(asked: Report) -> list[Line]:
    """The median of the curve, as one line. Raises Refused."""
    if asked.by:
        raise Refused(
            gettext("The time to solve is told of all tickets together. Narrow it by filters instead.")
        )
    found = waiting.of_however_few(asked, waiting.told(timezone.now()))
    figure = Figure(TIME_TO_SOLVE, None, found.n if found else 0, excluded=None, not_measured=None)
    if found is None:
        return [Line({}, figure)]
    if found.n < waiting.LEAST:
        return [Line({}, replace(figure, is_small=True))]
    low, high = found.between
    told = replace(figure, value=found.median, low=low, high=high)
    return [Line({}, told, beside={"unsolved_yet": found.open_n})]


asking.register(TIME_TO_SOLVE, measure)
