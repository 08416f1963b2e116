"""What a change says of itself: nobody's words are overwritten unseen, and the plan begins the schedule."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from sopdesk.accounts.models import User
from sopdesk.audit.models import Entry
from sopdesk.documents import describing
from sopdesk.documents.errors import ChangeRefused, StaleDescription
from sopdesk.documents.models import Change, ChangeItem
from tests import factories

pytestmark = pytest.mark.django_db
SAID = {"title": "Thirty days", "why": "Asked for.", "material": True}


def again(change: Change) -> Change:
    return Change.objects.get(pk=change.pk)


def test_who_described_it_last_is_not_overwritten_unseen(draft: ChangeItem, ana: User) -> None:
    zoe, change = factories.user("Zoe Park", "author"), draft.change
    describing.describe_change(change, actor=zoe, revision=change.revision, **SAID)
    with pytest.raises(StaleDescription) as stale:
        describing.describe_change(
            change, actor=ana, revision=change.revision, title="Mine", why="", material=True
        )
    assert stale.value.theirs.title == again(change).title == "Thirty days"
    assert Entry.objects.filter(event="change:described").count() == 1


def test_the_page_shows_both_and_saves_mine_knowingly(draft: ChangeItem, ana: User, as_person: Any) -> None:
    zoe, change, author = factories.user("Zoe Park", "author"), draft.change, as_person(ana)
    describing.describe_change(change, actor=zoe, **SAID)
    url = reverse("changes:describe", args=[change.pk])
    sent = {"revision": change.revision, "title": "Mine", "why": "My reason.", "zone": "UTC"}
    answer = author.post(url, sent)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert all(words in page for words in ("Asked for.", "My reason.", "Save mine over theirs"))
    assert (
        author.post(url, {**sent, "revision": answer.context["form"]["revision"].value()}).status_code == 302
    )
    assert again(change).why == "My reason."


def test_the_plan_voids_nothing_and_begins_the_schedule(
    approved: Change, ana: User, ben: User, as_person: Any
) -> None:
    day = f"{timezone.now().year + 1}-10-01T09:00"
    said = {"revision": approved.revision, "title": approved.title, "why": approved.why, "material": "on"}
    url = reverse("changes:describe", args=[approved.pk])
    assert as_person(ana).post(url, {**said, "at": day, "zone": "Asia/Manila"}).status_code == 302
    change = again(approved)
    assert change.state == "approved"
    assert change.planned_at == datetime.fromisoformat(day).replace(tzinfo=ZoneInfo("Asia/Manila"))
    page = as_person(ben).get(reverse("changes:read", args=[approved.pk]))
    assert f'value="{day}"' in str(page.context["schedule_form"]["at"])
    assert page.context["schedule_form"]["zone"].value() == "Asia/Manila"
    assert "09:00 (Manila)" in page.content.decode()


@pytest.mark.parametrize("sent", [{"at": "soon"}, {"at": "2027-03-28T01:30", "zone": "Europe/Dublin"}])
def test_a_plan_that_cannot_be_comes_back(
    draft: ChangeItem, ana: User, as_person: Any, sent: dict[str, str]
) -> None:
    said = {"revision": draft.change.revision, "title": "T", "why": "Kept.", "zone": "UTC", **sent}
    answer = as_person(ana).post(reverse("changes:describe", args=[draft.change_id]), said)
    assert answer.status_code == 422
    assert "Kept." in answer.content.decode()
    assert again(draft.change).planned_at is None


def test_describing_it_as_it_was_records_nothing(draft: ChangeItem, ana: User) -> None:
    change = describing.describe_change(draft.change, actor=ana, **SAID)
    before = Entry.objects.count()
    assert describing.describe_change(change, actor=ana, revision=1, **SAID).revision == change.revision
    assert Entry.objects.count() == before


def test_only_writers_describe_and_only_what_is_open(draft: ChangeItem, ana: User, ben: User) -> None:
    with pytest.raises(PermissionDenied):
        describing.describe_change(draft.change, actor=ben, **SAID)
    Change.objects.filter(pk=draft.change_id).update(state="withdrawn")
    with pytest.raises(ChangeRefused):
        describing.describe_change(draft.change, actor=ana, **SAID)
