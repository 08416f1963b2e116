"""Readiness and the desk with 5,000 agents and 200 must-reads, four of five read: 800,000 receipts."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from django.db import connection
from django.test import Client
from django.utils import timezone

from benchmarks.measures import Measure, milliseconds, percentile
from sopdesk.accounts.models import Site, Team, User
from sopdesk.documents.adopting import Adopted, Past, adopt_all
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Document, Version
from sopdesk.readership import reminding, waiting
from sopdesk.readership.days import today
from sopdesk.readership.models import Gate, LastRead, MustRead

AGENTS, MUST_READS, SITES, TEAMS = 5000, 200, 10, 50
ROUNDS = 15
# The report over all counts every receipt there is; the others look at one person, one must-read or one page.
PAGES = (
    ("/", "an agent", 100.0),
    ("/must-read", "an agent", 100.0),
    ("/sops/SOP-0001", "an agent", 100.0),
    ("/readiness", "an author", 300.0),
    ("/readiness/{last}", "an author", 300.0),
    ("/readiness/{last}/people", "an author", 300.0),
    ("/readiness/people", "an author", 300.0),
    ("/readiness/groups", "an author", 1000.0),
    ("/readiness/groups", "a lead", 300.0),
)


def measure() -> Iterator[Measure]:
    """p95 of each page, without the network; then a gate, and how long it takes to see that nobody is reminded."""
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        build()
        people = {
            "an agent": User.objects.filter(roles=["agent"]).order_by("pk")[7],
            "a lead": User.objects.filter(roles=["lead"])[0],
            "an author": User.objects.get(roles=["author"]),
        }
        last = MustRead.objects.latest("pk")
        for page, who, limit in PAGES:
            browser = Client()
            browser.force_login(people[who], backend="allauth.account.auth_backends.AuthenticationBackend")
            times = _times(browser, page.format(last=last.pk))
            yield Measure(f"{page} ({who}), p95", percentile(times, 0.95), "ms", limit)
        gate = Gate(change=last.change, share=90, by="vendor", latest=timezone.now() + timedelta(days=5))
        taken = [milliseconds(partial(waiting.standing_of, gate)) for _ in range(ROUNDS)]
        yield Measure("where a cut-over gate stands, p95", percentile(taken, 0.95), "ms", 300.0)
        yield Measure(
            "reminders, 200 must-reads, 1,000 letters", milliseconds(reminding.remind_all), "ms", 60_000.0
        )
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def build() -> None:
    """Sites with teams with agents, an SOP for each must-read, and what they read of them."""
    author, reviewer = _people()
    now = timezone.now()
    adopt_all([_sop(number, author, reviewer) for number in range(1, MUST_READS + 1)], actor=author)
    teams = list(Team.objects.order_by("pk").values_list("slug", flat=True))
    versions = Version.objects.in_force().select_related("change", "document").order_by("pk")
    MustRead.objects.bulk_create(
        MustRead(
            change=version.change,
            document=version.document,
            content_hash=version.content_hash,
            audience=version.audience,
            audience_teams=version.audience_teams,
            due_on=today() + timedelta(days=place % 20 - 6),
        )
        for place, version in enumerate(versions)
    )
    documents = Document.objects.order_by("pk")[:20]
    first = Version.objects.filter(document__in=documents, number=1).select_related("document")
    agent = User.objects.filter(roles=["agent"]).order_by("pk")[7]
    LastRead.objects.bulk_create(
        LastRead(user=agent, document=version.document, version=version, at=now) for version in first
    )
    with connection.cursor() as cursor:
        cursor.execute(RECEIPTS)
        cursor.execute("ANALYZE")
    if len(teams) != TEAMS:
        raise RuntimeError("the teams were not made")


RECEIPTS = """
INSERT INTO readership_receipt (must_read_id, reader_id, version_id, content_hash, tries, at)
SELECT m.id, u.id, NULL, m.content_hash, 0, now() - random() * interval '20 days'
FROM readership_mustread m CROSS JOIN accounts_user u
WHERE u.roles && '{agent,lead}' AND (m.id * 31 + u.id * 17) % 5 <> 0
"""


def _people() -> tuple[User, User]:
    chance = random.Random(7)
    sites = Site.objects.bulk_create(
        Site(
            name=f"Site {n}",
            slug=f"site-{n}",
            kind="vendor" if n % 2 else "in_house",
            time_zone="Europe/Dublin",
        )
        for n in range(SITES)
    )
    teams = Team.objects.bulk_create(
        Team(name=f"Team {n}", slug=f"team-{n}", site=sites[n % SITES]) for n in range(TEAMS)
    )
    agents = [
        User(email=f"a{n}@example.com", name=f"Agent {n}", team=chance.choice(teams), roles=["agent"])
        for n in range(AGENTS)
    ]
    leads = [
        User(email=f"l{n}@example.com", name=f"Lead {n}", team=team, roles=["lead"])
        for n, team in enumerate(teams)
    ]
    policy = [
        User(email=f"{role}@example.com", name=role.title(), roles=[role]) for role in ("author", "reviewer")
    ]
    User.objects.bulk_create([*agents, *leads, *policy])
    User.objects.update(created_at=timezone.now() - timedelta(days=400))
    author, reviewer = (User.objects.get(roles=[role]) for role in ("author", "reviewer"))
    return author, reviewer


def _sop(number: int, author: User, reviewer: User) -> Adopted:
    named = number % 4 == 0
    texts = (f"## Verify\n\nWithin {number} days.\n", f"## Verify\n\nWithin **{number + 1} days**.\n")
    past = [
        Past(
            title=f"Rule {number}",
            body=body,
            since=timezone.now() - timedelta(days=60 - 30 * place, minutes=number),
            author=author,
            reviewer=reviewer,
            summary="It changed.",
            audience="teams" if named else "internal",
            audience_teams=[f"team-{n}" for n in range(25)] if named else [],
        )
        for place, body in enumerate(texts)
    ]
    return Adopted(kind_of("sop"), f"SOP-{number:04d}", author, past)


def _times(browser: Client, address: str) -> list[float]:
    """Milliseconds of each of the rounds, after two to warm up. A page that does not answer 200 is an error."""
    for _ in range(2):
        status = browser.get(address).status_code
        if status != 200:
            raise RuntimeError(f"{address} answered {status}")
    return [milliseconds(partial(browser.get, address)) for _ in range(ROUNDS)]
