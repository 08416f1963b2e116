"""Lists, reading, history and comparison: whatever the address says, and only for those who may see."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sopdesk.accounts.models import Team, User
from sopdesk.documents import describing, editing, publishing, reviewing
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import ChangeItem, Document
from tests import factories

AsPerson = Any
pytestmark = pytest.mark.django_db
NOWHERE = "/sops/no-such-key"
GARBAGE = (
    "page=0", "page=-1", "page=abc", "page=99999999999999999999", "page=1&page=2", "sort=--key", "sort=owner__password",
    "sort=%00", "q=%00", "q=" + "x" * 3000, "owner=abc", "owner=%00", "owner=99999999999999999999", "standing=martian",
    "state=martian", "author=-1", "q=%F0%9F%98%80+%25+_", "view=martian", "q[]=1", "%00=1",
)  # fmt: skip


@pytest.fixture
def secret(ana: User, ben: User, payments: Team) -> Document:
    """SOP-0007, only for Dev's team, and it uses SOP-0001."""
    return factories.published(
        "sop", "SOP-0007", author=ana, reviewer=ben, title="Fraud signs", body="See [[sop:SOP-0001]].\n",
        audience="teams", audience_teams=[payments.slug],
    )  # fmt: skip


def pages(document: Document) -> list[str]:
    key = document.key
    return [
        reverse("sops:read", args=[key]),
        reverse("sops:history", args=[key]),
        reverse("sops:version", args=[key, 1]),
        reverse("sops:compare", args=[key, 1, 1]),
    ]


@pytest.mark.parametrize("query", GARBAGE)
@pytest.mark.parametrize(
    "page", ["sops:list", "macros:list", "macros:label_list", "knowledgebase:list", "changes:list"]
)
def test_a_list_survives_any_address(
    ana: User, refunds: Document, as_person: AsPerson, page: str, query: str
) -> None:
    assert as_person(ana).get(f"{reverse(page)}?{query}").status_code == 200


@pytest.mark.parametrize(
    "key", ["no-such", "%00", "x" * 3000, "%F0%9F%98%80", "..", "SOP-0001%20", "%27%3B--"]
)
@pytest.mark.parametrize("tail", ["", "/history", "/versions/1", "/compare/1/2"])
def test_an_unknown_key_is_not_found(ana: User, as_person: AsPerson, key: str, tail: str) -> None:
    assert as_person(ana).get(f"/sops/{key}{tail}").status_code == 404


@pytest.mark.parametrize(
    "page", ["/versions/99", "/versions/99999999999999999999", "/compare/1/99999999999999999999"]
)
def test_an_unknown_version_is_not_found(
    ana: User, refunds: Document, as_person: AsPerson, page: str
) -> None:
    assert as_person(ana).get(f"/sops/{refunds.key}{page}").status_code == 404


@pytest.mark.parametrize(
    "page", ["/changes/99999999999999999999", "/changes/0", "/changes/1/items/99999999999999999999"]
)
def test_an_unknown_change_is_not_found(ana: User, as_person: AsPerson, page: str) -> None:
    assert as_person(ana).get(page).status_code == 404


def test_another_teams_sop_is_as_absent_as_none(eve: User, secret: Document, as_person: AsPerson) -> None:
    browser = as_person(eve)
    absent = browser.get(NOWHERE)
    for page in pages(secret):
        hidden = browser.get(page)
        assert hidden.status_code == 404
        assert hidden.content == absent.content
    assert secret.key not in browser.get(reverse("sops:list")).content.decode()


def test_its_own_team_reads_it(dev: User, secret: Document, as_person: AsPerson) -> None:
    browser = as_person(dev)
    assert [browser.get(page).status_code for page in pages(secret)] == [200] * 4


def test_used_by_names_only_what_the_reader_may_see(
    dev: User, eve: User, refunds: Document, secret: Document, as_person: AsPerson
) -> None:
    url = reverse("sops:read", args=[refunds.key])
    assert "Fraud signs" in as_person(dev).get(url).content.decode()
    assert "Fraud signs" not in as_person(eve).get(url).content.decode()


def test_a_reference_to_what_is_hidden_gives_only_its_key(
    ana: User, ben: User, eve: User, secret: Document, as_person: AsPerson
) -> None:
    factories.published(
        "sop", "SOP-0008", author=ana, reviewer=ben, body="Then [[sop:SOP-0007]] and [[sop:none]].\n"
    )
    page = as_person(eve).get("/sops/SOP-0008").content.decode()
    assert "Fraud signs" not in page
    assert "not available" in page


def test_nobody_signed_in_reads_public_articles_and_nothing_else(
    ana: User, ben: User, refunds: Document, client: Client
) -> None:
    made = {"author": ana, "reviewer": ben, "body": "Ask [[sop:SOP-0001]].\n", "data": {"category": "Money"}}
    factories.published("article", "refunds", title="Refunds", audience="public", **made)
    factories.published("article", "secret", title="Not yet", audience="internal", **made)
    home = client.get(reverse("knowledgebase:home")).content.decode()
    assert "Refunds" in home
    assert "Not yet" not in home
    article = client.get(reverse("knowledgebase:read", args=["refunds"]))
    assert article.status_code == 200
    assert "Ana Lim" not in article.content.decode()
    hidden = client.get(reverse("knowledgebase:read", args=["secret"]))
    assert hidden.status_code == 404
    assert hidden.content == client.get(reverse("knowledgebase:read", args=["none"])).content
    assert client.get(reverse("sops:read", args=["SOP-0001"])).status_code == 302


@pytest.mark.parametrize("who", ["dev", "finn", "gia"])
def test_drafts_and_changes_do_not_exist_for_those_who_only_read(
    cast: dict[str, User], draft: ChangeItem, as_person: AsPerson, who: str
) -> None:
    browser = as_person(cast[who])
    absent = browser.get(NOWHERE).content
    change = draft.change
    describing.describe_change(change, actor=cast["ana"], title="Hush", why="", material=True)
    for page in ("/changes", f"/changes/{draft.change_id}", f"/changes/{draft.change_id}/items/{draft.pk}"):
        answer = browser.get(page)
        assert (answer.status_code, answer.content) == (404, absent)
    assert "Hush" not in browser.get("/sops/SOP-0001").content.decode()
    assert "Hush" not in browser.get("/sops/SOP-0001/history").content.decode()


def test_a_document_without_a_version_is_there_for_writers_only(
    ana: User, dev: User, as_person: AsPerson
) -> None:
    item = editing.create_document(kind_of("sop"), title="Gift cards", actor=ana)
    url = reverse("sops:read", args=[item.document.key])
    assert as_person(ana).get(url).status_code == 200
    assert as_person(dev).get(url).status_code == 404


def test_the_strip_says_who_published_and_since_when(
    dev: User, ben: User, refunds: Document, approved: Any, as_person: AsPerson
) -> None:
    publishing.publish(approved, actor=ben)
    page = as_person(dev).get(reverse("sops:read", args=[refunds.key])).content.decode()
    strip = page[page.index('class="strip"') : page.index("</div>", page.index('class="strip"'))]
    assert "v2" in strip
    assert "Ben Okafor" in strip
    assert "in force since" in strip
    assert "30 days" in page


def test_history_marks_what_was_never_in_force(
    ana: User, ben: User, refunds: Document, approved: Any, in_a_week: Any, as_person: AsPerson
) -> None:
    publishing.schedule(approved, at=in_a_week, actor=ben)
    url = reverse("sops:history", args=[refunds.key])
    assert "scheduled" in as_person(ana).get(url).content.decode()
    publishing.unschedule(approved, actor=ben)
    assert "never in force" in as_person(ana).get(url).content.decode()
    assert as_person(ana).get(reverse("sops:version", args=[refunds.key, 2])).status_code == 200


def test_a_withdrawn_change_can_still_be_read(ana: User, proposed: Any, as_person: AsPerson) -> None:
    reviewing.withdraw(proposed, actor=ana)
    assert "Withdrawn" in as_person(ana).get(f"/changes/{proposed.pk}").content.decode()


def test_the_owner_filter_names_nobody_whose_documents_are_hidden(
    secret: Document, dev: User, eve: User, as_person: AsPerson
) -> None:
    assert secret.owner.name in as_person(dev).get("/sops").content.decode()
    assert secret.owner.name not in as_person(eve).get("/sops").content.decode()
