"""The tabs: what each shows, to whom, compared with what; and that nothing anybody asks for breaks them."""

from __future__ import annotations

import csv
from datetime import timedelta
from itertools import cycle
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from metrics.dashboards import marking, parts
from metrics.dashboards.filters import read
from metrics.dashboards.tabs import TABS
from metrics.models import Import
from sopdesk.accounts.models import Team, User
from tests import factories
from tests.metrics.bringing import bring

pytestmark = pytest.mark.django_db
HEAD = (
    "external_id,status,created_at,last_solved_at,team,labels,rating,rating_scale,rated_at,active_s,"
    "first_public_reply_at,channel,market\n"
)
MAY = {"until": "2026-05-31", "period": "91"}
EVERY_TAB = sorted(TABS)


def rows(count: int, team: str, *, month: int = 5, label: str = "refund", good_of: int = 4) -> str:
    days = [(n, f"2026-{month:02}-{1 + n % 28:02}") for n in range(count)]
    return "".join(
        f"{team}{month}-{n},solved,{day}T10:00Z,{day}T12:00Z,{team},{label},{'good' if n % good_of else 'bad'},"
        f"good_bad,{day}T13:00Z,{200 + n},{day}T10:05Z,{'chat' if n % 2 else 'email'},"
        f"{'' if team == 'strangers' else 'IE'}\n"
        for n, day in days
    )


@pytest.fixture
def figures(payments: Team, harbor_payments: Team) -> Import:
    return bring(
        HEAD + rows(40, payments.slug) + rows(30, harbor_payments.slug, label="payout") + rows(2, "strangers")
    )


def address(key: str) -> str:
    return reverse("metrics:tab", args=[key]) if key else reverse("metrics:dashboard")


def page(browser: Client, key: str, **params: str) -> str:
    answer = browser.get(address(key), params)
    assert answer.status_code == 200
    return answer.content.decode()


def table(browser: Client, **params: str) -> list[dict[str, str]]:
    answer = browser.get(reverse("metrics:figures_csv"), params)
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")  # type: ignore[attr-defined]
    return list(csv.DictReader(text.splitlines()))


def test_an_analyst_opens_every_tab(figures: Import, gia: User, as_person: Any) -> None:
    browser = as_person(gia)
    for key, tab in TABS.items():
        shown = page(browser, key, **MAY)
        for metric in tab.metrics:
            label = "CSAT (good or bad)" if metric.key == "csat" else metric.label
            assert f'aria-label="{label}"' in shown, key
            assert f"{reverse('metrics:definitions')}#{metric.key}" in shown, key
            assert (f"show={metric.key}" in shown) == bool(metric.shown), key


def test_a_vendors_lead_sees_the_vendor_only(figures: Import, finn: User, as_person: Any) -> None:
    browser = as_person(finn)
    others = [("csat", by) for by in ("vendor", "label", "sop", "macro", "agent", "priority")]
    for key, by in (*((key, "team") for key in EVERY_TAB), *others):
        shown = page(browser, key, by=by, **MAY).split("<main")[1]
        for word in ("Dublin", "strangers", "dublin", ">In-house<", "refund"):
            assert word not in shown, (key, by)


def test_asking_for_another_site_shows_a_vendors_lead_nothing_of_it(
    figures: Import, finn: User, as_person: Any
) -> None:
    for asked, n in (
        ({"site": "dublin"}, "0"),
        ({"team": "payments"}, "0"),
        ({"against": "site=dublin"}, "30"),
    ):
        found = table(as_person(finn), tab="csat", **MAY, **asked)
        assert [row["n"] for row in found] == [n]
        assert found[0]["compared_n"] in {"0", ""}


NONSENSE = (
    "metric=zzz", "by=__class__", "sort=--n", "since=0001-01-01", "since=9999-12-31", "against=site=%00",
    "since=2026-05-02&until=2026-05-01", "period=x&against=y", "until=0001-01-01", "by=label&label=zzz",
)  # fmt: skip


def test_an_address_that_makes_no_sense_still_answers(figures: Import, gia: User, as_person: Any) -> None:
    browser = as_person(gia)
    for query in NONSENSE:
        for where in (
            "/metrics?",
            "/metrics/csat?",
            "/metrics/tickets?",
            "/metrics/figures.csv?tab=csat&part=by&",
        ):
            assert browser.get(where + query).status_code == 200, where + query


def test_without_tickets_every_tab_says_so(gia: User, as_person: Any) -> None:
    shown = page(as_person(gia), "csat")
    assert "not measured" in shown
    assert "No tickets in this period" in shown


def test_a_figure_is_compared_with_the_period_before(payments: Team, gia: User, as_person: Any) -> None:
    bring(HEAD + rows(28, payments.slug, month=5) + rows(28, payments.slug, month=4, good_of=2))
    days = {"since": "2026-05-01", "until": "2026-05-28"}
    [row] = table(as_person(gia), tab="csat", since="2026-05-01", until="2026-05-30")
    assert (row["value"], row["compared_value"], row["change"]) == ("0.75", "0.5", "0.25")
    assert float(row["change_low"]) < 0.25 < float(row["change_high"])
    [row] = table(as_person(gia), tab="csat", against="nothing", **days)
    assert row["change"] == row["compared_n"] == ""


def test_a_figure_is_compared_with_a_year_before(payments: Team, gia: User) -> None:
    bring(HEAD + rows(28, payments.slug) + rows(1, payments.slug, month=1).replace("2026", "2024"))
    chosen = read("since=2026-05-01&until=2026-05-28&against=year", user=gia)
    before = chosen.period_other()
    assert before is not None
    assert chosen.period_now.first - before.first == timedelta(days=364)
    year = read("period=365&until=2026-05-28&against=year", user=gia)
    other = year.period_other()
    assert other is not None
    assert other.last < year.period_now.first


def test_days_before_anything_was_told_are_no_zero_to_compare_with(
    payments: Team, harbor_payments: Team, gia: User, finn: User, as_person: Any
) -> None:
    """For whom the first ticket is of then: one of another site is seen by who may see all of them."""
    days = {"since": "2026-05-01", "until": "2026-05-28"}
    bring(HEAD + rows(28, harbor_payments.slug) + rows(1, payments.slug, month=4))
    for person, is_told in ((gia, False), (finn, True)):
        shown = as_person(person).get(address("volume"), days)
        assert ("Nothing was imported of the days to compare with." in shown.content.decode()) is is_told
        [tile] = shown.context["tiles"]
        assert (tile.change is None, bool(shown.context["others"])) == (is_told, not is_told)


def test_a_vendor_is_compared_with_those_in_house(figures: Import, gia: User, as_person: Any) -> None:
    found = table(as_person(gia), tab="csat", site="harbor", against="site=in_house", **MAY)
    assert [(row["n"], row["compared_n"]) for row in found] == [("30", "40")]
    lines = table(as_person(gia), tab="csat", part="by", by="team", against="site=in_house", **MAY)
    assert {row["name"]: row["compared_n"] for row in lines}["Harbor Payments"] == "40"


def test_lines_are_sorted_as_asked(figures: Import, gia: User, as_person: Any) -> None:
    asked = {"tab": "csat", "part": "by", "by": "team", **MAY}
    names = [row["name"] for row in table(as_person(gia), sort="n", **asked)]
    assert names == ["strangers", "Harbor Payments", "Payments"]
    assert [row["name"] for row in table(as_person(gia), **asked)] == names[::-1]


def test_the_lines_add_up_to_the_tile(figures: Import, gia: User, as_person: Any) -> None:
    for metric in ("csat", "aht", "resolution", "volume"):
        key = next(key for key, tab in TABS.items() if key and metric in tab.wanted)
        [tile] = [row for row in table(as_person(gia), tab=key, **MAY) if row["metric"] == metric]
        lines = table(as_person(gia), tab=key, metric=metric, part="by", by="team", **MAY)
        points = table(as_person(gia), tab=key, metric=metric, part="trend", **MAY)
        assert sum(int(row["n"]) for row in lines) == int(tile["n"]) > 0
        assert sum(int(row["n"]) for row in points) == int(tile["n"])


def queries(browser: Client) -> dict[str, int]:
    """How many each tab takes, with the parts that are fetched after it, and each list of tickets."""
    days = urlencode(MAY)
    asked = [
        f"{address(key)}?{days}&by={by}" for key, by in zip(TABS, cycle(("team", "label")), strict=False)
    ]
    asked.append(f"{address('speed')}?{days}&by=label&mix=same")
    asked += [f"/metrics/parts/{name}?{days}" for name in parts.LATER]
    # One list of each kind: by a moment, of what is counted instead of tickets, of what was open.
    asked += [f"/metrics/tickets?{days}&show={shown}" for shown in ("csat", "handled", "backlog")]
    found = {}
    for where in asked:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(where).status_code == 200, where
        found[where] = len(captured)
    return found


def test_more_rows_take_no_more_queries(payments: Team, gia: User, as_person: Any) -> None:
    browser = as_person(gia)
    bring(HEAD + rows(2, payments.slug))
    page(browser, "", **MAY)  # what is remembered for a minute
    few = queries(browser)
    bring(HEAD + "".join(rows(2, f"team-{number}", label=f"label-{number}") for number in range(20)))
    many = queries(browser)
    more = {where: (few[where], n) for where, n in many.items() if n > few[where]}
    assert not more
    assert max(many.values()) <= 45


def test_what_is_not_kept_by_a_choice_hides_no_other_tile(figures: Import, gia: User, as_person: Any) -> None:
    found = {row["metric"]: row for row in table(as_person(gia), tab="", market="IE", **MAY)}
    assert found["iqs"]["note"] == "not measured"
    assert found["volume"]["n"] == "70"


class TestPublications:
    @pytest.fixture
    def sops(self, ana: User, ben: User) -> None:
        since = timezone.now() - timedelta(days=3)
        for number, label in ((1, "refund"), (2, "payout")):
            factories.published(
                "sop", f"SOP-000{number}", author=ana, reviewer=ben, since=since, title=f"About {label}",
                data={"labels": [label]},
            )  # fmt: skip
        factories.published(
            "sop", "SOP-0003", author=ana, reviewer=ben, since=since, title="Only for Dublin", data={},
            audience="teams", audience_teams=["payments"],
        )  # fmt: skip

    def marks(self, browser: Client, key: str = "csat", **params: str) -> list[str]:
        today = timezone.localdate()
        days = {"since": (today - timedelta(days=20)).isoformat(), "until": today.isoformat()}
        answer = browser.get(address(key), {**days, **params})
        chart = answer.context["chart"]["marks"]
        shown = [mark.key for mark in answer.context["marks"].shown]
        assert sorted(shown) == sorted(key.split()[0] for mark in chart for key in mark["name"].split(", "))
        return shown

    def test_they_stand_on_the_chart_of_every_tab_and_beside_it(
        self, sops: None, figures: Import, gia: User, as_person: Any
    ) -> None:
        """With a label only those that govern it. Every tab has a chart over time; one without would fail here."""
        browser = as_person(gia)
        for key in TABS:
            assert self.marks(browser, key) == ["SOP-0001", "SOP-0002"], key
            assert self.marks(browser, key, label="payout") == ["SOP-0002"], key
        assert "About payout" in page(browser, "csat", until=timezone.localdate().isoformat())

    def test_with_an_sop_only_its_own(self, sops: None, figures: Import, gia: User, as_person: Any) -> None:
        assert self.marks(as_person(gia), sop="SOP-0001") == ["SOP-0001"]

    def test_those_that_have_no_room_are_counted(
        self, sops: None, figures: Import, gia: User, as_person: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(marking, "SHOWN", 1)
        days = f"since=2026-05-01&until={timezone.localdate()}"
        shown = as_person(gia).get(f"/metrics/csat?{days}")
        assert (len(shown.context["marks"].shown), shown.context["marks"].total) == (1, 2)
        assert "2 publications of SOPs" in shown.content.decode()

    def test_only_those_whose_text_the_viewer_may_read(
        self, sops: None, figures: Import, finn: User, ana: User, as_person: Any
    ) -> None:
        assert self.marks(as_person(finn)) == ["SOP-0001", "SOP-0002"]
        assert self.marks(as_person(ana)) == ["SOP-0001", "SOP-0002", "SOP-0003"]


def test_a_figure_with_few_tickets_a_day_is_drawn_by_week(figures: Import, gia: User, as_person: Any) -> None:
    """Two or three answers a day are too few to be shown; fourteen to twenty-one a week are some."""
    days = {"since": "2026-05-01", "until": "2026-05-28"}
    shown = as_person(gia).get(address("csat"), days).context
    assert shown["is_sparse"]
    assert [point.day.isoformat() for point in shown["points"]] == [
        "2026-05-01", "2026-05-04", "2026-05-11", "2026-05-18", "2026-05-25",
    ]  # fmt: skip
    told = table(as_person(gia), tab="csat", part="trend", **days)
    assert [row["from"] for row in told] == [point.day.isoformat() for point in shown["points"]]
    by_day = as_person(gia).get(address("aht"), days).context
    assert (by_day["is_sparse"], len(by_day["points"])) == (False, 28)


def test_the_line_of_an_agent_is_drawn_by_week_or_says_why_there_is_none(
    payments: Team, hal: User, as_person: Any
) -> None:
    """One has three tickets a day, which are too few, and 21 a week; the other one a day."""
    days = {"since": "2026-05-04", "until": "2026-05-31"}
    head = "external_id,status,created_at,last_solved_at,assignee,active_s,team\n"
    rows = [
        f"{agent}{day}-{n},solved,2026-05-{day:02}T10:00Z,2026-05-{day:02}T11:00Z,{agent},60,{payments.slug}\n"
        for agent, a_day in (("ann", 3), ("bob", 1)) for day in range(4, 32) for n in range(a_day)
    ]  # fmt: skip
    bring(head + "".join(rows))
    weekly = as_person(hal).get(address("aht"), {**days, "agent": "ann"})
    assert [point.figure.value for point in weekly.context["points"]] == [60] * 4
    assert "By week: on most days fewer than 20" in weekly.content.decode()
    bare = as_person(hal).get(address("aht"), {**days, "agent": "bob"})
    assert [point.figure.value for point in bare.context["points"]] == [None] * 4
    assert "No line: on no day and in no week were 20 measured" in bare.content.decode()


def test_the_axis_of_a_figure_that_others_measure_has_every_day(
    figures: Import, gia: User, as_person: Any
) -> None:
    shown = as_person(gia).get(address("quality"), {"since": "2026-05-01", "until": "2026-05-28"}).context
    assert len(shown["points"]) == len(shown["chart"]["x"]) == 28
    assert len(shown["chart"]["series"]) == 1  # nothing to compare with is no line


def test_columns_that_say_nothing_are_left_out(figures: Import, gia: User, as_person: Any) -> None:
    counts = page(as_person(gia), "volume", **MAY)
    shares = page(as_person(gia), "aht", **MAY)
    heads = [
        text.split('aria-labelledby="lines-title">')[-1].split("</thead>")[0] for text in (counts, shares)
    ]
    assert [("interval" in head) for head in heads] == [False, True]
