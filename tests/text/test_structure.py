"""Steps, choices and outcomes, and what is wrong with a path."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopdesk.text.structure import Choice, Flaw, Step, problems, start, steps
from tests.examples import examples

GUIDE = """## Purpose

Why.

## Verify {#verify}

Ask.

- [It is theirs](#pay)
- [It is **not** theirs](#refuse)

## Pay {#pay}

1. [Go on](#done)

## Refuse {#refuse}

Outcome: Refused, label [[label:refused]].

## Done {#done}

**Outcome:** Paid.
"""


def path(**ways: str) -> tuple[Step, ...]:
    """Steps from words: "b c" are choices, "!" an outcome, "" neither."""
    return tuple(
        Step(
            name,
            name,
            tuple(Choice(to, to) for to in way.replace("!", "").split()),
            "Done" if "!" in way else None,
        )
        for name, way in ways.items()
    )


def flaws(*found: Step) -> set[tuple[str, str]]:
    return {(finding.anchor, finding.flaw.value) for finding in problems(found)}


def test_a_text_is_read_as_steps() -> None:
    found = {step.anchor: step for step in steps(GUIDE)}
    assert found["verify"].choices == (Choice("It is theirs", "pay"), Choice("It is not theirs", "refuse"))
    assert found["pay"].choices == (Choice("Go on", "done"),)
    assert found["refuse"].outcome == "Refused, label refused."
    assert (found["done"].outcome, found["purpose"].outcome) == ("Paid.", None)
    assert start(steps(GUIDE)) == found["verify"]
    assert problems(steps(GUIDE)) == ()


@pytest.mark.parametrize(
    "text",
    [
        "- [a](#b) and more\n- [c](#b)\n",
        "- [a](#b)\n- c\n",
        "- [a](/b)\n",
        "- [a](https://b.c)\n",
        "```\n- [a](#b)\n```\n",
        "> - [a](#b)\n",
        "the Outcome: x\n",
        "`Outcome: x`\n",
        "    Outcome: x\n",
    ],
)
def test_what_is_neither_choice_nor_outcome(text: str) -> None:
    (step,) = steps(f"## B\n\n{text}")
    assert (step.choices, step.outcome) == ((), None)


def test_a_loose_list_is_still_a_choice() -> None:
    assert len(steps("## B\n\n- [a](#b)\n\n- [c](#b)\n")[0].choices) == 2


@pytest.mark.parametrize(
    ("ways", "expected"),
    [
        ({"a": "b", "b": "!"}, set()),
        ({"a": "b", "b": "a c", "c": "!"}, set()),
        ({"a": "x"}, {("a", "dangling")}),
        ({"a": "b", "b": ""}, {("b", "dead_end")}),
        ({"a": "b", "b": "!", "c": "!"}, {("c", "unreachable")}),
        ({"intro": "", "a": "b", "b": "!", "notes": ""}, set()),
        ({"a": "b", "b": "a"}, {("a", "endless"), ("b", "endless")}),
        ({"a": "b d", "b": "c", "c": "b", "d": "!"}, {("b", "endless"), ("c", "endless")}),
        ({"a": "a"}, {("a", "endless")}),
        ({"a": "b !", "b": "!"}, {("a", "both")}),
        ({"a": "", "b": ""}, set()),
        ({"a": "!"}, set()),
    ],
)
def test_flaws_of_a_path(ways: dict[str, str], expected: set[tuple[str, str]]) -> None:
    assert flaws(*path(**ways)) == expected


@examples(200)
@given(st.lists(st.tuples(st.lists(st.integers(0, 7), max_size=3), st.booleans()), min_size=1, max_size=7))
def test_without_a_flaw_every_reachable_step_leads_to_an_outcome(made: list[tuple[list[int], bool]]) -> None:
    guide = path(
        **{
            f"s{i}": " ".join(f"s{n}" for n in ways) + (" !" if end else "")
            for i, (ways, end) in enumerate(made)
        }
    )
    found = {finding.flaw for finding in problems(guide)}
    known = {step.anchor: step for step in guide}
    first = start(guide)
    if first is None or found & {Flaw.dangling, Flaw.dead_end, Flaw.endless}:
        return
    seen, waiting = {first.anchor}, [first.anchor]
    while waiting:
        step = known[waiting.pop()]
        assert step.choices or step.outcome is not None
        waiting += [c.target_anchor for c in step.choices if c.target_anchor not in seen]
        seen |= {choice.target_anchor for choice in step.choices}
    assert any(known[anchor].outcome is not None for anchor in seen)
