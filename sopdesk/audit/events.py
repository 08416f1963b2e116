"""Every kind of decision that is recorded, as `thing:action`, sorted."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Event(models.TextChoices):
    """`CHANGE_APPROVED = "change:approved", _("change approved")`: the name, what is stored, what is shown."""

    CHANGE_APPROVED = "change:approved", _("change approved")
    CHANGE_CHANGES_REQUESTED = "change:changes_requested", _("changes requested")
    CHANGE_DOCUMENT_ADDED = "change:document_added", _("document added to a change")
    CHANGE_DOCUMENT_REMOVED = "change:document_removed", _("document taken out of a change")
    CHANGE_PROPOSED = "change:proposed", _("change proposed")
    CHANGE_PUBLISHED = "change:published", _("change published")
    CHANGE_REBASED = "change:rebased", _("change rebased")
    CHANGE_SCHEDULED = "change:scheduled", _("change scheduled")
    CHANGE_STARTED = "change:started", _("change started")
    CHANGE_UNSCHEDULED = "change:unscheduled", _("change unscheduled")
    CHANGE_WITHDRAWN = "change:withdrawn", _("change withdrawn")
    DOCUMENT_ADOPTED = "document:adopted", _("document adopted")
    DOCUMENT_CREATED = "document:created", _("document created")
    DOCUMENT_HANDED_BACK = "document:handed_back", _("a person’s documents handed back")
    DOCUMENT_HANDED_OVER = "document:handed_over", _("a person’s documents handed over")
    DOCUMENT_STEWARDSHIP_CHANGED = "document:stewardship_changed", _("owner or review interval changed")
    DOCUMENT_VERIFICATION_UNDONE = "document:verification_undone", _("verification taken back")
    DOCUMENT_VERIFIED = "document:verified", _("document verified")
    FRAMEWORKS_LOADED = "frameworks:loaded", _("compliance catalogue loaded")
    GATE_OPENED = "gate:opened", _("cut-over gate opened")
    GATE_OVERRIDDEN = "gate:overridden", _("cut-over gate overridden")
    GATE_REMOVED = "gate:removed", _("cut-over gate taken off")
    GATE_SET = "gate:set", _("cut-over gate set")
    IMPORT_FINISHED = "import:finished", _("import finished")
    IMPORT_STARTED = "import:started", _("import started")
    MUST_READ_CLOSED = "must_read:closed", _("must-read closed")
    MUST_READ_MOVED = "must_read:moved", _("due date of a must-read moved")
    MUST_READ_OPENED = "must_read:opened", _("must-read opened")
    MUST_READ_PLANNED = "must_read:planned", _("must-read planned")
    TEAM_CREATED = "team:created", _("team added")
    USER_CHANGED = "user:changed", _("person changed")
    USER_CREATED = "user:created", _("person added")
    USER_DISABLED = "user:disabled", _("person’s sign-in ended")
    USER_ENABLED = "user:enabled", _("person’s sign-in restored")
    USER_SECOND_FACTOR_REMOVED = "user:second_factor_removed", _("person’s second factor removed")
