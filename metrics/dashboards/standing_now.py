"""Open promises as figures: how many are at risk now, how many overdue. Of whatever day, as the lists below the SLA."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any, Final

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metrics import asking, cutting, levels
from metrics.asking import Line, Report
from metrics.cutting import Keys
from metrics.definitions import SLA_RESOLUTION, Metric, Unit
from metrics.dimensions import FILTERS
from metrics.levels import Refused, no
from metrics.models import SlaResult, Ticket
from metrics.reporting import Figure


def _promises(key: str, label: Any, formula: Any) -> Metric:
    return Metric(
        key=key, label=label, unit=Unit.COUNT, numerator=("promises",), denominator=(), formula=formula,
        prose=_("Promises of a first reply, of a further reply and of a resolution together, as they stand below the "
                "SLA. A level of this very moment, whatever days are asked for."),
        day=_("Now."), excluded=_("Nothing."), source="SOPDesk", needs=SLA_RESOLUTION.needs, shown=key, better=-1,
    )  # fmt: skip


AT_RISK: Final = _promises(
    "at_risk",
    _("Promises at risk"),
    _("running, and at most a fifth of the target or half an hour of business time remains"),
)
OVERDUE: Final = _promises("overdue", _("Promises overdue"), _("still open past their due time"))


def _measure(metric: Metric, asked: Report) -> list[Line]:
    """One line for each combination of values that tickets have. One query, and those of labels and SOPs. Raises
    Refused."""
    for key in (*asked.by, *(name.removeprefix(levels.NOT) for name in asked.narrow)):
        if key not in FILTERS:
            raise Refused(no("dimension", key, FILTERS))
    level = levels.labelled_level(Ticket, asked.user, asked.by, levels.wanted(asked.narrow))
    counted: Counter[Keys] = Counter() if asked.by else Counter({(): 0})
    names: dict[Keys, dict[str, str]] = {(): {}}
    columns = [f"ticket__{column}" for column in cutting.columns(level, asked.by)]
    found = _open(metric).filter(ticket__in=level.rollups.values("pk")).order_by()
    for counts in found.values("metric", *columns).annotate(n=Count("pk")):
        row = {name.removeprefix("ticket__"): value for name, value in counts.items()}
        for keys, said in cutting.cut(level, asked.by, row):
            counted[keys] += row["n"]
            names.setdefault(keys, said)
    return [
        Line(dict(zip(asked.by, keys, strict=True)), Figure(metric, n, n), names[keys])
        for keys, n in sorted(counted.items())
    ]


def _open(metric: Metric) -> QuerySet[SlaResult]:
    now = timezone.now()
    return SlaResult.objects.at_risk(now) if metric is AT_RISK else SlaResult.objects.overdue(now)


for _each in (AT_RISK, OVERDUE):
    asking.register(_each, partial(_measure, _each))
