"""The demo's tickets say what docs/demo-data.md says is true of them, both planted effects included."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import yaml
from scipy import stats

from metrics.intervals import wilson
from metrics.models import Rollup
from metrics.reporting import parts
from sopdesk.accounts.models import Site, Team
from sopdesk.demo import ticket_file, ticket_loading, ticket_talk
from sopdesk.demo.people import TEAMS
from sopdesk.demo.tickets import (
    CHANNEL_HANDLE,
    COUNT,
    DESKS,
    EFFECTS,
    END,
    REASONS,
    SEED,
    Drawn,
    draw,
    last_second,
    truth,
)

CONTENT = Path(__file__).parents[2] / "sopdesk/demo/content"


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    return draw()


def split(drawn: Drawn, label: str) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Which tickets of a label came before its effect, and which after."""
    effect = next(effect for effect in EFFECTS if effect.label == label)
    mine = drawn.reason == [reason.label for reason in REASONS].index(label)
    after = drawn.created >= int(effect.since.timestamp())
    return mine & ~after, mine & after


def test_the_same_seed_gives_the_same_file(drawn: Drawn) -> None:
    one, two = (b"".join(ticket_file.blocks(d, end=last_second(END), seed=SEED)) for d in (drawn, draw()))
    assert one == two


def test_labels_and_teams_are_the_demos_own() -> None:
    labels = {
        item["key"] for path in CONTENT.glob("labels-*.yaml") for item in yaml.safe_load(path.read_text())
    }
    assert {reason.label for reason in REASONS} <= labels
    assert {*DESKS} == {slug for slug, _name in TEAMS} - {"dublin-policy"}


def test_there_are_fifty_thousand_over_a_year(drawn: Drawn) -> None:
    assert len(drawn.created) == COUNT == 50_000
    assert drawn.created.max() <= last_second(END)
    assert (drawn.created.max() - drawn.created.min()) / 86_400 == pytest.approx(365, abs=2)


@pytest.mark.parametrize("label", ["refund-request", "account-recovery"])
def test_csat_is_what_was_planted(drawn: Drawn, label: str) -> None:
    """The truth lies within 99 % of what the answers say, before and after."""
    csat, _handle, _reopen = truth(drawn.reason, drawn.created)
    desk = np.array([DESKS[team].csat for team in drawn.team])
    for some in split(drawn, label):
        answered = some & (drawn.rating >= 0)
        found = stats.binomtest(int((drawn.rating[answered] == 1).sum()), int(answered.sum())).proportion_ci(
            0.99, "wilson"
        )
        assert found.low < (csat + desk)[answered].mean() < found.high


@pytest.mark.parametrize(("label", "ratio"), [("refund-request", 0.82), ("account-recovery", 1.22)])
def test_handle_time_is_what_was_planted(drawn: Drawn, label: str, ratio: float) -> None:
    """The ratio of geometric means, each team's and channel's own touch taken out, has the truth in its interval."""
    touch = np.array([DESKS[team].handle for team in drawn.team]) * np.array(
        [CHANNEL_HANDLE[c] for c in drawn.channel]
    )
    before, after = (
        np.log(drawn.handle[m] / touch[m]) for m in (s & (drawn.handle > 20) for s in split(drawn, label))
    )
    found = stats.ttest_ind(after, before, equal_var=False).confidence_interval(0.99)
    assert np.exp(found.low) < ratio < np.exp(found.high)
    assert not np.exp(found.low) < 1 < np.exp(found.high)


def test_fewer_recoveries_are_reopened(drawn: Drawn) -> None:
    shares = []
    for some in split(drawn, "account-recovery"):
        solved = some & (drawn.times.first_solved <= last_second(END) - 7 * 86_400)
        shares.append(((drawn.times.reopened[solved] >= 0).sum(), solved.sum()))
    (hits, n), (hits_after, n_after) = shares
    low, high = wilson(int(hits), int(n)) or (0, 0)
    assert low < 0.12 < high
    low, high = wilson(int(hits_after), int(n_after)) or (0, 0)
    assert low < 0.07 < high


def test_conversations_tell_what_the_other_columns_tell(drawn: Drawn) -> None:
    text = b"".join(ticket_file.blocks(drawn, end=last_second(END), seed=SEED)).decode()
    rows = [*csv.DictReader(io.StringIO(text))]
    plain = b"".join(ticket_file.blocks(drawn, end=last_second(END), seed=SEED, talk=False)).decode()
    assert [row["first_solved_at"] for row in rows] == [
        row["first_solved_at"] for row in csv.DictReader(io.StringIO(plain))
    ]
    for row in rows[::97]:
        said = row["conversation"].split(";")
        assert said[0] == f"customer@{row['created_at']}"
        assert int(row["reply_count"]) == sum(one.startswith("agent") for one in said)
    solved = [row for row in rows if row["first_solved_at"]]
    assert sum(int(row["reply_count"]) <= 1 for row in solved) / len(solved) == pytest.approx(0.325, abs=0.02)
    assert sum(row["group_stations"] == "2" for row in solved) / len(solved) == pytest.approx(0.087, abs=0.01)
    macros = ticket_talk.macros_of_labels()
    assert all(row["macro_keys"] in ["", *macros[row["labels"].split("|")[0]]] for row in rows)


@pytest.mark.django_db
def test_the_import_measures_what_was_drawn() -> None:
    """A sample, through the import and the rollups: the shares on the dashboard are those of the arrays."""
    sites = {slug.split("-")[0] for slug in DESKS}
    made = {name: Site.objects.create(name=name, slug=name, kind="vendor", time_zone="UTC") for name in sites}
    Team.objects.bulk_create(Team(site=made[slug.split("-")[0]], slug=slug, name=slug) for slug in DESKS)
    end = date(2026, 11, 1)
    done, drawn = ticket_loading.load(count=4000, end=end), draw(count=4000, end=end)
    assert (done.state, done.added, done.rejected) == ("done", 4000, 0)
    found = parts(Rollup.objects.filter(label="refund-request"))
    mine = drawn.reason == 0
    assert found["created_n"] == int(mine.sum())
    assert found["good_n"] == int((mine & (drawn.rating == 1)).sum())
    assert found["bad_n"] == int((mine & (drawn.rating == 0)).sum())
    assert found["handle_s"] == int(drawn.handle[mine & (drawn.handle >= 0)].sum())
