"""What is kept of people's words, and who is not to come back."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from metrics.models.tickets import Ticket


class TicketText(models.Model):
    """Subject and body of a ticket, masked. Apart from the ticket, so that nothing shows it without meaning to."""

    ticket = models.OneToOneField(
        Ticket, on_delete=models.CASCADE, primary_key=True, related_name="text", db_constraint=False
    )
    subject = models.TextField(_("subject"), null=True)
    body = models.TextField(_("body"), null=True)

    def __str__(self) -> str:
        return str(self.ticket_id)


class Suppression(models.Model):
    """A person who was erased, as a hash, so that no import brings them back. `key_id`: which key hashed it."""

    key_id = models.CharField(max_length=16)
    hashed = models.CharField(max_length=32)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("erased"), auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["key_id", "hashed"], name="person_erased_once")]

    def __str__(self) -> str:
        return str(self.pk)
