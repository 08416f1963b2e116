"""One row per long job. Postgres is the truth; a Celery message is only a hint that a row waits."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sopdesk.jobs.importance import Importance
from sopdesk.jobs.querysets import JobQuerySet

# While workers run a free job is taken within some seconds, and a chunk ends within CELERY_TASK_TIME_LIMIT.
FREE_FOR: Final = timedelta(seconds=45)
HELD_FOR: Final = timedelta(seconds=120)


class Job(models.Model):
    """Long work, done chunk by chunk. `cursor` says where the next chunk begins and commits with the chunk."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    class Unit(models.TextChoices):
        ROWS = "rows", _("rows")
        BYTES = "bytes", _("bytes")
        DOCUMENTS = "documents", _("documents")
        DAYS = "days", _("days")

    kind = models.CharField(_("kind"), max_length=60)
    key = models.CharField(
        max_length=64, help_text=_("Hash of what is to be done: the same work is one job.")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    payload = models.JSONField(default=dict)
    cursor = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    progress_done = models.PositiveBigIntegerField(default=0)
    progress_total = models.PositiveBigIntegerField(null=True)
    unit = models.CharField(_("counted in"), max_length=10, choices=Unit.choices, default=Unit.ROWS)
    attempts = models.PositiveSmallIntegerField(default=0, help_text=_("Tries of the present chunk."))
    error = models.TextField(blank=True)
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    last_chunk_at = models.DateTimeField(null=True, help_text=_("When its last chunk was done."))
    worked_s = models.FloatField(
        default=0,
        db_default=0,
        help_text=_("Seconds since it was started, but those in which no worker came."),
    )
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar[JobQuerySet] = JobQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"], condition=~models.Q(state="failed"), name="job_same_work_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["lease_until", "created_at"],
                condition=models.Q(state__in=["queued", "running"]),
                name="job_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_finished(self) -> bool:
        return self.state in {self.State.DONE, self.State.FAILED}

    @property
    def importance(self) -> Importance:
        """What a person asked for comes before what nobody did: that person waits for it."""
        return Importance.LATER if self.created_by_id is None else Importance.FIRST

    @property
    def waits_for_worker(self) -> bool:
        """Whether nobody works at it, for longer than it would lie there while a worker runs."""
        if self.is_finished:
            return False
        known = (self.created_at, self.started_at, self.last_chunk_at, self.lease_until)
        last = max(at for at in known if at is not None)
        return timezone.now() - last > (HELD_FOR if self.lease else FREE_FOR)

    @property
    def put_off(self) -> str:
        """What has to be mended before it goes on by itself; "" where nothing has."""
        return "" if self.is_finished or self.attempts else self.error

    @property
    def percent(self) -> int | None:
        """How far it is, 0 to 100, or None while the whole is not known."""
        if not self.progress_total:
            return None
        return min(100, 100 * self.progress_done // self.progress_total)
