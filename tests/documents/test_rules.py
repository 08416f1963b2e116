"""The page of review rules: everybody who reviews reads it, administrators keep it, and nothing done there is lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from sopdesk.accounts.models import User
from sopdesk.audit.models import Entry
from sopdesk.documents import ruling
from sopdesk.documents.models import ReviewRule

pytestmark = pytest.mark.django_db
SENT = {"kind": "sop", "risk": "high", "topic": "", "audience": "", "functions": ["legal"], "note": "Costly."}


@pytest.fixture
def admin(hal: User, as_person: Any) -> Client:
    browser: Client = as_person(hal)
    return browser


@pytest.fixture
def rule(hal: User) -> ReviewRule:
    return ruling.add_rule(actor=hal, topic="refunds", functions=["product"], note="Money.")


def test_a_rule_is_added_changed_deleted_and_brought_back(admin: Client) -> None:
    before = set(ReviewRule.objects.values_list("pk", flat=True))
    assert admin.post(reverse("changes:rule_add"), SENT).url == reverse("changes:rules")
    rule = ReviewRule.objects.exclude(pk__in=before).get()
    changed = {**SENT, "functions": ["legal", "product"]}
    assert admin.post(reverse("changes:rule_edit", args=[rule.pk]), changed).status_code == 302
    page = admin.get(reverse("changes:rule_delete", args=[rule.pk])).content.decode()
    assert "Delete the rule" in page
    assert admin.post(reverse("changes:rule_delete", args=[rule.pk])).status_code == 302
    assert not ReviewRule.objects.filter(pk=rule.pk).exists()
    assert "Bring back" in admin.get(reverse("changes:rules")).content.decode()
    assert admin.post(reverse("changes:rule_restore", args=[rule.pk])).status_code == 302
    assert sorted(ReviewRule.objects.get(pk=rule.pk).functions) == ["legal", "product"]
    events = Entry.objects.filter(event__startswith="review_rule:").values_list("event", flat=True)
    assert sorted(events) == [
        "review_rule:added", "review_rule:added", "review_rule:changed", "review_rule:deleted",
    ]  # fmt: skip


def test_the_history_names_who_did_what(rule: ReviewRule, hal: User, admin: Client) -> None:
    ruling.change_rule(rule, actor=hal, functions=["legal"])
    past = ReviewRule.history.filter(id=rule.pk)
    assert [(row.history_type, row.history_user) for row in past] == [("~", hal), ("+", hal)]
    assert "Hal Berg" in admin.get(reverse("changes:rules")).content.decode()


def test_saving_a_rule_as_it_was_records_nothing(rule: ReviewRule, hal: User) -> None:
    before = Entry.objects.count()
    ruling.change_rule(rule, actor=hal, note="Money.")
    assert Entry.objects.count() == before


@pytest.mark.parametrize(
    "sent",
    [{"functions": []}, {"functions": ["pope"]}, {"topic": "two words"}, {"kind": "poem"}, {"note": "\x00"}],
)
def test_a_rule_that_makes_no_sense_comes_back(admin: Client, sent: dict[str, Any]) -> None:
    before = ReviewRule.objects.count()
    answer = admin.post(reverse("changes:rule_add"), {**SENT, **sent})
    assert answer.status_code == 422
    assert "Costly." in answer.content.decode() or "note" in sent
    assert ReviewRule.objects.count() == before


def test_reviewers_read_the_rules_and_change_none(rule: ReviewRule, ben: User, as_person: Any) -> None:
    page = as_person(ben).get(reverse("changes:rules")).content.decode()
    assert "Money." in page
    assert "Delete…" not in page
    for verb in (
        lambda: ruling.add_rule(actor=ben, functions=["legal"]),
        lambda: ruling.change_rule(rule, actor=ben, note=""),
        lambda: ruling.delete_rule(rule, actor=ben),
        lambda: ruling.restore_rule(rule.pk, actor=ben),
    ):
        with pytest.raises(PermissionDenied):
            verb()


def test_bringing_back_what_is_there_or_never_was(rule: ReviewRule, hal: User, admin: Client) -> None:
    assert ruling.restore_rule(rule.pk, actor=hal) == rule
    assert admin.post(reverse("changes:rule_restore", args=[999_999])).status_code == 404


def test_a_desk_begins_with_rules(db: None) -> None:
    assert ReviewRule.objects.filter(kind="sop", risk="high").exists()
