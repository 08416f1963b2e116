"""What an undo will do, and what it did, in words: only of what there is."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from metrics.models import Import


def asked(ticket_import: Import) -> dict[str, str]:
    """What the page asks before, and what it says will happen: only of what there is."""
    added, changed = ticket_import.added, ticket_import.changed
    happens = []
    if added:
        removed = ngettext(
            "The %(number)s ticket it added is removed.",
            "The %(number)s tickets it added are removed.",
            added,
        )
        happens.append(removed % {"number": f"{added:,}"})
    if changed:
        restored = ngettext(
            "The %(number)s ticket it changed becomes what it was before.",
            "The %(number)s tickets it changed become what they were before.",
            changed,
        )
        happens.append(restored % {"number": f"{changed:,}"})
    if added or changed:
        happens.append(
            _("Tickets that a newer import changed since, or that a legal hold keeps, stay as they are.")
        )
    else:
        happens.append(_("It added no ticket and changed none, so there is none to take back."))
    happens.append(_("The report stays, and the same file can be imported again."))
    return {
        "question": _("Undo the import of “%(file)s”?") % {"file": ticket_import.file_name},
        "consequence": " ".join(happens),
    }


def told(report: dict[str, Any]) -> str:
    """What an undo did, by its report: only what there is."""
    removed, restored = report.get("removed", 0), report.get("restored", 0)
    done = []
    if removed:
        text = ngettext("%(number)s ticket was removed.", "%(number)s tickets were removed.", removed)
        done.append(text % {"number": f"{removed:,}"})
    if restored:
        text = ngettext(
            "%(number)s ticket is as it was before.", "%(number)s tickets are as they were before.", restored
        )
        done.append(text % {"number": f"{restored:,}"})
    return " ".join(done) or _("There was no ticket to take back.")
