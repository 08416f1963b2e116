"""Sections of SOPs that criteria point at: whether they exist, and how they are called for whoever may read them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Version

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from sopdesk.accounts.models import User

Place = tuple[str, str]
"""The key of an SOP and the anchor of a section, "" for the whole of it."""


@dataclass(frozen=True)
class Section:
    """A section of an SOP in force. `title` is the SOP's and the section's."""

    key: str
    anchor: str
    title: str
    url: str


def sections(places: Iterable[Place], viewer: User | AnonymousUser) -> dict[Place, Section]:
    """Those of these places that are in force and that the viewer may read. One query."""
    wanted = {place for place in places if place[0]}
    if not wanted:
        return {}
    keys = {key for key, _anchor in wanted}
    rows = Version.objects.readable_at(viewer).filter(document__kind="sop", document__key__in=keys)
    found = {}
    for key, title, parts in rows.values_list("document__key", "title", "sections"):
        titles = {"": "", **{part["anchor"]: part["title"] for part in parts}}
        for place in wanted:
            if place[0] == key and place[1] in titles:
                found[place] = _section(place, title, titles[place[1]])
    return found


def exists(key: str, anchor: str, viewer: User) -> bool:
    """Whether an SOP in force that this person may read has this section."""
    return (key, anchor) in sections([(key, anchor)], viewer)


def offered(viewer: User) -> list[str]:
    """Every section there is to choose from, as "SOP-0042#verify", with its title after a space. One query."""
    rows = Version.objects.readable_at(viewer).filter(document__kind="sop").order_by("document__key")
    return [
        f"{key}#{part['anchor']} {part['title']}"
        for key, parts in rows.values_list("document__key", "sections")
        for part in parts
        if part.get("anchor")
    ]


def parse(typed: str) -> Place:
    """ "SOP-0042#verify" as its key and anchor; what follows a space is for the eye."""
    word = typed.strip().split(" ")[0]
    key, _hash, anchor = word.partition("#")
    return key, anchor


def _section(place: Place, sop: str, title: str) -> Section:
    key, anchor = place
    url = kind_of("sop").url("read", key)
    return Section(key, anchor, f"{sop} › {title}" if title else sop, f"{url}#{anchor}" if anchor else url)
