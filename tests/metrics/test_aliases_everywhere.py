"""One door for labels: whatever groups or filters tickets by label shows the same label, by all of its names, once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.cache import cache

from metrics import ageing, calendars, impacts, renaming, reporting
from metrics.calendars import OFFICE
from metrics.dashboards import marking
from metrics.effects import counting, judging, making
from metrics.effects.filters import CardFilter
from metrics.effects.looking import Known
from metrics.effects.models import Card
from metrics.effects.subjects import subject_of
from metrics.filters import Period
from metrics.improving import initiatives, measuring, ranking
from metrics.improving.models import Initiative
from metrics.models import SlaPolicy, SlaResult, SlaTarget, Ticket
from metrics.privacy.holding import kept_by
from metrics.privacy.models import LegalHold
from metrics.promises import trying
from metrics.quality import sampling
from metrics.quality.models import SamplingRule
from metrics.quality.showing import governing
from metrics.watching import showing, spells, watching
from metrics.watching.models import Alert
from sopdesk.accounts.models import Team, User
from sopdesk.documents.models import Version
from sopdesk.jobs import running
from tests import factories
from tests.metrics.bringing import bring, source

pytestmark = pytest.mark.django_db
HEAD = (
    "external_id,status,created_at,first_solved_at,last_solved_at,team,labels,active_s,requester,"
    "first_public_reply_at\n"
)
# Ten tickets are about refunds, by the label's name, another, both at once, and a label that was merged into it.
LABELS = (*["refund"] * 4, *["refunds"] * 3, *["refund|refunds"] * 2, "chargeback", *["payout"] * 5)
NAMES = ("refund", "refunds", "chargeback")
WEEK, LAST = date(2026, 5, 4), date(2026, 5, 10)
MAY = Period(WEEK, LAST)
SINCE = datetime(2026, 5, 8, 9, tzinfo=UTC)


def lines(team: Team) -> str:
    """All in one week; each customer writes twice, about refunds by another name the second time."""
    return HEAD + "".join(
        f"t{n},solved,2026-05-{4 + n % 7:02}T10:00Z,2026-05-{4 + n % 7:02}T12:00Z,2026-05-{4 + n % 7:02}T12:00Z,"
        f"{team.slug},{labels},{60 + n},c{n % 7}@x.example,2026-05-{4 + n % 7:02}T10:05Z\n"
        for n, labels in enumerate(LABELS)
    )


def labels_in_force(ana: User, ben: User) -> None:
    for key, data in (
        ("refund", {"aliases": ["refunds"]}),
        ("chargeback", {"status": "merged", "merged_into": "refund"}),
        ("payout", {}),
    ):
        factories.published(
            "label", key, author=ana, reviewer=ben, data={"group": "Money", "status": "active", **data}
        )
    cache.clear()


@pytest.fixture
def sop(ana: User, ben: User) -> Version:
    """An SOP that names the label by its other name."""
    labels_in_force(ana, ben)
    made = factories.published(
        "sop", "SOP-0001", author=ana, reviewer=ben, since=SINCE, data={"labels": ["refunds"]}
    )
    return made.versions.get()


@pytest.fixture
def named(payments: Team, sop: Version) -> Version:
    bring(lines(payments))
    cache.clear()
    return sop


def test_the_watch_judges_one_series(named: Version, gia: User) -> None:
    seen = {
        series.label: standing.n
        for series, standing in watching.standings(LAST)
        if standing is not None and series.metric == "volume" and not series.team_id and not series.site_id
    }
    assert set(seen) == {"refund", "payout"}
    table = watching.tables.tables(
        watching.levels.level_for(None, ("label",), {}).rollups,
        WEEK, "source_id", level=watching.levels.level_for(None, ("label",), {}),
    )  # fmt: skip
    assert {label: table[label, at]["created_n"].sum() for label, at in table} == {"refund": 10, "payout": 5}
    day = {"first_day": LAST, "last_day": LAST, "value": 9, "expected": 1, "n": 9, "q": 0.001}
    old = Alert.objects.create(metric="volume", label="refunds", direction="up", **day)
    [shown] = showing.shown([old], gia)
    assert (shown.label, [rule.document.key for rule in shown.rules]) == ("refund", ["SOP-0001"])
    assert "label=refund" in shown.tickets_url
    assert [version.document.key for version in showing.recent_changes(old, gia)][:1] == ["SOP-0001"]
    found = watching.Found(watching.Series("volume", "refund", None, None), _standing(), 0.01)
    assert spells.keep(found, LAST, []) == old  # the same spell, by the name that it had when it began


def _standing() -> Any:
    signal = watching.expecting.ewma.Signal(4.0, 3.0, 0.0001, 4.0)
    return watching.Standing(9, 1, 9, signal)


def test_a_card_counts_all_names_once(
    named: Version, gia: User, payments: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject, groups = subject_of(named), []
    assert subject is not None
    monkeypatch.setattr(judging, "judge", lambda group, *_args, **_kwargs: groups.append(group) or [])
    card = making.make(subject, None, 2, Known(WEEK, LAST))
    assert card is not None
    assert card.labels == ["refund"]
    counts = counting.counts(counting.CSATS[0], groups[0], WEEK, LAST)  # no ratings
    assert counts.sums(WEEK, LAST, ours=True)[0] == 0
    created = counting.counts(judging.CREATED, groups[0], WEEK, LAST)
    assert (created.sums(WEEK, LAST, ours=True)[0], created.sums(WEEK, LAST, ours=False)[0]) == (10, 5)
    for name in NAMES:
        assert CardFilter.by_words(CardFilter(), Card.objects.all(), "q", name).get() == card  # type: ignore[arg-type]


def test_the_ranking_has_one_row_and_an_initiative_one_label(named: Version, gia: User) -> None:
    rows = ranking.ranked({}, MAY, gia, LAST)
    assert {row.label: row.tickets for row in rows} == {"refund": 10, "payout": 5}
    assert {row.label: [sop.key for sop in row.cover.sops] for row in rows}["refund"] == ["SOP-0001"]
    made = initiatives.propose(
        label="chargeback", lever="none", period=MAY, actor=gia, title="x", why="", owner=gia, metric="volume",
        direction="down", target=5, due_on=LAST,
    )  # fmt: skip
    assert made.label == "refund"
    assert made.baselines.get(metric="volume").n == 10
    for name in NAMES:
        old = Initiative(label=name, site=None)
        assert measuring.figures(old, gia, MAY, ["aht"])["aht"].n == 10


def test_an_impact_promises_samples_marks_and_holds(named: Version, gia: User, payments: Team) -> None:
    [impact] = impacts.tickets_a_week(gia, named.change, [named])  # type: ignore[list-item]
    assert [link.label.split(" ·")[0] for link in impact.links] == ["refund"]
    rule = SamplingRule(count=99, per="label")
    drawn = sampling.drawn(sampling.candidates(rule, WEEK), "label", 99, "seed")
    assert len(drawn) == 15
    for name in NAMES:
        found = sampling.candidates(SamplingRule(label=name, count=1, per="label"), WEEK)
        assert found.count() == 10
        assert {key for row in found.values("labels") for key in sampling.strata(row, "label")} == {"refund"}
        assert Ticket.objects.filter(kept_by(LegalHold(label=name))).count() == 10
        assert [one.key for one in governing([name], gia)] == ["SOP-0001"]
        assert [mark.key for mark in marking.marks(gia, MAY, label=name).shown] == ["SOP-0001"]


@pytest.mark.parametrize("said", ["refund", "refunds"])
def test_a_target_by_label_holds_for_every_name(said: str, sop: Version, payments: Team) -> None:
    office = calendars.create("office", "Office", "Europe/Dublin", OFFICE, country="IE")
    policy = SlaPolicy.objects.create(slug="own", name="Own", source=source(), calendar=office)
    for label, seconds in ((said, 600), ("", 6000)):
        SlaTarget.objects.create(policy=policy, metric="first_reply", label=label, seconds=seconds)
    bring(lines(payments))
    results = SlaResult.objects.filter(metric="first_reply")
    assert sorted(results.values_list("target_s", flat=True)) == [600] * 10 + [6000] * 5
    for name, seconds in (*((name, 600) for name in NAMES), ("payout", 6000)):
        ticket = trying.Ticket(SINCE, frozenset({name}), payments, "", "")
        assert trying.holding(policy, ticket)["first_reply"].seconds == seconds


def test_who_writes_again_by_another_name_was_not_helped(payments: Team, ana: User, ben: User) -> None:
    """Customer 0 writes about refund, then about refunds or payout; a ticket with both names is no second contact."""

    def fcr() -> tuple[int, float | None]:
        [line] = reporting.report(None, "fcr", period=MAY, narrow={"label": "refund"})
        return line.figure.n, line.figure.value

    rows = [
        ("a", 4, "refund"),
        ("a", 6, "refunds"),
        ("b", 4, "refund|refunds"),
        ("c", 5, "refund"),
        ("c", 7, "payout"),
    ]
    bring(
        HEAD
        + "".join(
            f"{n},open,2026-05-0{day}T10:00Z,,,{payments.slug},{label},,{who}@x.example,\n"
            for n, (who, day, label) in enumerate(rows)
        )
        + f"9,open,2026-05-30T10:00Z,,,{payments.slug},other,,z@x.example,\n"  # by then the others are mature
    )
    assert fcr() == (3, 1.0)
    labels_in_force(ana, ben)  # the names come after the tickets
    job = renaming.submit_due()
    assert job is not None
    while running.run(job.pk):
        pass
    ageing.age()
    assert fcr() == (4, 0.75)
    assert renaming.submit_due() is None
