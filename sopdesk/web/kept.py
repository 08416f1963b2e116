"""What a person typed into a form that could not be taken, to be shown back to them and never thrown away."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.shortcuts import resolve_url
from django.template import loader

from sopdesk.web.navigation import theme_of

# Never shown back: a page may stand open in a shared room.
SECRET = ("password", "csrf", "token", "code", "otp", "secret", "credential")
NOT_TYPED = ("next", "revision", "theme", "language")


@dataclass(frozen=True)
class Kept:
    """One field as it was sent."""

    name: str
    value: str

    @property
    def lines(self) -> int:
        """How tall to show it."""
        return min(20, max(1, self.value.count("\n") + 1 + len(self.value) // 100))


def kept_fields(request: HttpRequest) -> list[Kept]:
    """The text fields of a POST, in their order, without secrets; empty for what cannot be read."""
    if request.method != "POST":
        return []
    try:
        sent = request.POST
    except (SuspiciousOperation, MultiPartParserError, UnreadablePostError):
        return []
    return [
        Kept(name, value)
        for name, values in sent.lists()
        for value in values
        if str(value).strip() and not _is_secret(name) and name not in NOT_TYPED
    ]


def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in SECRET)


def session_over(request: HttpRequest) -> HttpResponse:
    """403 with what was typed, and the way back to the page it was typed on."""
    context = {"theme": theme_of(request), "fields": kept_fields(request), "login_url": _login_url(request)}
    return HttpResponse(loader.get_template("403_csrf.html").render(context), status=403)


def _login_url(request: HttpRequest) -> str:
    page = urlsplit(request.headers.get("Referer", ""))
    same_place = page.netloc == request.META.get("HTTP_HOST", "") and page.path.startswith("/")
    back = f"?{urlencode({'next': page.path})}" if same_place else ""
    return f"{resolve_url(settings.LOGIN_URL)}{back}"


class TypedTextIsKept:
    """Middleware: when a POST is sent to the log-in because its session is over, show what was typed instead.

    A redirect would throw the text away.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method != "POST" or response.status_code != 302 or request.user.is_authenticated:
            return response
        target = urlsplit(response["Location"])
        if target.path != resolve_url(settings.LOGIN_URL) or "next" not in parse_qs(target.query):
            return response
        return session_over(request)
