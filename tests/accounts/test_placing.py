"""Teams and sites are added by an administrator, once each, and stand in the record."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from sopdesk.accounts.models import Site, Team, User
from sopdesk.accounts.placing import NewSite, add_team
from sopdesk.audit.models import Entry

pytestmark = pytest.mark.django_db
LISBON = NewSite("Lisbon", "in_house", "Europe/Lisbon")


def test_a_team_at_a_new_site_brings_both(hal: User) -> None:
    team = add_team(actor=hal, name="Creators", at=LISBON)
    assert (team.slug, team.site.slug, team.site.time_zone) == ("lisbon-creators", "lisbon", "Europe/Lisbon")
    entry = Entry.objects.get(event="team:created")
    assert entry.facts == {"team": "lisbon-creators", "site": "lisbon"}


def test_the_same_team_twice_is_refused_and_nothing_is_added(hal: User, payments: Team) -> None:
    with pytest.raises(ValidationError):
        add_team(actor=hal, name=payments.name, at=payments.site)
    with pytest.raises(ValidationError):
        add_team(actor=hal, name="Creators", at=NewSite("Oslo", "in_house", "Europe/Nowhere"))
    assert not Site.objects.filter(name="Oslo").exists()


def test_only_an_administrator_adds(ana: User) -> None:
    with pytest.raises(PermissionDenied):
        add_team(actor=ana, name="Creators", at=LISBON)


def test_the_page_adds_and_keeps_what_was_typed(hal: User, as_person: Any) -> None:
    browser = as_person(hal)
    refused = browser.post("/people/teams/add", {"name": "Creators"})
    assert refused.status_code == 422
    assert "Creators" in refused.content.decode()
    said = {
        "name": "Creators",
        "site_name": "Lisbon",
        "site_kind": "in_house",
        "site_time_zone": "Europe/Lisbon",
    }
    assert browser.post("/people/teams/add", said)["Location"] == "/people/teams"
    assert "lisbon-creators" in browser.get("/people/teams").content.decode()
