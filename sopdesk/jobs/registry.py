"""The kinds of job there are: an app registers one function per kind, which does one chunk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sopdesk.jobs.models import Job


@dataclass(frozen=True)
class Step:
    """What one chunk came to. `cursor` is where the next begins; the counts are of the whole job so far."""

    cursor: dict[str, Any]
    done: int
    total: int | None
    finished: bool
    report: dict[str, Any] = field(default_factory=dict)


class JobRefused(Exception):
    """The work cannot be done, and trying again would not help. The message is shown to the person."""


class JobWaits(Exception):
    """The work cannot be done now, but can once something is mended: nothing of the chunk stands, and it is tried again
    until then, however often. The message is shown to the person, and says what to mend."""


class UnknownKind(Exception):
    """This worker knows no such kind. Another one may: during a deployment old and new ones run side by side."""


StepFunction = Callable[["Job"], Step]
Failed = Callable[["Job"], None]
_steps: dict[str, StepFunction] = {}
_failed: dict[str, Failed] = {}


def step(kind: str) -> Callable[[StepFunction], StepFunction]:
    """Register the function that does one chunk of this kind (at most some seconds of work).

    It runs inside the transaction that also saves its cursor: both stand, or neither. It may raise JobRefused or
    JobWaits.
    """

    def register(function: StepFunction) -> StepFunction:
        _steps[kind] = function
        return function

    return register


def on_failed(kind: str) -> Callable[[Failed], Failed]:
    """Register what is to be tidied, in the same transaction, when a job of this kind fails for good."""

    def register(function: Failed) -> Failed:
        _failed[kind] = function
        return function

    return register


def step_of(kind: str) -> StepFunction:
    """The function of a kind. Raises UnknownKind."""
    if kind not in _steps:
        raise UnknownKind(kind)
    return _steps[kind]


def failed_of(kind: str) -> Failed | None:
    return _failed.get(kind)
