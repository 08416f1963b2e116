"""The tabs of the dashboard, and their figures as files."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from metrics.dashboards import exporting, page, saving
from metrics.dashboards.filters import DashboardFilter
from metrics.dashboards.tabs import OVERVIEW, TABS
from metrics.levels import Refused
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission


@require_safe
@permission_required(Permission.METRICS_READ)
def tab(request: HttpRequest, key: str = "") -> HttpResponse:
    """One tab: its tiles, the trend of a figure, its table, and what other apps add."""
    begin = saving.first_of(signed_in(request)) if not key and not request.GET else None
    if begin is not None:
        return redirect(page.opened(begin))
    chosen = DashboardFilter(request.GET, user=signed_in(request))
    context = page.context(TABS[key], chosen, request.GET.dict(), _shared(request))
    return render(request, "dashboards/tab.html", context)


@require_safe
@permission_required(Permission.METRICS_READ)
def figures_csv(request: HttpRequest) -> HttpResponseBase:
    """The tiles, the trend or the table of a tab as a file."""
    chosen = DashboardFilter(request.GET, user=signed_in(request))
    asked = TABS.get(request.GET.get("tab", ""), OVERVIEW)
    try:
        name, lines = exporting.file(asked, chosen, request.GET.dict())
    except Refused:
        return redirect(f"{page.address(asked)}?{request.GET.urlencode()}")  # it says why
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _shared(request: HttpRequest) -> str:
    """The query string without what belongs to one tab."""
    params = request.GET.copy()
    for name in page.OF_A_TAB:
        params.pop(name, None)
    return params.urlencode()
