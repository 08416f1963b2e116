"""What is wrong with a text, where, and how to mend it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. `line` counts from 1; `what` and `how` are translated sentences for the writer.

    `code` is "dangling" for a link to a section that is not there, "duplicate" for a title or anchor used twice.
    """

    line: int
    what: str
    how: str
    code: str = ""
