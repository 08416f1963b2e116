"""What is imported, what it is measured against, and what a dashboard reads."""

from metrics.models.imports import Import, Mapping, RejectedRow, StagedEvent, StaleDay, TicketBefore
from metrics.models.rollups import Backlog, Cell, Facet, Rollup, Slice, StaleWeek, TicketPart, Week, WeekCell
from metrics.models.service_levels import Calendar, Interval, SiteHours, SlaPolicy, SlaResult, SlaTarget
from metrics.models.texts import Suppression, TicketText
from metrics.models.tickets import (
    HandleSegment,
    Rating,
    Source,
    StatusSpan,
    Ticket,
    TicketKey,
    VendorFigure,
)

__all__ = [
    "Backlog",
    "Calendar",
    "Cell",
    "Facet",
    "HandleSegment",
    "Import",
    "Interval",
    "Mapping",
    "Rating",
    "RejectedRow",
    "Rollup",
    "SiteHours",
    "SlaPolicy",
    "SlaResult",
    "SlaTarget",
    "Slice",
    "Source",
    "StagedEvent",
    "StaleDay",
    "StaleWeek",
    "StatusSpan",
    "Suppression",
    "Ticket",
    "TicketBefore",
    "TicketKey",
    "TicketPart",
    "TicketText",
    "VendorFigure",
    "Week",
    "WeekCell",
]
