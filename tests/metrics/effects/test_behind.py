"""A figure of a card leads to the tickets it counted: as many as its n, for every measure, side, week and group."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import numpy as np
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import override_settings
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, DjangoDbBlocker

from metrics import calendars
from metrics.calendars import OFFICE
from metrics.effects import behind, groups, tasks
from metrics.effects.behind import AFTER, BEFORE, OTHERS, OURS, Figure
from metrics.effects.models import Card, TeamStart
from metrics.models import HandleSegment, SlaPolicy, SlaTarget, Ticket
from sopdesk.accounts.models import Team, User
from tests import factories
from tests.metrics.bringing import bring, source
from tests.metrics.effects.desk_of_two_sites import work
from tests.sharing import rows_of_a_module

pytestmark = pytest.mark.django_db
SINCE, OTHER_SINCE = datetime(2026, 6, 15, 9, tzinfo=UTC), datetime(2026, 7, 25, 9, tzinfo=UTC)
LATER = date(2026, 6, 29)
FIRST, DAYS = date(2026, 5, 4), 110
HEAD = (
    "external_id,status,created_at,first_public_reply_at,first_solved_at,last_solved_at,team,labels,rating,"
    "rating_scale,rated_at,active_s,reopen_count\n"
)
LABELS = (
    "refund",
    "refunds",
    "refund|calm",
    "refunds|fee",
    "calm",
    "fee",
    "other",
    "other",
    "",
    "calm|other",
)
KEYS = {"csat", "aht", "reopened", "sla_reply", "sla_resolution", "volume"}


def lines() -> Iterator[str]:
    """Some thirty tickets a day of every sort, of two teams of ours and one that is not; the days are uneven."""
    draw, number = np.random.default_rng(36), 0
    for at in (datetime.combine(FIRST, datetime.min.time(), UTC) + timedelta(days=n) for n in range(DAYS)):
        for _each in range(draw.poisson(32)):
            number += 1
            created = at + timedelta(seconds=int(draw.integers(0, 86_400)))
            replied, solved, rated = (
                created + timedelta(hours=float(draw.exponential(hours))) for hours in (2, 30, 60)
            )
            if number % 41 == 0:
                solved, rated = created - timedelta(hours=3), created - timedelta(hours=2)
            team = ("payments", "harbor-payments", "payments", "elsewhere")[number % 4]
            said = [replied, solved, solved, team, LABELS[draw.integers(len(LABELS))]]
            rating = [("good", "bad")[draw.integers(2)], "good_bad", rated] if number % 3 else ["", "", ""]
            fields = [
                number,
                "solved",
                created,
                *said,
                *rating,
                draw.integers(20, 900),
                "" if number % 17 == 0 else number % 2,
            ]
            yield ",".join(
                f"{each:%Y-%m-%dT%H:%M:%SZ}" if isinstance(each, datetime) else f"{each}" for each in fields
            )


def lay() -> None:
    """A label with another name; a rule of it whose second team began two weeks later; and in the days of that one
    alone a rule of another label."""
    dublin = factories.site("Dublin")
    harbor = factories.site("Harbor", kind="vendor", time_zone="Asia/Manila")
    own, vendors = factories.team("Payments", at=dublin), factories.team("Harbor Payments", at=harbor)
    factories.team("Policy", at=dublin)
    author = factories.user("An Author", "author", team=own)
    reviewer = factories.user("A Reviewer", "reviewer", team=own, functions=["product", "operations"])
    by: dict[str, Any] = {"author": author, "reviewer": reviewer}
    data = {"group": "Money", "status": "active", "aliases": ["refunds"]}
    factories.published("label", "refund", data=data, **by)
    cache.clear()
    office = calendars.create("office", "Office", "Europe/Dublin", OFFICE, country="IE")
    policy = SlaPolicy.objects.create(slug="all", name="All", source=source(), calendar=office)
    for metric, seconds in (("first_reply", 7200), ("resolution", 90_000)):
        SlaTarget.objects.create(policy=policy, metric=metric, seconds=seconds)
    bring(HEAD + "\n".join(lines()))
    calls = Ticket.objects.filter(last_solved_at__isnull=False, pk__iregex="[05]$")
    HandleSegment.objects.bulk_create(
        HandleSegment(ticket=each, active_s=60, handle_s=60, ended_at=each.last_solved_at, origin="call")
        for each in calls
    )
    with connection.cursor() as cursor:  # by itself Postgres counts only what was committed
        cursor.execute("ANALYZE")
    rules = []
    for key, since, label in (("SOP-0001", SINCE, "refunds"), ("SOP-0002", OTHER_SINCE, "calm")):
        version = factories.past(author, reviewer, since=since, data={"labels": [label]})
        rules.append(factories.published("sop", key, versions=[version], **by))
    TeamStart.objects.create(change=rules[0].versions.get().change, team=vendors, day=LATER, set_by=author)
    tasks.look()
    work()


@pytest.fixture(scope="module", autouse=True)
def laid(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    def write() -> None:
        with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")):
            lay()

    with rows_of_a_module(django_db_blocker, write):
        yield


@pytest.fixture
def cards(db: None) -> list[Card]:
    return list(Card.objects.select_related("version__document").order_by("pk"))


@pytest.fixture
def payments(db: None) -> Team:
    return Team.objects.get(slug="payments")


@pytest.fixture
def policy(db: None) -> Team:
    return Team.objects.get(slug="policy")


@pytest.fixture
def harbor_payments(db: None) -> Team:
    return Team.objects.get(slug="harbor-payments")


def figures(card: Card) -> Iterator[Figure]:
    """Of the last look its weeks too."""
    for reading in card.readings:
        weeks = [point["day"] for point in reading["points"] if card.look == 8]
        for of in (BEFORE, AFTER, *weeks):
            yield from (Figure(card, reading, group, of) for group in (OURS, OTHERS))


def there(viewer: User, figure: Figure) -> int:
    found = behind.tickets(viewer, figure)
    contacts = behind.contacts(figure, viewer, found)
    return found.count() if contacts is None else contacts


def of(cards: list[Card], key: str, site: str | None, look: int = 8) -> Card:
    return next(
        card
        for card in cards
        if card.version.document.key == key and card.look == look and (card.site and card.site.slug) == site
    )


def test_every_figure_of_every_card_leads_to_as_many_as_it_counted(cards: list[Card], gia: User) -> None:
    seen: Counter[tuple[str, str, str]] = Counter()
    for card in cards:
        for figure in figures(card):
            if figure.n is not None:
                key = figure.reading["key"]
                assert there(gia, figure) == figure.n, (str(card), card.site, key, figure.group, figure.of)
                seen[key, figure.group, figure.of] += figure.n
    sides = {(key, group, side) for key in KEYS for group in (OURS, OTHERS) for side in (BEFORE, AFTER)}
    assert {each for each in seen if seen[each]} >= sides
    first = of(cards, "SOP-0001", None)
    assert first.began
    by_wave = groups.of_card(first, gia).avoided_by
    assert len({*map(tuple, by_wave.values())}) == 2  # one wave avoids a label that the other does not
    assert groups.NO_TEAM in groups.of_card(first, gia).teams


def test_a_list_is_of_all_names_of_its_labels(cards: list[Card], gia: User) -> None:
    card = of(cards, "SOP-0001", None)
    volume = next(each for each in card.readings if each["key"] == "volume")
    found = behind.tickets(gia, Figure(card, volume, OURS, AFTER))
    named = Counter(label for labels in found.values_list("labels", flat=True) for label in labels)
    assert min(named["refund"], named["refunds"]) > 20
    others = behind.tickets(gia, Figure(card, volume, OTHERS, AFTER))
    assert not others.filter(labels__overlap=["refund", "refunds"]).exists()


def listed(card: Card, **query: str) -> str:
    return f"{reverse('effects:tickets', args=[card.pk])}?" + "&".join(f"{k}={v}" for k, v in query.items())


def test_every_figure_of_a_page_leads_to_its_list(cards: list[Card], gia: User, as_person: Any) -> None:
    """The links themselves, as many as the words of the link say; weeks by their figure, teams by their days."""
    card, browser = of(cards, "SOP-0001", None), as_person(gia)
    page = unescape(browser.get(reverse("effects:read", args=[card.pk])).content.decode())
    links = re.findall(r'<a href="([^"]*/tickets\?[^"]*)">\s*(.*?)\s*</a>', page, re.DOTALL)
    named = [(url, int(words[2:].replace(",", ""))) for url, words in links if words.startswith("n\xa0")]
    assert len(named) == 4 * len(KEYS)
    for url, n in named[:8]:
        answer = browser.get(url)
        assert (answer.context["figure"].n, answer.context["there"]) == (n, n)
        assert "The card counted" not in answer.content.decode()
    assert sum("team=harbor-payments" in url for url, _words in links) == 2
    weeks = [url for url, words in links if re.search(r"of=20\d\d-", url)]
    assert len(weeks) > 60
    assert browser.get(weeks[0]).context["figure"].of == "2026-05-18"
    assert 'data-links-of="weeks-aht"' in page


def test_a_list_says_its_days_its_contacts_and_what_it_does_not_know(
    cards: list[Card], gia: User, as_person: Any
) -> None:
    browser, card = as_person(gia), of(cards, "SOP-0001", None)
    handled = browser.get(listed(card, metric="aht", of="after")).content.decode()
    assert "handled contacts in these days; that is what the figure counts" in handled
    assert "each team on its own days" in handled
    team = browser.get(listed(card, metric="volume", of="before", team="harbor-payments"))
    assert "1 Jun 2026 to 28 Jun 2026" in team.content.decode()
    assert "these are the tickets of one" in team.content.decode()
    assert {ticket.team.slug for ticket in team.context["listing"].rows} == {"harbor-payments"}
    odd = browser.get(
        listed(card, metric="odd", group="x", of="1999-01-01", team="nobody", page="9", sort="--x")
    )
    assert odd.status_code == 200
    assert odd.content.decode().count("was left out: it does not know") == 4
    alone = browser.get(listed(of(cards, "SOP-0001", "dublin"), metric="volume")).content.decode()
    assert "18 May 2026 to 14 Jun 2026; Dublin" in alone


def test_what_is_gone_since_is_said(cards: list[Card], gia: User, as_person: Any) -> None:
    card = of(cards, "SOP-0001", None)
    volume = next(each for each in card.readings if each["key"] == "volume")
    gone = behind.tickets(gia, Figure(card, volume, OURS, BEFORE))[:3]
    Ticket.objects.filter(pk__in=[each.pk for each in gone]).delete()
    n = volume["ours"]["before"]["n"]
    page = as_person(gia).get(listed(card, metric="volume")).content.decode()
    assert f"The card counted {n} when it looked; {n - 3} are there now. Tickets came in" in page


def test_other_names_given_since_are_said(
    cards: list[Card], gia: User, ana: User, ben: User, as_person: Any
) -> None:
    """No ticket changed: “fee” is another name of the card's label now."""
    card = of(cards, "SOP-0002", None, 2)
    volume = next(each for each in card.readings if each["key"] == "volume")
    n = volume["ours"]["before"]["n"]
    assert there(gia, Figure(card, volume, OURS, BEFORE)) == n
    data = {"group": "Mood", "status": "active", "aliases": ["fee"]}
    factories.published("label", "calm", author=ana, reviewer=ben, data=data)
    cache.clear()
    page = as_person(gia).get(listed(card, metric="volume"))
    assert page.context["there"] > n
    assert "deleted since, or labels were given or lost other names." in page.content.decode()


def test_a_lead_sees_their_own_tickets_alone_and_reads_that_there_were_more(
    cards: list[Card], finn: User, gia: User, payments: Team, as_person: Any
) -> None:
    """A ticket that went to another site since is in the card, and not in the lead's list."""
    card, browser = of(cards, "SOP-0001", "harbor"), as_person(finn)
    assert browser.get(listed(of(cards, "SOP-0001", None))).status_code == 404
    volume = next(each for each in card.readings if each["key"] == "volume")
    figure = Figure(card, volume, OURS, BEFORE)
    n = volume["ours"]["before"]["n"]
    assert there(finn, figure) == n
    harbor = factories.site("Harbor of before", kind="vendor", time_zone="UTC")
    moved = behind.tickets(gia, figure)[:2]
    assert card.teams == ["harbor-payments"]
    Team.objects.filter(slug="harbor-payments").update(site=harbor)
    assert there(gia, figure) == n
    assert there(finn, figure) == 0
    Team.objects.filter(slug="harbor-payments").update(site=card.site)
    Ticket.objects.filter(pk__in=[each.pk for each in moved]).update(team=payments)
    page = browser.get(listed(card, metric="volume")).content.decode()
    assert f"The card counted {n} when it looked; {n - 2} are there now that you may see." in page


def test_a_list_takes_as_many_queries_whatever_it_holds_and_is_a_file(
    cards: list[Card], gia: User, as_person: Any, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    card, browser = of(cards, "SOP-0001", None), as_person(gia)
    volume = next(each for each in card.readings if each["key"] == "volume")
    found = behind.tickets(gia, Figure(card, volume, OURS, AFTER))
    file = b"".join(
        browser.get(
            listed(card, metric="volume", of="after").replace("tickets?", "tickets.csv?")
        ).streaming_content
    )
    assert len(file.splitlines()) == found.count() + 1
    with django_assert_max_num_queries(99) as many:
        assert len(browser.get(listed(card, metric="volume", of="after")).context["listing"].rows) == 50
    Ticket.objects.exclude(pk=found[0].pk).delete()
    with django_assert_max_num_queries(len(many)):
        assert len(browser.get(listed(card, metric="volume", of="after")).context["listing"].rows) == 1


def test_a_card_that_does_not_say_its_scale_takes_the_one_with_most_answers(
    cards: list[Card], gia: User
) -> None:
    card = of(cards, "SOP-0001", None)
    csat = next(each for each in card.readings if each["key"] == "csat")
    old = {name: value for name, value in csat.items() if name != "scale"}
    for group in (OURS, OTHERS):
        assert there(gia, Figure(card, old, group, AFTER)) == csat[group][AFTER]["n"]


def test_too_few_lead_to_those_few(cards: list[Card], gia: User, as_person: Any) -> None:
    card = of(cards, "SOP-0002", None, 2)
    volume = next(each for each in card.readings if each["key"] == "volume")
    n = volume["ours"]["after"]["n"]
    few = {
        **volume,
        "ours": None,
        "others": None,
        "missing": {"why": "few", "before": 9, "after": n, "least": 999},
    }
    card.pk, card.readings, card.asked_by = None, [few], gia
    card.save(force_insert=True)
    browser = as_person(gia)
    page = unescape(browser.get(reverse("effects:read", args=[card.pk])).content.decode())
    assert f'{listed(card, metric="volume", group="ours", of="after")}">After</a>' in page
    assert browser.get(listed(card, of="after")).context["there"] == n
    assert "The card tells no such figure" in browser.get(listed(card, group="others")).content.decode()
