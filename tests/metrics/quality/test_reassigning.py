"""Reviews go to others: of who left, and of calibrations, which end all the same; namesakes stay two people."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from metrics.quality import comparing, reassigning, reviewing
from metrics.quality.errors import QualityRefused
from metrics.quality.models import Calibration, Mark, Review, Scorecard
from metrics.quality.reviewing import Given
from sopdesk.accounts import staffing
from sopdesk.accounts.models import Team, User
from sopdesk.audit.events import Event
from sopdesk.audit.models import Entry
from sopdesk.documents import handing_over
from tests import factories
from tests.metrics.quality import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def uma(payments: Team) -> User:
    return factories.user("Uma Analyst", "analyst", team=payments)


@pytest.fixture
def leaver(payments: Team) -> User:
    """Somebody who no longer signs in."""
    return factories.user("Lee Vance", "analyst", team=payments, is_active=False)


@pytest.fixture
def card(gia: User) -> Scorecard:
    return making.scorecard(gia)


def ids(person: User) -> list[int]:
    return [review.pk for review in Review.objects.queue_of(person)]


def calibration(card: Scorecard, gia: User) -> Calibration:
    return Calibration.objects.create(name="November", version=card.versions.get(), created_by=gia)


class TestReassigning:
    def test_who_takes_it_over_begins_anew(
        self, card: Scorecard, gia: User, uma: User, leaver: User, payments: Team
    ) -> None:
        review = making.given(card, making.ticket("T1", payments), leaver, revision=2, note="Began.")
        Mark.objects.create(review=review, criterion=making.criteria(review.version)[0], score=1)
        handed = reassigning.reassign(leaver, [review.pk], to=uma, actor=gia)
        review.refresh_from_db()
        assert (handed.went, handed.left) == ([review], [])
        assert (review.reviewer, review.reviewer_name, review.note, review.revision) == (uma, uma.name, "", 0)
        assert not review.marks.exists()
        entry = Entry.objects.about(review).get()
        assert entry.event == Event.QUALITY_REASSIGNED
        assert entry.facts == {"ticket": "T1", "from": "Lee Vance", "to": "Uma Analyst"}

    def test_in_turn_to_whoever_has_least_to_do_and_never_to_the_agent(
        self, card: Scorecard, gia: User, uma: User, leaver: User, payments: Team
    ) -> None:
        making.given(card, making.ticket("T0", payments), gia)
        for number in range(1, 4):
            making.given(card, making.ticket(f"T{number}", payments), leaver)
        making.given(card, making.ticket("T4", payments, assignee=uma.name), leaver)
        handed = reassigning.reassign(leaver, ids(leaver), to=None, actor=gia)
        assert len(handed.went) == 4
        assert (len(ids(gia)), len(ids(uma))) == (3, 2)
        assert Review.objects.get(external_id="T4").reviewer == gia

    def test_what_nobody_may_take_stays(
        self, card: Scorecard, gia: User, leaver: User, payments: Team
    ) -> None:
        its = {"calibration": calibration(card, gia)}
        ticket = making.ticket("T1", payments)
        making.given(card, ticket, gia, **its)
        review = making.given(card, ticket, leaver, **its)
        for to in (gia, None):
            assert reassigning.reassign(leaver, [review.pk], to=to, actor=gia).left == [review]

    def test_it_is_refused(
        self, card: Scorecard, gia: User, finn: User, ana: User, leaver: User, payments: Team
    ) -> None:
        review = making.given(card, making.ticket("T1", payments), leaver)
        with pytest.raises(PermissionDenied):
            reassigning.reassign(leaver, [review.pk], to=finn, actor=finn)
        for person, to in ((leaver, ana), (leaver, leaver), (gia, None)):
            with pytest.raises(QualityRefused):
                reassigning.reassign(person, [review.pk], to=to, actor=gia)
        done = making.done(card, making.ticket("T2", payments), leaver, [1, 2, 1])
        with pytest.raises(QualityRefused):
            reassigning.reassign(leaver, [done.pk], to=None, actor=gia)
        assert Review.objects.get(pk=review.pk).reviewer == leaver


class TestLeavingOut:
    def test_a_calibration_ends_without_who_left(
        self, card: Scorecard, gia: User, uma: User, leaver: User, payments: Team
    ) -> None:
        its = calibration(card, gia)
        for number in range(3):
            ticket = making.ticket(f"T{number}", payments)
            for person in (gia, uma):
                making.done(card, ticket, person, [1, 2, 1], calibration=its)
            making.given(card, ticket, leaver, calibration=its)
        assert comparing.result(its).finished == 0
        assert reassigning.leave_out(its, leaver, actor=gia) == 3
        found = comparing.result(its)
        assert (found.tickets, found.finished) == (3, 3)
        assert [each.agreement.n for each in found.compared[0].pairs] == [3]
        assert Entry.objects.about(its).get().event == Event.QUALITY_LEFT_OUT
        with pytest.raises(QualityRefused):
            reassigning.leave_out(its, leaver, actor=gia)
        with pytest.raises(PermissionDenied):
            reassigning.leave_out(its, leaver, actor=factories.user("Li", "lead", team=payments))

    def test_namesakes_are_two(
        self, card: Scorecard, gia: User, payments: Team, harbor_payments: Team
    ) -> None:
        one, other = (
            factories.user("Jo Lane", "analyst", team=team, email=f"jo@{team.slug}.example")
            for team in (payments, harbor_payments)
        )
        its = calibration(card, gia)
        for number in range(2):
            ticket = making.ticket(f"T{number}", payments)
            making.done(card, ticket, one, [1, 2, 1], calibration=its)
            making.done(card, ticket, other, [0, 2, 1], calibration=its)
        found = comparing.result(its)
        [pair] = found.compared[0].pairs
        assert (pair.agreement.n, pair.agreement.same) == (2, 0)
        assert {pair.one.name, pair.other.name} == {f"Jo Lane, {payments}", f"Jo Lane, {harbor_payments}"}
        assert [row["n"] for row in its.reviews.progress()] == [2, 2]


class TestPages:
    def test_an_analyst_hands_over_what_a_leaver_had(
        self, card: Scorecard, gia: User, uma: User, leaver: User, payments: Team, as_person: Any
    ) -> None:
        for number in range(3):
            making.given(card, making.ticket(f"T{number}", payments), leaver)
        browser, url = as_person(gia), reverse("quality:given_to", args=[leaver.pk])
        shown = browser.get(reverse("quality:given_out"))
        assert [(row.name, row.waiting) for row in shown.context["listing"].rows] == [("Lee Vance", 3)]
        assert "no longer signs in" in shown.content.decode()
        assert browser.get(url).content.decode().count(" checked") == 3
        assert [browser.post(url, sent).status_code for sent in ({"to": uma.pk}, {})] == [422, 422]
        browser.post(url, {"to": uma.pk, "reviews": ids(leaver)[:2]})
        assert (len(ids(uma)), len(ids(leaver))) == (2, 1)

    def test_a_calibration_offers_both_ways(
        self, card: Scorecard, gia: User, leaver: User, payments: Team, as_person: Any
    ) -> None:
        its, browser = calibration(card, gia), as_person(gia)
        making.given(card, making.ticket("T", payments), leaver, calibration=its)
        page = browser.get(reverse("quality:calibration", args=[its.pk])).content.decode()
        leave = reverse("quality:leave_out", args=[its.pk, leaver.pk])
        assert reverse("quality:given_to", args=[leaver.pk]) in page
        assert leave in page
        answer = browser.post(leave, follow=True).content.decode()
        assert "goes on without 1 ticket of Lee Vance" in answer
        assert browser.post(leave).status_code == 404

    def test_a_pair_leads_to_its_tickets_and_they_to_the_reviews(
        self, card: Scorecard, gia: User, uma: User, payments: Team, as_person: Any
    ) -> None:
        its, ticket = calibration(card, gia), making.ticket("T7", payments)
        reviews = [making.done(card, ticket, person, [number, 2, 1], calibration=its)
                   for number, person in enumerate((gia, uma))]  # fmt: skip
        browser, first = as_person(gia), making.criteria(its.version)[0]
        url = reverse("quality:calibration_pair", args=[its.pk, first.pk, gia.pk, uma.pk])
        whole = browser.get(reverse("quality:calibration", args=[its.pk])).content.decode()
        page = browser.get(url).content.decode()
        assert url in whole
        for review in reviews:
            link = reverse("quality:review", args=[review.pk])
            assert link in page
            assert link in whole
            assert browser.get(link).status_code == 200
        assert browser.get(url.replace(f"/{first.pk}/", "/999999/")).status_code == 404
        making.given(card, making.ticket("T8", payments), gia, calibration=its)
        assert browser.get(url).status_code == 302


class TestLeaving:
    def test_ending_a_sign_in_offers_their_reviews_and_they_come_back(
        self, card: Scorecard, gia: User, uma: User, payments: Team, as_person: Any
    ) -> None:
        admin = factories.user("Ada Admin", "administrator", team=payments)
        review = making.given(card, making.ticket("T1", payments), uma)
        staffing.end_sign_in(uma, actor=admin)
        page = as_person(admin).get(reverse("accounts:person_edit", args=[uma.pk])).content.decode()
        assert "1 open change or review waits for Uma Analyst" in page
        given, left = handing_over.hand_over(uma, to={"quality_review": gia}, actor=admin)
        assert (ids(gia), left) == ([review.pk], [])
        staffing.restore_sign_in(uma, actor=admin)
        assert handing_over.hand_back(given, actor=admin) == (1, 0)
        assert ids(User.objects.get(pk=uma.pk)) == [review.pk]

    def test_what_was_finished_meanwhile_stays(
        self, card: Scorecard, gia: User, uma: User, payments: Team
    ) -> None:
        admin = factories.user("Ada Admin", "administrator", team=payments)
        review = making.given(card, making.ticket("T1", payments), uma)
        given, _left = handing_over.hand_over(uma, to={"quality_review": gia}, actor=admin)
        marks = {one.pk: Given(one.top) for one in making.criteria(review.version)}
        reviewing.finish(review, marks, note="", revision=0, actor=gia)
        assert handing_over.hand_back(given, actor=admin) == (0, 1)
