"""What could help a label: whether an SOP governs it and is fresh, whether article and macro are there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from metrics import aliases
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Reference, Version

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from sopdesk.accounts.models import User


@dataclass(frozen=True)
class Sop:
    """An SOP in force that governs a label."""

    key: str
    title: str
    url: str
    review_by: date | None
    is_stale: bool


@dataclass
class Cover:
    """What is there for one label, as far as the viewer may read it."""

    sops: list[Sop] = field(default_factory=list)
    has_article: bool = False
    has_macro: bool = False

    @property
    def levers(self) -> list[str]:
        found = [] if self.sops else ["no_sop"]
        if any(sop.is_stale for sop in self.sops):
            found.append("stale_sop")
        if not self.has_article:
            found.append("no_article")
        return found if self.has_macro else [*found, "no_macro"]


def covers(labels: Iterable[str], viewer: User | AnonymousUser, today: date) -> dict[str, Cover]:
    """The cover of each label, by whatever name documents have it. Five queries, however many labels."""
    found = {label: Cover() for label in labels}
    if not found:
        return found
    names = aliases.names()
    wanted = sorted(names.spelled(found))
    versions = Version.objects.readable_at(viewer)
    by_sop = _sops(found, names, versions.filter(document__kind="sop"), today)
    for label in names.meant_by(_with_macro(wanted, versions.filter(document__kind="macro"))):
        found[label].has_macro = True
    for label in names.meant_by(_with_article(wanted, by_sop, versions.filter(document__kind="article"))):
        found[label].has_article = True
    return found


def _sops(found: dict[str, Cover], names: aliases.Names, versions: Any, today: date) -> dict[str, set[str]]:
    """Fills in the SOPs; returns the labels of each SOP's key."""
    wanted = sorted(names.spelled(found))
    labels_of: dict[str, set[str]] = defaultdict(set)
    rows = versions.filter(data__labels__has_any_keys=wanted).select_related("document")
    for version in rows.order_by("document__key"):
        document = version.document
        url = kind_of("sop").url("read", document.key)
        sop = Sop(document.key, version.title, url, document.review_by, document.is_unverified(today))
        for label in {*names.meant_by(version.data["labels"])} & found.keys():
            found[label].sops.append(sop)
            labels_of[document.key].add(label)
    return labels_of


def _with_macro(wanted: Sequence[str], versions: Any) -> set[str]:
    fields = Q(data__labels__has_any_keys=wanted) | Q(data__add_labels__has_any_keys=wanted)
    rows = versions.filter(fields).values_list("data__labels", "data__add_labels")
    named = {label for row in rows for labels in row for label in labels or []}
    refers = Reference.objects.filter(kind="label", key__in=wanted, version__in=versions.values("pk"))
    return (named | set(refers.values_list("key", flat=True))) & set(wanted)


def _with_article(wanted: Sequence[str], labels_of: dict[str, set[str]], versions: Any) -> set[str]:
    """Those that an article names, or whose SOP an article names, or whose SOP names an article."""
    named = Q(kind="label", key__in=wanted) | Q(kind="sop", key__in=list(labels_of))
    refers = Reference.objects.filter(named, version__in=versions.values("pk")).values_list("kind", "key")
    found = {label for kind, key in refers for label in (labels_of[key] if kind == "sop" else {key})}
    sops = Version.objects.in_force().filter(document__kind="sop", document__key__in=list(labels_of))
    naming = Reference.objects.filter(
        kind="article", version__in=sops.values("pk"), key__in=versions.values("document__key")
    )
    for key in naming.values_list("version__document__key", flat=True):
        found |= labels_of[key]
    return found & set(wanted)
