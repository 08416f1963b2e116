"""SOPs as people meet them."""

from __future__ import annotations

from typing import Any

import pytest

from sopdesk.accounts.models import User
from sopdesk.documents import editing
from sopdesk.documents.kinds import kind_of
from tests import factories

pytestmark = pytest.mark.django_db
STEPS = """## Decide

- [Confirmed](#refund)
- [Not confirmed](#escalate)

## Refund {#refund}

Outcome: Refunded

## Escalate {#escalate}

Outcome: Handed over
"""


@pytest.fixture
def page(ana: User, ben: User, dev: User, as_person: Any) -> str:
    data = {"risk": "high", "labels": ["refund-request"], "topics": ["refund"]}
    factories.published("label", "refund-request", author=ana, reviewer=ben, title="Refund request")
    factories.published("sop", "SOP-0042", author=ana, reviewer=ben, title="Refunds", body=STEPS, data=data)
    html: str = as_person(dev).get("/sops/SOP-0042").content.decode()
    return html


def test_choices_and_outcomes_stand_in_the_text(page: str) -> None:
    assert 'class="choices"' in page
    assert 'class="outcome"' in page
    assert 'href="#refund"' in page


def test_contents_lead_to_every_section(page: str) -> None:
    contents = page[page.index('class="contents"') : page.index("</nav>", page.index('class="contents"'))]
    assert [anchor in contents for anchor in ("#decide", "#refund", "#escalate")] == [True] * 3


def test_what_it_governs_stands_beside_it(page: str) -> None:
    assert 'href="/labels/refund-request"' in page
    assert "high" in page


def test_new_sops_are_numbered_on(ana: User, page: str) -> None:
    assert editing.create_document(kind_of("sop"), title="Next", actor=ana).document.key == "SOP-0043"


def test_an_unknown_risk_of_an_old_version_shows_as_it_is(ana: User, ben: User, as_person: Any) -> None:
    factories.published("sop", "SOP-0001", author=ana, reviewer=ben, data={"risk": "extreme"})
    assert "extreme" in as_person(ana).get("/sops/SOP-0001").content.decode()


def test_an_sop_without_any_fields_can_be_read_and_edited(ana: User, ben: User, as_person: Any) -> None:
    document = factories.published("sop", "SOP-0001", author=ana, reviewer=ben)
    browser = as_person(ana)
    assert browser.get("/sops/SOP-0001").status_code == 200
    item = editing.start_change(document, actor=ana)
    assert browser.get(f"/changes/{item.change_id}/items/{item.pk}").status_code == 200
