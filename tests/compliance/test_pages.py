"""The pages about the law: found by filters, read in plain words, hidden from whom they do not concern."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.limits import amount_in_words, extension_in_words, in_words
from compliance.models import Duty, Framework, TimeLimit
from compliance.relations import related
from sopdesk.accounts.models import User
from sopdesk.text import references
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


def text(answer: Any) -> str:
    return answer.content.decode()


def test_frameworks_are_listed_with_their_counts(ana: User, as_person: Any) -> None:
    page = as_person(ana).get("/compliance")
    rows = {row.key: row for row in page.context["listing"].rows}
    assert len(rows) == 11
    assert rows["gdpr"].duties_count == Duty.objects.filter(framework__key="gdpr").count()
    assert rows["gdpr"].blockers_count == Duty.objects.filter(framework__key="gdpr", gate="blocker").count()
    assert "Not legal advice" in text(page)
    assert "22 Nov 2026" in text(page)


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ({"gate": "blocker"}, {"gate": "blocker"}),
        ({"tier": "extended"}, {"tier": "extended"}),
        ({"verified": "no"}, {"verified": False}),
        ({"trigger": "dsar-access"}, {"triggers__contains": ["dsar-access"]}),
        ({"q": "one month"}, {"duty__icontains": "one month"}),
    ],
)
def test_duties_are_filtered(
    ana: User, as_person: Any, query: dict[str, str], condition: dict[str, Any]
) -> None:
    page = as_person(ana).get("/compliance/gdpr", query)
    expected = set(Duty.objects.filter(framework__key="gdpr", **condition).values_list("key", flat=True))
    found = {row.key for row in page.context["listing"].rows}
    assert expected <= found if "q" in query else expected == found


def test_superseded_duties_are_shown_when_asked_for(ana: User, as_person: Any) -> None:
    Duty.objects.filter(key="gdpr-art-12-3").update(superseded_at=timezone.now())
    browser = as_person(ana)
    link = '/compliance/duties/gdpr-art-12-3"'
    assert link not in text(browser.get("/compliance/gdpr?q=12-3"))
    assert link in text(browser.get("/compliance/gdpr?standing=superseded"))
    assert browser.get("/compliance/duties/gdpr-art-12-3").status_code == 200


def test_every_duty_can_be_read(ana: User, as_person: Any) -> None:
    browser = as_person(ana)
    for duty in Duty.objects.all()[::6]:
        page = text(browser.get(f"/compliance/duties/{duty.key}"))
        assert duty.article.replace("'", "&#x27;") in page


def test_a_duty_shows_limits_relations_and_what_is_coming(ana: User, as_person: Any) -> None:
    page = text(as_person(ana).get("/compliance/duties/gdpr-art-12-3"))
    assert "1 month at the latest, without undue delay" in page
    assert "may be extended by 2 months: complexity or number of requests" in page
    assert "Regulation (EEC, Euratom) No 1182/71" in page
    assert "/compliance/duties/uk-gdpr-art-12a" in page
    assert "Digital Omnibus on data" in text(as_person(ana).get("/compliance/duties/gdpr-art-15-1"))


def test_a_relation_reads_the_other_way_from_the_other_side() -> None:
    narrower = Duty.objects.filter(mappings__relation="subset").get()
    [other] = [found for found in related(narrower) if found.relation == "subset"]
    assert "superset" in {found.relation for found in related(other.duty)}


def test_every_limit_has_words() -> None:
    for limit in TimeLimit.objects.select_related("duty"):
        assert in_words(limit)
        assert "%(" not in in_words(limit) + extension_in_words(limit.extension)
    assert amount_in_words({"value": 1000, "currency": "EUR"}).endswith("EUR")


def test_a_duty_names_the_documents_that_refer_to_it(cast: dict[str, User], as_person: Any) -> None:
    body = "# Access\n\n## Deadline\n\nSee [[duty:gdpr-art-12-3]].\n"
    people = {"author": cast["ana"], "reviewer": cast["ben"]}
    factories.published("sop", "SOP-0011", title="Access requests", body=body, **people)
    factories.published(
        "sop",
        "SOP-0012",
        title="Secret steps",
        body=body,
        audience="teams",
        audience_teams=["payments"],
        **people,
    )
    seen_by_ana = text(as_person(cast["ana"]).get("/compliance/duties/gdpr-art-12-3"))
    seen_by_finn = text(as_person(cast["finn"]).get("/compliance/duties/gdpr-art-12-3"))
    assert "Access requests" in seen_by_ana
    assert "Secret steps" in seen_by_ana
    assert "Access requests" in seen_by_finn
    assert "Secret steps" not in seen_by_finn


def test_agents_are_not_shown_these_pages(dev: User, as_person: Any) -> None:
    for path in ("/compliance", "/compliance/gdpr", "/compliance/duties/gdpr-art-12-3"):
        assert as_person(dev).get(path).status_code == 404


def test_a_reference_names_the_duty_and_links_for_whom_it_concerns(ana: User, dev: User) -> None:
    keys = ["gdpr-art-12-3", "nope"]
    for viewer, linked in ((ana, True), (dev, False), (AnonymousUser(), False)):
        found = references.resolve("duty", keys, viewer=viewer, at=timezone.now())
        assert set(found) == {"gdpr-art-12-3"}
        assert "(Art. 12(3))" in found["gdpr-art-12-3"].title
        assert bool(found["gdpr-art-12-3"].url) is linked


@pytest.mark.parametrize("path", ["/compliance", "/compliance/gdpr"])
def test_a_list_takes_the_same_queries_with_few_rows_and_with_many(
    path: str, ana: User, as_person: Any
) -> None:
    browser = as_person(ana)
    gdpr = Framework.objects.get(key="gdpr")
    browser.get(path)
    with CaptureQueriesContext(connection) as many:
        browser.get(path)
    Duty.objects.exclude(key="gdpr-art-12-3").filter(framework=gdpr).update(superseded_at=timezone.now())
    with CaptureQueriesContext(connection) as few:
        browser.get(path)
    assert len(few) == len(many)


@pytest.mark.parametrize("query", ["gate=x", "trigger=x", "sort=;drop", "page=x", "q=" + "x" * 5000, "q=%00"])
def test_odd_addresses_are_answered(ana: User, as_person: Any, query: str) -> None:
    assert as_person(ana).get(f"/compliance/gdpr?{query}").status_code == 200
