"""What readers need holds back a publication: a cut-over gate that has not opened, a check that checks nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.utils.translation import gettext as _

from sopdesk.documents import checks
from sopdesk.documents.checks import Finding
from sopdesk.documents.models import Change
from sopdesk.readership import following, questions, waiting

__all__ = ["following", "gate_is_open", "questions_are_enough"]
"""`following` registers what is done after a publication, `questions` what is approved, when they are imported."""


@checks.register_for_change
def gate_is_open(change: Change) -> Iterable[Finding]:
    """An approved change waits for its gate, though not for more signatures; whoever publishes before says why."""
    if change.state == Change.State.APPROVED and waiting.is_held(change):
        yield Finding(
            None,
            _("The cut-over gate is closed: not enough people have read it. Wait, or override the gate."),
            may_be_approved=True,
        )


@checks.register_for_change
def questions_are_enough(change: Change) -> Iterable[Finding]:
    """A check of one question is passed by guessing."""
    counted = Counter(question.document.key for question in questions.of_change(change))
    for key, n in sorted(counted.items()):
        if n < questions.FEWEST:
            message = _("%(key)s has one question only. Two to five tell whether it was understood.")
            yield Finding(None, message % {"key": key}, blocks=False)
