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


def test_on_a_scale_one_step_apart_weighs_less_than_three() -> None:
    near = agreement(pairs((5, 0, 0), (5, 3, 3), (2, 1, 2)), top=3)
    far = agreement(pairs((5, 0, 0), (5, 3, 3), (2, 0, 3)), top=3)
    assert near.is_weighted
    assert near.kappa is not None
    assert far.kappa is not None
    assert near.kappa > 0.9 > far.kappa
    assert (near.n, near.same, near.share) == (12, 10, 10 / 12)


def test_weighted_kappa_is_that_of_its_formula() -> None:
    """1 − Σ w·observed ÷ Σ w·expected, w = (i − j)²."""
    scored = pairs((4, 0, 0), (3, 1, 2), (2, 2, 2), (1, 3, 1), (5, 3, 3))
    n, ones, others = len(scored), [one for one, _ in scored], [other for _, other in scored]
    seen = sum(((one or 0) - (other or 0)) ** 2 for one, other in scored) / n
    chance = sum(((one or 0) - (other or 0)) ** 2 for one in ones for other in others) / n**2
    assert agreement(scored, top=3).kappa == pytest.approx(1 - seen / chance)


def test_on_a_scale_not_applicable_is_no_place() -> None:
    found = agreement(pairs((5, 0, 0), (5, 3, 3), (2, None, None), (3, None, 2)), top=3)
    assert (found.n, found.apart, found.kappa) == (10, 3, 1)
