"""An import is undone: what it added goes, what it changed is as it was, unless a newer import changed it since."""

from __future__ import annotations

import pytest

from metrics.models import Ticket, TicketBefore
from tests.metrics.bringing import bring

pytestmark = pytest.mark.django_db
HEAD = "external_id,status,created_at,updated_at,team,rating,rating_scale,active_s\n"
MAY_4, MAY_5 = "2026-05-04T10:00Z", "2026-05-05T10:00Z"
FIRST = f"{HEAD}A1,open,{MAY_4},{MAY_4},x,good,good_bad,60\nA2,open,{MAY_4},{MAY_4},x,,,\n"
SECOND = f"{HEAD}A1,solved,{MAY_4},{MAY_5},y,bad,good_bad,90\nA3,new,{MAY_5},{MAY_5},x,,,\n"


def test_a_ticket_that_an_import_changes_is_kept_as_it_was() -> None:
    first, second = bring(FIRST), bring(SECOND)
    written = Ticket.objects.values_list("external_id", "first_import", "last_import").order_by("external_id")
    assert [*written] == [
        ("A1", first.pk, second.pk),
        ("A2", first.pk, first.pk),
        ("A3", second.pk, second.pk),
    ]
    before = TicketBefore.objects.get()
    assert (before.ticket_import, before.ticket["status"], before.ticket["last_import"]) == (
        second, "open", first.pk,
    )  # fmt: skip
    assert before.hanging["rating"][0]["raw"] == "good"
    assert before.hanging["handlesegment"][0]["active_s"] == 60


def test_a_ticket_twice_in_one_file_is_kept_as_it_was_before_the_file() -> None:
    bring(FIRST)
    twice = SECOND + "A1,closed,2026-05-04T10:00Z,2026-05-06T10:00Z,y,bad,good_bad,90\n"
    bring(twice)
    assert TicketBefore.objects.get().ticket["status"] == "open"
