"""The pages: choose, preview, import, report; export one, export a list. Forbidden and hidden are 404."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sopdesk.accounts.models import User
from sopdesk.documents.models import ChangeItem
from sopdesk.exchange.models import OFFERED, Export, Intake
from sopdesk.exchange.tasks import tidy
from sopdesk.jobs import running
from sopdesk.jobs.models import Job
from tests import factories
from tests.exchange.conftest import Received, zipped


def work() -> None:
    """What a worker does."""
    for job in Job.objects.unfinished():
        while running.run(job.pk):
            pass


def upload(browser: Any, owner: User, **files: bytes) -> Any:
    sent = [SimpleUploadedFile(name.replace("__", "."), data) for name, data in files.items()]
    return browser.post("/imports/documents/new", {"file": sent, "kind": "sop", "owner": owner.pk})


def test_from_files_to_drafts_in_the_browser(ana: User, as_person: Any) -> None:
    browser = as_person(ana)
    answer = upload(browser, ana, policies__zip=zipped({"a.md": b"# Gift cards\n"}), b__md="b\u202e".encode())
    assert answer.status_code == 302
    page = browser.get(answer.url)
    assert "hx-get" in page.content.decode()
    work()
    page = browser.get(answer.url, headers={"hx-request": "true"}).content.decode()
    assert "Gift cards" in page
    assert "new document" in page
    assert "U+202E" in page
    assert "<html" not in page
    number = Intake.objects.get().files.get(title="Gift cards").number
    started = browser.post(f"{answer.url}/start", {"file": [number]})
    assert started.url == answer.url
    work()
    report = browser.get(answer.url).content.decode()
    assert "draft written" in report
    assert "Import of 2 files" in report
    assert ChangeItem.objects.get().title == "Gift cards"
    lines = b"".join(browser.get(f"{answer.url}/report.csv").streaming_content).decode().splitlines()
    assert len(lines) == 3
    refused = Intake.objects.get().files.get(what="refused")
    kept = browser.get(f"{answer.url}/files/{refused.number}")
    assert b"".join(kept.streaming_content) == "b\u202e".encode()
    assert "attachment" in kept["Content-Disposition"]


def test_a_file_that_is_no_zip_inside_says_so_beside_the_form(ana: User, as_person: Any) -> None:
    answer = upload(as_person(ana), ana, broken__zip=zipped({"a.md": b"x"})[:-8] + b"x" * 8)
    assert answer.status_code in (302, 422)
    empty = as_person(ana).post("/imports/documents/new", {"kind": "sop", "owner": ana.pk})
    assert empty.status_code == 422
    none = upload(as_person(ana), ana, empty__zip=zipped({"__MACOSX/x": b"1"}))
    assert none.status_code == 422
    assert "no file in it" in none.content.decode()
    assert not Intake.objects.exists()


def test_a_formula_in_the_report_is_none(received: Received, ana: User, as_person: Any) -> None:
    intake = received({"=cmd.md": b"---\ntitle: =1+1\n---\n\nx"})
    report = b"".join(
        as_person(ana).get(f"/imports/documents/{intake.pk}/report.csv").streaming_content
    ).decode()
    assert "'=cmd.md" in report
    assert "'=1+1" in report


def test_nothing_ticked_is_said(received: Received, ana: User, as_person: Any) -> None:
    intake = received({"a.md": b"# A\n"})
    answer = as_person(ana).post(f"/imports/documents/{intake.pk}/start")
    assert [str(each) for each in get_messages(answer.wsgi_request)] == [
        "Nothing is chosen that would become a draft."
    ]


def test_files_are_thrown_away(received: Received, ana: User, as_person: Any) -> None:
    intake = received({"a.md": b"# A\n"})
    as_person(ana).post(f"/imports/documents/{intake.pk}/discard")
    assert not Intake.objects.exists()


def test_a_preview_takes_as_many_queries_for_many_files_as_for_few(
    received: Received, ana: User, as_person: Any
) -> None:
    browser, counts = as_person(ana), []
    for count in (2, 40):
        intake = received({f"{n}.md": f"# Rule {n} of {count}\n".encode() for n in range(count)})
        browser.get(f"/imports/documents/{intake.pk}")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            browser.get(f"/imports/documents/{intake.pk}")
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("form", "content_type", "start"),
    [
        ("markdown", "text/markdown", b"---\ntitle:"),
        ("html", "text/html", b"\n"),
        ("pdf", "application/pdf", b"%PDF-"),
    ],
)
def test_one_document_is_downloaded(
    form: str, content_type: str, start: bytes, ana: User, ben: User, dev: User, as_person: Any
) -> None:
    factories.published("sop", "SOP-0001", author=ana, reviewer=ben, versions=[
        factories.past(ana, ben, body="One", since=timezone.now() - timedelta(days=9)),
        factories.past(ana, ben, body="Two"),
    ])  # fmt: skip
    answer = as_person(dev).get(f"/exports/sop/SOP-0001/{form}")
    assert answer["Content-Type"].startswith(content_type)
    assert answer.content.lstrip(b"\n").startswith(start.lstrip(b"\n"))
    assert "SOP-0001-v2" in answer["Content-Disposition"]
    old = as_person(dev).get(f"/exports/sop/SOP-0001/v1/{form}")
    assert "SOP-0001-v1" in old["Content-Disposition"]
    if form == "html":
        assert "Superseded" in old.content.decode()
        assert "Superseded" not in answer.content.decode()


def test_a_list_is_exported_with_its_filters(ana: User, ben: User, as_person: Any) -> None:
    factories.published("sop", "SOP-0001", author=ana, reviewer=ben, title="Refunds")
    factories.published("sop", "SOP-0002", author=ana, reviewer=ben, title="Chargebacks")
    browser = as_person(ana)
    assert "Export the list as PDF" in browser.get("/sops?q=refund").content.decode()
    answer = browser.post("/exports/all/sop", {"form": "markdown", "query": "q=refund"})
    work()
    page = browser.get(answer.url).content.decode()
    assert "Download the zip" in page
    file = browser.get(f"{answer.url}/file")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(file.streaming_content)))
    assert [each["key"] for each in json.loads(archive.read("manifest.json"))["documents"]] == ["SOP-0001"]


@pytest.mark.parametrize("query", ["q=a\0b", "q=a%00b", "\0"])
def test_a_filter_with_a_nul_is_no_fault(query: str, ana: User, ben: User, as_person: Any) -> None:
    factories.published("sop", "SOP-0001", author=ana, reviewer=ben)
    answer = as_person(ana).post("/exports/all/sop", {"form": "html", "query": query})
    assert answer.status_code == 302


def test_an_export_is_its_makers_alone_and_ends(ana: User, ben: User, dev: User, as_person: Any) -> None:
    factories.published("sop", "SOP-0001", author=ana, reviewer=ben)
    answer = as_person(dev).post("/exports/all/sop", {"form": "html"})
    work()
    assert as_person(ana).get(f"{answer.url}/file").status_code == 404
    assert as_person(dev).get(f"{answer.url}/file").status_code == 200
    Export.objects.update(finished_at=timezone.now() - OFFERED * 2)
    assert as_person(dev).get(f"{answer.url}/file").status_code == 302
    assert "no longer offered" in as_person(dev).get(answer.url).content.decode()


def test_an_export_is_kept_back_when_its_maker_may_read_less_now(
    ana: User, ben: User, dev: User, as_person: Any
) -> None:
    factories.published(
        "sop", "SOP-0001", author=ana, reviewer=ben, audience="teams", audience_teams=["payments"]
    )
    answer = as_person(dev).post("/exports/all/sop", {"form": "html"})
    work()
    dev.team = None
    dev.save(update_fields=["team"])
    assert as_person(dev).get(f"{answer.url}/file").status_code == 302


def test_nothing_to_export_is_said(ana: User, as_person: Any) -> None:
    answer = as_person(ana).post("/exports/all/sop", {"form": "pdf"}, follow=True)
    assert "nothing to export" in answer.content.decode()


def test_the_menu_of_a_document_offers_its_version(ana: User, ben: User, as_person: Any) -> None:
    factories.published("sop", "SOP-0001", author=ana, reviewer=ben)
    page = as_person(ana).get("/sops/SOP-0001").content.decode()
    for form in ("markdown", "html", "pdf"):
        assert f"/exports/sop/SOP-0001/v1/{form}" in page


def test_an_agent_is_offered_no_import(dev: User, as_person: Any) -> None:
    assert "/imports/documents" not in as_person(dev).get("/sops").content.decode()


def test_the_command_imports_a_folder(ana: User, tmp_path: Any, capsys: Any) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.md").write_text("# A\n\nText.\n")
    call_command("import_documents", str(tmp_path), kind="sop", actor=ana.email, dry_run=True)
    assert not ChangeItem.objects.exists()
    call_command("import_documents", str(tmp_path), kind="sop", actor=ana.email)
    assert "1 draft written" in capsys.readouterr().out
    assert ChangeItem.objects.get().body == "# A\n\nText.\n"


def test_what_is_old_is_removed_by_beat(received: Received, ana: User) -> None:
    intake = received({"a.md": b"# A\n"})
    Intake.objects.update(created_at=timezone.now() - timedelta(days=8))
    tidy()
    intake.refresh_from_db()
    assert intake.removed_at is not None
