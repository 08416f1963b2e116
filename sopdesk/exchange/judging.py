"""What a file would become on this desk: a new document, a new draft, nothing new; or why it is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from sopdesk.accounts.audience import Audience
from sopdesk.accounts.models import Team, User
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.documents.drafts import newest
from sopdesk.documents.hashing import content_hash
from sopdesk.documents.keys import KEY_MAX, RESERVED
from sopdesk.documents.kinds import Kind, kind_of
from sopdesk.documents.models import Change, ChangeItem, Document, Version
from sopdesk.exchange import data_fields
from sopdesk.exchange.candidates import Candidate, reasons_of, unknown_fields
from sopdesk.exchange.models import IntakeFile
from sopdesk.text import markdown
from sopdesk.text.guards import TextRefused
from sopdesk.text.markdown import Rendered

MOST_PROBLEMS = 8
_KEY = re.compile(rf"^\w[\w.-]{{0,{KEY_MAX - 1}}}$")
_LOCALE = re.compile(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,6})?$")
What = IntakeFile.What


@dataclass(slots=True)
class Verdict:
    """What would become of a file. `content` is the draft's, `identity` a new document's further columns."""

    what: str
    kind: Kind
    key: str = ""
    document: Document | None = None
    content: dict[str, Any] = field(default_factory=dict)
    identity: dict[str, Any] = field(default_factory=dict)
    content_hash: str = ""
    sections: int = 0
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    item: ChangeItem | None = None
    """The open draft that says the same already."""
    base: Version | None = None
    """What a new draft of `document` begins from."""
    rendered: Rendered | None = None
    """The text in all its forms, unless it is refused."""


def judge(found: Candidate, *, kind: Kind, owner: User, actor: User) -> Verdict:
    """What `found` would become now; kind and owner are for what does not say them itself.

    What `actor` may not see is treated as if it were not there; that a key is taken shows when it is used.
    """
    verdict = weigh(found, kind=kind, owner=owner, actor=actor)
    compare(verdict)
    return verdict


def weigh(found: Candidate, *, kind: Kind, owner: User, actor: User) -> Verdict:
    """`judge` by the file alone: whether it is refused and what it holds, not yet whether the desk has it already."""
    kind = kind_of(found.kind) if found.kind else kind
    verdict = Verdict(What.NEW, kind, found.key, notes=list(found.notes))
    _unknown(found, kind, verdict)
    verdict.document = _document(found, kind, actor)
    verdict.base = newest(verdict.document) if verdict.document else None
    verdict.content = _content(found, kind, verdict.base, verdict)
    _text(found.body, verdict)
    if verdict.document is None:
        _identity(found, owner, verdict)
        if found.key and (not _KEY.match(found.key) or found.key in RESERVED):
            verdict.reasons.append(
                _("“%(key)s” is no key: use letters, digits, dots, hyphens and underscores.")
                % {"key": found.key[:80]}
            )
    else:
        _kept_as_it_is(found, verdict)
    if verdict.reasons:
        verdict.what = What.REFUSED
    else:
        verdict.content_hash = content_hash(Version(**verdict.content))
    return verdict


def compare(verdict: Verdict) -> None:
    """Say of what `weigh` let through whether the desk has it, in a version or in a draft."""
    if verdict.what != What.REFUSED:
        _what(verdict, verdict.base)


def _unknown(found: Candidate, kind: Kind, verdict: Verdict) -> None:
    unknown = unknown_fields(found, kind.data_form.base_fields)
    verdict.notes += [
        _("Not taken, because no field is called so: %(what)s") % {"what": each} for each in unknown
    ]


def _document(found: Candidate, kind: Kind, actor: User) -> Document | None:
    if not found.key:
        return None
    return Document.objects.visible_to(actor).filter(kind=kind.name, key__iexact=found.key).first()


def _content(found: Candidate, kind: Kind, base: Version | None, verdict: Verdict) -> dict[str, Any]:
    """The draft's columns: as the file says, else as in force, else as a new document has them."""
    data = data_fields.taken_from(kind, found.given, base.data if base else {})
    verdict.reasons += data.reasons
    verdict.notes += data.notes
    audience, teams = _audience(found.given, kind, base, verdict)
    return {
        "title": found.title,
        "body": found.body,
        "audience": audience,
        "audience_teams": teams,
        "data": data.data,
    }


def _audience(
    given: Mapping[str, Any], kind: Kind, base: Version | None, verdict: Verdict
) -> tuple[str, list[str]]:
    teams = _list(given.get("teams"))
    said = str(given.get("audience") or (Audience.TEAMS if teams else "")).strip().lower()
    if not said:
        return (base.audience, list(base.audience_teams)) if base else (kind.default_audience, [])
    if said not in Audience.values:
        known = ", ".join(Audience.values)
        reason = _("“%(audience)s” is no audience. Write one of %(known)s.")
        verdict.reasons.append(reason % {"audience": said[:40], "known": known})
        return kind.default_audience, []
    if said != Audience.TEAMS:
        return said, []
    missing = sorted(set(teams) - set(Team.objects.filter(slug__in=teams).values_list("slug", flat=True)))
    if missing or not teams:
        reason = _("It is for named teams, but these are not known here: %(teams)s. Write their short names.")
        verdict.reasons.append(reason % {"teams": ", ".join(missing) or _("none is named")})
    return said, sorted(set(teams))


def _text(body: str, verdict: Verdict) -> None:
    try:
        rendered = verdict.rendered = markdown.render(body)
    except TextRefused as refusal:
        verdict.reasons += reasons_of(refusal)
        return
    if not body.strip():
        verdict.reasons.append(_("It holds no text."))
    verdict.sections = len(rendered.sections)
    said = _("Line %(line)s: %(what)s %(how)s")
    found = [said % {"line": each.line, "what": each.what, "how": each.how} for each in rendered.problems]
    if len(found) > MOST_PROBLEMS:
        found = [*found[:MOST_PROBLEMS], _("… and %(n)d more.") % {"n": len(found) - MOST_PROBLEMS}]
    verdict.notes += found


def _identity(found: Candidate, usual: User, verdict: Verdict) -> None:
    """What a new document is beside its text. What cannot be read is said, and the usual is taken."""
    given = found.given
    verdict.identity = {"owner": usual}
    if address := str(given.get("owner") or "").strip():
        owner = User.objects.filter(email__iexact=address, is_active=True).first()
        if owner is not None and allows(owner, Permission.CHANGE_EDIT):
            verdict.identity["owner"] = owner
        else:
            note = _("Nobody who writes here has the address %(owner)s: %(instead)s becomes the owner.")
            verdict.notes.append(note % {"owner": address[:80], "instead": usual.name})
    if locale := str(given.get("locale") or "").strip():
        if _LOCALE.match(locale):
            verdict.identity["locale"] = locale
        else:
            verdict.notes.append(
                _("“%(locale)s” is no language such as en or pt-BR.") % {"locale": locale[:40]}
            )
    if months := str(given.get("review_months") or "").strip():
        if months.isdecimal() and len(months) <= 2 and 1 <= int(months) <= 60:
            verdict.identity["review_months"] = int(months)
        else:
            verdict.notes.append(_("“%(n)s” is no number of months between 1 and 60.") % {"n": months[:40]})


def _kept_as_it_is(found: Candidate, verdict: Verdict) -> None:
    """Owner, language and review interval belong to the document, not to a draft: an import does not change them."""
    document = verdict.document
    assert document is not None  # noqa: S101 - asked by the caller
    now = {
        "owner": document.owner.email,
        "locale": document.locale,
        "review_months": str(document.review_months),
    }
    for name, value in now.items():
        said = str(found.given.get(name) or "").strip()
        if said and said.casefold() != value.casefold():
            note = _("%(name)s stays %(now)s: an import changes the text, not what the document is.")
            verdict.notes.append(note % {"name": name, "now": value})
    verdict.key = document.key


def _what(verdict: Verdict, base: Version | None) -> None:
    if base is not None:
        verdict.what = What.SAME if base.content_hash == verdict.content_hash else What.DRAFT
    elif verdict.document is not None:
        verdict.what = What.DRAFT
    elif not verdict.key:
        _look_for_the_same(verdict)
    if verdict.what in (What.NEW, What.DRAFT):
        _look_for_a_draft(verdict)


def _look_for_the_same(verdict: Verdict) -> None:
    """A file without a key may be a document already: by its content, or perhaps by its title."""
    standing = Version.objects.in_force().filter(document__kind=verdict.kind.name).select_related("document")
    same = standing.filter(content_hash=verdict.content_hash).first()
    if same is not None:
        verdict.what, verdict.document, verdict.key = What.SAME, same.document, same.document.key
        return
    titled = standing.filter(title__iexact=verdict.content["title"]).first()
    if titled is not None:
        note = _(
            "%(key)s has this title. If this is its next text, write “key: %(key)s” between --- at the top."
        )
        verdict.notes.append(note % {"key": titled.document.key})


def _look_for_a_draft(verdict: Verdict) -> None:
    """An earlier import of the same content that is still being worked on, or somebody's draft of the document."""
    drafts = ChangeItem.objects.filter(change__in=Change.objects.open()).select_related("change", "document")
    if verdict.document is not None:
        open_drafts = drafts.filter(document=verdict.document)
        same = next((each for each in open_drafts if content_hash(each) == verdict.content_hash), None)
        other = open_drafts.first()
    else:
        brought = IntakeFile.objects.filter(content_hash=verdict.content_hash).values("item")
        same = next(
            (each for each in drafts.filter(pk__in=brought) if content_hash(each) == verdict.content_hash),
            None,
        )
        other = None
    if same is not None:
        verdict.what, verdict.item, verdict.document = What.SAME, same, same.document
        verdict.key = same.document.key
        verdict.notes.append(_("The draft in “%(change)s” says the same.") % {"change": same.change.title})
    elif other is not None:
        verdict.notes.append(
            _("Another draft of it is under way in “%(change)s”.") % {"change": other.change.title}
        )


def _list(value: Any) -> list[str]:
    parts = value if isinstance(value, list) else str(value or "").replace(",", " ").split()
    return [str(part).strip() for part in parts if str(part).strip()]
