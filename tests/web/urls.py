"""The style guide and what its pages link to, so that the look is tried without the rest of the desk."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path

from sopdesk.web import errors
from sopdesk.web.navigation import RAIL


def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


def stand_in(name: str) -> URLPattern | URLResolver:
    """An empty page with this name, so that the rail is whole."""
    space, _, own = name.rpartition(":")
    page = path(name.replace(":", "/") if space else "", nothing, name=own)
    return path("", include(([page], space), namespace=space)) if space else page


NAMES = [place.name for place in RAIL] + ["search:page", "knowledgebase:home"]
urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("", include("sopdesk.web.urls")),
    *[stand_in(name) for name in NAMES],
]
handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler429 = errors.too_many_requests
handler500 = errors.server_error
