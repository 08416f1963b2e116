"""The two planted effects of the demo are found, and 20 placebo changes are not taken for any."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import pytest

from metrics.effects import counting, judging
from metrics.effects.counting import Group
from metrics.effects.judging import Reading
from metrics.effects.windows import day_of, due_on, windows
from metrics.watching.watching import outside
from sopdesk.accounts.models import Site, Team
from sopdesk.demo import ticket_loading
from sopdesk.demo.tickets import DAYS, DESKS, EFFECTS, END, REASONS, SPIKE, SPIKE_LABELS

PLANTED = {effect.label: day_of(effect.since) for effect in EFFECTS}
FIRST = END - timedelta(days=DAYS - 1)
FAR = timedelta(days=70)  # from a placebo's own planted effect


@pytest.fixture
def demo(db: None, tmp_path: Path) -> None:
    for slug in DESKS:
        name = slug.split("-")[0]
        site, _made = Site.objects.get_or_create(
            slug=name, defaults={"name": name, "kind": "vendor", "time_zone": "UTC"}
        )
        Team.objects.create(site=site, slug=slug, name=slug)
    ticket_loading.load()


def look(label: str, day: date, weeks: int = 8) -> dict[str, Reading]:
    """What a change of that day would be told; a label whose own effect lies in the windows is no comparison."""
    span, until = windows(day, weeks), due_on(day, weeks)
    touched = [other for other, at in PLANTED.items() if span.before[0] <= at <= span.after[1]]
    teams = counting.teams_with([label], span.before[0], until)
    group = Group([label], sorted({label, *touched}), teams)
    return {r.key: r for r in judging.judge(group, day, weeks, first=FIRST, until=until)}


def placebos(count: int) -> list[tuple[str, date]]:
    """Labels and days on which nothing was changed; the same each time."""
    draw, found = random.Random(1126), []
    while len(found) < count:
        label, day = draw.choice(REASONS).label, FIRST + timedelta(days=draw.randrange(40, 300))
        if label != "outage" and abs(day - PLANTED.get(label, date.min)) > FAR:
            found.append((label, day))
    return found


def test_planted_effects_are_found_and_placebos_are_not(demo: None) -> None:
    quicker = look("refund-request", PLANTED["refund-request"])["aht"]
    slower = look("account-recovery", PLANTED["account-recovery"])["aht"]
    assert (quicker.verdict, slower.verdict) == ("down", "up")
    for reading, truth in ((quicker, 0.82), (slower, 1.22)):
        assert reading.effect is not None
        assert reading.effect.low < truth < reading.effect.high
    moved = {(label, day): judging.moved([*look(label, day).values()]) for label, day in placebos(20)}
    assert {what: found for what, found in moved.items() if found} == {}
    spikes = {(found.series.metric, found.series.label) for found in outside(SPIKE[0])}
    assert {("volume", label) for label in SPIKE_LABELS} <= spikes, "the outage, on its first day"
    early = look("account-recovery", PLANTED["account-recovery"], weeks=2)
    assert early["reopened"].missing == {"why": "immature", "day": "2026-09-07"}
