"""Whoever looks is themselves on a page, not a proxy, and the proxies that others laid around them were asked."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from sopdesk.accounts.models import User
from sopdesk.web.zones import ViewersZone


def test_who_looks_is_asked_for_once_by_each_proxy() -> None:
    asked: list[str] = []
    ana = User(name="Ana", time_zone="Asia/Tokyo")

    def of_session() -> User:
        asked.append("session")
        return ana

    def of_log() -> User:
        asked.append("log")
        return SimpleLazyObject(of_session)  # type: ignore[return-value]

    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse(f"{request.user is ana} {timezone.get_current_timezone_name()}")

    request = RequestFactory().get("/")
    request.user = SimpleLazyObject(of_log)  # type: ignore[assignment]
    assert ViewersZone(page)(request).content == b"True Asia/Tokyo"
    assert sorted(asked) == ["log", "session"]
