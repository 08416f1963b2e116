"""The steps of an SOP as a chart: what is drawn, and what stands in the list beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from sopdesk.text import structure
from sopdesk.text.structure import Finding, Flaw, Step

DRAWN_AT_MOST = 250
"""Steps; a chart of more than that shows nothing that the list does not show better."""


@dataclass(frozen=True)
class Way:
    """One choice: its words, where it leads, and whether that is there."""

    label: str
    target: str
    title: str
    is_there: bool


@dataclass(frozen=True)
class Node:
    """One step as drawn: `kind` is "start", "step" or "outcome"."""

    anchor: str
    title: str
    kind: str
    outcome: str
    url: str
    ways: tuple[Way, ...]
    flaws: tuple[Finding, ...]


@dataclass(frozen=True)
class Chart:
    """The steps of a text that is a guide. Background, to which nothing leads, is no step."""

    nodes: tuple[Node, ...]

    @property
    def flaws(self) -> int:
        return sum(len(node.flaws) for node in self.nodes)

    @property
    def is_drawn(self) -> bool:
        return len(self.nodes) <= DRAWN_AT_MOST

    def data(self) -> dict[str, Any]:
        """What static/js/flow.js draws. A choice that leads nowhere leads to a node that says so."""
        missing = {way.target for node in self.nodes for way in node.ways if not way.is_there}
        gone = [
            {"id": target, "title": _("#%(anchor)s is missing") % {"anchor": target}, "kind": "missing"}
            for target in sorted(missing)
        ]
        return {
            "nodes": [_as_data(node) for node in self.nodes] + gone,
            "edges": [
                {"from": node.anchor, "to": way.target, "label": way.label}
                for node in self.nodes
                for way in node.ways
            ],
        }


def _as_data(node: Node) -> dict[str, Any]:
    return {
        "id": node.anchor,
        "title": node.title,
        "kind": node.kind,
        "text": node.outcome,
        "url": node.url,
        "flaws": [flaw.what for flaw in node.flaws],
    }


def chart(steps: Sequence[Step], url_of: Callable[[Step], str]) -> Chart:
    """The chart of these steps; `url_of` gives the address of a step's section."""
    first = structure.start(steps)
    flaws: dict[str, list[Finding]] = defaultdict(list)
    for flaw in structure.problems(steps):
        flaws[flaw.anchor].append(flaw)
    titles = {step.anchor: step.title or _("Before the first heading") for step in steps}
    led_to = {choice.target_anchor for step in steps for choice in step.choices}
    return Chart(
        tuple(
            Node(
                step.anchor,
                titles[step.anchor],
                "start" if step is first else "outcome" if step.outcome is not None else "step",
                step.outcome or "",
                url_of(step),
                tuple(
                    Way(
                        choice.label,
                        choice.target_anchor,
                        titles.get(choice.target_anchor, ""),
                        choice.target_anchor in titles,
                    )
                    for choice in step.choices
                ),
                tuple(flaws[step.anchor]),
            )
            for step in steps
            if step.choices or step.outcome is not None or step.anchor in led_to
        )
    )


__all__ = ["Chart", "Flaw", "Node", "Way", "chart"]
