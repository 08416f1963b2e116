"""A layer above shows something of its own on a page it knows nothing of."""

from __future__ import annotations

from collections import defaultdict

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from sopdesk.accounts.models import User
from sopdesk.documents import panels
from sopdesk.documents.models import Change
from sopdesk.documents.panels import Panel, Slot


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panels, "_makers", defaultdict(list))


def shown(place: str, user: User, **context: object) -> str:
    request = RequestFactory().get("/")
    request.user = user
    return Template("{% panels place %}").render(Context({"request": request, "place": place, **context}))


@pytest.mark.usefixtures("registry")
def test_panels_stand_in_their_order_and_escape_what_they_show() -> None:
    @panels.register(Slot.CHANGE_ASIDE)
    def last(viewer: User, change: Change) -> Panel:
        return Panel("components/callout.html", {"tone": "blue", "text": f"<b>{change.title}</b>"}, order=60)

    @panels.register(Slot.CHANGE_ASIDE)
    def first(viewer: User, change: Change) -> Panel:
        return Panel("components/callout.html", {"tone": "blue", "text": viewer.name}, order=10)

    html = shown("change_aside", User(name="Ana"), change=Change(title="Refunds"))
    assert html.index("Ana") < html.index("&lt;b&gt;Refunds&lt;/b&gt;")


@pytest.mark.usefixtures("registry")
def test_none_shows_nothing_and_other_places_stay_empty() -> None:
    @panels.register(Slot.CHANGE_ASIDE)
    def nothing(viewer: User, change: Change) -> None:
        return None

    assert shown("change_aside", User(name="Ana"), change=Change()) == ""
    assert shown("change_above", User(name="Ana"), change=Change()) == ""


def test_a_place_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        shown("nowhere", User(name="Ana"))
