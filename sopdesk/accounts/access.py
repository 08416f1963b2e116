"""The guard at a view's door: who is not signed in is asked to, who may not gets the same 404 as for nothing."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase

from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, allows

View = Callable[..., HttpResponseBase]


def permission_required(permission: Permission) -> Callable[[View], View]:
    """Let a view be reached only by those granted `permission`. Hidden is 404: it must not tell that it is there."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not allows(request.user, permission):
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def signed_in(request: HttpRequest) -> User:
    """The person of a guarded request. Raises Http404 when nobody is signed in: the guard was forgotten."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user
