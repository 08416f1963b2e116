"""The job that makes the cards of one look, one site a chunk. Only workers load it: statistics are slow to import."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from metrics import aliases
from metrics.effects import coming_late, counting, groups, judging, settling, starts
from metrics.effects.looking import KIND, Known, has_come, known
from metrics.effects.models import Card
from metrics.effects.readings import Reading
from metrics.effects.subjects import Subject, Touch, subject_of
from metrics.effects.windows import due_on, windows
from sopdesk.accounts.models import Site, Team, User
from sopdesk.documents.models import Version
from sopdesk.jobs.models import Job
from sopdesk.jobs.registry import JobRefused, Step, step


@step(KIND)
def advance(job: Job) -> Step:
    """The card over all sites first, then one for each site whose teams got such tickets."""
    version = Version.objects.select_related("document", "change").get(pk=job.payload["version"])
    subject, days = subject_of(version), known()
    if subject is None or days is None:
        raise JobRefused(_("There is nothing to measure: it governs no label, or there are no tickets."))
    sites: list[Site | None] = [None, *Site.objects.order_by("pk")]
    place = int(job.cursor.get("place", 0))
    asked_by = User.objects.filter(pk=job.payload.get("asked_by")).first()
    make(subject, sites[place], job.payload["look"], days, asked_by)
    done = place + 1
    return Step({"place": done}, done, len(sites), finished=done >= len(sites))


def make(
    subject: Subject, site: Site | None, look: int, days: Known, asked_by: User | None = None
) -> Card | None:
    """Work one card out and keep it. None where it is there already, where the site has none of these tickets, or
    where a team that began later has not its weeks yet."""
    version, own = subject.version, starts.of_change(subject.version.change_id)
    made = Card.objects.filter(version=version, site=site, look=look).order_by("-pk").first()
    if asked_by is None and made is not None and starts.is_of_now(made, own) and not _has_more(made):
        return None
    span, ends = windows(subject.day, look), due_on(starts.last_of(subject.day, own, own), look)
    teams, sites = _teams(subject, site, span.before[0], min(ends, days.until))
    ends = due_on(starts.last_of(subject.day, own, teams.values()), look)
    if (site is not None and not teams) or (own and not has_come(ends, days, timezone.localdate())):
        return None
    group, meanwhile = groups.of_subject(subject, span, teams, own)
    until = min(ends, days.until)
    readings = judging.judge(group, subject.day, look, first=days.first, until=until, sites=sites)
    card = Card(
        change=version.change, version=version, site=site, look=look, labels=subject.labels,
        avoided=groups.avoided(subject, meanwhile), teams=sorted(slug for slug in teams.values() if slug),
        day=subject.day, began=starts.as_kept(own, teams.values()), effective_at=version.in_force.lower,
        known_until=until, beside=_beside(subject, meanwhile),
        readings=[reading.as_json() for reading in readings], verdict=_verdict(readings), method=judging.METHOD,
        asked_by=asked_by or (starts.who_said_last(version.change_id, made.teams) if made else None),
    )  # fmt: skip
    card.told_n, card.told_answers = coming_late.told(card)
    card.save()
    return card


def _has_more(made: Card) -> bool:
    return coming_late.has_more(made, coming_late.told(made))


def _teams(subject: Subject, site: Site | None, first: date, until: date) -> tuple[dict[int, str], int]:
    """Id and slug of the teams whose tickets are counted, 0 and no slug for tickets of no team of ours; and how many
    sites are looked at beside this one, itself included."""
    labels = sorted(aliases.names().spelled(subject.labels))
    found = counting.teams_with(labels, first, until - timedelta(days=1))
    teams = Team.objects.filter(pk__in=found)
    if subject.teams is not None:
        teams = teams.filter(slug__in=subject.teams)
    sites = 1
    if site is not None:
        sites, teams = teams.order_by().values("site").distinct().count(), teams.filter(site=site)
    unknown = {0: ""} if site is None and subject.teams is None and groups.NO_TEAM in found else {}
    return {**dict(teams.values_list("pk", "slug")), **unknown}, sites


def _beside(subject: Subject, meanwhile: list[Touch]) -> list[dict[str, Any]]:
    """Other changes with labels of its own: what moved may be theirs."""
    own = {*subject.labels}
    return [
        {"version": touch.version.pk, "day": touch.day.isoformat(), "labels": sorted(own & {*touch.labels})}
        for touch in sorted(meanwhile, key=lambda touch: touch.day)
        if own & {*touch.labels}
    ]


def _verdict(readings: list[Reading]) -> str:
    if settling.moved(readings):
        return Card.Verdict.MOVED
    told = [reading for reading in readings if reading.verdict != "not_enough"]
    return Card.Verdict.SILENT if told else Card.Verdict.NOT_ENOUGH
