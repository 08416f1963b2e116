"""The index can be made anew at any time."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from sopdesk.accounts.models import User
from sopdesk.search.models import Passage, Word
from tests.search.conftest import Publish, found

pytestmark = pytest.mark.django_db


def _all_passages() -> list[dict[str, object]]:
    fields = [field.name for field in Passage._meta.concrete_fields if field.name != "id"]
    return list(Passage.objects.order_by("document_id", "number", "anchor").values(*fields))


def test_a_rebuild_changes_nothing(publish: Publish) -> None:
    publish("SOP-0042", "Refunds", "# Refunds\n\nFirst.\n\n## Verify\n\nAsk for the receipt.\n")
    publish("refund-approved", "Approved", "On its way.", kind="macro", audience="public")
    before, words = _all_passages(), set(Word.objects.values_list("word", flat=True))
    call_command("rebuild_search_index", verbosity=0)
    assert _all_passages() == before
    assert set(Word.objects.values_list("word", flat=True)) == words


def test_a_rebuild_mends_what_was_broken(publish: Publish, dev: User) -> None:
    document = publish("SOP-0042", "Refunds", "## Verify\n\nAsk for the receipt.\n")
    stray = Passage.objects.filter(document_id=document.pk).first()
    assert stray is not None
    Passage.objects.filter(document_id=document.pk).update(text="Wrong.")
    Passage.objects.filter(pk=stray.pk).update(document_id=10**9)
    call_command("rebuild_search_index", verbosity=0)
    assert found("receipt", dev) == ["SOP-0042"]
    assert not Passage.objects.filter(document_id=10**9).exists()
