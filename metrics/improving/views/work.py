"""Where to work next: labels ranked, drawn and listed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from metrics import aliases
from metrics.improving import behind, ranking, scopes
from metrics.improving.definitions import FACTORS, FORMULA, LEVER, LEVERS, PROSE
from metrics.improving.filters import WorkFilter
from metrics.improving.models import Initiative
from metrics.improving.places import tabs
from metrics.improving.scopes import Scope
from metrics.improving.states import State
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, allows


@require_safe
@permission_required(Permission.METRICS_READ)
def work(request: HttpRequest) -> HttpResponse:
    """The picture, the table beside it, and how it is worked out."""
    user = signed_in(request)
    chosen = WorkFilter(request.GET, user=user)
    period, lever = chosen.period_chosen(), chosen.chosen("lever")
    found = ranking.ranked(chosen.narrow(), period, user, timezone.localdate(), scale=chosen.chosen("scale"))
    rows = [row for row in found if not lever or lever in row.levers]
    sort = request.GET.get("sort", "-priority")
    running = _running(user, [row.label for row in rows], scopes.chosen_in(chosen))
    context = {
        "chosen": chosen, "period": period, "formula": FORMULA, "prose": PROSE, "factors": FACTORS, "levers": LEVERS,
        "rows": [(row, [LEVER[key] for key in row.levers], running.get(row.label), behind.ways(row, chosen, period))
                 for row in ranking.ordered(rows, sort)],
        "sort": sort, "heads": ranking.heads(sort), "drawing": ranking.drawing(rows),
        "ranked": sum(row.priority is not None for row in rows), "tabs": tabs("work"),
        "csat": found[0].csat.metric if found else None, "may_edit": allows(user, Permission.INITIATIVE_EDIT),
    }  # fmt: skip
    return render(request, "metrics/improving/work.html", context)


def _running(user: User, labels: list[str], scope: Scope) -> dict[str, Initiative]:
    """The open initiative of each label that is of the same tickets as the row. One query."""
    open_ = Initiative.objects.visible_to(user).exclude(state__in=[State.DONE, State.DROPPED])
    names = aliases.names()
    found = open_.filter(label__in=names.spelled(labels))
    return {names.meant(one.label): one for one in found if scope.is_of(one)}
