"""Tables of a data warehouse in one .zip: the tickets with what stands beside them, by chunks, and what is refused."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections import defaultdict
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from metrics import importing, joining, previewing, rejecting
from metrics.containers import FileRefused
from metrics.guessing import guess
from metrics.models import Import, RejectedRow, StatusSpan, Ticket
from sopdesk.accounts.models import User
from tests.metrics.bringing import draft, finish, source
from tests.metrics.vendors.shapes import SHAPES, needs_shapes

pytestmark = pytest.mark.django_db

SYNCED = "2026-05-09 01:00:00.000"
ZENDESK = {
    "zendesk/ticket.csv": (
        "id,_fivetran_synced,created_at,updated_at,status,via_channel,requester_id,submitter_id,assignee_id,group_id,subject\n"
        f"71,{SYNCED},2026-05-04 10:00:00,2026-05-06 11:00:00,solved,email,9,9,5,3,one\n"
        "\n"
        f'72,{SYNCED},2026-05-04 10:00:00,2026-05-04 10:05:00,open,web,8,5,5,4,"two\nlines"\n'
        f"73,{SYNCED},2026-05-04,nonsense,open,web,8,8,,,three\n"
        f"74,{SYNCED},2026-05-01 10:00:00,2026-05-04 10:05:00,open,web,8,8,,,four\n"
    ),
    "zendesk/ticket_field_history.csv": (
        "field_name,ticket_id,updated,_fivetran_synced,user_id,value\n"
        f"status,71,2026-05-05 10:00:00 UTC,{SYNCED},5,solved\n"
        f"status,71,2026-05-04 10:00:00 UTC,{SYNCED},5,new\n"
        f"status,71,2026-05-04 12:00:00 UTC,{SYNCED},5,hold\n"
        f"status,71,2026-05-05 09:00:00 UTC,{SYNCED},5,open\n"
        f"status,71,2026-05-06 10:00:00 UTC,{SYNCED},5,open\n"
        f"status,71,2026-05-06 11:00:00 UTC,{SYNCED},5,solved\n"
        f"assignee_id,71,2026-05-04 10:10:00 UTC,{SYNCED},5,4\n"
        f"assignee_id,71,2026-05-04 10:20:00 UTC,{SYNCED},5,5\n"
        f"priority,71,2026-05-04 10:20:00 UTC,{SYNCED},5,high\n"
        f"status,74,2026-05-04 10:00:00 UTC,{SYNCED},5,open\n"
    ),
    "zendesk/ticket_tag.csv": 'ticket_id,"""TAG"""\n71,vip\n71,refund\n71,vip\n',
    "zendesk/ticket_comment.csv": (
        "id,ticket_id,user_id,public,created,body\n"
        "1,71,9,TRUE,2026-05-04 10:00:00,hello\n2,71,5,FALSE,2026-05-04 10:10:00,a note\n"
        "3,71,5,TRUE,2026-05-04 10:30:00,hi\n4,71,7,TRUE,2026-05-04 10:40:00,a copy\n"
    ),
    "zendesk/user.csv": (
        "id,name,email,role\n5,Ada Agent,ada@desk.example,agent\n9,Rita,rita@home.example,end-user\n"
        "7,Cora,cora@home.example,end-user\n8,Ron,ron@home.example,end-user\n"
    ),
    "zendesk/group.csv": "id,name,created_at,url\n3,Billing,2026-01-01,x\n",
    "zendesk/brand.csv": "id,name,subdomain,url\n3,Lumio,lumio,x\n",
    "__MACOSX/zendesk/._ticket.csv": "id,status,created_at,requester_id\n",
    "zendesk/.DS_Store": "\0\0",
}  # fmt: skip
INTERCOM = {
    "conversation_history.csv": (
        "id,_fivetran_start,_fivetran_active,updated_at,state,created_at,source_type,source_author_id,source_author_type,"
        "assignee_id,assignee_type\n"
        "7,2026-05-04 10:00:00,false,2026-05-04 10:00:00,open,2026-05-04 10:00:00,email,c1,user,20,team\n"
        "7,2026-05-04 11:00:00,true,2026-05-04 11:00:00,closed,2026-05-04 10:00:00,email,c1,user,10,admin\n"
    ),
    "conversation_part_history.csv": (
        "id,conversation_id,part_type,author_type,created_at,body,_fivetran_active\n"
        "1,7,comment,bot,2026-05-04 10:01:00,wait,true\n2,7,comment,admin,2026-05-04 10:20:00,hi,true\n"
        "3,7,note,admin,2026-05-04 10:05:00,psst,true\n4,7,comment,admin,2026-05-04 10:02:00,gone,false\n"
        "5,7,close,admin,2026-05-04 11:00:00,,true\n"
    ),
    "conversation_tag_history.csv": "tag_id,conversation_id,_fivetran_active\n1,7,true\n2,7,true\n3,7,false\n",
    "tag.csv": "id,name\n1,refund\n2,vip\n3,gone\n",
    "contact_history.csv": "id,email,name,role,_fivetran_active\nc1,rita@home.example,Rita,user,true\n",
    "admin.csv": "id,name,email,job_title\n10,Ada Agent,ada@desk.example,\n",
    "team.csv": "id,name\n20,Billing\n",
}  # fmt: skip


def zipped(files: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def brought(files: dict[str, Any], at: str = "warehouse") -> Import:
    received = draft(zipped(files), at=source(at))
    name, how = guess(received.header, received.form)
    started = importing.start(received, how, mapping_name=name, time_zone="UTC", actor=None)
    done = finish(started)
    assert done.state == "done", done.job and done.job.error
    return done


def test_zendesks_tables_together() -> None:
    done = brought(ZENDESK)
    assert (done.form, done.mapping_name, done.added, done.rejected) == ("tables", "zendesk_warehouse", 3, 1)
    one = Ticket.objects.get(external_id="71")
    assert (one.status, one.reopen_count, one.assignee_stations, one.group_stations) == ("solved", 1, 2, None)
    assert (one.labels, one.assignee, one.team_name) == (["refund", "vip"], "Ada Agent", "Billing")
    assert (f"{one.first_public_reply_at:%H:%M}", one.reply_count) == ("10:30", 1)
    spans = StatusSpan.objects.filter(ticket_id=one.pk, status="on_hold").values_list(
        "from_at__hour", "to_at__hour"
    )
    assert [*spans] == [(12, 9)]
    two = Ticket.objects.get(external_id="72")
    assert (two.is_agent_initiated, two.team_name, two.labels) == (True, "4", [])


def test_comments_of_one_second_are_in_their_order() -> None:
    """What opened the ticket is no reply, also when an agent's automatic answer has its second."""
    rows = (f"{number},71,{author},TRUE,2026-05-04 10:00:00\n" for number, author in ((10, 5), (9, 9)))
    comments = "id,ticket_id,user_id,public,created\n" + "".join(rows)
    brought({**ZENDESK, "zendesk/ticket_comment.csv": comments})
    assert Ticket.objects.get(external_id="71").reply_count == 1


def test_a_history_that_begins_late_is_cut() -> None:
    brought(ZENDESK)
    assert [
        *Ticket.objects.filter(flags__contains=["history_cut"]).values_list("external_id", flat=True)
    ] == ["74"]


def test_a_rejected_row_has_its_line_in_the_table_of_tickets() -> None:
    done = brought(ZENDESK)
    assert [*RejectedRow.objects.values_list("line", "column", "value")] == [(6, "updated_at", "nonsense")]
    mended = [*csv.reader(io.StringIO("".join(rejecting.as_csv(done)).lstrip("\ufeff")))]
    assert mended[0][4:] == done.header
    check = previewing.check(draft(zipped(ZENDESK)), done.mapping, "UTC")
    assert [(fault.line, fault.value) for fault in check.faults] == [(6, "nonsense")]


@pytest.mark.parametrize("rows", [1, 2, 1000])
def test_it_is_the_same_however_it_is_cut_into_chunks(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    received = draft(zipped(ZENDESK))
    path = importing.stored_path(received)
    whole = joining.first_rows(path, received.header, 1000)
    monkeypatch.setattr(joining, "CHUNK_ROWS", rows)
    monkeypatch.setattr(joining, "SIDE_ROWS", rows)
    cursor: dict[str, Any] = {}
    shares = [0.0]
    while "rewritten" not in cursor:
        before = cursor
        for _again in range(2):  # as after a worker that died before it committed
            cursor = joining.advance(path, path.with_suffix(".csv"), received.header, before, lambda: None)
        shares.append(cursor.get("share", 1.0))
    assert path.with_suffix(".csv").read_text() == whole
    assert shares == sorted(shares)
    assert {each.suffix for each in path.parent.glob(f"{path.stem}.*")} == {".upload", ".csv"}


def test_the_same_again_changes_nothing_and_a_table_more_does() -> None:
    brought({name: ZENDESK[name] for name in ("zendesk/ticket.csv", "zendesk/user.csv")})
    done = brought(ZENDESK)
    assert (done.added, done.changed, done.same) == (0, 2, 1)
    again = brought({**ZENDESK, "zendesk/unknown.csv": "a,b\n1,2\n"})
    assert (again.added, again.changed, again.same) == (0, 0, 3)
    with pytest.raises(importing.AlreadyImported):
        brought(ZENDESK)


def test_intercoms_tables_together() -> None:
    done = brought(INTERCOM)
    assert (done.mapping_name, done.rows_read, done.rejected) == ("intercom_warehouse", 2, 0)
    one = Ticket.objects.get()
    assert (one.status, one.labels, one.assignee, one.team_name) == (
        "solved",
        ["refund", "vip"],
        "Ada Agent",
        "Billing",
    )
    assert (f"{one.first_public_reply_at:%H:%M}", one.reply_count) == ("10:20", 1)


REFUSED = {
    "none": ({"a.csv": "x,y\n1,2\n", "b/c.txt": "hello"}, "none is a table of tickets.*“a.csv”, “b/c.txt”"),
    "two": (
        {"may.csv": ZENDESK["zendesk/ticket.csv"], "june.csv": "id,status,created_at,requester_id,x\n1,,,,\n"},
        "^“june.csv” and “may.csv” would be parts of one table, .* differ: _fivetran_synced, .*, x. .* of its own.$",
    ),
    "a part of other columns": (
        {"t_0.csv": ZENDESK["zendesk/ticket.csv"], "t_1.csv": "id,state\n9,open\n"[:9]},
        "“t_0.csv” and “t_1.csv” would be parts of one table, and their columns differ",
    ),
    "rows without a header": (
        {"ticket.csv": ZENDESK["zendesk/ticket.csv"], "tag_0.csv": "71,vip\n"},
        "“tag_0.csv” begins with a row in place of the names",
    ),
    "parquet": (
        {"ticket.csv": ZENDESK["zendesk/ticket.csv"], "tag.parquet": b"PAR1\0\0"},
        "“tag.parquet” in the .zip is not read",
    ),
    "two helpdesks": (
        {"ticket.csv": ZENDESK["zendesk/ticket.csv"], "c.csv": INTERCOM["conversation_history.csv"]},
        "more than one",
    ),
    "a table packed thrice": (
        {**ZENDESK, "zendesk/ticket_tag.csv.gz": gzip.compress(gzip.compress(b"ticket_id,tag\n71,vip\n"))},
        "“zendesk/ticket_tag.csv.gz” in the .zip cannot be read",
    ),
    "a table packed badly": (
        {**ZENDESK, "zendesk/ticket_tag.csv.gz": gzip.compress(b"ticket_id,tag\n71,vip\n")[:-9]},
        "“zendesk/ticket_tag.csv.gz” in the .zip cannot be read",
    ),
    "many files": ({f"{n}.csv": "a,b\n" for n in range(501)}, "at most 500"),
    "bomb": ({"ticket.csv": ZENDESK["zendesk/ticket.csv"], "tag.csv": "0" * 90_000_000}, "unpacks to 85 MB"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_in_words(name: str) -> None:
    files, words = REFUSED[name]
    with pytest.raises(FileRefused, match=words):
        draft(zipped(files))


def test_a_table_that_cannot_be_unpacked_is_not_passed_over() -> None:
    """Windows packs what is over 2 GB by a method (9) that is not read: without the table, tickets would be wrong."""
    content = bytearray(zipped(ZENDESK))
    for mark, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        name = content.index(b"zendesk/ticket_tag.csv", content.index(mark))
        content[content.rindex(mark, 0, name) + place] = 9
    with pytest.raises(
        FileRefused, match=r"“zendesk/ticket_tag.csv” in the .zip cannot be read.*compression"
    ):
        draft(bytes(content))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in [*ZENDESK.items(), ("zendesk/ticket_tag.csv", "ticket_id,tag\n")]:
            archive.writestr(name, content)
    with pytest.raises(FileRefused, match="two files of the same name"):
        draft(out.getvalue())


def test_the_page_tells_which_files_are_read(client: Client, gia: User) -> None:
    tags = "ticket_id,tag\n" + "71,a_long_tag_of_a_customer\n" * 10_000
    received = draft(zipped({**ZENDESK, "zendesk/ticket_tag.csv": tags, "README.md": "# Export"}))
    client.force_login(gia)
    page = " ".join(client.get(reverse("metrics:import_map", args=[received.pk])).content.decode().split())
    assert '<dt>Tickets</dt><dd dir="auto"> zendesk/ticket.csv </dd>' in page
    assert "zendesk/ticket_comment.csv, zendesk/ticket_field_history.csv, zendesk/ticket_tag.csv" in page
    assert "<summary>2 files</summary>zendesk/brand.csv, README.md</details>" in page
    assert "1 of the files beside the tickets was not read whole" in page


def test_tickets_that_make_more_than_is_read_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    received = draft(zipped(ZENDESK))
    path, said = importing.stored_path(received), list[int]()
    monkeypatch.setattr(joining, "JOINED_MAX", 200)
    monkeypatch.setattr(joining, "SAID_EVERY", 1)

    def to_the_end(cursor: dict[str, Any]) -> None:
        while "rewritten" not in cursor:
            cursor = joining.advance(
                path, path.with_suffix(".csv"), received.header, cursor, lambda: said.append(1)
            )

    with pytest.raises(FileRefused, match="more than is read"):
        to_the_end({})
    assert len(said) > 20, "its transaction is kept alive row by row"


def test_a_conversation_that_stands_with_a_team_has_no_agent() -> None:
    table = INTERCOM["conversation_history.csv"].replace("user,10,admin", "user,20,team")
    brought({**INTERCOM, "conversation_history.csv": table})
    one = Ticket.objects.get()
    assert (one.assignee, one.team_name) == (None, "Billing")


def test_a_broken_row_beside_the_tickets_is_said_and_nothing_is_imported() -> None:
    files = {**ZENDESK, "zendesk/ticket_tag.csv": "ticket_id,tag\n71,vip\n71,vip,x\n"}
    received = draft(zipped(files))
    _name, how = guess(received.header, received.form)
    done = finish(importing.start(received, how, time_zone="UTC", actor=None))
    assert done.job is not None
    assert "Line 3 of “zendesk/ticket_tag.csv” cannot be read" in done.job.error
    assert not Ticket.objects.exists()


def test_a_table_alone_says_to_put_it_into_a_zip() -> None:
    for content in (
        ZENDESK["zendesk/ticket_field_history.csv"],
        "conversation_id,tag_id,_fivetran_synced\n1,2,x\n",
    ):
        with pytest.raises(FileRefused, match=r"into one \.zip with the table of tickets"):
            draft(content)


def of_shapes(folder: str) -> dict[str, Any]:
    return {path.name: path.read_bytes() for path in sorted((SHAPES / folder).glob("*.csv"))}


def rows_of(name: str) -> list[dict[str, str]]:
    with (SHAPES / name).open(encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file)]


@needs_shapes
def test_zendesks_own_folder() -> None:
    done = brought(of_shapes("dbt_zendesk"))
    rows = rows_of("dbt_zendesk/ticket_data.csv")
    assert (done.mapping_name, done.added, done.rejected) == ("zendesk_warehouse", len(rows), 0)
    steps = defaultdict(list)
    for step in rows_of("dbt_zendesk/ticket_field_history_data.csv"):
        if step["field_name"] == "status":
            steps[step["ticket_id"]].append(step["value"].replace("on-hold", "on_hold"))
    for ticket in Ticket.objects.all():
        spans = (
            StatusSpan.objects.filter(ticket_id=ticket.pk)
            .order_by("from_at")
            .values_list("status", flat=True)
        )
        told = [status for status in spans if status != "new"]
        assert told == [s for s in steps[ticket.external_id] if s in told], ticket.external_id
    names = {row["id"]: row["name"] for row in rows_of("dbt_zendesk/user_data.csv")}
    for row in rows:
        one = Ticket.objects.get(external_id=row["id"])
        assert (one.assignee or "") == names.get(row["assignee_id"], row["assignee_id"])


@needs_shapes
@pytest.mark.parametrize("folder", ["dbt_intercom", "dbt_intercom_source"])
def test_intercoms_own_folder(folder: str) -> None:
    done = brought(of_shapes(folder))
    rows = rows_of(f"{folder}/conversation_history_data.csv")
    admins = {row["id"]: row["name"] for row in rows_of(f"{folder}/admin_data.csv")}
    assert (done.mapping_name, done.rows_read, done.rejected) == ("intercom_warehouse", len(rows), 0)
    assert {*Ticket.objects.values_list("external_id", flat=True)} == {row["id"] for row in rows}
    last = {row["id"]: row for row in sorted(rows, key=lambda row: row["_fivetran_start"])}
    for number, row in last.items():
        assert Ticket.objects.get(external_id=number).assignee == admins.get(
            row["assignee_id"], row["assignee_id"]
        )


def test_nothing_is_kept_of_what_people_wrote() -> None:
    received = draft(zipped(ZENDESK))
    path, cursor = importing.stored_path(received), {}
    while not cursor.get("complete"):
        cursor = joining.advance(path, path.with_suffix(".csv"), received.header, cursor, lambda: None)
    kept = path.with_suffix(".names").read_bytes()
    assert b"rita@home.example" in kept
    assert b"hello" not in kept
