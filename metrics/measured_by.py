"""By which rules promises were measured: the version of the policy, and the version of the calendar it went by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from metrics.models import Calendar, SiteHours, SlaPolicy, SlaResult
from sopdesk.accounts.models import Team


def seconds_in_words(seconds: int) -> str:
    """Business time as hours and minutes: "40 h", "1 h 30 min"."""
    hours, minutes = divmod(round(seconds / 60), 60)
    parts = [_("%(n)s h") % {"n": hours} if hours else "", _("%(n)s min") % {"n": minutes} if minutes else ""]
    return " ".join(filter(None, parts)) or _("%(n)s s") % {"n": seconds}


@dataclass(frozen=True)
class Rules:
    """`target`: in open hours, in words."""

    target: str
    policy: SlaPolicy
    calendar: Calendar


class Measured:
    """The rules of any results. Two queries, however many they are."""

    def __init__(self) -> None:
        self._policies = {policy.pk: policy for policy in SlaPolicy.objects.select_related("calendar")}
        self._hours = {
            (hours.policy_id, hours.site_id): hours.calendar
            for hours in SiteHours.objects.select_related("calendar")
        }

    def by(self, result: SlaResult, team: Team | None) -> Rules:
        """Those of a result of a ticket of this team: hours are its site's where the policy names some."""
        policy = self._policies[result.policy_id]
        own = self._hours.get((policy.pk, team.site_id)) if team else None
        return Rules(seconds_in_words(result.target_s), policy, own or policy.calendar)

    def beside(self, results: Iterable[SlaResult], team: Team | None) -> Iterator[tuple[SlaResult, Rules]]:
        """Each result with its rules."""
        return ((result, self.by(result, team)) for result in results)
