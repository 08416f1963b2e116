"""What a person is given of what is held of them: one zip with data.json and tickets.csv, offered for some days."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any, Final
from uuid import uuid4

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metrics import uploads
from metrics.models import Ticket
from metrics.privacy import forgetting
from metrics.privacy.models import PersonExport
from metrics.privacy.persons import Person
from metrics.rejecting import neutralised
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record

MOST: Final = 10_000
_LEFT_OUT: Final = {
    "id",
    "ticket",
    "source",
    "requester_key",
    "row_hash",
    "first_import",
    "last_import",
    "team",
}
_NOTES: Final = "notes_in_reviews"
_HANGING: Final = ("spans", "vendor_figures", "ratings", "handle_segments", "sla_results")


class ExportRefused(Exception):
    """No file was made; the message says why."""


def make(person: Person, *, actor: User) -> PersonExport:
    """Write all that is held of a person into a file. Raises ExportRefused where nothing is, or far too much."""
    require(actor, Permission.PRIVACY_EDIT)
    tickets = person.tickets(actor).select_related("source", "team", "text").prefetch_related(*_HANGING)
    count = tickets.count()
    if not count:
        raise ExportRefused(_("Nothing is held of this person, so there is no file to make."))
    if count > MOST:
        raise ExportRefused(
            _("There are %(count)s tickets of this address: that is no person.") % {"count": count}
        )
    found = [*tickets.order_by("created_at", "pk")]
    words = forgetting.words([ticket.pk for ticket in found])
    rows = [{**_as_dict(ticket), _NOTES: words.get(ticket.pk, [])} for ticket in found]
    export = PersonExport(stored=f"{uuid4()}.zip", tickets=count, created_by=actor)
    uploads.closed(export.path.parent)
    export.path.touch(mode=0o600)
    _write(export, rows)
    with transaction.atomic():
        export.save()
        record(actor=actor, event=Event.PERSON_EXPORTED, subject=export, facts={"tickets": count})
    return export


def _write(export: PersonExport, rows: list[dict[str, Any]]) -> None:
    whole = {"format": "sopdesk-person-1", "made_at": timezone.now(), "tickets": rows}
    with zipfile.ZipFile(export.path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(whole, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1))
        archive.writestr("tickets.csv", "".join(_csv(rows)))


def _as_dict(ticket: Ticket) -> dict[str, Any]:
    """A ticket and all that hangs on it, under the names of their columns."""
    text = getattr(ticket, "text", None)
    return {
        "source": ticket.source.name,
        **_columns(ticket),
        "team": ticket.team.name if ticket.team else ticket.team_name,
        "subject": text.subject if text else None,
        "body": text.body if text else None,
        **{name: [_columns(row) for row in getattr(ticket, name).all()] for name in _HANGING},
    }


def _columns(row: models.Model) -> dict[str, Any]:
    names = [field.attname for field in row._meta.concrete_fields if field.name not in _LEFT_OUT]
    return {name: getattr(row, name) for name in names}


def _csv(rows: list[dict[str, Any]]) -> Iterator[str]:
    """The tickets alone, one a line, for a spreadsheet."""
    names = [name for name in rows[0] if name not in {*_HANGING, _NOTES}]
    yield "\ufeff" + _line(names)
    for row in rows:
        yield _line(["" if row[name] is None else str(row[name]) for name in names])


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([neutralised(cell) for cell in cells])
    return out.getvalue()
