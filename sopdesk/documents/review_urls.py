"""Addresses of reviewing: who reviews, what is signed, the rules; and the pages of people from outside."""

from __future__ import annotations

from django.urls import path

from sopdesk.documents.views import change_list, outside, reviewers, rules, signing

reviews = [
    path("changes", change_list.change_list, name="list"),
    path("changes/<int:pk>/approve", signing.change_approve, name="approve"),
    path("changes/passkey", signing.passkey_challenge, name="passkey"),
    path("changes/<int:change_id>/since/<int:pk>", signing.change_since, name="since"),
    path("changes/<int:pk>/ask", reviewers.reviewer_ask, name="ask"),
    path("changes/<int:change_id>/asked/<int:pk>/release", reviewers.reviewer_release, name="release"),
    path("changes/<int:pk>/claim", reviewers.change_claim, name="claim"),
    path("changes/<int:pk>/let-go", reviewers.change_let_go, name="let_go"),
    path("changes/<int:pk>/hand-on", reviewers.change_hand_on, name="hand_on"),
    path("changes/<int:pk>/due", reviewers.change_due, name="due"),
    path("changes/<int:pk>/invite", reviewers.outsider_invite, name="invite"),
    path("changes/<int:change_id>/outside/<int:pk>/revoke", reviewers.outsider_revoke, name="revoke"),
    path("review-rules", rules.rule_list, name="rules"),
    path("review-rules/add", rules.rule_add, name="rule_add"),
    path("review-rules/<int:pk>", rules.rule_edit, name="rule_edit"),
    path("review-rules/<int:pk>/delete", rules.rule_delete, name="rule_delete"),
    path("review-rules/<int:pk>/restore", rules.rule_restore, name="rule_restore"),
]

outsiders = [
    path("review/done", outside.done, name="done"),
    path("review/<str:token>", outside.read, name="read"),
    path("review/<str:token>/code", outside.code, name="code"),
    path("review/<str:token>/confirm", outside.confirm, name="confirm"),
    path("review/<str:token>/approve", outside.approve, name="approve"),
    path("review/<str:token>/request-changes", outside.request_changes, name="request_changes"),
]
