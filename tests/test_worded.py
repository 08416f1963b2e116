"""Questions that are worded once answer as those worded anew, whoever asks and whenever."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Prefetch, Q, QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from structlog.testing import capture_logs

from sopdesk.accounts.models import Site, Team, User
from sopdesk.documents.models import Change, Version
from sopdesk.postgres import worded as module
from sopdesk.postgres.worded import worded

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]


@worded
def named(name: str, *, site: bool = False) -> QuerySet[Team]:
    found = Team.objects.filter(name=name)
    return found.select_related("site") if site else found


@worded
def slugs(first: int, second: int) -> QuerySet[Team, str]:
    return Team.objects.filter(pk__in=[first, second]).order_by("slug").values_list("slug", flat=True)


@worded
def any_of(names: tuple[str, ...], roles: tuple[str, ...]) -> QuerySet[User]:
    return User.objects.get_queryset().filter(name__in=names, roles__overlap=roles).order_by("pk")


@worded
def with_teams(slug: str) -> QuerySet[Site]:
    return Site.objects.filter(slug=slug).prefetch_related("teams")


@worded
def of_site(site: int | None) -> QuerySet[Team]:
    return Team.objects.filter(Q(site=site) if site else Q(site__isnull=True))


@worded
def readable(person: User, now: datetime) -> QuerySet[Version]:
    return Version.objects.visible_to(person, now).in_force(now)


@worded
def changes_of(person: User) -> QuerySet[Change]:
    return Change.objects.visible_to(person).filter(authors=person)


@worded
def joined(since: datetime) -> QuerySet[User]:
    return User.objects.get_queryset().filter(created_at__gte=since)


@worded
def by_its_own_clock() -> QuerySet[Version]:
    return Version.objects.in_force()


@worded
def of_the_day_after(day: date) -> QuerySet[User]:
    return User.objects.get_queryset().filter(created_at__date=day + timedelta(days=1))


@worded
def beginning_with(name: str) -> QuerySet[Team]:
    return Team.objects.filter(name__startswith=name)


@worded
def above(pk: int) -> QuerySet[Team]:
    return Team.objects.filter(pk=pk + 1)


@worded
def of_teams(teams: tuple[int, ...], person: User, name: str) -> QuerySet[User]:
    return (
        User.objects.get_queryset().filter(Q(team_id__in=teams) | Q(pk=person.pk, name=name)).order_by("pk")
    )


@worded
def with_teams_of(slug: str, name: str) -> QuerySet[Site]:
    teams = Prefetch("teams", Team.objects.filter(name=name))
    return Site.objects.filter(slug=slug).prefetch_related(teams)


@worded
def first_ones(many: int) -> QuerySet[Team]:
    return Team.objects.order_by("pk")[:many]


@worded
def of_the_day(day: date) -> QuerySet[User]:
    return User.objects.get_queryset().filter(created_at__date=day)


@worded
def at_most_fifty(number: int) -> QuerySet[Team]:
    return Team.objects.filter(pk__lte=min(number, 50))


def test_values_are_put_in_and_names_belong_to_the_words(ana: User, eve: User) -> None:
    teams = {team.name: team for team in Team.objects.all()}
    assert ana.team is not None
    assert eve.team is not None
    for team in (ana.team, eve.team):
        assert named(team.name) == [teams[team.name]]
        [found] = named(team.name, site=True)
        with CaptureQueriesContext(connection) as queries:
            assert found.site.pk == team.site_id
        assert not queries.captured_queries
    assert named("nobody's") == []
    assert slugs(ana.team.pk, eve.team.pk) == sorted([ana.team.slug, eve.team.slug])
    assert slugs(eve.team.pk, ana.team.pk) == sorted([ana.team.slug, eve.team.slug])
    assert of_site(ana.team.site_id) == [*Team.objects.filter(site=ana.team.site_id)]
    assert of_site(None) == []
    assert slugs(10**20, ana.team.pk) == [ana.team.slug]
    assert any_of((ana.name, eve.name), ("agent",)) == [eve]
    assert any_of((ana.name,), ("agent", "author", "policy_author", *ana.roles)) == [ana]
    assert any_of((eve.name, ana.name), (*ana.roles, *eve.roles)) == sorted(
        [ana, eve], key=lambda one: one.pk
    )
    assert any_of((), ("agent",)) == []
    assert ana in joined(timezone.now() - timedelta(days=1))
    assert joined(timezone.now() + timedelta(days=1)) == []


def test_what_is_prefetched_is_there(ana: User) -> None:
    assert ana.team is not None
    [site] = with_teams(ana.team.site.slug)
    with CaptureQueriesContext(connection) as queries:
        assert ana.team in site.teams.all()
    assert not queries.captured_queries


def test_people_are_asked_about_by_what_they_may(ana: User, ben: User, dev: User, eve: User) -> None:
    for person in (ana, dev, eve, ben, ana):
        now = timezone.now()
        assert readable(person, now) == [*Version.objects.visible_to(person, now).in_force(now)]
        assert changes_of(person) == [*Change.objects.visible_to(person).filter(authors=person)]
    assert dev.ways() == eve.ways()  # two agents, of different teams
    assert dev.told() != eve.told()
    again = User.objects.get(pk=dev.pk)
    again.roles = []
    assert again.ways() != dev.ways()


def test_words_are_worked_out_once(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    @worded
    def people(name: str) -> QuerySet[User]:
        asked.append(name)
        return User.objects.get_queryset().filter(name=name)

    monkeypatch.setattr(module, "anew", False)
    assert people(ana.name) == [ana]
    assert people("nobody") == []
    assert people(ana.name) == [ana]
    assert len(asked) == 2  # in another name, and in the first one to compare


@pytest.mark.parametrize(
    "ask",
    [
        by_its_own_clock,
        lambda: of_the_day_after(date(2026, 1, 1)),
        lambda: beginning_with("Pay"),
        lambda: above(1),
        lambda: named(True),  # type: ignore[arg-type]
        lambda: joined(date(2026, 1, 1)),  # type: ignore[arg-type]
        lambda: with_teams_of("lumio", "Payments"),
    ],
)
def test_what_cannot_be_put_in_later_is_refused(ask: Callable[[], object]) -> None:
    with pytest.raises(TypeError):
        ask()


def test_words_that_depend_on_something_else_are_found_by_tests(ana: User) -> None:
    names = iter(["one", "two"])

    @worded
    def fickle(pk: int) -> QuerySet[User]:
        return User.objects.get_queryset().filter(pk=pk, name=next(names))

    with pytest.raises(AssertionError, match="worded now"):
        fickle(ana.pk)


def test_many_values_beside_others_keep_to_their_places(ana: User, eve: User) -> None:
    for many in (1, 30, 40, 41, 150):
        teams = tuple(range(900_000, 900_000 + many))
        assert of_teams(teams, ana, ana.name) == [ana]
        assert of_teams(teams, eve, ana.name) == []


@pytest.mark.parametrize(
    "ask", [lambda: first_ones(1), lambda: of_the_day(date(2026, 1, 1)), lambda: at_most_fifty(7)]
)
def test_words_that_slipped_through_are_not_kept(
    ask: Callable[[], list[Any]], monkeypatch: pytest.MonkeyPatch, ana: User
) -> None:
    with pytest.raises((AssertionError, TypeError)):
        ask()
    monkeypatch.setattr(module, "anew", False)
    with capture_logs() as logs:
        ask()
    assert logs[0]["event"] == "words_not_kept"
