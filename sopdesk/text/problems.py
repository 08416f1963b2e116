"""What is wrong with a text, where, and how to mend it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. `line` counts from 1; `what` and `how` are translated sentences for the writer."""

    line: int
    what: str
    how: str
