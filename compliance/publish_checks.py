"""What the publish checks say of duties that a text names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from compliance.models import Duty
from sopdesk.documents import checks
from sopdesk.documents.checks import Finding
from sopdesk.documents.publish_checks import STRICT
from sopdesk.postgres.worded import worded

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from sopdesk.documents.models import ChangeItem


@checks.register_for_items
def duties_are_in_the_catalogue(items: Sequence[ChangeItem]) -> Iterable[Finding]:
    """One that no catalogue has stops an SOP, as any unknown reference does; a superseded one is advice. One query."""
    named: dict[tuple[int, str], tuple[ChangeItem, int]] = {}
    for item in items:
        parsed = checks.read(item) if not item.retires else None
        for mention in parsed.mentions if parsed else ():
            if mention.kind == "duty":
                named.setdefault((item.pk, mention.key), (item, mention.line))
    if not named:
        return
    known = {duty.key: duty for duty in _named(tuple(sorted({key for _item, key in named})))}
    for (_pk, key), (item, line) in named.items():
        duty = known.get(key)
        if duty is None:
            what = _("[[duty:%(key)s]] is no duty of the catalogue.") % {"key": key}
            how = _("Choose one under Compliance, or take it out.")
            yield checks.at_line(item, line, what, how, blocks=item.document.kind in STRICT)
        elif duty.superseded_at is not None:
            what = _("The duty %(key)s is no longer in the catalogue.") % {"key": key}
            successor = duty.successor
            how = _("Name %(key)s instead.") % {"key": successor.key} if successor else _("Take it out.")
            yield checks.at_line(item, line, what, how)


@worded
def _named(keys: tuple[str, ...]) -> QuerySet[Duty]:
    return Duty.objects.filter(key__in=keys).select_related("successor")
