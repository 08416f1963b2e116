"""Times are shown in the zone of whoever looks."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject


class ViewersZone:
    """Middleware: the person's own zone, or the reporting zone for everybody else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.user = _themselves(request.user)
        name = getattr(request.user, "time_zone", "") or settings.REPORTING_TIME_ZONE
        with timezone.override(ZoneInfo(name)):
            return self.get_response(request)


def _themselves(user: Any) -> Any:
    """Who looks, not a proxy for them: a page asks them hundreds of times. The log's is asked once."""
    while isinstance(user, SimpleLazyObject):
        _ = user.is_authenticated  # looks them up
        user = vars(user)["_wrapped"]
    return user
