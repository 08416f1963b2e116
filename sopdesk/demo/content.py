"""Reads the demo content from its folder: documents with every version derived, and labels.

The format is described in `content/README.md`. A file holds the newest text; each earlier version is made from the
next newer one by exact replacements, so that the texts of two versions can never drift apart unseen.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

FOLDER = Path(__file__).parent / "content"
DUBLIN = ZoneInfo("Europe/Dublin")
FOLDERS = {"sop": "sops", "macro": "macros", "article": "articles"}


class ContentBroken(ValueError):
    """A file of the demo content does not follow the format; the message names the file and what is wrong."""


@dataclass(frozen=True, slots=True)
class Audience:
    scope: str
    """public, internal or teams."""
    teams: tuple[str, ...] = ()
    """Slugs of the teams; empty unless the scope is teams."""


@dataclass(frozen=True, slots=True)
class Version:
    number: int
    in_force: datetime
    """Aware, Europe/Dublin."""
    title: str
    body: str
    author: str
    reviewer: str
    summary: str
    material: bool


@dataclass(frozen=True, slots=True)
class Document:
    kind: str
    """sop, macro or article."""
    key: str
    owner: str
    locale: str
    audience: Audience
    versions: tuple[Version, ...]
    """Oldest first; the last one is in force."""
    data: Mapping[str, Any]
    """What only this kind has: risk, topics, labels, review_months | labels, sop, actions | category."""

    @property
    def title(self) -> str:
        return self.versions[-1].title

    @property
    def body(self) -> str:
        return self.versions[-1].body


@dataclass(frozen=True, slots=True)
class Label:
    key: str
    title: str
    group: str
    aliases: tuple[str, ...]
    when: str
    status: str
    merged_into: str


@dataclass(frozen=True, slots=True)
class Content:
    documents: tuple[Document, ...]
    labels: tuple[Label, ...]

    def of_kind(self, kind: str) -> tuple[Document, ...]:
        return tuple(document for document in self.documents if document.kind == kind)


def load(folder: Path = FOLDER) -> Content:
    """All documents and labels of `folder`, in order of kind and key; raises ContentBroken."""
    documents = tuple(
        _document(kind, path)
        for kind, name in FOLDERS.items()
        for path in sorted((folder / name).glob("*.md"))
    )
    labels = tuple(label for path in sorted(folder.glob("labels*.yaml")) for label in _labels(path))
    _refuse_duplicates([f"{document.kind}:{document.key}" for document in documents])
    _refuse_duplicates([f"label:{label.key}" for label in labels])
    return Content(documents, labels)


def older(text: str, was: Sequence[Mapping[str, str]]) -> str:
    """The text before a change: `was` applied in order, gaps closed; raises ContentBroken unless each occurs once."""
    for step in was:
        count = text.count(step["now"]) if step["now"] else 0
        if count != 1:
            raise ContentBroken(f"occurs {count} times, must be once: {step['now']!r}")
        text = text.replace(step["now"], step["then"])
    return re.sub(r"\n{3,}", "\n\n", text)


def _document(kind: str, path: Path) -> Document:
    try:
        meta, body = _front_matter(path.read_text(encoding="utf-8"))
        common = {"title", "audience", "history", "key", "owner", "locale"}
        own = {name: value for name, value in meta.items() if name not in common | set(_STEP)}
        if meta["key"] != path.stem:
            raise ContentBroken(f"key {meta['key']} does not match the name of the file")
        return Document(
            kind=kind,
            key=meta["key"],
            owner=meta["owner"],
            locale=meta["locale"],
            audience=_audience(meta["audience"]),
            versions=_versions(meta, body),
            data=own,
        )
    except (ContentBroken, KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise ContentBroken(f"{path.name}: {error}") from error


_STEP = ("in_force", "author", "reviewer", "summary", "material")


def _front_matter(source: str) -> tuple[dict[str, Any], str]:
    opening, head, body = source.split("---\n", 2)
    if opening:
        raise ContentBroken("front matter must start on the first line")
    return yaml.load(head, Loader=yaml.CSafeLoader), body.strip() + "\n"


def _versions(meta: Mapping[str, Any], body: str) -> tuple[Version, ...]:
    steps = [(meta, meta["title"], body)]
    for entry in meta["history"]:
        _newer, title, text = steps[-1]
        steps.append((entry, entry.get("title", title), older(text, entry["was"])))
    steps.reverse()
    return tuple(_version(number, *step) for number, step in enumerate(steps, start=1))


def _version(number: int, step: Mapping[str, Any], title: str, body: str) -> Version:
    return Version(
        number=number,
        in_force=datetime.fromisoformat(step["in_force"]).replace(tzinfo=DUBLIN),
        title=title,
        body=body,
        author=step["author"],
        reviewer=step["reviewer"],
        summary=step["summary"],
        material=step["material"],
    )


def _audience(value: str | Mapping[str, Sequence[str]]) -> Audience:
    if isinstance(value, str):
        return Audience(value)
    return Audience("teams", tuple(value["teams"]))


def _labels(path: Path) -> tuple[Label, ...]:
    return tuple(
        Label(
            key=row["key"],
            title=row["title"],
            group=row["group"],
            aliases=tuple(row.get("aliases", ())),
            when=row["when"].strip(),
            status=row["status"],
            merged_into=row.get("merged_into", ""),
        )
        for row in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    )


def _refuse_duplicates(keys: Sequence[str]) -> None:
    doubles = sorted({key for key in keys if keys.count(key) > 1})
    if doubles:
        raise ContentBroken(f"defined twice: {', '.join(doubles)}")
