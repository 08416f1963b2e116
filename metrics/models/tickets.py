"""Tickets as every source gives them, in one neutral shape. Timestamps are UTC, durations whole seconds.

NULL is "not known", never zero. Neither a ticket nor what hangs on it carries a database-level foreign key: rows are
written only by the import, in one statement with what they hang on, and the check would cost a fifth of its speed.

Tickets lie in a partition for each month of their creation (metrics/partitions.py), by a migration: Django knows of one
table. What hangs on them does not: it is found by its own times, or by the number of its ticket.
"""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from metrics.querysets import TicketQuerySet
from sopdesk.accounts.models import Team
from sopdesk.accounts.zones import validate_time_zone


class Source(models.Model):
    """A helpdesk that tickets come from."""

    class RatingDay(models.TextChoices):
        GIVEN = "given", _("the day it was given")
        SOLVED = "solved", _("the day its ticket was last solved")

    name = models.CharField(_("name"), max_length=80, unique=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
    provides = ArrayField(
        models.CharField(max_length=40),
        default=list,
        help_text=_("Neutral columns its files carried: what is not among them was not measured."),
    )
    keeps_subject = models.BooleanField(_("keep subjects, masked"), default=False)
    keeps_body = models.BooleanField(_("keep texts, masked"), default=False)
    phone_region = models.CharField(
        _("telephone numbers without a country code are of"),
        max_length=2,
        blank=True,
        help_text=_("Two letters, such as IE. Empty: only numbers with a country code are recognised."),
    )
    keep_months = models.PositiveSmallIntegerField(
        _("months that tickets are kept"),
        null=True,
        blank=True,
        help_text=_("Counted from a ticket’s last update. Empty: for ever."),
    )
    keep_file_days = models.PositiveSmallIntegerField(
        _("days that uploaded files are kept"),
        default=30,
        help_text=_("Counted from the end of the import."),
    )
    figures_follow = models.BooleanField(
        _("figures forget deleted tickets too"),
        default=False,
        help_text=_("Otherwise the daily sums, which hold no ticket and no person, stay as they were."),
    )
    rating_day = models.CharField(
        _("a rating counts on"),
        max_length=6,
        choices=RatingDay.choices,
        default=RatingDay.GIVEN,
        help_text=_(
            "Changed, the ratings that are here are moved too, and their days are added up anew. A rating of a"
            " ticket that is not solved counts on the day it was given."
        ),
    )
    figures_frozen_before = models.DateField(
        null=True, help_text=_("Days before it are not added up anew: tickets of theirs were deleted.")
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


def _keeps_keys(operation: pgtrigger.Operation, func: str) -> pgtrigger.Trigger:
    """Lets the keys follow their tickets (`written`, or `gone`), a statement at a time, whoever writes the tickets."""
    rows = {"old": "gone"} if operation == pgtrigger.Delete else {"new": "written"}
    return pgtrigger.Trigger(
        name=f"keys_follow_{str(operation).lower()}", level=pgtrigger.Statement, when=pgtrigger.After,
        operation=operation, referencing=pgtrigger.Referencing(**rows), func=f"{func}; RETURN NULL;",  # type: ignore[no-untyped-call]
    )  # fmt: skip


class Ticket(models.Model):
    """One contact of a customer. `team` is ours; `team_name` is what the source called it."""

    class Status(models.TextChoices):
        NEW = "new", _("new")
        OPEN = "open", _("open")
        PENDING = "pending", _("pending")
        ON_HOLD = "on_hold", _("on hold")
        SOLVED = "solved", _("solved")
        CLOSED = "closed", _("closed")
        DELETED = "deleted", _("deleted")

    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="tickets", db_index=False, db_constraint=False
    )
    external_id = models.CharField(max_length=80, help_text=_("Once in a source: TicketKey holds that."))
    source_version = models.BigIntegerField(null=True)
    channel = models.CharField(_("channel"), max_length=40, default="")
    priority = models.CharField(_("priority"), max_length=40, default="")
    type = models.CharField(_("type"), max_length=40, null=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices)
    raw_status = models.CharField(max_length=80)
    requester_key = models.CharField(max_length=32, null=True)
    assignee = models.CharField(_("assignee"), max_length=120, null=True)
    team = models.ForeignKey(
        Team, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False, db_constraint=False
    )
    team_name = models.CharField(max_length=120, default="")
    market = models.CharField(_("market"), max_length=40, default="")
    locale = models.CharField(_("language"), max_length=20, null=True)
    labels = ArrayField(models.CharField(max_length=120), default=list)
    created_at = models.DateTimeField(_("created"))
    first_public_reply_at = models.DateTimeField(null=True)
    first_solved_at = models.DateTimeField(null=True)
    last_solved_at = models.DateTimeField(null=True)
    reopened_at = models.DateTimeField(null=True, help_text=_("When it was first opened again, where known."))
    closed_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()
    reopen_count = models.IntegerField(null=True)
    reply_count = models.IntegerField(null=True)
    assignee_stations = models.IntegerField(null=True)
    group_stations = models.IntegerField(null=True)
    merged_into = models.CharField(max_length=80, null=True)
    is_automated = models.BooleanField(default=False)
    is_spam = models.BooleanField(default=False)
    is_agent_initiated = models.BooleanField(default=False)
    macro_keys = ArrayField(models.CharField(max_length=120), null=True)
    custom = models.JSONField(default=dict)
    flags = ArrayField(models.CharField(max_length=40), default=list)
    asked_at = ArrayField(
        models.DateTimeField(),
        default=list,
        help_text=_("Since when the customer waited for each next reply."),
    )
    answered_at = ArrayField(
        models.DateTimeField(null=True), default=list, help_text=_("The next reply to each; NULL: not yet.")
    )
    row_hash = models.UUIDField(
        help_text=_("Of the row it was read from: the same row again changes nothing.")
    )
    first_import = models.BigIntegerField(null=True, help_text=_("The import that added it."))
    last_import = models.BigIntegerField(null=True, help_text=_("The import that wrote it last."))

    objects: ClassVar[TicketQuerySet] = TicketQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["created_at"], name="ticket_by_created"),
            # A range index costs an import next to nothing, and files come in order of time.
            BrinIndex(
                fields=["first_solved_at", "last_solved_at"], pages_per_range=32, name="ticket_by_solved"
            ),
            # An import writes its tickets one after another: what it wrote is found by ranges too.
            BrinIndex(fields=["last_import"], pages_per_range=32, name="ticket_by_import"),
        ]
        triggers = [
            _keeps_keys(
                pgtrigger.Insert,
                "INSERT INTO metrics_ticketkey (id, source_id, external_id, created_at)"
                " SELECT id, source_id, external_id, created_at FROM written",
            ),
            _keeps_keys(
                pgtrigger.Update,
                "UPDATE metrics_ticketkey AS key SET source_id = written.source_id,"
                " external_id = written.external_id, created_at = written.created_at FROM written"
                " WHERE key.id = written.id AND (key.source_id, key.external_id, key.created_at)"
                " IS DISTINCT FROM (written.source_id, written.external_id, written.created_at)",
            ),
            _keeps_keys(
                pgtrigger.Delete, "DELETE FROM metrics_ticketkey AS key USING gone WHERE key.id = gone.id"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"


class TicketKey(models.Model):
    """Which ticket a number of a source is, and in which month that lies.

    A partitioned table can hold nothing unique but within a month, so this narrow table holds it across them. Triggers
    of Ticket write it; `id` is the ticket's.
    """

    id = models.BigIntegerField(primary_key=True)
    source = models.ForeignKey(
        Source, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    external_id = models.CharField(max_length=80)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="ticket_number_once")]

    def __str__(self) -> str:
        return self.external_id


def numbered(name: str, *first: str) -> models.UniqueConstraint:
    """One index that finds rows by what they belong to and holds their numbers apart. Nobody asks for such a row by its
    number alone, and an index by it would cost an import as much as the row (migration 0017 takes it away)."""
    return models.UniqueConstraint(fields=(*(first or ("ticket",)), "id"), name=name)


class StatusSpan(models.Model):
    """How long a ticket stood in one status. `inferred`: told by two other events, not by one of its own."""

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="spans", db_index=False, db_constraint=False
    )
    status = models.CharField(max_length=10, choices=Ticket.Status.choices)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    inferred = models.BooleanField(default=False)

    class Meta:
        ordering = ["ticket", "from_at"]
        constraints = [numbered("span_of_ticket")]

    def __str__(self) -> str:
        return f"{self.status} {self.from_at:%Y-%m-%d %H:%M}"


class VendorFigure(models.Model):
    """What the source worked out itself: kept beside ours, never overwritten by ours."""

    class Basis(models.TextChoices):
        CALENDAR = "calendar", _("calendar time")
        BUSINESS = "business", _("business time")

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="vendor_figures", db_index=False, db_constraint=False
    )
    name = models.CharField(max_length=40)
    basis = models.CharField(max_length=10, choices=Basis.choices)
    seconds = models.BigIntegerField(null=True)
    met = models.BooleanField(null=True)

    class Meta:
        ordering = ["ticket", "name"]
        constraints = [numbered("figure_of_ticket")]

    def __str__(self) -> str:
        return self.name


class Rating(models.Model):
    """A satisfaction survey: offered, and perhaps answered. The latest of a ticket counts; all are kept."""

    class Scale(models.TextChoices):
        GOOD_BAD = "good_bad", _("good or bad")
        STARS = "1_5", _("1 to 5")
        FACES = "1_3", _("1 to 3")
        FRESHDESK = "fd_103", _("Freshdesk")
        NPS = "nps", _("NPS")
        CES = "ces", _("effort")

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="ratings", db_index=False, db_constraint=False
    )
    offered_at = models.DateTimeField(null=True)
    rated_at = models.DateTimeField(null=True)
    raw = models.CharField(max_length=80)
    scale = models.CharField(max_length=10, choices=Scale.choices)
    normalised = models.CharField(max_length=10, null=True)
    agent_at_rating = models.CharField(max_length=120, null=True)
    counts_at = models.DateTimeField(help_text=_("When it counts (metrics/rating_days.py)."))

    class Meta:
        ordering = ["ticket", "counts_at"]
        constraints = [numbered("rating_of_ticket")]
        indexes = [BrinIndex(fields=["counts_at"], pages_per_range=32, name="rating_by_day")]

    def __str__(self) -> str:
        return f"{self.raw} ({self.scale})"


class HandleSegment(models.Model):
    """Time an agent spent on a contact. `handle_s` is talk + hold + wrap, or the active time where there is no call."""

    ticket = models.ForeignKey(
        Ticket,
        on_delete=models.CASCADE,
        related_name="handle_segments",
        null=True,
        db_index=False,
        db_constraint=False,
    )
    agent = models.CharField(max_length=120, null=True)
    channel = models.CharField(max_length=40, default="")
    talk_s = models.IntegerField(null=True)
    hold_s = models.IntegerField(null=True)
    wrap_s = models.IntegerField(null=True)
    active_s = models.IntegerField(null=True)
    handle_s = models.IntegerField()
    ended_at = models.DateTimeField()
    origin = models.CharField(max_length=20)

    class Meta:
        ordering = ["ticket", "ended_at"]
        constraints = [numbered("handle_of_ticket")]
        indexes = [BrinIndex(fields=["ended_at"], pages_per_range=32, name="handle_by_day")]

    def __str__(self) -> str:
        return f"{self.handle_s} s"
