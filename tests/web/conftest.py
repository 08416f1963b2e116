"""The look on its own: the style guide's addresses, and a person who needs no database."""

from collections.abc import Callable

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from pytest_django import Settings

from sopdesk.accounts.models import User


class SomebodySignedIn:
    """Middleware: Ana with every role there is, in no database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        roles = ["author", "administrator", "analyst", "compliance_officer"]
        request.user = User(name="Ana Lim", email="ana@example.com", roles=roles, time_zone="Europe/Dublin")
        return self.get_response(request)


@pytest.fixture
def alone(settings: Settings) -> None:
    """The addresses of tests/web/urls.py instead of the whole desk's, English and a right-to-left language."""
    settings.ROOT_URLCONF = "tests.web.urls"
    settings.LANGUAGES = [("en", "English"), ("ar", "العربية")]


@pytest.fixture
def signed_in(alone: None, settings: Settings) -> Client:
    """A browser of Ana's that never asks the database."""
    place = settings.MIDDLEWARE.index("django.contrib.auth.middleware.AuthenticationMiddleware") + 1
    mine = "tests.web.conftest.SomebodySignedIn"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE[:place], mine, *settings.MIDDLEWARE[place:]]
    return Client()
