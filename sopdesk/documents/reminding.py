"""Reminding owners by letter, once a week, of what is unverified or soon will be."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sopdesk.accounts.models import User
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Document
from sopdesk.letters.linking import absolute
from sopdesk.letters.models import Letter
from sopdesk.letters.posting import post

SOON = timedelta(days=14)
BEGINS = timedelta(hours=8)
"""A week's letters are written from Monday 08:00 on, in the reporting zone."""
NAMED = 40


def remind_owners(now: datetime | None = None) -> int:
    """Post each owner one letter a week with what waits for them. Returns to how many; asked again, to nobody twice."""
    local = timezone.localtime(now or timezone.now(), ZoneInfo(settings.REPORTING_TIME_ZONE))
    year, week, _day = (local - BEGINS).isocalendar()
    waiting = _waiting(local)
    keys = {owner_id: f"review-reminder:{owner_id}:{year}-W{week:02}" for owner_id in waiting}
    posted = set(Letter.objects.filter(key__in=keys.values()).values_list("key", flat=True))
    owners = User.objects.get_queryset().in_bulk([pk for pk, key in keys.items() if key not in posted])
    return sum(_remind(owner, waiting[pk], keys[pk], local.date()) for pk, owner in owners.items())


def _waiting(local: datetime) -> dict[int, list[Document]]:
    """What is overdue or soon due, by owner, most overdue first."""
    due = Document.objects.with_version_at(local).filter(current_id__isnull=False)  # type: ignore[misc]
    due = due.filter(review_by__lt=local.date() + SOON, owner__is_active=True)
    waiting: dict[int, list[Document]] = defaultdict(list)
    for document in due.order_by("review_by", "kind", "key"):
        waiting[document.owner_id].append(document)
    return waiting


def _remind(owner: User, documents: list[Document], key: str, today: date) -> bool:
    """Write to one owner, of what they may see; somebody else may own what is hidden from them."""
    ids = [document.pk for document in documents]
    seen = set(Document.objects.visible_to(owner).filter(pk__in=ids).values_list("pk", flat=True))
    told = [document for document in documents if document.pk in seen]
    if not told:
        return False
    subject = ngettext(
        "%(n)d document waits for you to verify it", "%(n)d documents wait for you to verify them", len(told)
    )
    with transaction.atomic():
        post(to=owner, subject=subject % {"n": len(told)}, body=_letter(owner, told, today), key=key)
    return True


def _letter(owner: User, documents: list[Document], today: date) -> str:
    lines = [_("Good morning, %(name)s.") % {"name": owner.get_short_name()}, ""]
    lines += [
        _("You own these documents. Read each, then verify that it is still right, or open a draft."),
        "",
    ]
    for document in documents[:NAMED]:
        said = _("due since %(day)s") if document.is_unverified(today) else _("due on %(day)s")
        kind = kind_of(document.kind)
        lines += [
            f"{document.key}  {document.current_title}",
            f"  {said % {'day': document.review_by}}  {absolute(kind.url('read', document.key))}",
            "",
        ]
    if len(documents) > NAMED:
        lines += [_("… and %(n)d more.") % {"n": len(documents) - NAMED}, ""]
    report = absolute(reverse("upkeep:ageing"))
    lines += [_("All of them: %(url)s") % {"url": f"{report}?owner={owner.pk}"}]
    return "\n".join(lines) + "\n"
