"""Error pages. They need no database and no context processor, so that they stand when the rest does not.

The root URLconf names them as its handlers; settings name `csrf_failure` as CSRF_FAILURE_VIEW.
Every page says what happened, that nothing was lost, and what to do. What does not exist and what is hidden
give the same 404, which repeats nothing of the address asked for.
"""

import sys
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader

from sopdesk.web.kept import kept_fields, session_over
from sopdesk.web.navigation import theme_of

RETRY_AFTER_SECONDS = 30
TOO_BIG = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
UNREACHABLE = (OperationalError, InterfaceError)


def error_page(request: HttpRequest, status: int, **context: Any) -> HttpResponse:
    """The page of one status, rendered without a request context."""
    html = loader.get_template(f"{status}.html").render({"theme": theme_of(request), **context})
    return HttpResponse(html, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400; or 413 when the request was refused for its size."""
    return error_page(request, 413 if isinstance(exception, TOO_BIG) else 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403, for a person who may see a thing but not do this with it."""
    return error_page(request, 403, reason=str(exception or ""))


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, word for word the same for what is hidden and for what does not exist; with what was typed, since a
    colleague may have taken away what it was meant for."""
    return error_page(request, 404, fields=kept_fields(request))


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """429; allauth calls it for too many tries to log in."""
    return _later(error_page(request, 429, fields=kept_fields(request)))


def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503 when what failed is the way to the database."""
    if isinstance(sys.exc_info()[1], UNREACHABLE):
        return unavailable(request)
    return error_page(request, 500, fields=kept_fields(request), request_id=_request_id(request))


def unavailable(request: HttpRequest) -> HttpResponse:
    """503, with what was typed."""
    return _later(error_page(request, 503, fields=kept_fields(request)))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose session is over: shows what was typed, so that it can be copied."""
    return session_over(request)


def _later(response: HttpResponse) -> HttpResponse:
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _request_id(request: HttpRequest) -> str:
    return str(getattr(request, "id", "") or request.headers.get("X-Request-ID", ""))[:64]
