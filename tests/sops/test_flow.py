"""The steps of an SOP as a chart and as a list."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from sopdesk.accounts.models import User
from sopdesk.documents import editing
from sopdesk.documents.models import Document
from sopdesk.text.structure import steps
from sops.flow import chart
from tests import factories

GUIDE = """## Why

Background.

## Ask {#ask}

- [Yes](#give)
- [No](#gone)
- [Later](#wait)

## Give {#give}

Outcome: Given

## Wait {#wait}

Nothing here.
"""


def test_a_chart_has_the_steps_and_where_their_choices_lead() -> None:
    made = chart(steps(GUIDE), lambda step: f"/x#{step.anchor}")
    assert [(node.anchor, node.kind) for node in made.nodes] == [
        ("ask", "start"),
        ("give", "outcome"),
        ("wait", "step"),
    ]
    assert [(way.label, way.target, way.is_there) for way in made.nodes[0].ways] == [
        ("Yes", "give", True),
        ("No", "gone", False),
        ("Later", "wait", True),
    ]
    assert [flaw.flaw.value for flaw in made.nodes[2].flaws] == ["dead_end"]
    assert made.flaws == 2


def test_what_is_drawn_holds_every_edge_and_what_is_missing() -> None:
    data = chart(steps(GUIDE), lambda step: f"/x#{step.anchor}").data()
    known = {node["id"] for node in data["nodes"]}
    assert {(edge["from"], edge["to"]) for edge in data["edges"]} == {
        ("ask", "give"),
        ("ask", "gone"),
        ("ask", "wait"),
    }
    assert {edge["to"] for edge in data["edges"]} <= known
    assert [node["kind"] for node in data["nodes"] if node["id"] == "gone"] == ["missing"]


@pytest.fixture
def refunds(ana: User, ben: User) -> Document:
    return factories.published("sop", "SOP-0042", author=ana, reviewer=ben, title="Refunds", body=GUIDE)


@pytest.mark.django_db
def test_the_page_lists_each_step_with_links_to_text_and_steps(
    refunds: Document, dev: User, as_person: Any
) -> None:
    page = as_person(dev).get("/sops/SOP-0042/flow").content.decode()
    assert 'href="/sops/SOP-0042#ask"' in page
    assert 'href="#step-give"' in page
    assert "is a dead end" in page
    data = json.loads(re.findall(r'<script id="flow-data"[^>]*>(.*?)</script>', page)[0])
    assert len(data["nodes"]) == 4
    assert "/sops/SOP-0042/flow" in as_person(dev).get("/sops/SOP-0042").content.decode()


@pytest.mark.django_db
def test_a_text_without_steps_says_how_to_make_some(ana: User, ben: User, as_person: Any) -> None:
    factories.published("sop", "SOP-0001", author=ana, reviewer=ben, body="## A\n\nText.\n")
    page = as_person(ana).get("/sops/SOP-0001/flow").content.decode()
    assert "This text has no steps" in page
    assert "/sops/SOP-0001/flow" not in as_person(ana).get("/sops/SOP-0001").content.decode()


@pytest.mark.django_db
def test_a_draft_has_its_own_chart(refunds: Document, ana: User, dev: User, as_person: Any) -> None:
    item = editing.start_change(refunds, actor=ana)
    editing.save_draft(item, revision=item.revision, actor=ana, body=GUIDE.replace("Given", "Paid at once"))
    address = f"/sops/drafts/{item.change_id}/{item.pk}"
    page = as_person(ana).get(address).content.decode()
    assert "Paid at once" in page
    assert f'href="/changes/{item.change_id}#diff-{item.pk}-give"' in page
    assert as_person(dev).get(address).status_code == 404


@pytest.mark.django_db
def test_a_document_that_is_not_for_them_is_not_there(
    ana: User, ben: User, dev: User, as_person: Any
) -> None:
    factories.published(
        "sop", "SOP-0009", author=ana, reviewer=ben, body=GUIDE, audience="teams", audience_teams=["other"]
    )
    assert as_person(dev).get("/sops/SOP-0009/flow").status_code == 404
