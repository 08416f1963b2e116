"""Pages of the desk that belong to no app."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from metrics.movers import movers
from metrics.reporting import mature_until
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, Role, allows
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
    person, now = request.user, timezone.now()
    context = {
        "greeting": desk.greeting(person, now),
        "tasks": desk.waiting_for(person),
        "news": desk.came_in_force(person, now),
        "coming": desk.coming(person, now),
        "is_agent": person.roles == [Role.AGENT],
        "has_tasks_card": person.roles != [Role.AGENT] and person.roles != [Role.LEAD],
        "may_write": allows(person, Permission.CHANGE_EDIT),
        "may_import": allows(person, Permission.TICKETS_IMPORT),
    }
    if allows(person, Permission.METRICS_READ):
        context |= {
            "tiles": desk.headlines(person),
            "mature_until": mature_until(),
            "movers": movers(person, timezone.localdate())[: desk.ROWS],
        }
    return render(request, "web/desk.html", context)
