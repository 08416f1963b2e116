"""The tabs of the dashboard, and their figures as files."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from metrics.dashboards import exporting, offering, page, parts, saving, tickets, typed
from metrics.dashboards.filters import DashboardFilter
from metrics.dashboards.lists import ListFilter
from metrics.dashboards.tabs import OVERVIEW, TABS
from metrics.levels import Refused
from metrics.models import Ticket
from metrics.summing import held
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission
from sopdesk.listing import Listing
from sopdesk.listing.downloading import csv_file


@require_safe
@permission_required(Permission.METRICS_READ)
def tab(request: HttpRequest, key: str = "") -> HttpResponse:
    """One tab: its tiles, the trend of a figure, its table, and what other apps add."""
    begin = saving.first_of(signed_in(request)) if not key and not request.GET else None
    if begin is not None:
        return redirect(page.opened(begin))
    with held():
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
        found = exporting.file(asked, chosen, request.GET.dict())
    except Refused:
        return redirect(f"{page.address(asked)}?{request.GET.urlencode()}")  # it says why
    return csv_file(found.name, found.rows)


@require_safe
@permission_required(Permission.METRICS_READ)
def ticket_list(request: HttpRequest) -> HttpResponse:
    """The tickets behind a figure."""
    user, shown = signed_in(request), tickets.list_of(request.GET.get("show", "volume"))
    if not shown:
        raise Http404
    chosen = ListFilter(request.GET, user=user)
    found = tickets.tickets(user, chosen, shown)
    listing: Listing[Ticket] = Listing(
        request.GET, tickets.rows_of(found), sorts=tickets.SORTS, sort="-created"
    )
    context = {"listing": listing, "chosen": chosen, "shown": shown, "choices": tickets.SHOWN}
    context |= {"at": tickets.hour_in_words(chosen), "csv_rows": tickets.CSV_ROWS}
    context |= {"counted": tickets.counted_in(found, chosen, shown), "list": tickets.SHOWN[shown]}
    further = tickets.SHOWN[shown].further
    context |= {"period": chosen.period_now, "query": _shared(request), "further": further and further(user)}
    return render(request, "dashboards/ticket_list.html", context)


@require_safe
@permission_required(Permission.METRICS_READ)
def part(request: HttpRequest, name: str) -> HttpResponse:
    """A part of a tab that reads tickets, and is therefore fetched after the page; by itself without scripts."""
    if name not in parts.LATER:
        raise Http404
    chosen = DashboardFilter(request.GET, user=signed_in(request))
    section = parts.LATER[name](chosen)
    fetched = bool(request.headers.get("HX-Request"))
    shown = section.template if fetched else "dashboards/part.html"
    return render(request, shown, {"section": section.context, "part": section, "period": chosen.period_now})


@require_safe
@permission_required(Permission.METRICS_READ)
def choices(request: HttpRequest, name: str) -> HttpResponse:
    """What a typed choice of the filter is offered: the values with this text in them."""
    if name not in typed.FIELDS:
        raise Http404
    found = offering.matching(signed_in(request), name, request.GET.get(name, ""))
    return render(request, "dashboards/choices.html", {"choices": found})


@require_safe
@permission_required(Permission.METRICS_READ)
def tickets_csv(request: HttpRequest) -> HttpResponseBase:
    """The same list as a file, in the order of the page."""
    user, shown = signed_in(request), tickets.list_of(request.GET.get("show", "volume"))
    if not shown:
        raise Http404
    found = tickets.tickets(user, ListFilter(request.GET, user=user), shown)
    listing: Listing[Ticket] = Listing(request.GET, found, sorts=tickets.SORTS, sort="-created")
    return csv_file(f"tickets-{shown}", tickets.as_table(listing.everything))


def _shared(request: HttpRequest) -> str:
    """The query string without what belongs to one tab."""
    params = request.GET.copy()
    for name in page.OF_A_TAB:
        params.pop(name, None)
    if "scale" in params:
        params["scale"] = str(params["scale"])  # once: a link adds the one that it leads to
    return params.urlencode()
