"""Times are shown in the zone of whoever looks."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.middleware import get_user
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject


class ViewersZone:
    """Middleware: the person's own zone, or the reporting zone for everybody else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Every page asks who looks, hundreds of times: from here on it asks them, not a proxy for them.
        if isinstance(request.user, SimpleLazyObject):
            request.user = get_user(request)
        name = getattr(request.user, "time_zone", "") or settings.REPORTING_TIME_ZONE
        with timezone.override(ZoneInfo(name)):
            return self.get_response(request)
