"""One file brought in: where it came from, how it was read, what became of its rows."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from metrics.models.tickets import Source
from metrics.querysets import ImportQuerySet, MappingQuerySet
from sopdesk.accounts.zones import validate_time_zone
from sopdesk.jobs.models import Job


class Mapping(models.Model):
    """How to read one kind of file, under a name, for the next time. Format: metrics/mapping.py."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    content = models.JSONField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[MappingQuerySet] = MappingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Import(models.Model):
    """A file of tickets. It is a draft until it is started: its job then does the reading."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="imports")
    file_name = models.CharField(_("file"), max_length=255)
    stored = models.CharField(max_length=80, help_text=_("Random name of the copy under MEDIA_ROOT/imports."))
    file_removed_at = models.DateTimeField(
        null=True, help_text=_("When the copy was deleted, as its source says (keep_file_days).")
    )
    size = models.BigIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict, help_text=_("The mapping as it was applied, frozen."))
    mapping_name = models.CharField(_("read as"), max_length=80, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone])
    header = ArrayField(models.TextField(), default=list)
    job = models.OneToOneField(Job, on_delete=models.PROTECT, null=True, related_name="ticket_import")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    rows_read = models.BigIntegerField(default=0)
    added = models.BigIntegerField(_("new"), default=0)
    changed = models.BigIntegerField(_("changed"), default=0)
    same = models.BigIntegerField(_("already known"), default=0)
    rejected = models.BigIntegerField(_("rejected"), default=0)
    flagged = models.BigIntegerField(_("flagged"), default=0)
    other_encoding = models.BigIntegerField(default=0)
    form = models.CharField(
        max_length=40, blank=True, help_text=_("What the file is, where it is no delimited text.")
    )
    undo_job = models.OneToOneField(Job, on_delete=models.PROTECT, null=True, related_name="undone_import")
    ignored_columns = ArrayField(models.TextField(), default=list)

    objects: ClassVar[ImportQuerySet] = ImportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def state(self) -> str:
        """The job's state, "draft" before there is one, and what an undo made of it."""
        if self.undo_job is not None and self.undo_job.state != Job.State.FAILED:
            return "undone" if self.undo_job.is_finished else "being_undone"
        return self.job.state if self.job else "draft"


class RejectedRow(models.Model):
    """A row that was not taken, and why. The row itself stays in the file, at `offset` for `length` bytes."""

    ticket_import = models.ForeignKey(
        Import, on_delete=models.CASCADE, related_name="rejected_rows", db_index=False
    )
    line = models.BigIntegerField(_("line"))
    column = models.CharField(_("column"), max_length=200, blank=True)
    value = models.CharField(_("value"), max_length=200, blank=True)
    reason = models.CharField(max_length=30)
    offset = models.BigIntegerField()
    length = models.BigIntegerField()

    class Meta:
        ordering = ["ticket_import", "line"]
        indexes = [models.Index(fields=["ticket_import", "line"], name="rejected_by_line")]

    def __str__(self) -> str:
        return f"{self.line}: {self.column} {self.reason}"


class StagedEvent(models.Model):
    """One row of an event log, checked and waiting to be folded into its ticket.

    A logged table, unlike the staging of a single chunk: these rows live over many transactions, and a crash of
    Postgres empties tables that are unlogged.
    """

    ticket_import = models.ForeignKey(
        Import, on_delete=models.CASCADE, related_name="staged_events", db_constraint=False, db_index=False
    )
    external_id = models.CharField(max_length=80)
    event_at = models.DateTimeField()
    version = models.BigIntegerField(null=True)
    line = models.BigIntegerField()
    status = models.CharField(max_length=10, null=True)
    row = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["ticket_import", "external_id"], name="staged_by_ticket")]

    def __str__(self) -> str:
        return f"{self.external_id} {self.event_at}"


class TicketBefore(models.Model):
    """A ticket as it was before an import changed it, so that the import can be undone (metrics/undoing.py).

    `ticket` is its row, `hanging` what hung on it: a list of rows for each table.
    """

    ticket_import = models.ForeignKey(
        Import, on_delete=models.CASCADE, related_name="tickets_before", db_constraint=False, db_index=False
    )
    ticket_number = models.BigIntegerField()
    ticket = models.JSONField()
    hanging = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket_import", "ticket_number"], name="ticket_before_once")
        ]

    def __str__(self) -> str:
        return f"{self.ticket_import_id}: {self.ticket_number}"


class StaleDay(models.Model):
    """A reporting day whose rollup is behind: an import touched it. Each import marks days of its own, so that no
    two imports wait for one another."""

    ticket_import = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="stale_days", null=True)
    day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket_import", "day"], name="stale_day_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return str(self.day)
