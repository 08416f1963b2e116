"""Every page a role can reach by links: it answers, and all its words go through gettext."""

import pytest
from django.test import Client

from sopdesk.accounts.models import User
from tests import factories
from tests.web import crawling, pseudo


@pytest.fixture
def written(cast: dict[str, User]) -> None:
    """Something of every kind, so that lists have rows and pages have links."""
    ana, ben = cast["ana"], cast["ben"]
    factories.published("sop", "SOP-0042", author=ana, reviewer=ben, title="رد الأموال")
    factories.published("article", "refunds", author=ana, reviewer=ben, title="Refunds", audience="public")
    factories.published("macro", "refund-approved", author=ana, reviewer=ben, title="Refund approved")
    factories.published("label", "refund-request", author=ana, reviewer=ben, title="Refund request")


@pytest.mark.parametrize("name", ["ana", "ben", "carla", "dev", "finn", "gia", "hal"])
def test_every_page_a_person_can_reach_speaks_their_language(
    written: None, cast: dict[str, User], as_person, name: str
) -> None:
    browser: Client = as_person(cast[name])
    with pseudo.language():
        found = crawling.pages(browser)
    assert len(found) > 5
    assert {address: words for address, html in found.items() if (words := pseudo.untranslated(html))} == {}
