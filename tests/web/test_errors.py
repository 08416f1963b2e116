"""Error pages stand when nothing else does."""

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from sopdesk.web import errors
from tests.web import pseudo


@pytest.fixture
def request_(rf: RequestFactory) -> HttpRequest:
    """A post of somebody's words; neither session nor user hang on it."""
    return rf.post(
        "/changes/7", {"body": "Refund within <30> days", "password": "s3cret", "otp_code": "123456"}
    )


def pages(request: HttpRequest) -> dict[int, HttpResponse]:
    """Every error page. pytest-django refuses the database to a test that did not ask for it."""
    return {
        400: errors.bad_request(request),
        403: errors.permission_denied(request, PermissionDenied("Not your team's.")),
        404: errors.page_not_found(request),
        413: errors.bad_request(request, RequestDataTooBig("too big")),
        429: errors.too_many_requests(request),
        500: errors.server_error(request),
        503: errors.unavailable(request),
    }


@pytest.mark.parametrize("status", [400, 403, 404, 413, 429, 500, 503])
def test_each_error_page_stands_without_a_database(request_: HttpRequest, status: int) -> None:
    response = pages(request_)[status]
    html = response.content.decode()
    assert response.status_code == status
    assert '<main id="main"' in html
    assert "<h1>" in html
    assert "css/sopdesk.css" in html


@pytest.mark.parametrize("status", [400, 403, 404, 413, 429, 500, 503])
def test_error_pages_speak_the_readers_language(request_: HttpRequest, status: int) -> None:
    with pseudo.language():
        html = pages(request_)[status].content.decode()
    assert pseudo.untranslated(html) == []


def test_what_was_typed_comes_back_escaped_and_without_secrets(request_: HttpRequest) -> None:
    html = errors.server_error(request_).content.decode()
    assert "Refund within &lt;30&gt; days" in html
    assert "s3cret" not in html
    assert "123456" not in html


def test_a_lost_database_is_503_and_asks_to_wait(request_: HttpRequest) -> None:
    try:
        raise OperationalError("connection refused")
    except OperationalError:
        response = errors.server_error(request_)
    assert response.status_code == 503
    assert response["Retry-After"] == "30"


def test_hidden_and_missing_give_the_same_words(rf: RequestFactory) -> None:
    hidden = errors.page_not_found(rf.get("/sops/SOP-0042"), PermissionDenied("SOP-0042 is for Harbor"))
    missing = errors.page_not_found(rf.get("/sops/SOP-9999"))
    assert hidden.content == missing.content


def test_a_page_that_fails_shows_the_500_page(alone: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(request: HttpRequest) -> HttpResponse:
        raise OperationalError("the database went away")

    monkeypatch.setattr("tests.web.urls.body", fails)
    response = Client(raise_request_exception=False).get("/body")
    assert response.status_code == 503
    assert "not reachable" in response.content.decode()


def test_too_large_a_form_is_413(alone: None) -> None:
    response = Client().post(
        "/body", {"text": "x" * 1_100_000}, content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 413
