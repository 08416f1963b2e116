"""What is stored of readership: what is planned and asked, what was read, and who watches what."""

from sopdesk.readership.models.planning import Gate, Question, ReadPlan
from sopdesk.readership.models.reading import Attempt, Followed, LastRead, MustRead, Receipt, Reminded, Watch

__all__ = [
    "Attempt",
    "Followed",
    "Gate",
    "LastRead",
    "MustRead",
    "Question",
    "ReadPlan",
    "Receipt",
    "Reminded",
    "Watch",
]
