"""Another set of addresses, for tests/web/test_quick_tags.py."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path("elsewhere", nothing, name="desk")]
