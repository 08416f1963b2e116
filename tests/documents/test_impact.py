"""What a change touches, as far as the viewer may see it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from metrics.impacts import complete_weeks
from metrics.models import Cell, Facet, Rollup, Source, Ticket, Week, WeekCell
from sopdesk.accounts.models import Team, User
from sopdesk.documents import editing, impact
from sopdesk.documents.impact import Impact
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import ChangeItem, Document
from tests import factories
from tests.spans import spans_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
DATA = {"risk": "high", "labels": ["refund-request", "refund-given"], "topics": ["refund"]}


@pytest.fixture
def item(ana: User, ben: User) -> ChangeItem:
    """A draft of an SOP that names a macro and a duty; an article and another SOP refer to it."""
    people: dict[str, Any] = {"author": ana, "reviewer": ben}
    factories.published("macro", "given", **people, title="Given")
    factories.published("macro", "labelled", **people, title="L", data={"labels": ["refund-request"]})
    factories.published("macro", "apart", **people, title="Apart", data={"labels": ["other"]})
    body = "Send [[macro:given]]. See [[duty:gdpr-art-12-3]].\n"
    sop = factories.published("sop", "SOP-0001", **people, body=body, data=DATA)
    factories.published("article", "how", **people, body="By [[sop:SOP-0001]].\n", audience="public")
    factories.published("sop", "SOP-0002", **people, body="First [[sop:SOP-0001]].\n")
    german = factories.published("article", "wie", **people, identity={"locale": "de"})
    Document.objects.filter(pk=german.pk).update(translation_of=sop)
    return editing.start_change(sop, actor=ana)


def figures(item: ChangeItem, viewer: User) -> dict[str, Impact]:
    return {each.name: each for each in impact.preview(item.change, viewer=viewer)}


def test_documents_around_it_are_counted_and_named(item: ChangeItem, ana: User) -> None:
    found = figures(item, ana)
    assert [found[name].count for name in ("macro", "article", "sop", "translations")] == [2, 1, 1, 1]
    assert {link.url for link in found["macro"].links} == {"/macros/given", "/macros/labelled"}
    assert found["macro"].detail == "1 named in its text · 1 for its labels"
    assert found["article"].detail == "1 refer to it"
    assert found["translations"].detail == "de"


def test_readers_are_counted_by_site(item: ChangeItem, ana: User, dev: User, eve: User, finn: User) -> None:
    found = figures(item, ana)["readers"]
    assert found.count == 3
    assert "2 sites, 1 of them vendors" in found.detail
    assert [link.label for link in found.links] == ["Harbor (vendor) · 2", "Dublin · 1"]


def test_duties_by_name_and_by_topic(item: ChangeItem, ana: User) -> None:
    found = figures(item, ana)["duties"]
    assert found.count is not None
    assert found.count > 1
    assert "1 named in its text" in found.detail
    assert found.links[0].url == "/compliance/duties/gdpr-art-12-3"


def tickets(team: Team, day: date, *labels: str) -> None:
    """One ticket of this day, with its rollups."""
    source, _ = Source.objects.get_or_create(name="Desk")
    Ticket.objects.create(
        source=source, external_id=str(Ticket.objects.count()), team=team, status="open", raw_status="open",
        labels=[*labels], created_at=f"{day}T12:00Z", updated_at=f"{day}T12:00Z",
        row_hash=f"{Ticket.objects.count():032x}",
    )  # fmt: skip
    whole = {"source": source, "team": team, "labels": [*labels], "created_n": 1}
    Cell.objects.create(day=day, **whole)
    for span in spans_of(day):
        WeekCell.objects.create(**span, kind=WeekCell.Kind.LABELS, **whole)
    for label in ("", *labels):
        own = {"source": source, "team": team, "label": label}
        for level, span in ((Rollup, {"day": day}), *((Week, span) for span in spans_of(day))):
            level.objects.create(**span, created_n=1, team_name="", channel="", **own)
        Facet.objects.update_or_create(**own, channel="", defaults={"created_n": 1, "last_day": day})


def test_tickets_with_two_of_its_labels_count_once(item: ChangeItem, gia: User, payments: Team) -> None:
    assert figures(item, gia)["tickets"].count is None
    for week in range(4):
        for _ in range(3):
            tickets(payments, date(2026, 3, 2) + timedelta(weeks=week), "refund-request", "refund-given")
        tickets(payments, date(2026, 3, 2) + timedelta(weeks=week), "refund-request")
        tickets(payments, date(2026, 3, 2) + timedelta(weeks=week), "other")
    tickets(payments, date(2026, 3, 29), "refund-request")
    found = figures(item, gia)["tickets"]
    assert found.count == 4
    assert "17 in the four weeks to 29 Mar 2026" in found.detail
    assert [link.label for link in found.links] == ["refund-request · 4", "refund-given · 3"]


def test_who_may_not_read_figures_is_told_so_and_sees_none(
    item: ChangeItem, dev: User, payments: Team
) -> None:
    tickets(payments, date(2026, 3, 29), "refund-request")
    found = figures(item, dev)["tickets"]
    assert (found.count, found.links) == (None, ())
    assert "may read metrics" in found.detail


def test_a_lead_of_a_vendor_counts_their_own_site_only(
    item: ChangeItem, finn: User, payments: Team, harbor_payments: Team
) -> None:
    for team in (payments, harbor_payments):
        for day in range(4):
            tickets(team, date(2026, 3, 23) + timedelta(days=day), "refund-request")
    tickets(harbor_payments, date(2026, 3, 29), "other")
    assert "4 in the four weeks" in figures(item, finn)["tickets"].detail


def test_what_the_viewer_may_not_read_is_not_counted(
    item: ChangeItem, ana: User, ben: User, dev: User
) -> None:
    factories.published(
        "macro", "secret", author=ana, reviewer=ben, data={"labels": ["refund-request"]},
        audience="teams", audience_teams=["policy"],
    )  # fmt: skip
    assert figures(item, ana)["macro"].count == 3
    assert figures(item, dev)["macro"].count == 2


@pytest.mark.parametrize(
    ("day", "first", "after"),
    [
        (date(2026, 3, 29), date(2026, 3, 2), date(2026, 3, 30)),
        (date(2026, 3, 30), date(2026, 3, 2), date(2026, 3, 30)),
        (date(2026, 3, 28), date(2026, 2, 23), date(2026, 3, 23)),
    ],
)
def test_weeks_are_complete(day: date, first: date, after: date) -> None:
    assert complete_weeks(day) == (first, after)


def test_fifty_documents_take_as_many_queries_as_one_and_at_most_twelve(
    item: ChangeItem, hal: User, ana: User
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            impact.preview(item.change, viewer=hal)
        return len(captured)

    few = queries()
    for number in range(49):
        more = editing.create_document(kind_of("sop"), title=f"More {number}", actor=ana, change=item.change)
        editing.save_draft(
            more, revision=more.revision, actor=ana, body=f"[[macro:given]] {number}\n", data=DATA
        )
    assert queries() <= few <= 12


def test_it_stands_beside_the_change_until_that_is_closed(
    item: ChangeItem, ana: User, as_person: Any
) -> None:
    page = as_person(ana).get(f"/changes/{item.change_id}").content.decode()
    assert 'id="impact-head"' in page
    assert 'href="/macros/given"' in page
