"""Who is added, changed and let in; each once in the record; an administrator always remains."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection

from sopdesk.accounts.errors import StaffingRefused
from sopdesk.accounts.models import Team, User
from sopdesk.accounts.staffing import (
    add_person,
    change_person,
    change_profile,
    end_sign_in,
    remove_second_factor,
    restore_sign_in,
)
from sopdesk.audit.models import Entry
from tests import factories

pytestmark = pytest.mark.django_db


def recorded() -> list[tuple[str, str, dict[str, object]]]:
    return [(entry.event, entry.subject_label, entry.facts) for entry in Entry.objects.order_by("number")]


def test_an_administrator_adds_somebody(hal: User, policy: Team) -> None:
    person = add_person(
        actor=hal,
        email=" New@Example.com ",
        name="New One",
        roles=["agent"],
        team=policy,
        time_zone="Asia/Manila",
    )
    assert (person.email, person.has_usable_password()) == ("new@example.com", False)
    assert recorded() == [("user:created", "New One", {"roles": ["agent"]})]


def test_a_bad_value_adds_nobody(hal: User) -> None:
    with pytest.raises(ValidationError):
        add_person(actor=hal, email="x@example.com", name="X", roles=["emperor"], team=None, time_zone="UTC")
    with pytest.raises(ValidationError):
        add_person(actor=hal, email="x@example.com", name="X", roles=[], team=None, time_zone="Mars/Base")
    assert not User.objects.filter(email="x@example.com").exists()
    assert recorded() == []


def test_an_address_is_taken_whatever_its_case(hal: User, ana: User) -> None:
    with pytest.raises((ValidationError, IntegrityError)):
        add_person(actor=hal, email=ana.email.upper(), name="X", roles=[], team=None, time_zone="UTC")


def test_only_what_differs_is_written_and_recorded(hal: User, ana: User) -> None:
    change_person(ana, actor=hal, name=ana.name, roles=["reviewer", "author"])
    change_person(ana, actor=hal, name=ana.name, roles=["reviewer", "author"])
    assert recorded() == [
        (
            "user:changed",
            "Ana Lim",
            {"changed": ["roles"], "roles_before": ["author"], "roles": ["author", "reviewer"]},
        )
    ]


def test_the_old_address_no_longer_belongs_to_somebody(hal: User, ana: User) -> None:
    EmailAddress.objects.create(user=ana, email=ana.email, verified=True, primary=True)
    change_person(ana, actor=hal, email="Ana@New.example")
    assert User.objects.get(pk=ana.pk).email == "ana@new.example"
    assert not EmailAddress.objects.filter(user=ana).exists()


@pytest.mark.parametrize("verb", [end_sign_in, restore_sign_in, remove_second_factor, change_person])
def test_nobody_else_decides_about_people(verb: object, cast: dict[str, User]) -> None:
    for name, person in cast.items():
        if name != "hal":
            with pytest.raises(PermissionDenied):
                verb(cast["dev"], actor=person)  # type: ignore[operator]
    assert recorded() == []


def test_nobody_takes_the_administrator_role_from_themselves(hal: User) -> None:
    with pytest.raises(StaffingRefused):
        change_person(hal, actor=hal, roles=["author"])
    with pytest.raises(StaffingRefused):
        end_sign_in(hal, actor=hal)
    change_person(hal, actor=hal, roles=["author", "administrator"])


def test_sign_in_is_ended_and_restored_once(hal: User, dev: User) -> None:
    for verb in (end_sign_in, end_sign_in, restore_sign_in, restore_sign_in):
        verb(dev, actor=hal)
    assert [event for event, _subject, _facts in recorded()] == ["user:disabled", "user:enabled"]


def test_the_second_factor_of_a_lost_phone_is_removed(hal: User, dev: User) -> None:
    Authenticator.objects.create(user=dev, type=Authenticator.Type.TOTP, data={"secret": "x"})
    remove_second_factor(dev, actor=hal)
    remove_second_factor(dev, actor=hal)
    assert not Authenticator.objects.filter(user=dev).exists()
    assert [event for event, _subject, _facts in recorded()] == ["user:second_factor_removed"]


def test_everybody_keeps_their_own_profile(dev: User) -> None:
    change_profile(actor=dev, name="Dev N.", time_zone="Asia/Kolkata")
    dev.refresh_from_db()
    assert (dev.name, dev.time_zone) == ("Dev N.", "Asia/Kolkata")
    assert recorded()[0][0] == "user:changed"


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_dismiss_each_other_leave_one(hal: User) -> None:
    other = factories.user("Ivy Stone", "administrator")
    together = Barrier(2)

    def dismiss(pair: tuple[User, User]) -> str:
        try:
            together.wait(timeout=10)
            end_sign_in(pair[1], actor=pair[0])
        except PermissionDenied:
            return "refused"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(dismiss, [(hal, other), (other, hal)])) == ["done", "refused"]
    assert User.objects.administrators().count() == 1
