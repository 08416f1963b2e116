"""The style guide and what its pages link to, so that the look is tried without the rest of the desk."""

from collections import defaultdict
from collections.abc import Iterable

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path

from sopdesk.web import errors
from sopdesk.web.navigation import RAIL


def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


def body(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.POST.get("body", ""))


def whatever_body_is(request: HttpRequest) -> HttpResponse:
    return body(request)


def guarded(request: HttpRequest) -> HttpResponse:
    return redirect_to_login(request.get_full_path())


def stand_ins(names: Iterable[str]) -> list[URLPattern | URLResolver]:
    """An empty page for each of these names, so that the rail is whole."""
    spaces: dict[str, list[URLPattern]] = defaultdict(list)
    for name in names:
        space, _, own = name.rpartition(":")
        spaces[space].append(path(name.replace(":", "/") if space else "", nothing, name=own))
    return [
        path("", include((pages, space), namespace=space) if space else include(pages))
        for space, pages in spaces.items()
    ]


NAMES = [place.name for place in RAIL] + ["search:page", "search:suggest", "knowledgebase:home"]
urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("", include("sopdesk.web.urls")),
    path("body", whatever_body_is),
    path("guarded", guarded),
    *stand_ins(NAMES),
]
handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler429 = errors.too_many_requests
handler500 = errors.server_error
