import pytest
from django.test import Client, RequestFactory

from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Role
from sopdesk.web.navigation import rail_of

SEEN = {
    Role.AGENT: {"Desk", "Must-read", "SOPs", "Knowledge", "Macros", "Labels"},
}
SEEN[Role.LEAD] = SEEN[Role.AGENT] | {"Readiness", "Compliance", "Metrics", "People"}
SEEN[Role.ANALYST] = SEEN[Role.AGENT] | {"Compliance", "Metrics", "Imports"}


@pytest.mark.parametrize("role", SEEN)
def test_the_rail_shows_only_where_a_person_may_go(alone: None, rf: RequestFactory, role: Role) -> None:
    request = rf.get("/")
    request.user = User(roles=[role])
    assert {str(item.place.label) for item in rail_of(request)} == SEEN[role]


def test_the_page_one_is_on_is_marked_once(signed_in: Client) -> None:
    html = signed_in.get("/styleguide").content.decode()
    assert 'class="rail"' in html
    assert html.count('aria-current="page"') >= 1


def test_a_theme_is_remembered_and_shown_by_the_server(signed_in: Client) -> None:
    response = signed_in.post("/theme", {"theme": "dark", "next": "/styleguide/form"})
    assert response["Location"] == "/styleguide/form"
    assert 'data-bs-theme="dark"' in signed_in.get("/styleguide/form").content.decode()


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_choosing_a_theme_never_leads_off_the_site(signed_in: Client, elsewhere: str) -> None:
    assert signed_in.post("/theme", {"theme": "light", "next": elsewhere})["Location"] == "/"


def test_an_unknown_theme_changes_nothing(signed_in: Client) -> None:
    response = signed_in.post("/theme", {"theme": 'x" onload="'})
    assert "theme" not in response.cookies
    signed_in.cookies["theme"] = "purple"
    assert 'data-bs-theme="auto"' in signed_in.get("/styleguide/form").content.decode()


def test_a_theme_is_chosen_by_post_alone(signed_in: Client) -> None:
    assert signed_in.get("/theme").status_code == 405
