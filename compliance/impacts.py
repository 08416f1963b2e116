"""Which duties bind what a change touches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compliance.models import Duty
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.documents import checks, impact
from sopdesk.documents.impact import Impact, Link
from sopdesk.postgres.worded import worded
from sopdesk.text.reversing import address

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from sopdesk.accounts.models import User
    from sopdesk.documents.models import Change, ChangeItem


@impact.register
def duties(viewer: User, change: Change, items: Sequence[ChangeItem]) -> Iterable[Impact]:
    """Those in use that its texts name, and those that the catalogue applies to its topics. One query."""
    if not allows(viewer, Permission.COMPLIANCE_READ):
        return
    texts = [parsed for item in items if (parsed := checks.read(item)) is not None]
    named = {mention.key for parsed in texts for mention in parsed.mentions if mention.kind == "duty"}
    topics = sorted({str(topic) for item in items for topic in item.data.get("topics") or ()})
    found = _binding(viewer, tuple(sorted(named)), tuple(topics))
    cited = sum(duty.key in named for duty in found)
    blockers = sum(duty.gate == "blocker" for duty in found)
    parts = [
        (cited, _("%(n)d named in its text")),
        (len(found) - cited, _("%(n)d by its topics")),
        (blockers, _("%(n)d of them block a release")),
    ]
    yield Impact(
        name="duties",
        label=ngettext("duty binds it", "duties bind it", len(found)),
        count=len(found),
        detail=" · ".join(words % {"n": n} for n, words in parts if n),
        links=tuple(_link(duty) for duty in sorted(found, key=lambda duty: duty.key not in named)),
        order=70,
    )


@worded
def _binding(viewer: User, named: tuple[str, ...], topics: tuple[str, ...]) -> QuerySet[Duty]:
    wanted = Q(key__in=named) | Q(triggers__overlap=topics) if topics else Q(key__in=named)
    return Duty.objects.visible_to(viewer).in_use().filter(wanted).order_by("position")


def _link(duty: Duty) -> Link:
    return Link(f"{duty.key} · {duty.title}", address("compliance:duty", duty.key))
