"""The style guide and what its pages link to, so that the look is tried without the rest of the desk."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from sopdesk.web import errors


def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


urlpatterns = [
    path("", nothing, name="desk"),
    path("search", nothing, name="search_page"),
    path("accounts/", include("allauth.urls")),
    path("", include("sopdesk.web.urls")),
]
handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler429 = errors.too_many_requests
handler500 = errors.server_error
