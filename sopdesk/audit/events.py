"""Every kind of decision that is recorded, as `thing:action`, sorted."""

from enum import StrEnum


class Event(StrEnum):
    CHANGE_APPROVED = "change:approved"
    CHANGE_CHANGES_REQUESTED = "change:changes_requested"
    CHANGE_DOCUMENT_ADDED = "change:document_added"
    CHANGE_DOCUMENT_REMOVED = "change:document_removed"
    CHANGE_PROPOSED = "change:proposed"
    CHANGE_PUBLISHED = "change:published"
    CHANGE_REBASED = "change:rebased"
    CHANGE_SCHEDULED = "change:scheduled"
    CHANGE_STARTED = "change:started"
    CHANGE_UNSCHEDULED = "change:unscheduled"
    CHANGE_WITHDRAWN = "change:withdrawn"
    DOCUMENT_ADOPTED = "document:adopted"
    DOCUMENT_CREATED = "document:created"
    DOCUMENT_VERIFIED = "document:verified"
    FRAMEWORKS_LOADED = "frameworks:loaded"
    IMPORT_FINISHED = "import:finished"
    IMPORT_STARTED = "import:started"
    USER_CHANGED = "user:changed"
    USER_CREATED = "user:created"
