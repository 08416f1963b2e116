"""The pages about people: who sees whom, and what an administrator does there."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sopdesk.accounts.models import Site, Team, User
from sopdesk.audit.models import Entry
from tests import factories

pytestmark = pytest.mark.django_db
PEOPLE = "/people"


def text(answer: Any) -> str:
    return answer.content.decode()


def test_a_vendors_lead_sees_the_own_site_only(cast: dict[str, User], as_person: Any) -> None:
    page = text(as_person(cast["finn"]).get(PEOPLE))
    assert "Eve Santos" in page
    assert "Ana Lim" not in page
    assert "Dublin" not in text(as_person(cast["finn"]).get("/people/teams"))
    answer = as_person(cast["finn"]).get(PEOPLE, {"team": cast["ana"].team_id})
    assert "Policy" not in text(answer)


def test_a_lead_of_no_team_sees_nobody(as_person: Any, ana: User) -> None:
    page = text(as_person(factories.user("Lea Loose", "lead")).get(PEOPLE))
    assert "Nobody is here yet" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "santos"}, {"Eve Santos"}),
        ({"role": "lead"}, {"Finn Reyes"}),
        ({"standing": "ended"}, {"Dev Nair"}),
        ({"role": "author", "q": "ben"}, set()),
    ],
)
def test_people_are_filtered(
    cast: dict[str, User], as_person: Any, query: dict[str, str], found: set[str]
) -> None:
    User.objects.filter(name="Dev Nair").update(is_active=False)
    page = as_person(cast["hal"]).get(PEOPLE, query)
    assert {row.name for row in page.context["listing"].rows} == found


def test_people_are_filtered_by_site_and_team(cast: dict[str, User], as_person: Any, harbor: Site) -> None:
    page = as_person(cast["hal"]).get(PEOPLE, {"site": harbor.pk})
    assert {row.name for row in page.context["listing"].rows} == {"Eve Santos", "Finn Reyes"}
    page = as_person(cast["hal"]).get(PEOPLE, {"team": cast["dev"].team_id})
    assert {row.name for row in page.context["listing"].rows} == {"Dev Nair"}


@pytest.mark.parametrize("query", ["site=x", "team=999999", "role=emperor", "page=-1", "sort=password"])
def test_a_filter_that_makes_no_sense_is_named(cast: dict[str, User], as_person: Any, query: str) -> None:
    page = as_person(cast["hal"]).get(f"{PEOPLE}?{query}")
    assert page.status_code == 200
    assert page.context["listing"].problems


@pytest.mark.parametrize("path", [PEOPLE, "/people/teams", "/audit"])
def test_a_list_takes_the_same_queries_with_one_row_and_with_fifty(
    path: str, hal: User, policy: Team, as_person: Any
) -> None:
    browser = as_person(hal)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert browser.get(path).status_code == 200
        return len(captured)

    browser.get(path)
    one = queries()
    for number in range(50):
        factories.user(f"Many {number}", "agent", team=factories.team())
    assert queries() == one


def form_of(person: User, **changes: Any) -> dict[str, Any]:
    return {
        "name": person.name,
        "email": person.email,
        "team": person.team_id or "",
        "roles": person.roles,
        "time_zone": person.time_zone,
        **changes,
    }


def test_an_administrator_changes_somebody(hal: User, dev: User, as_person: Any) -> None:
    url = reverse("accounts:person_edit", args=[dev.pk])
    assert as_person(hal).post(url, form_of(dev, roles=["agent", "author"])).url == PEOPLE
    assert User.objects.get(pk=dev.pk).roles == ["agent", "author"]
    assert Entry.objects.get().facts["changed"] == ["roles"]


def test_a_refusal_keeps_what_was_typed(hal: User, as_person: Any) -> None:
    url = reverse("accounts:person_edit", args=[hal.pk])
    page = as_person(hal).post(url, form_of(hal, name="Hal B.", roles=["author"]))
    assert page.status_code == 422
    assert "Hal B." in text(page)
    assert "another administrator" in text(page)
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    "bad",
    [
        {"email": "not an address"},
        {"email": "dev.nair@example.com"},
        {"name": "x" * 500},
        {"name": "null\x00byte"},
        {"time_zone": "Mars/Base"},
        {"team": "77777"},
        {"roles": ["emperor"]},
    ],
)
def test_a_bad_form_is_answered_and_changes_nothing(
    hal: User, dev: User, as_person: Any, bad: dict[str, Any]
) -> None:
    fields = form_of(hal, **{"name": "Somebody", "email": "some@example.com", **bad})
    assert as_person(hal).post("/people/add", fields).status_code == 422
    assert User.objects.count() == 2


def test_buttons_need_post_and_an_administrator(hal: User, ana: User, dev: User, as_person: Any) -> None:
    for name in ("person_end", "person_restore", "person_send_link", "person_remove_factor"):
        url = reverse(f"accounts:{name}", args=[dev.pk])
        assert as_person(hal).get(url).status_code == 405
        assert as_person(ana).post(url).status_code == 404
        assert as_person(hal).post(url).status_code == 302
        User.objects.update(is_active=True)
        assert as_person(ana).get(url).status_code == 404
    assert Client().post(reverse("accounts:person_end", args=[dev.pk])).status_code == 403


def test_profile_shows_times_in_the_chosen_zone(dev: User, as_person: Any) -> None:
    browser = as_person(dev)
    browser.post(
        "/profile", {"name": "Dev <b>N</b>", "time_zone": "Asia/Kolkata", "roles": ["administrator"]}
    )
    dev.refresh_from_db()
    assert (dev.time_zone, dev.roles) == ("Asia/Kolkata", ["agent"])
    assert "<b>N</b>" not in text(browser.get("/profile"))
