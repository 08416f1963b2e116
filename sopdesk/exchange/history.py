"""A folder of documents with its past: revisions out of JSON lines become versions, in the order in which they came.

Each line is `{"path", "rev", "date", "subject", "body"}`, and may have `commit` (revisions of one commit come in one
change), `author` and `author_email`. The path is the file's name today; what it was called before does not matter.
A revision is a version when it changes what the desk keeps: title, text or fields. It begins at its date; where a date
is not after the one before (clocks differ), a second later, and the date itself stays as the day of publication.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from sopdesk.documents.adopting import Adopted, Past, adopt_all
from sopdesk.documents.hashing import content_hash
from sopdesk.documents.keys import KEY_MAX
from sopdesk.documents.kinds import Kind
from sopdesk.documents.models import Document, Version
from sopdesk.exchange.candidates import Candidate, FileRefused, candidate
from sopdesk.exchange.judging import Verdict, What, compare, weigh
from sopdesk.exchange.people import person_of

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

MAX_BYTES = 500 * 1000**2
MAX_RENDERED = 50 * 1000**2
"""So many bytes of text stay rendered from the plan to its versions; what is more is rendered again, not kept."""
MAX_SUMMARY = 4_000
_STEM = re.compile(r"(?:/index|/readme)?\.[a-z]+$", re.IGNORECASE)


class HistoryRefused(Exception):
    """The history cannot be used; the message says where and how to mend it."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One line."""

    path: str
    number: int
    date: datetime
    subject: str
    body: str | None
    commit: str = ""
    author: str = ""
    author_email: str = ""


@dataclass(slots=True)
class Skipped:
    """A revision, or a whole file (number 0), that is no version, and why."""

    path: str
    number: int
    why: str


@dataclass(frozen=True, slots=True)
class Usual:
    """What holds for every file: its kind and owner unless it says so itself, and fields that it may lack."""

    kind: Kind
    owner: User
    actor: User
    given: dict[str, Any]


@dataclass(slots=True)
class Plan:
    """What would be adopted, and what not."""

    adopted: list[Adopted] = field(default_factory=list)
    paths: dict[str, str] = field(default_factory=dict)
    """The path of each key."""
    skipped: list[Skipped] = field(default_factory=list)
    moved: list[Skipped] = field(default_factory=list)
    """Revisions that begin a little later than their date."""
    rendered: int = 0
    """Bytes of text that were rendered."""

    @property
    def versions(self) -> int:
        return sum(len(each.past) for each in self.adopted)


def read(path: Path) -> list[Revision]:
    """The revisions of a file of JSON lines, gzipped or not. Raises HistoryRefused."""
    opener = gzip.open if path.suffix == ".gz" else open
    rows: list[Revision] = []
    size = 0
    try:
        with opener(path, "rt", encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                size += len(line)
                if size > MAX_BYTES:
                    raise HistoryRefused(
                        _("The history is larger than %(n)d MB.") % {"n": MAX_BYTES // 1000**2}
                    )
                if line.strip():
                    rows.append(_revision(line, number))
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise HistoryRefused(_("The history cannot be read: %(why)s.") % {"why": error}) from error
    return rows


def _revision(line: str, number: int) -> Revision:
    try:
        row = json.loads(line)
        date = datetime.fromisoformat(row["date"])
        if date.tzinfo is None:
            date = timezone.make_aware(date)
        said = {name: str(row.get(name) or "") for name in ("commit", "author", "author_email")}
        body = row.get("body")
        return Revision(str(row["path"]), int(row["rev"]), date, str(row.get("subject") or ""), body, **said)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = _("Line %(line)d of the history is not as it should be: %(why)s.")
        raise HistoryRefused(reason % {"line": number, "why": repr(error)}) from error


def plan(revisions: Iterable[Revision], usual: Usual) -> Plan:
    """What the revisions come to. Nothing is written but people without a log-in, for authors whom the desk does not
    know."""
    files: dict[str, list[Revision]] = {}
    for revision in revisions:
        files.setdefault(revision.path, []).append(revision)
    made = Plan()
    keys = _Keys(usual.kind)
    for path, rows in files.items():
        _plan_file(path, sorted(rows, key=lambda row: row.number), made, keys, usual)
    return made


def _plan_file(path: str, rows: list[Revision], made: Plan, keys: _Keys, usual: Usual) -> None:
    verdicts = [(row, verdict) for row in rows if (verdict := _verdict(row, made, usual)) is not None]
    if not verdicts:
        made.skipped.append(Skipped(path, 0, _("No revision of it can be kept.")))
        return
    last = verdicts[-1][1]
    compare(last)
    key = last.key or keys.next(path, last.content["title"])
    if last.what == What.SAME or last.document is not None or _is_taken(last.kind, key):
        made.skipped.append(Skipped(path, 0, _("It is here already, as %(key)s.") % {"key": last.key or key}))
        return
    past = list(_past(verdicts, made, usual.actor))
    made.adopted.append(Adopted(last.kind, key, last.identity.pop("owner"), past, last.identity))
    made.paths[key] = path


def _verdict(row: Revision, made: Plan, usual: Usual) -> Verdict | None:
    if row.body is None:
        made.skipped.append(
            Skipped(row.path, row.number, _("The file was deleted here, and came back later."))
        )
        return None
    try:
        data = row.body.encode("utf-8", "replace")
        found = candidate(row.path, data, keep=_no_picture, beside=_nothing_beside, forgiving=True)
    except FileRefused as refusal:
        made.skipped.append(Skipped(row.path, row.number, str(refusal)))
        return None
    verdict = weigh(_with(found, usual.given), kind=usual.kind, owner=usual.owner, actor=usual.actor)
    if verdict.what == What.REFUSED:
        made.skipped.append(Skipped(row.path, row.number, " ".join(verdict.reasons)))
        return None
    made.rendered += len(data)
    if made.rendered > MAX_RENDERED:
        verdict.rendered = None
    return verdict


def _past(verdicts: list[tuple[Revision, Verdict]], made: Plan, actor: User) -> Iterator[Past]:
    """Versions, each later than the one before, without those that change nothing."""
    before, since = "", None
    for row, verdict in verdicts:
        mark = content_hash(Version(**verdict.content))
        if mark == before:
            made.skipped.append(Skipped(row.path, row.number, _("It changes nothing that is kept here.")))
            continue
        before, begins = mark, row.date
        if since is not None and begins <= since:
            begins = since + timedelta(seconds=1)
            made.moved.append(Skipped(row.path, row.number, begins.isoformat()))
        since = begins
        yield Past(
            since=begins,
            published_at=row.date,
            author=person_of(row.author, row.author_email, actor=actor),
            reviewer=None,
            summary=row.subject[:MAX_SUMMARY],
            together=row.commit,
            rendered=verdict.rendered,
            **verdict.content,
        )


@transaction.atomic
def bring(
    revisions: Iterable[Revision], usual: Usual, *, dry_run: bool = False
) -> tuple[Plan, list[Document]]:
    """Adopt what the revisions come to, all of it or nothing; with `dry_run`, say only what it would be."""
    made = plan(revisions, usual)
    if dry_run:
        transaction.set_rollback(True)
        return made, []
    return made, adopt_all(made.adopted, actor=usual.actor) if made.adopted else []


class _Keys:
    """Keys of new documents: by number where the kind numbers them, else by path, each once."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.given: set[str] = set()

    def next(self, path: str, title: str) -> str:
        key = self.kind.new_key(title)
        digits = re.search(r"\d+$", key)
        if re.fullmatch(r"[A-Z]+-\d+", key) and digits:
            number = int(digits[0])
            while (key := f"{key[: digits.start()]}{number:0{len(digits[0])}d}") in self.given:
                number += 1
        else:
            key = _free(slugify(_STEM.sub("", path).replace("/", "-"))[: KEY_MAX - 6] or key, self.given)
        self.given.add(key)
        return key


def _free(plain: str, taken: set[str]) -> str:
    number = 1
    key = plain
    while key in taken:
        number += 1
        key = f"{plain}-{number}"
    return key


def _is_taken(kind: Kind, key: str) -> bool:
    return Document.objects.filter(kind=kind.name, key__iexact=key).exists()


def _with(found: Candidate, given: dict[str, Any]) -> Candidate:
    return replace(found, given={**given, **found.given})


def _no_picture(data: bytes, name: str) -> None:
    return None


def _nothing_beside(name: str) -> None:
    return None
