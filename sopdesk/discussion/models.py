"""Threads on a change, and what was said in them. Where a thread stands is not stored: it is found anew each time."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from sopdesk.discussion.locating import Quote
from sopdesk.discussion.querysets import ThreadQuerySet
from sopdesk.documents.models import TITLE_MAX, Change, Document, OutsideReviewer

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

WORDS_MAX = 4000
"""The most a comment holds."""
QUOTE_MAX = 2000
REPLACEMENT_MAX = 10_000


class Written(models.Model):
    """By somebody of the desk, or by an outside reviewer of the change: exactly one of the two."""

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    outside = models.ForeignKey(
        OutsideReviewer, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        abstract = True

    @property
    def by(self) -> User | OutsideReviewer:
        writer = self.author or self.outside
        if writer is None:
            raise ValueError("nobody wrote this: the database should have refused it")
        return writer


class Thread(Written):
    """One matter raised on a change: about all of it, a document, a section, or quoted words.

    `quote` holds words of the Markdown source as it was, `before` and `after` what stood round them; `side` says
    whether they were the draft's or the base version's. A `replacement` makes it a suggested edit ("" takes the words
    out).
    """

    class Side(models.TextChoices):
        NEW = "new", _("the draft")
        OLD = "old", _("the text before")

    class Outcome(models.TextChoices):
        OPEN = "", _("open")
        RESOLVED = "resolved", _("resolved")
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("rejected")

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="threads")
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="threads"
    )
    anchor = models.CharField(max_length=200, blank=True)
    section = models.CharField(max_length=500, blank=True, help_text=_("The section’s title as it was."))
    side = models.CharField(max_length=3, choices=Side.choices, default=Side.NEW)
    quote = models.TextField(blank=True)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    replacement = models.TextField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    must_resolve = models.BooleanField(_("must be resolved before approval"), default=False)
    must_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True, default=Outcome.OPEN)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_why = models.TextField(blank=True)

    history = HistoricalRecords()
    objects: ClassVar[ThreadQuerySet] = ThreadQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["change", "outcome"], name="thread_of_change")]
        constraints = [
            models.CheckConstraint(condition=Q(author=None) ^ Q(outside=None), name="thread_by_one_person"),
            models.CheckConstraint(
                condition=Q(outcome="", settled_at=None, settled_by=None)
                | (~Q(outcome="") & Q(settled_at__isnull=False, settled_by__isnull=False)),
                name="thread_settled_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(replacement=None) | (~Q(quote="") & Q(document__isnull=False, side="new")),
                name="thread_suggests_for_words",
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=["accepted", "rejected"]) | Q(replacement__isnull=False),
                name="thread_accepted_is_suggestion",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.change} · {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.outcome == self.Outcome.OPEN

    @property
    def is_suggestion(self) -> bool:
        return self.replacement is not None

    @property
    def words(self) -> Quote:
        """The quoted words with their surroundings."""
        return Quote(self.quote, self.before, self.after)


class Comment(Written):
    """What one person said in a thread. `html` is made once with the words; earlier words stand in the history."""

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="comments")
    body = models.TextField(_("comment"), max_length=WORDS_MAX, blank=True)
    html = models.TextField(blank=True)
    mentioned = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="mentions", blank=True)
    at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True, blank=True)

    history = HistoricalRecords()
    objects: ClassVar[models.Manager[Comment]]

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(author=None) ^ Q(outside=None), name="comment_by_one_person"),
        ]

    def __str__(self) -> str:
        return self.body[:TITLE_MAX]
