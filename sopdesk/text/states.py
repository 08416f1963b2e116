"""How every state in the product looks: a word, a tone and an icon, so that colour never speaks alone."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Tone(StrEnum):
    """The only meanings colour has: in force, being prepared, due, overdue or breached, and everything else."""

    GREEN = "green"
    BLUE = "blue"
    AMBER = "amber"
    RED = "red"
    NEUTRAL = "neutral"


@dataclass(frozen=True)
class Look:
    """What a badge shows for one state."""

    word: str | Promise
    tone: Tone
    icon: str


LOOKS: dict[str, Look] = {
    # documents and changes
    "in_force": Look(_("in force"), Tone.GREEN, "circle-check"),
    "draft": Look(_("draft"), Tone.BLUE, "pencil"),
    "in_review": Look(_("in review"), Tone.BLUE, "eye"),
    "changes_requested": Look(_("changes requested"), Tone.AMBER, "corner-down-right"),
    "approved": Look(_("approved"), Tone.BLUE, "check"),
    "scheduled": Look(_("scheduled"), Tone.BLUE, "calendar-time"),
    "published": Look(_("published"), Tone.GREEN, "circle-check"),
    "withdrawn": Look(_("withdrawn"), Tone.NEUTRAL, "ban"),
    "superseded": Look(_("superseded"), Tone.NEUTRAL, "history"),
    "retired": Look(_("retired"), Tone.NEUTRAL, "archive"),
    "unpublished": Look(_("not in force yet"), Tone.BLUE, "circle-dashed"),
    "unverified": Look(_("unverified"), Tone.AMBER, "alert-triangle"),
    "orphaned": Look(_("no owner"), Tone.AMBER, "user"),
    # time
    "due": Look(_("due"), Tone.AMBER, "clock"),
    "overdue": Look(_("overdue"), Tone.RED, "alarm"),
    "breached": Look(_("breached"), Tone.RED, "alert-octagon"),
    "open": Look(_("open"), Tone.NEUTRAL, "circle-dot"),
    # labels
    "active": Look(_("active"), Tone.GREEN, "circle-check"),
    "deprecated": Look(_("deprecated"), Tone.AMBER, "alert-triangle"),
    "merged": Look(_("merged"), Tone.NEUTRAL, "git-merge"),
    # jobs
    "queued": Look(_("waiting"), Tone.NEUTRAL, "hourglass"),
    "running": Look(_("running"), Tone.BLUE, "refresh"),
    "done": Look(_("done"), Tone.GREEN, "check"),
    "failed": Look(_("failed"), Tone.RED, "circle-x"),
    "being_undone": Look(_("being undone"), Tone.BLUE, "arrow-back-up"),
    "undone": Look(_("undone"), Tone.NEUTRAL, "arrow-back-up"),
    # duties
    "met": Look(_("met"), Tone.GREEN, "check"),
    "not_met": Look(_("not met"), Tone.RED, "x"),
    "not_applicable": Look(_("not applicable"), Tone.NEUTRAL, "minus"),
    "blocker": Look(_("blocker"), Tone.RED, "alert-octagon"),
    "recommended": Look(_("recommended"), Tone.AMBER, "flag"),
    "good_practice": Look(_("good practice"), Tone.NEUTRAL, "star"),
    "signed": Look(_("signed"), Tone.GREEN, "certificate"),
}


def look_of(state: str) -> Look:
    """The look of a state; one that is not listed shows its own name in the neutral tone."""
    known = LOOKS.get(str(state))
    return known or Look(str(state).replace("_", " "), Tone.NEUTRAL, "circle-dot")
