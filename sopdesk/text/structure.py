"""The guided path inside a text: a section is a step, a list of nothing but links to sections its choices, a line
starting `Outcome:` its end. The same text is the page and the guided run."""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from sopdesk.text.composing import Composed, compose


@dataclass(frozen=True, slots=True)
class Choice:
    """One way on from a step: the words of the link and the anchor it leads to."""

    label: str
    target_anchor: str


@dataclass(frozen=True, slots=True)
class Step:
    """A section as a step. Background has neither choices nor outcome; `outcome` holds the words after `Outcome:`.

    `line` is where its heading stands, counted from 1; 0 when that is not known.
    """

    anchor: str
    title: str
    choices: tuple[Choice, ...]
    outcome: str | None
    line: int = 0


class Flaw(StrEnum):
    """What can be wrong with a path."""

    both = "both"
    dangling = "dangling"
    dead_end = "dead_end"
    endless = "endless"
    unreachable = "unreachable"


@dataclass(frozen=True, slots=True)
class Finding:
    """A flaw at the step `anchor`, with translated sentences: what it is and how to mend it."""

    flaw: Flaw
    anchor: str
    what: str
    how: str
    line: int = 0


def steps(source: str) -> tuple[Step, ...]:
    """Every section of `source` as a step, in the order of the text. Raises guards.TextRefused.

    Several outcomes of one section (one for each market, say) are joined by line ends.
    """
    return steps_of(compose(source))


def steps_of(composed: Composed) -> tuple[Step, ...]:
    """The same of a text already parsed."""
    return tuple(
        Step(
            part.anchor,
            part.title,
            tuple(Choice(label, target) for label, target in part.choices),
            "\n".join(part.outcomes) if part.outcomes else None,
            part.line,
        )
        for part in composed.parts
        if part.level or part.choices or part.outcomes
    )


def start(path: Sequence[Step]) -> Step | None:
    """Where a guided run begins: the first step with choices, else with an outcome; None: the text is no guide."""
    return next((step for step in path if step.choices), None) or next(
        (step for step in path if step.outcome is not None), None
    )


def problems(path: Sequence[Step]) -> tuple[Finding, ...]:
    """What keeps a guided run from always ending in an outcome; () for a text that is no guide.

    Background that nothing leads to is no step and has no flaw.
    """
    first = start(path)
    if first is None:
        return ()
    known = {step.anchor: step for step in path}
    reached = _reached(first.anchor, known)
    ends = [step.anchor for step in path if not any(c.target_anchor in known for c in step.choices)]
    can_end = _leading_to([*ends, *(step.anchor for step in path if step.outcome is not None)], path)
    return tuple(
        finding
        for step in path
        for finding in _flaws(step, known, step.anchor in reached, step.anchor in can_end)
    )


def _reached(anchor: str, known: dict[str, Step]) -> set[str]:
    reached, waiting = {anchor}, deque([anchor])
    while waiting:
        for choice in known[waiting.popleft()].choices:
            if choice.target_anchor in known and choice.target_anchor not in reached:
                reached.add(choice.target_anchor)
                waiting.append(choice.target_anchor)
    return reached


def _leading_to(ends: Iterable[str], path: Sequence[Step]) -> set[str]:
    before: dict[str, list[str]] = defaultdict(list)
    for step in path:
        for choice in step.choices:
            before[choice.target_anchor].append(step.anchor)
    found = set(ends)
    waiting = deque(found)
    while waiting:
        for anchor in before[waiting.popleft()]:
            if anchor not in found:
                found.add(anchor)
                waiting.append(anchor)
    return found


def _flaws(step: Step, known: dict[str, Step], reached: bool, can_end: bool) -> Iterable[Finding]:
    title = {"title": step.title or step.anchor}

    def finding(flaw: Flaw, what: str, how: str) -> Finding:
        return Finding(flaw, step.anchor, what % title, how, step.line)

    for choice in step.choices:
        if choice.target_anchor not in known:
            words = {"label": choice.label, "target": choice.target_anchor}
            what = _("“%(label)s” leads to #%(target)s, which is no section.") % words
            how = _("Link to the anchor of a section.")
            yield Finding(Flaw.dangling, step.anchor, what, how, step.line)
    if step.choices and step.outcome is not None:
        how = _("Keep one of them; a step goes on or ends.")
        yield finding(Flaw.both, _("“%(title)s” has choices and an outcome."), how)
    if not reached and (step.choices or step.outcome is not None):
        how = _("Link to it from a step, or take its choices out.")
        yield finding(Flaw.unreachable, _("No choice leads to “%(title)s”."), how)
    if reached and not step.choices and step.outcome is None:
        how = _("Add a list of links to sections, or a line “Outcome: …”.")
        yield finding(Flaw.dead_end, _("“%(title)s” is a dead end."), how)
    if reached and not can_end:
        how = _("Add a choice that leads out of the loop.")
        yield finding(Flaw.endless, _("From “%(title)s” the path never ends."), how)
