"""The pages: what each person sees and does there, and that nothing typed is lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from metrics import rollups
from metrics.models import Ticket
from metrics.quality import reviewing, sampling
from metrics.quality.models import Calibration, Review, Scorecard
from sopdesk.accounts.models import Team, User
from tests import factories
from tests.metrics.quality import making

pytestmark = pytest.mark.django_db
MAY = {"until": "2026-11-20", "period": "28"}
DAY = datetime(2026, 11, 12, 9, tzinfo=UTC)


def address(name: str, *args: Any) -> str:
    return (
        reverse("metrics:tab", args=["quality"])
        if name == "figures"
        else reverse(f"quality:{name}", args=args)
    )


def scores(review: Review, *given: str) -> dict[str, str]:
    names = [f"score-{one.pk}" for one in making.criteria(review.version)]
    return {"revision": str(review.revision), **dict(zip(names, given, strict=False))}


@pytest.fixture
def review(gia: User, payments: Team) -> Review:
    return making.given(making.scorecard(gia), making.ticket("T1", payments), gia)


def test_a_review_is_done_on_one_screen_and_the_next_follows(
    review: Review, gia: User, payments: Team, as_person: Any
) -> None:
    following = making.given(review.version.scorecard, making.ticket("T2", payments), gia)
    browser = as_person(gia)
    page = browser.get(address("review", review.pk)).content.decode()
    assert all(text in page for text in ("Verifies the owner", "critical", "Finish this review", "refund"))
    answer = browser.post(address("review", review.pk), {**scores(review, "1", "2", "na"), "step": "finish"})
    assert answer.url == address("review", following.pk)
    review.refresh_from_db()
    assert (review.state, review.score) == ("done", 1)


def test_what_is_missing_is_named_and_what_was_chosen_stays(
    review: Review, gia: User, as_person: Any
) -> None:
    said = {**scores(review, "1"), "note": "Kept words", "step": "finish"}
    answer = as_person(gia).post(address("review", review.pk), said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Solves it, Verifies the owner" in page
    assert "Kept words" in page
    assert page.count("checked") == 1


def test_the_score_is_shown_before_it_counts(review: Review, gia: User, as_person: Any) -> None:
    said = {**scores(review, "1", "2", "0"), "step": "preview"}
    page = as_person(gia).post(address("review", review.pk), said).content.decode()
    assert "critical fail" in page
    review.refresh_from_db()
    assert review.state == "assigned"


def test_another_window_is_told_and_loses_nothing(review: Review, gia: User, as_person: Any) -> None:
    reviewing.keep(review, {}, note="first", revision=0, actor=gia)
    said = {**scores(review, "1", "2", "1"), "revision": "0", "note": "second", "step": "keep"}
    answer = as_person(gia).post(address("review", review.pk), said)
    assert answer.status_code == 409
    assert "second" in answer.content.decode()


@pytest.mark.parametrize("wrong", [{"revision": "x"}, {"revision": "-1"}, {}])
def test_nonsense_is_answered(wrong: dict[str, str], review: Review, gia: User, as_person: Any) -> None:
    for criterion in making.criteria(review.version):
        wrong = {**wrong, f"score-{criterion.pk}": "99999999999999999999"}
    assert as_person(gia).post(address("review", review.pk), wrong).status_code == 422


def test_a_lead_disputes_and_the_analyst_settles(
    gia: User, hal: User, finn: User, harbor_payments: Team, as_person: Any
) -> None:
    done = making.done(making.scorecard(gia), making.ticket("T", harbor_payments), gia, [1, 0, 1])
    lead, keeper = as_person(finn), as_person(hal)
    assert "Dispute this review" in lead.get(address("review", done.pk)).content.decode()
    assert lead.post(address("dispute", done.pk), {"words": " "}).status_code == 422
    lead.post(address("dispute", done.pk), {"words": "It was solved."})
    page = keeper.get(address("review", done.pk)).content.decode()
    assert "It was solved." in page
    keeper.post(address("settle", done.disputes.get().pk), {"words": "Right.", "step": "reopen"})
    assert "Right." in as_person(gia).get(address("review", done.pk)).content.decode()


class TestScorecards:
    ROWS = {
        "criteria-TOTAL_FORMS": "2", "criteria-INITIAL_FORMS": "0", "criteria-0-name": "Asks",
        "criteria-0-weight": "2", "criteria-0-top": "1", "criteria-1-weight": "1", "criteria-1-top": "1",
    }  # fmt: skip

    def test_one_is_made_and_changed(self, gia: User, as_person: Any) -> None:
        browser = as_person(gia)
        browser.post(address("scorecard_new"), {"name": "Care", **self.ROWS})
        card = Scorecard.objects.get(name="Care")
        first = card.versions.get().criteria.get()
        assert (first.name, first.weight) == ("Asks", 2)
        changed = {**self.ROWS, "criteria-0-key": first.key, "criteria-0-weight": "5", "based_on": "1"}
        answer = browser.post(address("scorecard_edit", card.pk), changed)
        assert answer.url == address("scorecard", card.pk)
        assert card.versions.count() == 2
        page = browser.get(f"{answer.url}?version=1").content.decode()
        assert "Version 1" in page

    def test_a_section_that_is_not_there_is_refused_and_all_stays(self, gia: User, as_person: Any) -> None:
        said = {"name": "Care", **self.ROWS, "criteria-0-section": "SOP-9#x"}
        answer = as_person(gia).post(address("scorecard_new"), said)
        assert answer.status_code == 422
        assert "SOP-9#x" in answer.content.decode()
        assert not Scorecard.objects.exists()

    def test_more_rows_lose_nothing(self, gia: User, as_person: Any) -> None:
        answer = as_person(gia).post(address("scorecard_new"), {"name": "Care", **self.ROWS, "step": "more"})
        assert answer.status_code == 200
        assert 'value="Asks"' in answer.content.decode()
        assert len(answer.context["rows"].forms) == 5


def test_a_rule_is_made_and_draws(gia: User, payments: Team, as_person: Any) -> None:
    card = making.scorecard(gia)
    making.ticket("T", payments)
    browser = as_person(gia)
    said = {
        "name": "Weekly",
        "scorecard": card.pk,
        "count": 3,
        "per": "team",
        "reviewers": 1,
        "is_active": "on",
    }
    assert browser.post(address("rule_new"), said).status_code == 302
    assert browser.post(address("rule_new"), said).status_code == 422
    rule = card.rules.get()
    browser.post(address("rule_edit", rule.pk), {**said, "count": 4})
    browser.post(address("rule_draw", rule.pk), {"week": "2026-11-11"})
    rule.refresh_from_db()
    assert (rule.count, rule.draws.get().tickets) == (4, 1)
    assert browser.post(address("rule_draw", rule.pk), {"week": "x"}).status_code == 302


def test_a_rule_or_calibration_of_a_label_that_no_ticket_has_is_refused(
    gia: User, payments: Team, as_person: Any
) -> None:
    card, browser = making.scorecard(gia), as_person(gia)
    making.ticket("T", payments, solved=DAY)
    rollups.rebuild([DAY.date()])
    rollups.refresh_facets()
    rule = {"name": "Refunds", "scorecard": card.pk, "count": 3, "per": "team", "reviewers": 1}
    for wrong in ({"label": "refnud"}, {"channel": "e-mail"}):
        answer = browser.post(address("rule_new"), {**rule, **wrong})
        assert (answer.status_code, "Check how it is written" in answer.content.decode()) == (422, True)
    assert (
        browser.post(address("rule_new"), {**rule, "label": "refund", "channel": "email"}).status_code == 302
    )
    round_ = {"name": "Nov", "scorecard": card.pk, "count": 4, "people": [gia.pk], "label": "refnud"}
    assert "label" in browser.post(address("calibration_new"), round_).context["form"].errors


def test_a_review_leads_to_its_ticket(review: Review, gia: User, as_person: Any) -> None:
    ticket = Ticket.objects.get(external_id="T1")
    page = as_person(gia).get(address("review", review.pk)).content.decode()
    assert reverse("privacy:ticket", args=[ticket.pk]) in page


def test_a_vendors_lead_sees_no_rule_or_draw_of_another_site(
    gia: User, finn: User, payments: Team, harbor_payments: Team, as_person: Any
) -> None:
    card = making.scorecard(gia)
    for name, site in (("Everywhere", None), ("Ours", payments.site), ("Theirs", harbor_payments.site)):
        said = {"scorecard": card, "count": 3, "per": "team", "site": site}
        rule = sampling.add_rule(actor=gia, name=name, **said)
        sampling.draw(rule, date(2026, 11, 9), actor=gia)
    shown = as_person(finn).get(address("sampling")).context
    assert [rule.name for rule in shown["listing"].rows] == ["Everywhere", "Theirs"]
    assert [draw.rule.name for draw in shown["draws"]] == ["Theirs"]
    assert len(as_person(gia).get(address("sampling")).context["draws"]) == 3


def test_a_calibration_is_begun(gia: User, payments: Team, as_person: Any) -> None:
    other = factories.user("Uma Analyst", "analyst", team=payments)
    card = making.scorecard(gia)
    making.ticket("T", payments)
    said = {"name": "Nov", "scorecard": card.pk, "count": 4, "people": [gia.pk, other.pk]}
    answer = as_person(gia).post(address("calibration_new"), said)
    page = as_person(gia).get(answer.url).content.decode()
    assert "Finish your own reviews first" in page


def test_the_figures_of_a_vendors_lead_are_the_vendors(
    gia: User, finn: User, ana: User, payments: Team, harbor_payments: Team, as_person: Any
) -> None:
    card = making.scorecard(gia)
    making.done(card, making.ticket("a", payments), gia, [1, 2, 1], at=DAY)
    making.done(card, making.ticket("b", harbor_payments), gia, [0, 2, 1], at=DAY)
    page = as_person(finn).get(address("figures"), MAY).content.decode()
    assert "Harbor Payments" in page
    assert "Dublin" not in page.split("<main")[1].split('id="lines-title"')[1]
    assert "Payments" in as_person(ana).get(address("figures"), MAY).content.decode()


def test_what_one_review_cannot_tell_says_so(gia: User, payments: Team, as_person: Any) -> None:
    making.done(making.scorecard(gia), making.ticket("a", payments), gia, [1, None, 1], at=DAY)
    page = as_person(gia).get(address("figures"), MAY).content.decode().split('id="criteria-title"')[1]
    assert page.count("too few") == 2, "an interval is of more than one"
    assert page.count("not measured") == 2, "it did not apply"


def test_iqs_stands_on_its_tab_once_and_the_ways_above_it(gia: User, payments: Team, as_person: Any) -> None:
    card = making.scorecard(gia)
    making.done(card, making.ticket("a", payments), gia, [1, 2, 0], at=DAY)
    making.done(card, making.ticket("b", payments), gia, [1, 2, 1], at=DAY)
    page = as_person(gia).get(address("figures"), MAY).content.decode()
    assert page.count('aria-label="IQS"') == 1, "one tile"
    assert page.count('id="lines-title"') == 1
    assert "IQS by team" in page
    assert "1 of 2 reviews failed critically" in page
    assert page.index(address("queue")) < page.index('aria-label="IQS"') < page.index("By criterion")


def test_all_of_the_tab_is_about_the_tickets_that_were_chosen(
    gia: User, ana: User, ben: User, payments: Team, as_person: Any
) -> None:
    past = [factories.past(ana, ben, data={"labels": ["refund"]})]
    factories.published("sop", "SOP-0001", author=ana, reviewer=ben, versions=past)
    card, day = making.scorecard(gia), DAY - timedelta(days=1)
    said = {"market": "IE", "priority": "high", "macro_keys": ["close"], "labels": ["refund"], "solved": day}
    making.done(card, making.ticket("a", payments, **said), gia, [1, 2, 0], at=DAY)
    making.done(card, making.ticket("b", payments, labels=[], solved=day), gia, [1, 2, 1], at=DAY)
    rollups.rebuild([day.date()])
    for chosen in ({"market": "IE"}, {"priority": "high"}, {"macro": "close"}, {"sop": "SOP-0001"}):
        shown = as_person(gia).get(address("figures"), {**MAY, **chosen}).context
        [tile] = shown["tiles"]
        below = shown["sections"][-1].context
        assert (tile.figure.n, below["failed"].of, below["failed"].n) == (1, 1, 1), chosen
        assert {line.row.figure.n for line in below["criteria"]} == {1}, chosen
    for by, name in (("market", "IE"), ("priority", "high"), ("macro", "close"), ("sop", "SOP-0001")):
        lines = as_person(gia).get(address("figures"), {**MAY, "by": by}).context["lines"]
        assert (name, 1) in {(line.name.key, line.figure.n) for line in lines}, by


@pytest.mark.parametrize("name", ["figures", "queue", "reviews", "scorecards", "sampling", "calibrations"])
def test_empty_pages_say_what_they_are_for(name: str, gia: User, as_person: Any) -> None:
    answer = as_person(gia).get(address(name))
    assert answer.status_code == 200
    assert "empty-state" in answer.content.decode()


@pytest.mark.parametrize("name", ["figures", "queue", "reviews", "scorecards", "sampling", "calibrations"])
def test_more_rows_take_no_more_queries(
    name: str,
    gia: User,
    payments: Team,
    as_person: Any,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    def add(start: int, count: int) -> None:
        for number in range(start, start + count):
            card = making.scorecard(gia, name=f"Card {number}")
            ticket = making.ticket(f"T{number}", factories.team(f"Team {number}"), assignee=f"Agent {number}")
            making.done(card, ticket, gia, [1, 2, 1], at=DAY)
            making.given(card, ticket, gia)
            sampling.add_rule(actor=gia, name=f"Rule {number}", scorecard=card, count=3, per="team")
            Calibration.objects.create(name=f"Round {number}", version=card.versions.get(), created_by=gia)

    browser = as_person(gia)
    add(0, 1)
    browser.get(address(name), MAY)
    with django_assert_max_num_queries(60) as one:
        browser.get(address(name), MAY)
    add(1, 20)
    with django_assert_max_num_queries(len(one)):
        browser.get(address(name), MAY)


@pytest.mark.parametrize(
    "query", ["sort=__class__", "page=-1", "state=x", "team=nobody", "scorecard=x", "label=%00"]
)
def test_an_address_that_makes_no_sense_still_answers(query: str, gia: User, as_person: Any) -> None:
    for name in ("figures", "reviews", "queue"):
        assert as_person(gia).get(f"{address(name)}?{query}").status_code == 200
