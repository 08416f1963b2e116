"""Whom a comment names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopdesk.accounts.models import User
from sopdesk.discussion.mentions import marked, named, offered
from tests import factories

ANA = User(pk=1, name="Ana Lim", email="ana@example.com")
ANA_MARIA = User(pk=2, name="Ana Lim-Sá", email="ana.maria@example.com")
PEOPLE = [ANA, ANA_MARIA]


@pytest.mark.parametrize(
    ("body", "who"),
    [
        ("@Ana Lim, look", [ANA]),
        ("(@ana lim)", [ANA]),
        ("@Ana Lim-Sá!", [ANA_MARIA]),
        ("@ana@example.com and @Ana Lim", [ANA]),
        ("me@Ana Lim", []),
        ("@Ana Limoges", []),
        ("`@Ana Lim`", []),
        ("```\n@Ana Lim\n```", []),
        ("@nobody", []),
        ("@Ana Lim @Ana Lim-Sá", [ANA, ANA_MARIA]),
    ],
)
def test_names_by_example(body: str, who: list[User]) -> None:
    assert named(body, PEOPLE) == who
    assert ("**" in marked(body, PEOPLE)) == bool(who)


@given(st.text(alphabet="@Ana Lim`*\n", max_size=60))
def test_marking_adds_nothing_but_marks(body: str) -> None:
    assert marked(body, PEOPLE).replace("**", "").replace("\\", "") == body.replace("**", "")
    assert marked(body, []) == body


@pytest.mark.django_db
def test_only_readers_of_changes_are_offered_and_twins_by_their_address(
    ana: User, ben: User, dev: User
) -> None:
    twin = factories.user("Ben Okafor", "author", email="other.ben@example.com")
    assert offered("be", besides=ana) == [(ben, ben.email), (twin, twin.email)]
    assert offered("oka", besides=ana) == [(ben, ben.email), (twin, twin.email)]
    assert offered("dev", besides=ana) == []
    assert offered("ana", besides=ana) == []
    twin.is_active = False
    twin.save()
    assert offered("be", besides=ana) == [(ben, "Ben Okafor")]
