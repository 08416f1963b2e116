import pytest
from django.test import Client

from tests.web import pseudo

INSIDE = [
    "/styleguide",
    "/styleguide/form",
    "/styleguide/public",
    "/styleguide/reading",
    "/no-such-page",
]
OUTSIDE = ["/accounts/login/", "/accounts/password/reset/", "/accounts/password/reset/done/"]


@pytest.mark.parametrize("page", OUTSIDE)
def test_every_word_before_the_door_goes_through_gettext(
    alone: None, client: Client, page: str, db: None
) -> None:
    with pseudo.language():
        html = client.get(page).content.decode()
    assert pseudo.OPEN in html
    assert pseudo.untranslated(html) == []


@pytest.mark.parametrize("page", INSIDE)
def test_every_word_of_the_desk_goes_through_gettext(signed_in: Client, page: str) -> None:
    with pseudo.language():
        html = signed_in.get(page).content.decode()
    assert pseudo.OPEN in html
    assert pseudo.untranslated(html) == []


def test_errors_of_a_form_go_through_gettext(signed_in: Client) -> None:
    with pseudo.language():
        html = signed_in.post("/styleguide/form", {"title": "x" * 99}).content.decode()
    assert pseudo.untranslated(html) == []


def test_words_that_bypass_gettext_are_found_wherever_they_stand() -> None:
    html = '<p>Hello <b>⟦there⟧</b></p><input placeholder="Name"><img alt="A cat"><a aria-label="Go">⟦go⟧</a>'
    assert [found.split(": ")[1] for found in pseudo.untranslated(html)] == ["Hello", "Name", "A cat", "Go"]


def test_the_title_of_a_page_is_looked_at() -> None:
    assert pseudo.untranslated("<title>x</title><h1><bdi>Labels</bdi></h1>") == ["<bdi>: Labels"]


def test_what_people_wrote_and_figures_are_passed_over() -> None:
    html = '<h1><bdi><bdi>Refunds</bdi></bdi></h1><td dir="auto">رد</td><td class="key">SOP-0042</td><td>1,640</td>'
    assert pseudo.untranslated("<p>ana@example.com SOP-0042 SOPDesk</p>") == []
    assert pseudo.untranslated(html) == []


def test_the_page_says_its_language_and_direction(signed_in: Client) -> None:
    html = signed_in.get("/styleguide", headers={"accept-language": "ar"}).content.decode()
    assert '<html lang="ar" dir="rtl"' in html
    assert "tabler.rtl.min.css" in html
