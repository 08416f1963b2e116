"""The list of changes: what each needs, narrowed by every filter, in a fixed number of queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sopdesk.accounts.models import User
from sopdesk.documents import assigning, editing, reviewing
from sopdesk.documents.models import Change, Document, ReviewRule

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewer(ben: User, as_person: Any) -> Client:
    browser: Client = as_person(ben)
    return browser


def titles(browser: Client, **asked: object) -> list[str]:
    page = browser.get(reverse("changes:list"), asked)
    return sorted(row.title for row, _needs in page.context["rows"] if row.state != "published")


@pytest.fixture
def several(refunds: Document, ana: User, ben: User, carla: User) -> dict[str, Change]:
    """Changes in review: late, soon, by another author, for Compliance, claimed."""
    made = {}
    ReviewRule.objects.create(topic="dsar", functions=["compliance"])
    for name in ("late", "soon", "dsar", "claimed"):
        item = editing.start_change(refunds, actor=ana, title=name)
        data = {"risk": "low", "labels": [], "topics": ["dsar"] if name == "dsar" else []}
        editing.save_draft(item, revision=item.revision, actor=ana, body=f"Text {name}.", data=data)
        made[name] = reviewing.propose(item.change, actor=ana)
    assigning.set_due(made["soon"], due_on=timezone.localdate() + timedelta(days=1), actor=ana)
    Change.objects.filter(pk=made["late"].pk).update(due_on=timezone.localdate() - timedelta(days=1))
    assigning.claim(made["claimed"], actor=carla)
    return made


FILTERS: list[tuple[dict[str, str], list[str]]] = [
    ({"waiting": "me"}, ["late", "soon"]),
    ({"waiting": "mine"}, []),
    ({"due": "overdue"}, ["late"]),
    ({"due": "soon"}, ["soon"]),
    ({"due": "dated"}, ["late", "soon"]),
    ({"function": "compliance"}, ["dsar"]),
    ({"function": "legal"}, []),
    ({"kind": "sop", "state": "in_review"}, ["claimed", "dsar", "late", "soon"]),
    ({"kind": "macro"}, []),
    ({"due": "tomorrow", "kind": "poem", "function": "pope"}, ["claimed", "dsar", "late", "soon"]),
]


def test_each_filter(reviewer: Client, several: dict[str, Change]) -> None:
    for asked, found in FILTERS:
        assert titles(reviewer, **asked) == found, asked


def test_what_waits_for_whom(several: dict[str, Change], ana: User, carla: User, as_person: Any) -> None:
    assert titles(as_person(carla), waiting="me") == ["claimed", "dsar", "late", "soon"]
    assert titles(as_person(ana), waiting="mine") == ["claimed", "dsar", "late", "soon"]
    assert titles(as_person(ana), waiting="me") == []


def test_the_row_says_what_is_needed_and_how_late_it_is(reviewer: Client, several: dict[str, Change]) -> None:
    page = reviewer.get(reverse("changes:list"), {"state": "in_review"}).content.decode()
    for words in ("Compliance", "one reviewer", "overdue since", "Carla Weiss</bdi> reviews it"):
        assert words in page


def test_sorted_by_due_date_with_the_undated_last(reviewer: Client, several: dict[str, Change]) -> None:
    page = reviewer.get(reverse("changes:list"), {"state": "in_review", "sort": "due"})
    assert [row.title for row, _needs in page.context["rows"]][:2] == ["late", "soon"]


def test_as_many_queries_for_many_changes_as_for_few(
    reviewer: Client, several: dict[str, Change], refunds: Document, ana: User,
    django_assert_num_queries: Any, django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    with django_assert_max_num_queries(16) as few:
        reviewer.get(reverse("changes:list"))
    for n in range(6):
        item = editing.start_change(refunds, actor=ana, title=f"More {n}")
        editing.save_draft(item, revision=item.revision, actor=ana, body=f"More {n}.")
        reviewing.propose(item.change, actor=ana)
    with django_assert_num_queries(len(few)):
        reviewer.get(reverse("changes:list"))
