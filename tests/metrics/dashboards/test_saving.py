"""Views that people keep and share: who sees them, what they show to whom, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from metrics.dashboards import saving
from metrics.dashboards.errors import ViewRefused
from metrics.dashboards.models import FirstView, SavedView
from sopdesk.accounts.models import User
from sopdesk.audit.models import Entry

pytestmark = pytest.mark.django_db
QUERY = "period=91&team=harbor-payments"


def view(owner: User, name: str = "Harbor weekly", *, shared: str = "own", tab: str = "csat") -> SavedView:
    return saving.save(name=name, tab=tab, query=QUERY, shared=shared, actor=owner)


def listed(browser: Client) -> list[str]:
    return [row.name for row in browser.get("/metrics/views").context["listing"].rows]


def test_a_view_is_saved_from_the_page_and_opens_it_again(gia: User, as_person: Any) -> None:
    browser = as_person(gia)
    form = browser.get(f"/metrics/views/new?tab=sla&{QUERY}&page=7&by=site").context["form"]
    given = {**form.initial, "name": "Mine", "shared": "own"}
    answer = browser.post("/metrics/views/new", given)
    assert answer["Location"] == f"/metrics/sla?{QUERY}&by=site"
    kept = SavedView.objects.get()
    assert browser.get(f"/metrics/views/{kept.pk}")["Location"] == answer["Location"]
    assert Entry.objects.filter(event="figure_view:saved", subject_id=str(kept.pk)).exists()


def test_only_those_it_is_shared_with_see_it(gia: User, finn: User, hal: User, as_person: Any) -> None:
    own, team, everyone = (
        view(gia, "own"),
        view(gia, "team", shared="team"),
        view(gia, "all", shared="everyone"),
    )
    assert listed(as_person(gia)) == ["all", "own", "team"]
    assert listed(as_person(hal)) == ["all", "team"]  # of the same team
    assert listed(as_person(finn)) == ["all"]
    for hidden in (own, team):
        assert as_person(finn).get(f"/metrics/views/{hidden.pk}").status_code == 404
    assert as_person(finn).get(f"/metrics/views/{everyone.pk}").status_code == 302


def test_nobody_changes_or_deletes_anothers_view(gia: User, hal: User, as_person: Any) -> None:
    shared = view(gia, shared="everyone")
    for what in ("change", "delete"):
        assert as_person(hal).post(f"/metrics/views/{shared.pk}/{what}").status_code == 404
    with pytest.raises(ViewRefused):
        saving.delete(shared, actor=hal)
    with pytest.raises(ViewRefused):
        saving.change(shared, name="x", shared="own", actor=hal)
    assert SavedView.objects.get().name == "Harbor weekly"


def test_a_name_twice_is_refused_and_what_was_typed_stays(gia: User, hal: User, as_person: Any) -> None:
    view(gia)
    view(hal)
    answer = as_person(gia).post(
        "/metrics/views/new", {"name": "Harbor weekly", "shared": "own", "tab": "csat"}
    )
    assert answer.status_code == 422
    assert 'value="Harbor weekly"' in answer.content.decode()
    assert "already" in answer.content.decode()
    assert SavedView.objects.filter(owner=gia).count() == 1


def test_a_view_is_renamed_shared_and_deleted_after_a_question(gia: User, finn: User, as_person: Any) -> None:
    kept, browser = view(gia, shared="everyone"), as_person(gia)
    saving.open_first(kept, actor=finn)
    browser.post(f"/metrics/views/{kept.pk}/change", {"name": "Ours", "shared": "own"})
    kept.refresh_from_db()
    assert (kept.name, kept.shared, kept.team) == ("Ours", "own", None)
    assert not FirstView.objects.exists()
    assert "Delete the view" in browser.get(f"/metrics/views/{kept.pk}/delete").content.decode()
    assert SavedView.objects.exists()
    browser.post(f"/metrics/views/{kept.pk}/delete")
    assert not SavedView.objects.exists()
    told = Entry.objects.filter(subject_type="metrics_dashboards.savedview").values_list("event", flat=True)
    assert sorted(told) == ["figure_view:changed", "figure_view:deleted", "figure_view:saved"]


def test_metrics_opens_with_the_chosen_view_until_told_otherwise(gia: User, as_person: Any) -> None:
    kept, browser = view(gia), as_person(gia)
    browser.post(f"/metrics/views/{kept.pk}/first")
    assert browser.get("/metrics")["Location"] == f"/metrics/csat?{QUERY}"
    assert browser.get("/metrics?period=28").status_code == 200
    browser.post("/metrics/views/overview-first")
    assert browser.get("/metrics").status_code == 200


def test_a_view_that_is_no_longer_shared_opens_nothing(gia: User, hal: User, as_person: Any) -> None:
    kept = view(gia, shared="team")
    saving.open_first(kept, actor=hal)
    SavedView.objects.update(shared="own", team=None)
    assert as_person(hal).get("/metrics").status_code == 200
    with pytest.raises(ViewRefused):
        saving.open_first(kept, actor=hal)


def test_only_what_is_of_the_filter_is_kept() -> None:
    assert saving.kept("team=a&page=3&evil=1&by=label&team=b") == "team=b&by=label"
    assert saving.kept("team=" + "x" * 5000) == ""


def test_more_views_take_no_more_queries(
    gia: User, as_person: Any, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    browser = as_person(gia)
    view(gia)
    browser.get("/metrics/views")
    with django_assert_max_num_queries(30) as few:
        browser.get("/metrics/views")
    for number in range(30):
        view(gia, f"View {number}", shared="team")
    with django_assert_max_num_queries(len(few)):
        browser.get("/metrics/views")
