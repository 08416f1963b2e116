"""Pages of the desk that belong to no app."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from sopdesk.accounts.models import User
from sopdesk.web import desk
from sopdesk.web.navigation import THEME_COOKIE, THEMES

YEAR = 365 * 24 * 3600


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep the theme in a cookie, so that the next page arrives in it, without a flash and without a log-in."""
    target = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    response = redirect(target if safe else "/")
    theme = request.POST.get("theme", "auto")
    if theme in THEMES:
        response.set_cookie(THEME_COOKIE, theme, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return response


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The person's desk; who is not signed in reads the help center."""
    if not isinstance(request.user, User):
        return redirect("knowledgebase:home")
    return render(request, "web/desk.html", desk.cards(request.user, timezone.now()))
