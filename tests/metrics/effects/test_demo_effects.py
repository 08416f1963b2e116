"""The two planted effects of the demo are found, and 20 placebo changes are not taken for any."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from pytest_django import DjangoDbBlocker

from metrics.effects import counting, judging, making
from metrics.effects.counting import Counts
from metrics.effects.groups import Group
from metrics.effects.looking import Known
from metrics.effects.measures import Measure
from metrics.effects.readings import Reading
from metrics.effects.settling import moved
from metrics.effects.subjects import Subject
from metrics.effects.windows import LOOKS, WEEK, day_of, due_on, windows
from metrics.watching.watching import outside
from sopdesk.accounts.models import Team, User
from sopdesk.demo.tickets import EFFECTS, REASONS, SPIKE, SPIKE_LABELS
from sopdesk.documents.models import Version
from tests import factories
from tests.metrics import demo_rows
from tests.metrics.demo_rows import FIRST
from tests.sharing import rows_of_a_module

pytestmark = pytest.mark.django_db
PLANTED = {effect.label: day_of(effect.since) for effect in EFFECTS}
FAR = timedelta(days=70)  # from a placebo's own planted effect


@pytest.fixture(scope="module", autouse=True)
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    def write() -> None:
        demo_rows.lay()
        at = Team.objects.first()
        author = factories.user("An Author", "author", team=at)
        reviewer = factories.user("A Reviewer", "reviewer", team=at, functions=["product", "operations"])
        planted = [{"since": effect.since, "data": {"labels": [effect.label]}} for effect in EFFECTS]
        for number, content in enumerate([*planted, {}], start=1):
            factories.published("sop", f"SOP-000{number}", author=author, reviewer=reviewer, **content)

    with rows_of_a_module(django_db_blocker, write):
        yield


def look(label: str, day: date, weeks: int = 8, *, sites: int = 1) -> dict[str, Reading]:
    """What a change of that day would be told; a label whose own effect lies in the windows is no comparison."""
    span, until = windows(day, weeks), due_on(day, weeks)
    touched = [other for other, at in PLANTED.items() if span.before[0] <= at <= span.after[1]]
    teams = counting.teams_with([label], span.before[0], until)
    group = Group([label], sorted({label, *touched}), teams)
    found = judging.judge(group, day, weeks, first=FIRST, until=until, sites=sites)
    return {reading.key: reading for reading in found}


def placebos(count: int) -> list[tuple[str, date]]:
    """Labels and days on which nothing was changed; the same each time."""
    draw, found = random.Random(1126), []
    while len(found) < count:
        label, day = draw.choice(REASONS).label, FIRST + timedelta(days=draw.randrange(40, 300))
        far = abs(day - PLANTED.get(label, date.min)) > FAR
        if label != "outage" and far and (label, day) not in found:
            found.append((label, day))
    return found


@pytest.mark.parametrize(
    ("label", "verdict", "truth"), [("refund-request", "down", 0.82), ("account-recovery", "up", 1.22)]
)
def test_a_planted_effect_is_found_eight_weeks_on(label: str, verdict: str, truth: float) -> None:
    handled = look(label, PLANTED[label])["aht"]
    assert handled.verdict == verdict
    assert handled.effect is not None
    assert handled.effect.low < truth < handled.effect.high
    early = look(label, PLANTED[label], 2)
    assert moved([*early.values()]) in ([], [early["aht"]])
    assert early["reopened"].missing["why"] == "immature"


def read_once(day: date) -> Callable[..., Counts]:
    """In place of `counting.counts`, for looks at a change of that day: reads the tickets of the longest look's days,
    and cuts those of the others out of them."""
    read: dict[tuple[object, ...], Counts] = {}
    first, last, counts = day - 8 * WEEK, day + 8 * WEEK, counting.counts

    def cut(measure: Measure, group: Group, begins: date, ends: date, *, singly: bool = False) -> Counts:
        assert first <= begins <= ends <= last
        what = (measure, *map(tuple, (group.labels, group.avoided, group.teams)), singly)
        if what not in read:
            read[what] = counts(measure, group, first, last, singly=singly)
        whole = read[what]
        rows, later = whole.between(begins, ends), (begins - first).days
        columns = {
            name: getattr(whole, name)[rows] for name in ("day", "team", "ours", "n", "total", "later")
        }
        columns["day"] = columns["day"] - later
        values = {
            at - later: found for at, found in whole.values.items() if 0 <= at - later <= (ends - begins).days
        }
        return replace(whole, first=begins, values=values, **columns)

    return cut


def test_no_placebo_is_taken_for_an_effect_at_any_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the job makes them: the labels of what was published meanwhile are no comparison, and each card is kept."""
    version = Version.objects.select_related("document", "change").get(document__key="SOP-0003")
    person = User.objects.get(name="An Author")
    cards = {}
    for label, day in placebos(20):
        monkeypatch.setattr(counting, "counts", read_once(day))
        subject = Subject(version, [label], [label], None, day)
        for weeks in reversed(LOOKS):
            known = Known(FIRST, due_on(day, weeks))
            cards[label, day, weeks] = making.make(subject, None, weeks, known, person)
        monkeypatch.undo()
    verdicts = Counter(card.verdict for card in cards.values() if card)
    assert verdicts.total() == 60
    assert verdicts["moved"] == 0, {what for what, card in cards.items() if card and card.verdict == "moved"}
    assert verdicts["silent"] > 50
    assert {"refund-request", "account-recovery"} <= {
        label for card in cards.values() for label in card.avoided
    }


def test_what_is_too_small_to_be_found_is_said_to_be() -> None:
    """Six points of satisfaction, five of reopened: some hundred answers cannot tell them from chance."""
    for label, key, planted in (("refund-request", "csat", 0.06), ("account-recovery", "reopened", 0.05)):
        reading = look(label, PLANTED[label])[key]
        assert reading.verdict == "no_difference"
        assert reading.needed is not None
        assert planted < reading.needed < 0.3


def test_one_of_three_sites_has_to_be_plainer() -> None:
    label = "refund-request"
    one, third = (look(label, PLANTED[label], sites=sites)["aht"] for sites in (1, 3))
    assert one.confidence < third.confidence
    assert one.q is not None
    assert third.q == pytest.approx(3 * one.q)
    assert third.sites == 3


def test_the_outage_is_a_spike_on_its_first_day() -> None:
    spikes = {(found.series.metric, found.series.label) for found in outside(SPIKE[0])}
    assert {("volume", label) for label in SPIKE_LABELS} <= spikes
