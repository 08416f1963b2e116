"""Reviewing, disputing, calibrating: what each person may do and see."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from metrics.quality import calibrating, comparing, disputing, reviewing
from metrics.quality.errors import QualityRefused, StaleReview
from metrics.quality.models import Calibration, Review
from metrics.quality.reviewing import Given
from sopdesk.accounts.models import Team, User
from sopdesk.audit.models import Entry
from tests import factories
from tests.metrics.quality import making

pytestmark = pytest.mark.django_db


def marks(review: Review, *scores: int | None) -> dict[int, Given]:
    return {one.pk: Given(score) for one, score in zip(making.criteria(review.version), scores, strict=False)}


@pytest.fixture
def review(gia: User, payments: Team) -> Review:
    return making.given(making.scorecard(gia), making.ticket("T1", payments), gia)


class TestReviewing:
    def test_it_is_scored_and_recorded(self, review: Review, gia: User) -> None:
        done = reviewing.finish(review, marks(review, 1, 1, 1), note="Good.", revision=0, actor=gia)
        assert (done.state, done.score) == ("done", pytest.approx((1 + 1.5 + 2) / 6))
        entry = Entry.objects.get(event="quality:reviewed")
        assert entry.facts["scores"] == {"greets": 1, "solves-it": 1, "verifies-the-owner": 1}

    def test_a_critical_fail_is_kept(self, review: Review, gia: User) -> None:
        done = reviewing.finish(review, marks(review, 1, 2, 0), note="", revision=0, actor=gia)
        assert (done.score, done.has_critical_fail) == (0, True)

    def test_all_not_applicable_is_not_scored(self, review: Review, gia: User) -> None:
        done = reviewing.finish(review, marks(review, None, None, None), note="", revision=0, actor=gia)
        assert done.score is None
        assert not Review.objects.counted_for(gia).exists()

    def test_it_is_not_finished_before_all_is_decided(self, review: Review, gia: User) -> None:
        with pytest.raises(QualityRefused, match="Verifies the owner"):
            reviewing.finish(review, marks(review, 1, 2), note="", revision=0, actor=gia)

    def test_what_was_begun_is_kept(self, review: Review, gia: User) -> None:
        kept = reviewing.keep(review, marks(review, 1), note="So far.", revision=0, actor=gia)
        assert reviewing.marks_of(kept) == marks(review, 1)
        assert (kept.state, kept.note) == ("assigned", "So far.")

    def test_another_window_overwrites_nothing(self, review: Review, gia: User) -> None:
        reviewing.keep(review, marks(review, 1), note="", revision=0, actor=gia)
        with pytest.raises(StaleReview):
            reviewing.keep(review, marks(review, 0), note="", revision=0, actor=gia)
        assert reviewing.marks_of(review) == marks(review, 1)

    def test_scores_stay_on_their_scale(self, review: Review, gia: User) -> None:
        for score in (2, -1):
            with pytest.raises(QualityRefused):
                reviewing.keep(review, marks(review, score), note="", revision=0, actor=gia)

    def test_nobody_reviews_for_another(self, review: Review, finn: User, ana: User) -> None:
        for person in (finn, ana):
            with pytest.raises(PermissionDenied):
                reviewing.keep(review, {}, note="", revision=0, actor=person)

    def test_given_back_it_counts_nowhere(self, review: Review, gia: User) -> None:
        reviewing.decline(review, why="It is in Greek.", actor=gia)
        assert not Review.objects.queue_of(gia).exists()
        assert not Review.objects.counted_for(gia).exists()


class TestDisputing:
    @pytest.fixture
    def done(self, gia: User, harbor_payments: Team) -> Review:
        return making.done(making.scorecard(gia), making.ticket("T1", harbor_payments), gia, [1, 0, 1])

    def test_a_lead_disputes_and_somebody_else_settles(self, done: Review, finn: User, hal: User) -> None:
        made = disputing.dispute(done, note="She did solve it.", actor=finn)
        settled = disputing.settle(made, reopen=True, answer="You are right.", actor=hal)
        done.refresh_from_db()
        assert (settled.state, done.state, done.score) == ("reopened", "assigned", None)
        assert settled.score_before == pytest.approx(0.5)
        assert done.marks.count() == 3
        assert Entry.objects.filter(event="quality:dispute_settled").exists()

    def test_it_may_stand(self, done: Review, finn: User, hal: User) -> None:
        made = disputing.dispute(done, note="No.", actor=finn)
        disputing.settle(made, reopen=False, answer="It stands.", actor=hal)
        done.refresh_from_db()
        assert done.score == pytest.approx(0.5)
        with pytest.raises(QualityRefused):
            disputing.settle(made, reopen=True, answer="Again.", actor=hal)

    def test_only_once_at_a_time(self, done: Review, finn: User) -> None:
        disputing.dispute(done, note="No.", actor=finn)
        with pytest.raises(QualityRefused, match="already"):
            disputing.dispute(done, note="Still no.", actor=finn)

    def test_an_agent_disputes_nothing(self, done: Review, eve: User) -> None:
        with pytest.raises(PermissionDenied):
            disputing.dispute(done, note="No.", actor=eve)


class TestSeeing:
    def test_a_vendors_lead_sees_that_vendor_only(
        self, gia: User, finn: User, payments: Team, harbor_payments: Team
    ) -> None:
        card = making.scorecard(gia)
        making.done(card, making.ticket("ours", payments), gia, [1, 2, 1])
        theirs = making.done(card, making.ticket("theirs", harbor_payments), gia, [1, 2, 1])
        assert list(Review.objects.visible_to(finn)) == [theirs]
        assert list(Review.objects.counted_for(finn)) == [theirs]

    def test_writers_see_figures_and_no_single_review(self, gia: User, ana: User, payments: Team) -> None:
        making.done(making.scorecard(gia), making.ticket("T", payments), gia, [1, 2, 1])
        assert not Review.objects.visible_to(ana).exists()
        assert Review.objects.counted_for(ana).count() == 1

    def test_a_reviewer_is_blind_until_they_have_finished(self, gia: User, payments: Team) -> None:
        other = factories.user("Uma Analyst", "analyst", team=payments)
        card, ticket = making.scorecard(gia), making.ticket("T", payments)
        round_ = Calibration.objects.create(name="November", version=card.versions.get(), created_by=gia)
        theirs = making.done(card, ticket, other, [1, 2, 1], calibration=round_)
        own = making.given(card, ticket, gia, calibration=round_)
        assert list(Review.objects.visible_to(gia)) == [own]
        reviewing.finish(own, marks(own, 1, 2, 1), note="", revision=0, actor=gia)
        assert set(Review.objects.visible_to(gia)) == {own, theirs}


class TestCalibrating:
    def test_the_same_tickets_go_to_each_and_agreement_is_told(self, gia: User, payments: Team) -> None:
        other = factories.user("Uma Analyst", "analyst", team=payments)
        for number in range(6):
            making.ticket(f"T{number}", payments, assignee=other.name if number == 0 else "Dev")
        made = calibrating.begin(
            name="November", scorecard=making.scorecard(gia), people=[gia, other], count=4, actor=gia
        )
        assert made.reviews.count() == 8
        assert not made.reviews.filter(external_id="T0").exists()
        for at, review in enumerate(made.reviews.order_by("external_id", "reviewer_name")):
            scores = (1, 2, at // 2 % 2) if review.reviewer == gia or at > 1 else (0, 2, 0)
            reviewing.finish(review, marks(review, *scores), note="", revision=0, actor=review.reviewer)
        found = comparing.result(made)
        assert (found.tickets, found.finished) == (4, 4)
        assert [(each.one.name, each.other.name) for each in found.compared[0].pairs] == [
            ("Gia Rossi", "Uma Analyst")
        ]
        greets, solves, verifies = (one.pairs[0].agreement for one in found.compared)
        assert (greets.n, greets.same) == (4, 3)
        assert solves.kappa is None
        assert verifies.kappa == 1
        assert [one.criterion.name for one in found.differences] == ["Greets"]
        assert not Review.objects.counted_for(gia).exists()

    def test_one_reviewer_is_no_calibration(self, gia: User) -> None:
        with pytest.raises(QualityRefused):
            calibrating.begin(name="x", scorecard=making.scorecard(gia), people=[gia], count=4, actor=gia)
