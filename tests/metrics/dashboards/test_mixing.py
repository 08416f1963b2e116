"""Compared at the same mix of tickets: what it does, what it says, and when it leaves the plain figure."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urlencode

import pytest

from metrics import histograms, standardising
from metrics.dashboards import mailing, mixed_line, mixing, saving
from metrics.dashboards.filters import read
from metrics.definitions import CSAT
from metrics.models import Import
from sopdesk.accounts.models import Team, User
from sopdesk.letters.models import Letter
from sopdesk.text.figures import share
from tests.metrics.bringing import bring
from tests.metrics.dashboards.test_mailing import at, start
from tests.metrics.dashboards.test_tabs import address, page, table

HEAD = (
    "external_id,status,created_at,last_solved_at,team,labels,channel,priority,rating,rating_scale,rated_at,active_s,"
    "first_public_reply_at\n"
)
DAYS = {"since": "2026-05-01", "until": "2026-05-28"}


def rows(team: str, month: int, label: str, count: int, good: int, seconds: int, first: int = 0) -> str:
    """Tickets of one kind: so many of them rated good, each handled and answered in about so many seconds."""
    made = []
    for n in range(first, first + count):
        day = f"2026-{month:02}-{(1 if month == 5 else 3) + n % 28:02}"
        minute = 5 if label == "simple" else 45
        made.append(
            f"{team}{month}{label}{n},solved,{day}T10:00Z,{day}T12:00Z,{team},{label},chat,low,"
            f"{'good' if n - first < good else 'bad'},good_bad,{day}T13:00Z,{seconds + n % 3},{day}T10:{minute:02}Z\n"
        )
    return "".join(made)


@pytest.fixture
def mixed(payments: Team) -> Import:
    """As in example 19: before, four of five tickets were simple; now two of five, and both kinds are better."""
    return bring(
        HEAD
        + rows(payments.slug, 4, "simple", 80, 76, 100) + rows(payments.slug, 4, "hard", 20, 10, 500)
        + rows(payments.slug, 5, "simple", 40, 38, 100) + rows(payments.slug, 5, "hard", 60, 33, 500)
    )  # fmt: skip


@pytest.mark.django_db
def test_each_stratum_keeps_its_figure_and_gets_the_weight_of_now(
    mixed: Import, gia: User, as_person: Any
) -> None:
    [plain] = table(as_person(gia), tab="csat", **DAYS)
    [same] = table(as_person(gia), tab="csat", mix="same", **DAYS)
    assert (plain["value"], plain["compared_value"], plain["compared_mix"]) == ("0.71", "0.86", "")
    assert float(same["compared_value"]) == pytest.approx(0.4 * 0.95 + 0.6 * 0.5)
    assert same["compared_as_it_was"] == "0.86"
    assert (same["compared_mix"], same["compared_mix_covered"]) == ("labels channel priority", "1")
    assert float(same["change"]) == pytest.approx(0.03)
    assert float(same["change_low"]) < 0.03 < float(same["change_high"])


@pytest.mark.django_db
@pytest.mark.parametrize("metric", ["aht", "first_reply"])
def test_the_dashed_line_is_at_the_same_mix_and_stands_in_the_table(
    metric: str, mixed: Import, gia: User, as_person: Any
) -> None:
    """A simple ticket of April weighs 40/80, a hard one 60/20: on the 18th three simple ones and a hard one."""
    tab = {"aht": "aht", "first_reply": "speed"}[metric]
    asked = {"tab": tab, "metric": metric, "part": "trend", **DAYS}
    plain, same = ({row["compared_from"]: row for row in table(as_person(gia), **asked, **mix)}
                   for mix in ({}, {"mix": "same"}))  # fmt: skip
    expected = {
        "csat": (0.75, 1.5 / 4.5),
        "aht": (201, (1.5 * 101 + 3 * 501) / 4.5),
        "first_reply": (300, 2700),
    }
    day = "2026-04-18"
    for found, value in zip((plain, same), expected[metric], strict=True):
        assert float(found[day]["compared_value"]) == pytest.approx(value, rel=0.02)
        assert found[day]["compared_n"] == "4"
    assert "at the same mix" in same[day]["compared_note"]
    shown = as_person(gia).get(address(tab), {"metric": metric, "mix": "same", **DAYS})
    assert shown.context["line_said"] == same[day]["compared_note"]
    drawn = [value for value in shown.context["chart"]["series"][1]["values"] if value is not None]
    told = [other.figure.value for _point, other in shown.context["beside"] if other.figure.value is not None]
    assert drawn == [round(value, 4) for value in told]


@pytest.mark.django_db
def test_over_all_days_the_line_is_the_figure(mixed: Import, gia: User, as_person: Any) -> None:
    shown = as_person(gia).get(address("csat"), {"mix": "same", **DAYS})
    [tile] = shown.context["tiles"]
    whole = read(urlencode({"mix": "same", **DAYS}), user=gia)
    _level, days = mixed_line._days(whole, CSAT, weekly=False)
    weights = {("simple",): 0.5, ("hard",): 3.0}
    top, n = (
        sum(weights[key[0]] * count for day in days.values() for key, count in getattr(day, of).items())
        for of in ("top", "n")
    )
    assert top / n == pytest.approx(tile.other.value)


@pytest.mark.django_db
def test_means_and_medians_too_but_no_counts(mixed: Import, gia: User, as_person: Any) -> None:
    found = {row["metric"]: row for row in table(as_person(gia), tab="", mix="same", **DAYS)}
    assert float(found["aht"]["compared_value"]) == pytest.approx(0.4 * 101 + 0.6 * 501, abs=1)
    assert float(found["first_reply"]["compared_as_it_was"]) == pytest.approx(300, rel=0.01)
    assert float(found["first_reply"]["compared_value"]) == pytest.approx(2700, rel=0.01)
    assert float(found["volume"]["compared_value"]) == 100
    assert found["volume"]["compared_mix"] == found["backlog"]["compared_mix"] == "none"


@pytest.mark.django_db
def test_each_line_of_a_table_at_its_own_mix(
    mixed: Import, harbor_payments: Team, gia: User, as_person: Any
) -> None:
    bring(
        HEAD
        + rows(harbor_payments.slug, 5, "hard", 30, 20, 500)
        + rows(harbor_payments.slug, 5, "odd", 30, 9, 50)
    )
    asked = {"tab": "csat", "part": "by", "mix": "same", **DAYS}
    lines = {row["name"]: row for row in table(as_person(gia), by="team", against="site=in_house", **asked)}
    assert float(lines["Payments"]["compared_value"]) == pytest.approx(0.71)
    harbor = lines["Harbor Payments"]  # half of its tickets are of a label that nobody in-house has
    assert (harbor["compared_mix"], harbor["compared_value"]) == ("none", "0.71")
    labels = {row["name"]: row for row in table(as_person(gia), by="label", **asked)}
    assert (labels["hard"]["compared_value"], labels["hard"]["compared_mix"]) == (
        "0.5",
        "labels channel priority",
    )
    assert labels["odd"]["compared_mix"] == ""  # nothing to compare with


@pytest.mark.django_db
def test_who_has_no_counterpart_is_compared_by_the_labels(payments: Team, gia: User, as_person: Any) -> None:
    other_channel = rows(payments.slug, 4, "simple", 60, 30, 100).replace(",chat,low,", ",email,high,")
    bring(HEAD + other_channel + rows(payments.slug, 5, "simple", 40, 30, 100))
    [found] = table(as_person(gia), tab="csat", mix="same", **DAYS)
    assert (found["compared_mix_covered"], found["compared_value"]) == ("1", "0.5")
    assert f"{share(0)} have a counterpart, {share(1)} one of the same labels" in page(
        as_person(gia), "csat", mix="same", **DAYS
    )


def test_strata_are_joined_only_as_far_as_it_takes() -> None:
    have = {
        ("a", "chat", "low"): 9,
        ("a", "chat", "high"): 4,
        ("b", "mail", "low"): 3,
        ("c", "mail", "low"): 2,
    }
    there = {
        ("a", "chat", "low"): 5,
        ("a", "chat", "odd"): 3,
        ("a", "mail", "low"): 4,
        ("b", "chat", "low"): 6,
    }
    assert mixing.joined(have, there) == {
        ("a", "chat", "low"): ("a", "chat", "low"),
        ("b", "mail", "low"): ("b",),
        ("b", "chat", "low"): ("b",),
        # Three beside the four of high priority are too few, and with those by mail there are seven.
        **dict.fromkeys([("a", "chat", "high"), ("a", "chat", "odd"), ("a", "mail", "low")], ("a",)),
    }
    rest = mixing.joined(
        {("a", "", ""): 1, ("b", "", ""): 2}, {("c", "", ""): 4, ("d", "", ""): 4, ("b", "", ""): 2}
    )
    assert set(rest.values()) == {()}


@pytest.mark.django_db
def test_the_page_and_the_letter_say_it(mixed: Import, gia: User, as_person: Any) -> None:
    said = f"At the same mix: {share(0.68)} (as it was {share(0.86)}), n 100; {share(1)} have a counterpart"
    shown = page(as_person(gia), "csat", mix="same", **DAYS)
    assert said in shown
    assert 'name="mix" value="same" checked' in shown
    assert "mix=same" in shown.split("part=tile")[1][:200]
    assert 'name="mix"' not in page(as_person(gia), "csat", against="nothing", mix="same", **DAYS)
    query = urlencode({**DAYS, "mix": "same"})
    view = saving.save(name="At one mix", tab="csat", query=query, shared="own", actor=gia)
    assert "mix=same" in view.query
    start(view, gia)
    assert mailing.send_due(at(8.1)) == 1
    assert said in Letter.objects.get().body


@pytest.fixture
def by_channel(payments: Team) -> Import:
    """Example 19 by channel: the simple ones came by chat, the hard ones by email, and all of them got one macro."""
    made = [
        rows(payments.slug, month, label, *counts).replace(",chat,", f",{channel},")
        for month, label, channel, *counts in (
            (4, "simple", "chat", 80, 76, 100), (4, "hard", "email", 20, 10, 500),
            (5, "simple", "chat", 40, 38, 100), (5, "hard", "email", 60, 33, 500),
        )
    ]  # fmt: skip
    return bring(
        HEAD.replace("\n", ",macro_keys,assignee\n") + "".join(made).replace("\n", ",mac-1,Ada Agent\n")
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("chosen", "part"),
    [({"macro": "mac-1"}, {}), ({}, {"part": "by", "by": "macro"}), ({}, {"part": "by", "by": "agent"})],
)
def test_by_agent_and_by_macro_the_mix_is_of_channels(
    chosen: Any, part: Any, by_channel: Import, hal: User, as_person: Any
) -> None:
    [found] = table(as_person(hal), tab="csat", mix="same", **chosen, **part, **DAYS)
    assert (found["n"], found["compared_mix"], found["compared_mix_covered"]) == ("100", "channel", "1")
    assert float(found["compared_value"]) == pytest.approx(0.4 * 0.95 + 0.6 * 0.5)
    assert found["compared_as_it_was"] == "0.86"


@pytest.mark.django_db
def test_the_line_of_a_macro_and_the_page_are_of_channels_too(
    by_channel: Import, gia: User, as_person: Any
) -> None:
    asked = {"tab": "aht", "metric": "aht", "part": "trend", "macro": "mac-1", "mix": "same", **DAYS}
    day = next(row for row in table(as_person(gia), **asked) if row["compared_from"] == "2026-04-18")
    assert float(day["compared_value"]) == pytest.approx((1.5 * 101 + 3 * 501) / 4.5, rel=0.02)
    assert "mix of channels" in day["compared_note"]
    shown = page(as_person(gia), "csat", mix="same", by="macro", **DAYS)
    assert "The mix is of channels only" in shown
    assert "The mix is of channels only" not in page(as_person(gia), "csat", mix="same", by="team", **DAYS)
    assert "At the same mix of channels: " in page(as_person(gia), "csat", mix="same", macro="mac-1", **DAYS)


@pytest.mark.django_db
def test_a_macro_in_a_channel_that_the_others_lack_is_compared_as_it_was(
    payments: Team, gia: User, as_person: Any
) -> None:
    before = rows(payments.slug, 4, "simple", 30, 20, 100)
    now = rows(payments.slug, 5, "simple", 30, 20, 100).replace(",chat,", ",email,")
    bring(HEAD.replace("\n", ",macro_keys\n") + (before + now).replace("\n", ",mac-1\n"))
    [found] = table(as_person(gia), tab="csat", mix="same", macro="mac-1", **DAYS)
    assert (found["compared_mix"], found["compared_mix_covered"]) == ("none", "0")
    assert "in the same channel" in page(as_person(gia), "csat", mix="same", macro="mac-1", **DAYS)


def test_the_median_of_weighted_histograms() -> None:
    quick, slow = histograms.bucket(100), histograms.bucket(1000)
    found = {"a": Counter({quick: 90}), "b": Counter({slow: 10})}
    same = standardising.median(found, {"a": 90, "b": 10})
    assert same is not None
    assert same.value == histograms.middle(quick)
    turned = standardising.median(found, {"a": 10, "b": 90, "c": 25})
    assert turned is not None
    assert (turned.value, turned.n, turned.covered) == (histograms.middle(slow), 100, 0.8)
    assert standardising.median(found, {"c": 5}) is None


def test_the_mix_of_itself_changes_nothing_and_the_interval_is_near_the_usual_one() -> None:
    found = {key: (40 + key, 50) for key in range(8)}
    same = standardising.standardised(found, dict.fromkeys(found, 50))
    assert same is not None
    assert same.value == pytest.approx(sum(top for top, _n in found.values()) / 400)
    assert same.low is not None
    assert same.high is not None
    assert same.high - same.low == pytest.approx(
        2 * 1.96 * (same.value * (1 - same.value) / 400) ** 0.5, rel=0.1
    )


def test_a_mean_has_the_interval_of_student() -> None:
    values = {"a": [1.0, 2.0, 3.0, 4.0], "b": [10.0, 10.0, 10.0]}
    sums = {key: (sum(of), len(of)) for key, of in values.items()}
    squares = {key: sum(value**2 for value in of) for key, of in values.items()}
    only_a = standardising.standardised(sums, {"a": 9}, squares=squares)
    assert only_a is not None
    assert (only_a.low, only_a.high) == (pytest.approx(0.4457, abs=1e-3), pytest.approx(4.5543, abs=1e-3))
    only_b = standardising.standardised(sums, {"b": 1}, squares=squares)
    assert only_b is not None
    assert (only_b.low, only_b.value, only_b.high) == (10, 10, 10)
