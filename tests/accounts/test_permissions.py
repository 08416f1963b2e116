"""The permission table allows what it says, and nothing to whoever is not there."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import GRANTS, Permission, Role, allows, granted, require


def test_every_role_has_its_line() -> None:
    assert set(GRANTS) == set(Role)


def test_permissions_are_sorted_and_say_thing_and_action() -> None:
    values = [permission.value for permission in Permission]
    assert values == sorted(values)
    assert all(value.count(":") == 1 for value in values)


def test_only_writers_edit_and_only_reviewers_approve() -> None:
    assert {role for role in Role if Permission.CHANGE_EDIT in GRANTS[role]} == {Role.AUTHOR}
    assert {role for role in Role if Permission.CHANGE_APPROVE in GRANTS[role]} == {
        Role.REVIEWER,
        Role.COMPLIANCE_OFFICER,
    }
    assert {role for role in Role if Permission.PEOPLE_EDIT in GRANTS[role]} == {Role.ADMINISTRATOR}


def test_roles_add_up_and_an_unknown_one_adds_nothing() -> None:
    both = granted(["author", "reviewer"])
    assert both == GRANTS[Role.AUTHOR] | GRANTS[Role.REVIEWER]
    assert granted(["emperor"]) == frozenset()


def test_nobody_is_allowed_anything_who_is_not_signed_in_or_no_longer_may() -> None:
    gone = User(name="Gone", roles=["administrator"], is_active=False)
    for nobody in (None, AnonymousUser(), gone):
        assert not any(allows(nobody, permission) for permission in Permission)
        with pytest.raises(PermissionDenied):
            require(nobody, Permission.DOCUMENT_READ_INTERNAL)


def test_a_refusal_names_the_permission() -> None:
    agent = User(name="Dev", roles=["agent"])
    with pytest.raises(PermissionDenied, match="people:edit"):
        require(agent, Permission.PEOPLE_EDIT)
