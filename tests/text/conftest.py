"""The text pipeline by itself: no app's resolver is asked."""

import pytest

from sopdesk.text import references


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(references, "_resolvers", {})
