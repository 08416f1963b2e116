"""Out and in again: the same hashes; and nothing that its reader may not see."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sopdesk.accounts.models import User
from sopdesk.audit.models import Entry
from sopdesk.demo import documents as demo_documents
from sopdesk.demo import people as demo_people
from sopdesk.documents import pictures
from sopdesk.documents.hashing import content_hash
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Document, Version
from sopdesk.exchange import exporting, front_matter
from sopdesk.exchange.candidates import candidate
from sopdesk.exchange.exporting import Form
from sopdesk.exchange.judging import What, judge
from sopdesk.exchange.markdown_files import markdown_file
from sopdesk.exchange.models import OFFERED, Export
from sopdesk.exchange.pdf_files import pdf
from sopdesk.jobs.models import Job
from sopdesk.text import markdown
from tests import factories
from tests.exchange.conftest import Received, finish, imported, taken
from tests.exchange.word_files import PNG

BASE = "https://desk.example"


def standing() -> list[Version]:
    return list(Version.objects.in_force().select_related("document__owner"))


def exported(kind: str, form: str, actor: User) -> tuple[Export, dict[str, bytes]]:
    """An export of everything in force of a kind, and what is in its zip."""
    in_force = Document.objects.filter(kind=kind).values_list("pk", flat=True)
    export = exporting.start(kind_of(kind), in_force, form, query="", actor=actor)
    finish(export.job)
    export.refresh_from_db()
    with zipfile.ZipFile(export.path) as archive:
        return export, {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.django_db
def test_every_document_of_the_demo_comes_back_the_same() -> None:
    """Over all kinds: what was exported is recognised as what is in force."""
    people = demo_people.load()
    demo_documents.load(people)
    author, count = people["ana-lim"], 0
    for kind in ("sop", "article", "macro", "label"):
        _export, files = exported(kind, Form.MARKDOWN, author)
        manifest = json.loads(files.pop("manifest.json"))
        count += len(manifest["documents"])
        intake = taken(files, kind=kind, actor=author)
        others = intake.files.exclude(what=What.SAME)
        assert [(file.name, file.what, file.reasons) for file in others] == []
        hashes = {each["file"]: each["content_hash"] for each in manifest["documents"]}
        assert {file.name: file.content_hash for file in intake.files.all()} == hashes
    assert count > 100


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=60)
BODY = st.lists(
    TEXT | st.sampled_from(["", "---", "# A", "- x", "---\ntitle: no\n---", "| a |\n|---|", "```\nx\n```"])
).map("\n".join)
NAME = st.from_regex(r"[a-z][a-z0-9-]{0,12}", fullmatch=True)
OTHER_NAME = NAME.filter(lambda name: name not in ("risk", "labels", "topics", "data"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    title=TEXT.filter(lambda text: text.split() and text == " ".join(text.split())),
    body=BODY,
    audience=st.sampled_from(["public", "internal"]),
    risk=st.sampled_from(["low", "medium", "high"]),
    labels=st.lists(NAME, unique=True, max_size=4),
    more=st.dictionaries(OTHER_NAME, st.integers() | TEXT | st.lists(st.booleans()), max_size=3),
)  # fmt: skip
@pytest.mark.django_db
def test_any_document_comes_back_the_same(
    title: str,
    body: str,
    audience: str,
    risk: str,
    labels: list[str],
    more: dict[str, Any],
    cast: dict[str, User],
) -> None:
    from_desk = Version(
        document=Document(kind="sop", key="SOP-0001", owner=cast["ana"]), number=1, title=title, body=body,
        audience=audience, audience_teams=[], data={"risk": risk, "labels": labels, **more}, content_hash="x",
        in_force=type("Range", (), {"lower": None, "upper": None})(),
    )  # fmt: skip
    text = markdown_file(from_desk.document, from_desk, viewer=cast["ana"])
    parted = front_matter.part(text)
    assert parted.body == body
    try:
        markdown.render(body)
    except markdown.TextRefused:
        return
    back = exporting_judged(text, cast["ana"])
    if body.strip():
        assert back == content_hash(from_desk)


def exporting_judged(text: str, actor: User) -> str:
    """The content hash that the file would have as a draft; "" when it is refused."""
    found = candidate("SOP-0001.md", text.encode(), keep=lambda _d, _n: None, beside=lambda _n: None)
    return judge(found, kind=kind_of("sop"), owner=actor, actor=actor).content_hash


def test_pictures_go_along_and_come_back_as_the_same_ones(ana: User, ben: User, received: Received) -> None:
    picture = pictures.keep(PNG, actor=ana)
    body = f"# Refund\n\n![a chart]({pictures.address(picture)})\n"
    factories.published(
        "sop", "SOP-0001", author=ana, reviewer=ben, title="Refund", body=body, data={"risk": "low"}
    )
    _export, files = exported("sop", Form.MARKDOWN, ana)
    assert sorted(files) == ["SOP-0001.md", "manifest.json", f"pictures/{picture.hash}.png"]
    assert b"(pictures/" in files["SOP-0001.md"]
    files.pop("manifest.json")
    file = received(files).files.get(name="SOP-0001.md")
    assert (file.what, file.notes) == (What.SAME, [])
    name, content_type, data = exporting.one(standing()[0].document, standing()[0], Form.MARKDOWN, viewer=ana)
    assert (name, content_type) == ("SOP-0001.zip", "application/zip")
    assert f"pictures/{picture.hash}.png" in zipfile.ZipFile(io.BytesIO(data)).namelist()
    [page] = [exporting.one(each.document, each, Form.HTML, viewer=ana)[2].decode() for each in standing()]
    assert 'src="data:image/png;base64,' in page


@pytest.mark.parametrize("form", Form.values)
def test_what_is_hidden_leaves_no_trace(form: str, cast: dict[str, User]) -> None:
    """Not in the files, their names, the counts or the list of what is in them."""
    ana, ben, dev = cast["ana"], cast["ben"], cast["dev"]
    factories.published(
        "sop", "SOP-0001", author=ana, reviewer=ben, title="Open", body="See [[sop:SOP-0002]].\n"
    )
    factories.published(
        "sop",
        "SOP-0002",
        author=ana,
        reviewer=ben,
        title="Secret plan",
        audience="teams",
        audience_teams=["elsewhere"],
    )
    export, files = exported("sop", form, dev)
    assert len(export.documents) == 1
    assert [name.split(".")[0] for name in sorted(files)] == ["SOP-0001", "manifest"]
    assert not any(b"Secret plan" in data for data in files.values())
    assert [each["key"] for each in json.loads(files["manifest.json"])["documents"]] == ["SOP-0001"]
    if form == Form.MARKDOWN:
        assert b"@example.com" not in files["SOP-0001.md"], "an agent learns no addresses"


def test_what_was_hidden_meanwhile_is_left_out_and_not_handed_over(ana: User, ben: User, dev: User) -> None:
    sop = factories.published("sop", "SOP-0001", author=ana, reviewer=ben)
    export = exporting.start(kind_of("sop"), [sop.pk], Form.HTML, query="", actor=dev)
    finish(export.job)
    export.refresh_from_db()
    assert exporting.may_still_be_read(export, dev)
    dev.roles = []
    dev.save(update_fields=["roles"])
    assert not exporting.may_still_be_read(export, dev)


def test_nothing_in_force_is_nothing_to_export(ana: User) -> None:
    with pytest.raises(exporting.ExportRefused):
        exporting.start(kind_of("sop"), [], Form.PDF, query="", actor=ana)
    assert not Export.objects.exists()


def test_an_export_is_recorded_and_its_file_goes_after_a_day(ana: User, ben: User) -> None:
    factories.published("sop", "SOP-0001", author=ana, reviewer=ben)
    export, _files = exported("sop", Form.HTML, ana)
    assert Entry.objects.about(export).get().facts["documents"] == 1
    assert exporting.remove_old_exports() == 0
    Export.objects.update(finished_at=timezone.now() - OFFERED * 2)
    assert exporting.remove_old_exports() == 1
    assert not export.path.exists()


def test_a_chunk_done_twice_gives_the_same_file(ana: User, ben: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(exporting, "CHUNK", 1)
    for number in range(3):
        factories.published("sop", f"SOP-000{number}", author=ana, reviewer=ben)
    _export, files = exported("sop", Form.MARKDOWN, ana)
    assert len(files) == 4


def test_what_a_failed_try_wrote_and_is_hidden_since_is_left_out(
    ana: User, ben: User, dev: User, monkeypatch: Any
) -> None:
    sop = factories.published(
        "sop", "SOP-0001", author=ana, reviewer=ben, audience="teams", audience_teams=["payments"]
    )
    other = factories.published("sop", "SOP-0002", author=ana, reviewer=ben)
    export = exporting.start(kind_of("sop"), [sop.pk, other.pk], Form.HTML, query="", actor=dev)
    good = exporting._close
    monkeypatch.setattr(exporting, "_close", lambda _export: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        finish(export.job)
    monkeypatch.setattr(exporting, "_close", good)
    Job.objects.update(lease_until=None, lease=None)
    dev.team = None
    dev.save(update_fields=["team"])
    finish(export.job)
    export.refresh_from_db()
    assert export.documents == [other.pk]
    with zipfile.ZipFile(export.path) as archive:
        assert sorted(archive.namelist()) == ["SOP-0002.html", "manifest.json"]


def test_what_is_exported_is_counted_without_reading_it(ana: User, ben: User) -> None:
    """Neither to start nor to hand over is any text read from the database."""
    for number in range(3):
        factories.published("sop", f"SOP-000{number}", author=ana, reviewer=ben)
    ids = list(Document.objects.values_list("pk", flat=True))
    with CaptureQueriesContext(connection) as asked:
        export = exporting.start(kind_of("sop"), ids, Form.HTML, query="", actor=ana)
        assert exporting.may_still_be_read(export, ana)
    assert sorted(export.documents) == sorted(ids)
    assert [each["sql"] for each in asked if '"body"' in each["sql"]] == []


def test_the_place_of_an_export_does_not_grow(ana: User, ben: User, monkeypatch: Any) -> None:
    """What was written is noted beside it; the job's row, saved at each chunk, holds a number."""
    monkeypatch.setattr(exporting, "CHUNK", 1)
    for number in range(4):
        factories.published("sop", f"SOP-000{number}", author=ana, reviewer=ben)
    export, files = exported("sop", Form.MARKDOWN, ana)
    assert export.job is not None
    assert export.job.cursor == {"at": 4}
    keys = [each["key"] for each in json.loads(files["manifest.json"])["documents"]]
    assert sorted(keys) == [f"SOP-000{number}" for number in range(4)]
    assert sorted(files) == sorted([*(f"{key}.md" for key in keys), "manifest.json"])


def test_html_stands_alone_and_links_lead_to_the_desk(ana: User, ben: User) -> None:
    factories.published(
        "sop",
        "SOP-0001",
        author=ana,
        reviewer=ben,
        title="<b>Refund</b>",
        body="See [[sop:SOP-0001]] & [x](/sops).\n",
    )
    version = standing()[0]
    page = exporting.html_file(version.document, version, viewer=ana, base=BASE)
    assert f'href="{BASE}/sops/SOP-0001"' in page
    assert f'href="{BASE}/sops"' in page
    assert "&lt;b&gt;Refund&lt;/b&gt;" in page
    assert "<script" not in page
    assert "<link" not in page
    assert version.content_hash in page
    assert "Ben Okafor" in page


SCRIPTS = (
    "Größe Ελληνικά кириллица. مرحبا بكم. שלום עולם. 退款政策。返金します。환불 정책. हिन्दी। นโยบาย. #let x = $y$ ☑\n"
    "\n| a | b |\n| --- | --: |\n| x | 1 |\n\n> q\n\n```\n#set page(margin: 0pt)\n```\n\n:::warning\nw\n:::\n"
)
FONTS = (
    "NotoSans-Regular", "NotoSansArabic", "NotoSansHebrew", "NotoSansDevanagari", "DroidSansFallback",
    "NanumGothicCoding",
)  # fmt: skip


def test_pdf_in_any_script_with_version_and_signature(ana: User, ben: User) -> None:
    factories.published("sop", "SOP-0001", author=ana, reviewer=ben, title="#panic() [x](y)", body=SCRIPTS)
    version = standing()[0]
    made = pdf(version.document, version, viewer=ana, base=BASE)
    assert made.startswith(b"%PDF-")
    assert [font for font in FONTS if font.encode() not in made] == []


@pytest.mark.parametrize("form", Form.values)
def test_an_imported_past_is_exported_without_a_signature(
    form: str, received: Received, ana: User, ben: User
) -> None:
    """A version that nobody signed here says so."""
    imported(received({"a.md": b"# A\n"}), ana)
    factories.published("sop", "SOP-0050", author=ana, reviewer=ben)
    version = standing()[0]
    version.change.approvals.update(voided_at=timezone.now())
    _name, _type, data = exporting.one(version.document, version, form, viewer=ana)
    assert (b"Nobody signed" in data) == (form == Form.HTML)
