"""The rule table of reviews: adding, changing and deleting its rows. Each state of a row stays in its history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.documents.models import ReviewRule

if TYPE_CHECKING:
    from sopdesk.accounts.models import User


def add_rule(*, actor: User, **values: Any) -> ReviewRule:
    """Ask for functions where all that is named matches: `kind`, `risk`, `topic`, `audience`, `functions`, `note`."""
    require(actor, Permission.REVIEW_RULES_EDIT)
    with transaction.atomic():
        rule = ReviewRule(**values)
        rule.full_clean()
        _keep(rule, actor)
        record(actor=actor, event=Event.REVIEW_RULE_ADDED, subject=rule, facts=_facts(rule))
        return rule


def change_rule(rule: ReviewRule, *, actor: User, **values: Any) -> ReviewRule:
    """Change a rule. Changes that wait are judged by it from now on, also those approved already."""
    require(actor, Permission.REVIEW_RULES_EDIT, rule)
    with transaction.atomic():
        fresh = ReviewRule.objects.select_for_update().get(pk=rule.pk)
        before = _facts(fresh)
        for name, value in values.items():
            setattr(fresh, name, value)
        fresh.full_clean()
        if _facts(fresh) == before:
            return fresh
        _keep(fresh, actor)
        facts = {**_facts(fresh), "before": before}
        record(actor=actor, event=Event.REVIEW_RULE_CHANGED, subject=fresh, facts=facts)
        return fresh


def delete_rule(rule: ReviewRule, *, actor: User) -> None:
    """Delete a rule; its history keeps it, and `restore_rule` brings it back."""
    require(actor, Permission.REVIEW_RULES_EDIT, rule)
    with transaction.atomic():
        fresh = ReviewRule.objects.select_for_update().get(pk=rule.pk)
        facts = _facts(fresh)
        fresh._history_user = actor  # type: ignore[attr-defined]  # simple_history reads it
        record(actor=actor, event=Event.REVIEW_RULE_DELETED, subject=fresh, facts=facts)
        fresh.delete()


def restore_rule(rule_id: int, *, actor: User) -> ReviewRule:
    """Bring a deleted rule back as it was, under its old number. Raises ReviewRule.DoesNotExist for one never known."""
    require(actor, Permission.REVIEW_RULES_EDIT)
    with transaction.atomic():
        standing = ReviewRule.objects.filter(pk=rule_id).first()
        if standing is not None:
            return standing
        last = ReviewRule.history.filter(id=rule_id).order_by("-history_date", "-history_id").first()
        if last is None:
            raise ReviewRule.DoesNotExist
        rule: ReviewRule = last.instance
        _keep(rule, actor, force_insert=True)
        record(actor=actor, event=Event.REVIEW_RULE_ADDED, subject=rule, facts=_facts(rule))
        return rule


def past(number: int) -> list[Any]:
    """What was done to the rules lately, newest first."""
    rows = ReviewRule.history.select_related("history_user").order_by("-history_date", "-history_id")
    return list(rows[:number])


def _keep(rule: ReviewRule, actor: User, **how: Any) -> None:
    rule._history_user = actor  # type: ignore[attr-defined]  # simple_history reads it
    rule.save(**how)


def _facts(rule: ReviewRule) -> dict[str, Any]:
    names = ("kind", "risk", "topic", "audience", "functions", "note")
    return {name: getattr(rule, name) for name in names}
