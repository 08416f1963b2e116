"""How far reviewers agree, and when that cannot be said."""

from __future__ import annotations

import pytest

from metrics.quality.agreement import agreement


def pairs(*cells: tuple[int, int | None, int | None]) -> list[tuple[int | None, int | None]]:
    return [(one, other) for n, one, other in cells for _ in range(n)]


def test_kappa_is_that_of_a_worked_example() -> None:
    """Wikipedia's example of 50 proposals: 20 both yes, 15 both no, 5 and 10 apart: 0.4."""
    found = agreement(pairs((20, 1, 1), (5, 1, 0), (10, 0, 1), (15, 0, 0)))
    assert found.kappa == pytest.approx(0.4)
    assert (found.n, found.share) == (50, 0.7)
    assert found.low == pytest.approx(0.1511, abs=5e-5)
    assert found.words == "fair"


def test_who_always_agrees_has_kappa_1() -> None:
    found = agreement(pairs((12, 1, 1), (9, 0, 0)))
    assert found.kappa == 1
    assert found.words == "almost perfect"


def test_one_score_throughout_leaves_it_undefined() -> None:
    found = agreement(pairs((30, 1, 1)))
    assert (found.kappa, found.n, found.share) == (None, 30, 1)
    assert "not defined" in str(found.words)


def test_without_tickets_there_is_nothing() -> None:
    found = agreement([])
    assert (found.n, found.kappa, found.share) == (0, None, None)


def test_one_who_always_says_yes_agrees_by_chance_alone() -> None:
    found = agreement(pairs((10, 1, 1), (10, 1, 0)))
    assert (found.kappa, found.low, found.words) == (0, None, "no more than chance")


def test_not_applicable_is_a_score_like_another() -> None:
    found = agreement(pairs((5, None, None), (5, 1, 1)))
    assert found.kappa == 1


def test_less_than_chance_is_said() -> None:
    found = agreement(pairs((10, 1, 0), (10, 0, 1)))
    assert found.kappa == pytest.approx(-1)
    assert found.words == "worse than chance"


def test_few_tickets_are_marked() -> None:
    assert agreement(pairs((3, 1, 1), (3, 0, 0))).is_small
    assert not agreement(pairs((5, 1, 1), (5, 0, 0))).is_small
