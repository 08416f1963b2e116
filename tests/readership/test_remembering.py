"""What somebody opened last, and what changed in it since."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from sopdesk.accounts.models import User
from sopdesk.documents.models import Change, ChangeItem, Document
from sopdesk.readership import own, remembering
from sopdesk.readership.models import LastRead

pytestmark = pytest.mark.django_db
Step = Callable[[Change], Change]
SECTIONS = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("123"))


def test_the_strip_says_what_changed_since(
    draft: ChangeItem, refunds: Document, publish: Step, dev: User, as_person: Any
) -> None:
    browser = as_person(dev)
    assert "Changed since you last read" not in browser.get("/sops/SOP-0001").content.decode()
    publish(draft.change)
    for _time in range(2):
        page = browser.get("/sops/SOP-0001").content.decode()
        assert "Changed since you last read: 1 section" in page
        assert "/sops/SOP-0001/compare/1/2" in page
    assert LastRead.objects.get(user=dev).version.number == 2
    LastRead.objects.update(at=timezone.now() - timedelta(days=2))
    assert "Changed since you last read" not in browser.get("/sops/SOP-0001").content.decode()


def test_an_old_version_or_a_list_is_not_a_reading(
    draft: ChangeItem, refunds: Document, publish: Step, dev: User, as_person: Any
) -> None:
    publish(draft.change)
    browser = as_person(dev)
    browser.get("/sops/SOP-0001/versions/1")
    browser.get("/sops")
    assert not LastRead.objects.exists()


def test_lists_and_desk_mark_what_changed(
    draft: ChangeItem, refunds: Document, publish: Step, dev: User, eve: User, as_person: Any
) -> None:
    browser = as_person(dev)
    browser.get("/sops/SOP-0001")
    publish(draft.change)
    assert [line.key for line in own.changed(dev)] == ["SOP-0001"]
    assert own.changed(eve) == []
    assert "changed since you read" in browser.get("/sops").content.decode()
    assert "changed since you read" not in as_person(eve).get("/sops").content.decode()
    assert "Changed since you read" in browser.get("/").content.decode()
    browser.get("/sops/SOP-0001")
    assert own.changed(dev) == []


def test_who_may_no_longer_read_it_hears_nothing(
    refunds: Document, publish: Step, ana: User, eve: User
) -> None:
    version = refunds.versions.get()
    remembering.note(eve, version, timezone.now())
    item = ChangeItem.objects.create(
        change=Change.objects.create(title="Narrower"),
        document=refunds,
        base_version=version,
        title="Refunds",
        body="New.",
        audience="teams",
        audience_teams=["payments"],
        updated_by=ana,
    )
    item.change.authors.add(ana)
    publish(item.change)
    assert own.changed(eve) == []


@given(old=SECTIONS, new=SECTIONS)
def test_a_section_counts_when_it_came_went_or_reads_otherwise(
    old: dict[str, str], new: dict[str, str]
) -> None:
    def listed(sections: dict[str, str]) -> list[dict[str, str]]:
        return [{"anchor": anchor, "hash": mark} for anchor, mark in sections.items()]

    counted = remembering.changed_sections(listed(old), listed(new))
    assert counted == sum(old.get(anchor) != new.get(anchor) for anchor in {*old, *new})
    assert remembering.changed_sections(listed(new), listed(new)) == 0
