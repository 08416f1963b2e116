"""The search page, what opens under the search box while typing, and the note of what was opened.

Everybody may search; who is not signed in finds what is public.
"""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from sopdesk.search.asking import LENGTH_MAX
from sopdesk.search.forms import OpenedForm
from sopdesk.search.remembering import remember
from sopdesk.search.searching import search

SUGGESTIONS = 7
PAGES_MAX = 50


@require_safe
@cache_control(private=True, no_cache=True)
def page(request: HttpRequest) -> HttpResponse:
    """Results, a page at a time; the address says all, so it can be kept and sent."""
    typed, number = request.GET.get("q", ""), _page_number(request)
    results = search(typed, viewer=request.user, kind=request.GET.get("kind", ""), page=number)
    asked_id = uuid.uuid4()
    if results.asked.text and number == 1:
        remember(
            asked_id, results.asked.text, viewer=request.user, kind=results.kind, documents=results.total
        )
    layout = "base.html" if request.user.is_authenticated else "public.html"
    context = {"results": results, "asked_id": asked_id, "layout": layout, "length_max": LENGTH_MAX}
    return render(request, "search/search_page.html", context)


@require_safe
@cache_control(private=True, no_cache=True)
def suggest(request: HttpRequest) -> HttpResponse:
    """The best few while a person types."""
    results = search(request.GET.get("q", ""), viewer=request.user, size=SUGGESTIONS, typing=True)
    return render(request, "search/search_suggest.html", {"results": results, "asked_id": uuid.uuid4()})


@require_POST
def opened(request: HttpRequest) -> HttpResponse:
    """Note that a result was opened; what makes no sense is not noted, and nobody is bothered with it."""
    form = OpenedForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        remember(
            told["asked"],
            told["q"],
            viewer=request.user,
            kind=told["kind"],
            documents=told["documents"],
            opened=(told["opened_kind"], told["opened_key"]),
        )
    return HttpResponse(status=204)


def _page_number(request: HttpRequest) -> int:
    number = request.GET.get("page", "1")
    return (
        min(max(int(number), 1), PAGES_MAX)
        if number.isascii() and number.isdigit() and len(number) < 4
        else 1
    )
