"""Verifying: whose word counts, for what exactly, and how it is taken back. Then owner and interval."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from sopdesk.accounts.models import Team, User
from sopdesk.audit.events import Event
from sopdesk.audit.models import Entry
from sopdesk.documents import publishing, releasing, stewardship, verifying
from sopdesk.documents.days import day_of
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.models import Change, Document, Verification, Version
from tests import factories

pytestmark = pytest.mark.django_db


def overdue(document: Document, days: int = 40) -> Document:
    document.review_by = timezone.localdate() - timedelta(days=days)
    document.save(update_fields=["review_by"])
    return document


def in_force(document: Document) -> Version:
    return document.versions.in_force().get()


def test_verifying_counts_the_months_from_today(ben: User, refunds: Document) -> None:
    said = verifying.verify(overdue(refunds), actor=ben, version=in_force(refunds), note="  Asked legal. ")
    refunds.refresh_from_db()
    assert refunds.review_by == day_of(timezone.now()) + relativedelta(months=refunds.review_months)
    assert not refunds.is_unverified(timezone.localdate())
    assert (said.by, said.note, said.version.number) == (ben, "Asked legal.", 1)
    entry = Entry.objects.get(event=Event.DOCUMENT_VERIFIED)
    assert (entry.subject_label, entry.facts["version"], entry.actor_id) == ("SOP-0001", 1, ben.pk)
    latest = refunds.history.first()
    assert latest is not None
    assert latest.history_user == ben


@pytest.mark.parametrize("who", ["carla", "dev", "eve", "finn", "gia", "hal"])
def test_others_cannot_verify(cast: dict[str, User], refunds: Document, who: str) -> None:
    with pytest.raises(PermissionDenied):
        verifying.verify(refunds, actor=cast[who], version=in_force(refunds))
    assert not Verification.objects.exists()


def test_the_owner_can_whatever_their_role(gia: User, refunds: Document) -> None:
    refunds.owner = gia
    refunds.save(update_fields=["owner"])
    assert verifying.verify(refunds, actor=gia, version=in_force(refunds)).by == gia


def test_not_even_the_owner_verifies_what_they_may_not_see(
    dev: User, ana: User, ben: User, harbor_payments: Team
) -> None:
    hidden = factories.published(
        "sop", "SOP-0002", author=ana, reviewer=ben, audience="teams", audience_teams=[harbor_payments.slug]
    )
    hidden.owner = dev
    hidden.save(update_fields=["owner"])
    with pytest.raises(PermissionDenied):
        verifying.verify(hidden, actor=dev, version=in_force(hidden))


def test_a_version_that_was_replaced_meanwhile_is_not_verified(
    ben: User, refunds: Document, approved: Change
) -> None:
    looked_at = in_force(refunds)
    publishing.publish(approved, actor=ben)
    refunds.refresh_from_db()
    before = refunds.review_by
    with pytest.raises(ChangeRefused, match="v2 came in force"):
        verifying.verify(refunds, actor=ben, version=looked_at)
    refunds.refresh_from_db()
    assert refunds.review_by == before
    assert not Verification.objects.exists()


def test_taking_back_restores_the_date(ben: User, refunds: Document) -> None:
    due = overdue(refunds).review_by
    said = verifying.verify(refunds, actor=ben, version=in_force(refunds))
    verifying.take_back(said, actor=ben)
    refunds.refresh_from_db()
    assert refunds.review_by == due
    assert not Verification.objects.exists()
    assert Entry.objects.filter(event=Event.DOCUMENT_VERIFICATION_UNDONE).count() == 1
    with pytest.raises(ChangeRefused):
        verifying.take_back(said, actor=ben)


def test_only_ones_own_word_is_taken_back_and_not_for_long(ana: User, ben: User, refunds: Document) -> None:
    said = verifying.verify(refunds, actor=ben, version=in_force(refunds))
    with pytest.raises(ChangeRefused):
        verifying.take_back(said, actor=ana)
    Verification.objects.update(at=timezone.now() - timedelta(minutes=11))
    with pytest.raises(ChangeRefused):
        verifying.take_back(said, actor=ben)
    assert Verification.objects.count() == 1


def test_nothing_is_taken_back_once_another_version_is_in_force(
    ben: User, refunds: Document, approved: Change
) -> None:
    said = verifying.verify(refunds, actor=ben, version=in_force(refunds))
    publishing.publish(approved, actor=ben)
    with pytest.raises(ChangeRefused, match="Another version"):
        verifying.take_back(said, actor=ben)


def test_several_are_verified_each_by_itself(
    ben: User, ana: User, refunds: Document, approved: Change
) -> None:
    other = factories.published("sop", "SOP-0002", author=ana, reviewer=ben)
    looked_at = [in_force(refunds), in_force(other)]
    publishing.publish(approved, actor=ben)
    done, reasons = verifying.verify_several(looked_at, actor=ben, note="Quarterly round.")
    assert (done, len(reasons)) == (1, 1)
    assert Verification.objects.get().document_id == other.pk


def test_a_new_owner_and_interval_count_the_date_anew(ana: User, ben: User, refunds: Document) -> None:
    stewardship.change_stewardship(refunds, owner=ben, review_months=3, actor=ana)
    refunds.refresh_from_db()
    since = in_force(refunds).since
    assert since is not None
    assert (refunds.owner, refunds.review_by) == (ben, day_of(since) + relativedelta(months=3))
    entry = Entry.objects.get(event=Event.DOCUMENT_STEWARDSHIP_CHANGED)
    assert (entry.facts["owner_before"], entry.facts["owner"]) == (ana.pk, ben.pk)
    latest = refunds.history.first()
    assert latest is not None
    assert (latest.owner, latest.history_user) == (ben, ana)


def test_an_interval_counts_from_the_last_verification(ana: User, refunds: Document) -> None:
    verifying.verify(refunds, actor=ana, version=in_force(refunds))
    stewardship.change_stewardship(refunds, owner=ana, review_months=2, actor=ana)
    refunds.refresh_from_db()
    assert refunds.review_by == day_of(Verification.objects.get().at) + relativedelta(months=2)


def test_review_dates_count_the_days_of_the_reporting_zone(
    ben: User, ana: User, refunds: Document, settings: Any
) -> None:
    settings.REPORTING_TIME_ZONE = "Etc/GMT+12"
    today = day_of(timezone.now())
    with timezone.override("Pacific/Kiritimati"):  # 26 hours ahead: never the same day.
        assert timezone.localdate() != today
        verifying.verify(refunds, actor=ben, version=in_force(refunds))
    refunds.refresh_from_db()
    assert refunds.review_by == today + relativedelta(months=refunds.review_months)
    assert verifying.counted_from(refunds) == today


def test_a_release_counts_from_the_day_it_is_in_the_reporting_zone(ben: User, refunds: Document) -> None:
    night = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)  # In Dublin it is the 2nd already.
    releasing.set_review_dates(releasing.Released([in_force(refunds)], []), night, ben)
    refunds.refresh_from_db()
    assert refunds.review_by == date(2026, 7, 2) + relativedelta(months=refunds.review_months)


def test_saving_what_stands_records_nothing(ana: User, refunds: Document) -> None:
    stewardship.change_stewardship(
        refunds, owner=refunds.owner, review_months=refunds.review_months, actor=ana
    )
    assert not Entry.objects.filter(event=Event.DOCUMENT_STEWARDSHIP_CHANGED).exists()


@pytest.mark.parametrize(("who", "months"), [("dev", 6), ("hal", 6), ("ben", 0), ("ben", 61)])
def test_an_owner_who_cannot_verify_or_an_odd_interval_is_refused(
    cast: dict[str, User], refunds: Document, who: str, months: int
) -> None:
    with pytest.raises(ChangeRefused):
        stewardship.change_stewardship(refunds, owner=cast[who], review_months=months, actor=cast["ana"])


@pytest.mark.parametrize("who", ["ben", "carla", "dev", "finn", "gia"])
def test_those_who_do_not_write_name_no_owner(cast: dict[str, User], refunds: Document, who: str) -> None:
    with pytest.raises(PermissionDenied):
        stewardship.change_stewardship(refunds, owner=cast["ben"], review_months=6, actor=cast[who])
