"""The states of an initiative, and which step leads from where to where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    PROPOSED = "proposed", _("proposed")
    UNDER_WAY = "under_way", _("under way")
    DONE = "done", _("done")
    DROPPED = "dropped", _("dropped")


@dataclass(frozen=True)
class Step:
    """A button: its name, what it says, and the states it leads from and to."""

    key: str
    label: str | Promise
    begins: tuple[State, ...]
    ends: State


STEPS: Final = (
    Step("begin", _("Begin"), (State.PROPOSED,), State.UNDER_WAY),
    Step("finish", _("Say that it is done"), (State.UNDER_WAY,), State.DONE),
    Step("drop", _("Drop it"), (State.PROPOSED, State.UNDER_WAY), State.DROPPED),
    Step("resume", _("Take it up again"), (State.DONE, State.DROPPED), State.UNDER_WAY),
)
STEP: Final = {step.key: step for step in STEPS}


def steps_from(state: str) -> list[Step]:
    """What can be done from here."""
    return [step for step in STEPS if state in step.begins]
