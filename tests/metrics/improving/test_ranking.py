"""Where to work next: the order, what is missing, and what could help."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from metrics import intervals
from metrics.filters import Period
from metrics.improving import ranking
from metrics.improving.levers import covers
from metrics.models import Rollup, Source, Week
from sopdesk.accounts.models import Team, User
from sopdesk.documents.models import Document
from tests import factories
from tests.spans import spans_of

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
PERIOD = Period(TODAY - timedelta(days=27), TODAY)
WHOLE = {
    "created_n": 400, "measured_n": 400, "handled_n": 400, "handle_s": 400 * 600, "good_n": 80, "bad_n": 20,
    "solved_n": 300, "reopen_known_n": 300, "reopened_n": 30, "replies_n": 300, "one_touch_n": 60,
}  # fmt: skip


def rolled(label: str, team: Team, **parts: Any) -> None:
    source, _made = Source.objects.get_or_create(name="Helpdesk", defaults={"time_zone": "UTC"})
    day = TODAY - timedelta(days=14)
    told = {"source": source, "team": team, "label": label, **WHOLE, **parts}
    Rollup.objects.create(day=day, **told)
    for span in spans_of(day):
        Week.objects.create(**span, **told)


def ranked(viewer: User) -> dict[str, ranking.Opportunity]:
    rows = ranking.ranked({}, PERIOD, viewer, TODAY)
    return {row.label: row for row in rows}


def test_the_product_is_hours_times_dissatisfied_times_reopened(gia: User, payments: Team) -> None:
    rolled("refund", payments)
    row = ranked(gia)["refund"]
    assert row.hours == pytest.approx(400 * 600 / 3600 / 4)
    assert row.priority == pytest.approx(row.hours * (20.5 / 101) * (30.5 / 301))
    assert (row.weekly, row.reopened.value, row.measured) == (100, 0.1, 1)


def test_each_factor_has_its_interval(gia: User, payments: Team) -> None:
    """Hours those of AHT, times its contacts; the share dissatisfied what CSAT's (Wilson) leaves."""
    rolled("refund", payments, handle_square=400 * 600**2 * 1.25)
    rolled("new", payments, good_n=3, bad_n=0, handled_n=0, measured_n=0, handle_s=0)
    rows = ranked(gia)
    row, low, high = rows["refund"], *intervals.mean(400 * 600, 400 * 600**2 * 1.25, 400)
    assert row.hours_between == pytest.approx((low / 36, high / 36))
    assert row.dissatisfied_between == pytest.approx(intervals.wilson(20, 100))
    assert row.dissatisfied_between[0] < row.dissatisfied < row.dissatisfied_between[1]
    assert (rows["new"].hours_between, rows["new"].dissatisfied_between) == (None, None)


def test_the_parts_of_several_teams_add_up(gia: User, payments: Team, harbor_payments: Team) -> None:
    rolled("refund", payments)
    rolled("refund", harbor_payments)
    rolled("double", payments, **{name: 2 * value for name, value in WHOLE.items()})
    rows = ranked(gia)
    assert rows["refund"].priority == rows["double"].priority


def test_what_is_worse_stands_first(gia: User, payments: Team) -> None:
    rolled("fine", payments, bad_n=1)
    rolled("bad", payments, bad_n=60)
    rolled("back", payments, bad_n=60, reopened_n=90)
    assert list(ranked(gia)) == ["back", "bad", "fine"]


def test_none_reopened_does_not_hide_a_label(gia: User, payments: Team) -> None:
    rolled("never-back", payments, reopened_n=0)
    assert (ranked(gia)["never-back"].priority or 0) > 0


def test_half_measured_is_taken_to_be_like_the_rest_and_said(gia: User, payments: Team) -> None:
    rolled("half", payments, measured_n=200, handled_n=200, handle_s=200 * 600)
    rolled("whole", payments)
    rows = ranked(gia)
    assert rows["half"].hours == pytest.approx(rows["whole"].hours)
    assert rows["half"].measured == 0.5


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"handled_n": 0, "measured_n": 0, "handle_s": 0}, "AHT is not measured"),
        ({"good_n": 0, "bad_n": 0}, "CSAT is not measured"),
        ({"good_n": 10, "bad_n": 9}, "only 19 answers"),
        ({"solved_n": 12, "reopen_known_n": 12, "reopened_n": 1}, "only 12 solved and mature"),
        ({"handled_n": 29, "measured_n": 29}, "only 29 handled contacts were measured"),
    ],
)
def test_what_is_not_measured_is_not_ranked_and_says_why(
    parts: dict[str, int], why: str, gia: User, payments: Team
) -> None:
    rolled("odd", payments, **parts)
    rolled("refund", payments)
    rows = ranked(gia)
    assert (rows["odd"].priority, rows["odd"].missing) == (None, (why,))
    assert list(rows) == ["refund", "odd"]


def test_scales_are_not_mixed(gia: User, payments: Team) -> None:
    rolled("stars", payments, good_n=5, bad_n=5, stars_n=200, stars_top_n=150)
    assert ranked(gia)["stars"].dissatisfied == pytest.approx(50.5 / 201)


def test_a_vendors_lead_sees_that_vendor_only(finn: User, payments: Team, harbor_payments: Team) -> None:
    rolled("ours", payments)
    rolled("theirs", harbor_payments)
    assert list(ranked(finn)) == ["theirs"]


class TestLevers:
    def test_what_is_missing_is_told(self, ana: User, ben: User, gia: User) -> None:
        past = [factories.past(ana, ben, body="## Verify\n\nAsk.\n", data={"labels": ["refund", "stale"]})]
        factories.published("sop", "SOP-0001", author=ana, reviewer=ben, versions=past)
        with_macro = [factories.past(ana, ben, body="Hello.\n", data={"labels": ["refund"]})]
        factories.published("macro", "refund-approved", author=ana, reviewer=ben, versions=with_macro)
        naming = [factories.past(ana, ben, body="See [[sop:SOP-0001]].\n")]
        factories.published("article", "refunds", author=ana, reviewer=ben, versions=naming)
        found = covers(["refund", "stale", "nothing"], gia, TODAY)
        assert found["refund"].levers == []
        assert found["stale"].levers == ["no_macro"]
        assert found["nothing"].levers == ["no_sop", "no_article", "no_macro"]
        Document.objects.filter(key="SOP-0001").update(review_by=TODAY - timedelta(days=1))
        assert covers(["refund"], gia, TODAY)["refund"].levers == ["stale_sop"]

    def test_an_sop_that_the_viewer_may_not_read_is_not_there(self, ana: User, ben: User, finn: User) -> None:
        hidden = [
            factories.past(
                ana, ben, body="## Verify\n\nAsk.\n", data={"labels": ["refund"]}, audience="teams",
                audience_teams=["payments"],
            )
        ]  # fmt: skip
        factories.published("sop", "SOP-0001", author=ana, reviewer=ben, versions=hidden)
        assert "no_sop" in covers(["refund"], finn, TODAY)["refund"].levers
        assert "no_sop" not in covers(["refund"], ana, TODAY)["refund"].levers

    def test_short_one_touch_frequent_and_content_is_a_candidate(self, gia: User, payments: Team) -> None:
        easy = {"handle_s": 400 * 200, "good_n": 95, "bad_n": 5, "one_touch_n": 250}
        rolled("easy", payments, **easy)
        rolled("uncounted", payments, **{**easy, "replies_n": 0, "one_touch_n": 0})
        rolled("unhappy", payments, **{**easy, "bad_n": 60})
        rolled("slow", payments, **{**easy, "handle_s": 400 * 900})
        candidates = [label for label, row in ranked(gia).items() if "automation" in row.levers]
        assert candidates == ["easy"]
