"""Times are shown in the zone of whoever looks."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone


class ViewersZone:
    """Middleware: the person's own zone, or the reporting zone for everybody else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = getattr(request.user, "time_zone", "") or settings.REPORTING_TIME_ZONE
        with timezone.override(ZoneInfo(name)):
            return self.get_response(request)
