"""What is stored of anything written, and what is impossible for it.

A Document is identity and stewardship. What readers see are its immutable Versions. What writers work on are the
ChangeItems of a Change. There is no other draft and no other way to publish.
"""

from sopdesk.documents.models.changes import Change, ChangeItem, Presence, Transition
from sopdesk.documents.models.content import (
    TITLE_MAX,
    Content,
    Document,
    Picture,
    Reference,
    Retirement,
    Verification,
    Version,
)
from sopdesk.documents.models.reviews import Approval, AskedReviewer, OutsideReviewer, ReviewRule
from sopdesk.documents.models.upkeep import HandOver

__all__ = [
    "TITLE_MAX",
    "Approval",
    "AskedReviewer",
    "Change",
    "ChangeItem",
    "Content",
    "Document",
    "HandOver",
    "OutsideReviewer",
    "Picture",
    "Presence",
    "Reference",
    "Retirement",
    "ReviewRule",
    "Transition",
    "Verification",
    "Version",
]
