"""What follows for readers when a change took a step: must-reads open, watchers are written to. Each step once.

Publishing calls at once; beat finds every step that was missed, since a step that was followed leaves a row.
"""

from __future__ import annotations

import structlog
from django.db import transaction
from django.db.models import QuerySet

from sopdesk.documents import publishing
from sopdesk.documents.models import Transition
from sopdesk.readership import opening, watching
from sopdesk.readership.models import Followed

log = structlog.get_logger(__name__)
AT_ONCE = 200


@publishing.on_publish
def follow_change(change_id: int) -> None:
    """Follow the steps of one change that were not followed yet."""
    for pk in _waiting().filter(change=change_id).values_list("pk", flat=True):
        _follow_safely(pk)


def follow_all() -> int:
    """Follow every step that nothing followed, oldest first; one that fails holds up no other. Returns how many."""
    return sum(_follow_safely(pk) for pk in _waiting().values_list("pk", flat=True)[:AT_ONCE])


def follow(transition_id: int) -> bool:
    """Do what follows one step, all of it or nothing. Returns whether there was something to do."""
    with transaction.atomic():
        steps = Transition.objects.select_for_update(of=("self",), skip_locked=True).filter(
            pk=transition_id, followed=None
        )
        step = steps.select_related("change").first()
        if step is None:
            return False
        opening.open_for(step.change)
        watching.tell(step)
        Followed.objects.create(transition=step)
        return True


def _follow_safely(transition_id: int) -> bool:
    try:
        return follow(transition_id)
    except Exception:
        log.exception("step_not_followed", transition=transition_id)
        return False


def _waiting() -> QuerySet[Transition]:
    return Transition.objects.filter(followed=None).order_by("pk")
