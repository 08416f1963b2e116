"""Teams that begin on different days: each is judged by its own, and what one day for all blurs is found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from pytest_django import DjangoDbBlocker

from metrics import partitions
from metrics.effects import counting, judging
from metrics.effects.groups import Group
from metrics.effects.measures import HANDLED
from metrics.effects.readings import Reading
from metrics.effects.regressing import change_of_days, difference_of_differences
from metrics.effects.settling import moved
from metrics.effects.windows import due_on
from metrics.models import Source
from sopdesk.accounts.models import Site, Team
from tests.metrics import demo_rows
from tests.sharing import rows_of_a_module

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)
LATER = 21
FIRST, DAYS = DAY - timedelta(days=40), 130
SHOCK = DAY + timedelta(days=14)  # from here on every ticket takes longer, whatever its label
EACH_DAY = {
    ("first", "refund"): 24,
    ("first", "other"): 12,
    ("first", "calm"): 16,
    ("second", "refund"): 24,
    ("second", "other"): 36,
    ("second", "calm"): 16,
}
TRUE_TIME, TRUE_GOOD = 0.8, 0.12


@pytest.fixture(scope="module", autouse=True)
def laid(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Nineteen weeks of two teams: refunds take four fifths of their time, and please more, from each team's day on."""

    def write() -> None:
        source = Source.objects.create(name="Two teams")
        sites = [Site.objects.create(slug=n, name=n, kind="vendor", time_zone="UTC") for n in ("a", "b")]
        teams = {
            name: Team.objects.create(slug=name, name=name, site=site)
            for name, site in zip(("first", "second"), sites, strict=True)
        }
        partitions.make([FIRST + timedelta(days=number) for number in range(-1, DAYS + 1)])
        demo_rows.put(tickets(teams), source)

    with rows_of_a_module(django_db_blocker, write):
        yield


def tickets(teams: Mapping[str, Team]) -> Iterator[list[Any]]:
    draw, number = np.random.default_rng(604), 0
    for (name, label), each_day in EACH_DAY.items():
        begins = DAY + timedelta(days=LATER if name == "second" else 0)
        for day in (FIRST + timedelta(days=passed) for passed in range(DAYS)):
            works = label == "refund" and day >= begins
            at = int(datetime.combine(day, datetime.min.time(), UTC).timestamp()) + 40_000
            n = draw.poisson(each_day)
            slow = 1.2 if day >= SHOCK else 1.0
            seconds = 400 * (TRUE_TIME if works else 1) * slow * np.exp(0.3 * draw.standard_normal(n))
            good = draw.random(n) < 0.7 + (TRUE_GOOD if works else 0)
            for handled, rating in zip(seconds.tolist(), good.tolist(), strict=True):
                number += 1
                yield [
                    number, at, label, teams[name].pk, "chat", "normal", at + 60, at + 600, None, int(rating), at + 900,
                    max(1, round(handled)), at + 500, True, True,
                ]  # fmt: skip


def look(
    later: Mapping[str, int],
    *,
    day: date = DAY,
    weeks: int = 8,
    label: str = "refund",
    until: date | None = None,
) -> dict[str, Reading]:
    """The card of a look; `later`: by how many days each team began after `day`."""
    ids = dict(Team.objects.values_list("slug", "pk"))
    ends = until or due_on(day + timedelta(days=max([0, *later.values()])), weeks)
    shifts = {ids[slug]: days for slug, days in later.items()}
    group = Group([label], ["refund", label], sorted(ids.values()), shifts)
    found = judging.judge(group, day, weeks, first=FIRST, until=ends)
    return {reading.key: reading for reading in found}


def interval(reading: Reading) -> tuple[float, float]:
    assert reading.effect is not None
    return reading.effect.low, reading.effect.high


def test_each_team_by_its_own_day_finds_what_one_day_for_all_blurs() -> None:
    own, one = look({"second": LATER}), look({})
    for key, truth in (("aht", TRUE_TIME), ("csat", TRUE_GOOD)):
        low, high = interval(own[key])
        assert low < truth < high
        assert own[key].verdict == ("down" if key == "aht" else "up")
    low, _high = interval(one["aht"])
    assert low > TRUE_TIME  # half of the second team's days after were days before
    diluted, full = one["csat"].effect, own["csat"].effect
    assert diluted is not None
    assert full is not None
    assert diluted.value < full.value


def test_what_all_labels_did_on_those_days_is_no_effect() -> None:
    """The slower weeks begin inside one team's windows before and inside the other's after."""
    own = look({"second": LATER})["aht"]
    assert own.others is not None
    assert own.others.change.value > 1.05
    assert own.ours is not None
    assert own.ours.change.value > TRUE_TIME * 1.05
    assert interval(own)[0] < TRUE_TIME < interval(own)[1]
    assert own.step is not None


def test_days_said_that_are_those_of_all_change_nothing() -> None:
    """One day for all, said of each team, is that day exactly: all estimates, to the last digit."""
    shift = 7
    said = look({"first": shift, "second": shift}, weeks=4)
    there = look({}, day=DAY + timedelta(days=shift), weeks=4)
    for key, reading in said.items():
        alike, other = asdict(reading), asdict(there[key])
        for each in (alike, other):
            each["points"] = [{**point, "day": None} for point in each["points"]]
        assert alike == other
    assert look({"first": 0, "second": 0}, weeks=2) == look({}, weeks=2)


def test_a_team_is_counted_on_its_own_days() -> None:
    ids = dict(Team.objects.values_list("slug", "pk"))
    last = DAY + timedelta(days=6)
    group = Group(["refund"], ["refund"], sorted(ids.values()), {ids["second"]: LATER})
    found = counting.counts(HANDLED, group, DAY, last)
    assert set(found.day.tolist()) == set(range(7))
    rows = found.team == ids["second"]
    assert set(found.calendar[rows].tolist()) == set(range(LATER, LATER + 7))
    alone = counting.counts(
        HANDLED,
        Group(["refund"], ["refund"], [ids["second"]]),
        DAY + timedelta(LATER),
        last + timedelta(LATER),
    )
    assert found.n[rows].sum() == alone.n.sum()


def test_a_label_is_left_out_for_the_teams_in_whose_weeks_it_was_changed() -> None:
    ids = dict(Team.objects.values_list("slug", "pk"))
    later, last = {ids["second"]: LATER}, DAY + timedelta(days=6)
    group = Group(["refund"], ["refund"], sorted(ids.values()), later, {LATER: ["refund", "calm"]})
    found = counting.counts(HANDLED, group, DAY, last)
    everything = counting.counts(HANDLED, replace(group, avoided_by={}), DAY, last)
    others = {
        name: [int(each.n[(each.team == pk) & (each.ours == 0)].sum()) for each in (found, everything)]
        for name, pk in ids.items()
    }
    assert others["first"][0] == others["first"][1]
    assert 0 < others["second"][0] < others["second"][1]


def test_all_teams_have_the_weeks_of_the_one_that_began_last() -> None:
    until = DAY + timedelta(days=LATER + 14)
    assert look({"second": LATER}, until=until)["aht"].weeks == 1
    early = look({"second": LATER}, until=until - timedelta(days=1))["aht"]
    assert early.missing == {"why": "immature", "day": until.isoformat()}


def test_a_team_without_days_before_is_no_history() -> None:
    later = {"first": 14, "second": 0}
    found = look(later, day=FIRST + timedelta(days=20))["aht"]
    assert found.missing == {"why": "no_history", "day": FIRST.isoformat()}
    enough = look({"first": 14, "second": 14}, day=FIRST + timedelta(days=20))["aht"]
    assert enough.verdict != "not_enough"


def test_placebos_of_teams_that_began_apart_stay_silent() -> None:
    """A label that nothing was done to, in slower weeks too, and days before that of anybody."""
    for delay in (3, 10, 21):
        assert moved([*look({"second": delay}, label="calm", weeks=4).values()]) == []
    before = {"day": FIRST + timedelta(days=15), "weeks": 2}
    assert moved([*look({"second": 5}, **before).values()]) == []  # type: ignore[arg-type]


def test_an_outage_of_one_day_is_one_day_for_both_teams() -> None:
    """The same day in two waves is one cluster: as two days it would seem twice as sure."""
    draw = np.random.default_rng(7)
    day = np.arange(20)
    shock = draw.standard_normal(20)
    twice: dict[str, Any] = {
        "day": np.tile(day, 2),
        "wave": np.repeat([0, 1], 20),
        "after": np.tile((day >= 10).astype(np.int64), 2),
        "value": np.tile(shock, 2),
        "weight": np.ones(40),
    }
    together = change_of_days(**twice)
    apart = change_of_days(**{**twice, "day": np.arange(40)})
    once = change_of_days(**{name: column[:20] for name, column in twice.items()})
    width, wide, single = (each.high - each.low for each in (together, apart, once) if each)
    assert width == pytest.approx(single, rel=0.1)
    assert wide < 0.8 * width


def test_a_wave_without_a_comparison_group_tells_nothing() -> None:
    draw = np.random.default_rng(8)
    rows = [(day, wave, ours, int(day >= 10)) for day in range(20) for wave in (0, 1) for ours in (0, 1)]
    day, wave, ours, after = (np.array(column) for column in zip(*rows, strict=True))
    n = np.full(len(rows), 50)
    total = n * (5 + 0.3 * after * ours + draw.normal(0, 0.05, len(rows)))
    columns = {"day": day, "stratum": wave, "ours": ours, "after": after, "n": n, "total": total}
    lame = (wave == 0) | (ours == 1)
    found = difference_of_differences(
        **{name: column[lame] for name, column in columns.items()}, wave=wave[lame]
    )
    alone = difference_of_differences(
        **{name: column[wave == 0] for name, column in columns.items()}, wave=wave[wave == 0]
    )
    assert found == alone
    neither = (wave == 0) == (ours == 1)
    assert (
        difference_of_differences(
            **{name: column[neither] for name, column in columns.items()}, wave=wave[neither]
        )
        is None
    )
