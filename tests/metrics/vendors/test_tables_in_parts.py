"""A table of a warehouse that was unloaded as many files: with and without headers, packed once more, as JSON."""

from __future__ import annotations

import gzip
import json
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from metrics import containers, importing, joining, previewing, rejecting, tables
from metrics.containers import FileRefused
from metrics.guessing import guess
from metrics.models import RejectedRow, StatusSpan, Ticket
from metrics.vendors.tables import name_of
from tests.metrics.bringing import draft, finish, source
from tests.metrics.vendors.test_tables_together import INTERCOM, ZENDESK, brought, zipped

pytestmark = pytest.mark.django_db
HEAD = "id,status,created_at,updated_at,requester_id,subject\n"
ROWS = [f'{n},open,2026-05-0{n} 10:00:00,2026-05-0{n} 11:00:00,9,"a\nb"\n' for n in range(1, 7)]
BARS = "2|open|2026-05-02 10:00:00|2026-05-02 11:00:00|9|hello, dear, all, of, you, there, friend\n"
TAGS = [f"{n},vip\n" for n in range(1, 7)]


def ndjson(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def as_record(n: int) -> dict[str, Any]:
    day = f"2026-05-0{n}"
    told = {"id": str(n), "status": "open", "created_at": f"{day} 10:00:00 UTC", "requester_id": 9}
    return {**told, "updated_at": f"{day} 11:00:00 UTC", **({"subject": "a\nb"} if n > 1 else {})}


PARTS: dict[str, dict[str, Any]] = {
    "a header in each (Snowflake)": {
        "ticket_0_0_0.csv": HEAD + "".join(ROWS[:2]),
        "ticket_0_0_1.csv": HEAD + "".join(ROWS[2:5]),
        "ticket_0_0_10.csv": HEAD + ROWS[5],
        "ticket_tag_0_0_0.csv": "ticket_id,tag\n" + "".join(TAGS[:3]),
        "ticket_tag_0_0_1.csv": "ticket_id,tag\n" + "".join(TAGS[3:]),
    },
    "a header in the first": {
        "ticket_000": HEAD.replace(",", "|") + "".join(ROWS[:2]).replace(",", "|"),
        "ticket_001": "\ufeff" + "".join(ROWS[2:]).replace(",", "|"),
        "ticket_tag_0000_part_00": "ticket_id,tag\n" + "".join(TAGS[:3]),
        "ticket_tag_0001_part_00": "".join(TAGS[3:]),
    },
    "more commas than bars in the first row of a part": {
        "ticket_000": HEAD.replace(",", "|") + ROWS[0].replace(",", "|"),
        "ticket_001": BARS + "".join(ROWS[2:]).replace(",", "|"),
        "ticket_tag.csv": "ticket_id,tag\n" + "".join(TAGS),
    },
    "the first without a header": {
        "ticket_000": "".join(ROWS[:2]),
        "ticket_001": HEAD + "".join(ROWS[2:]),
        "ticket_tag_0": "tag,ticket_id\n" + "".join(f"vip,{n}\n" for n in range(1, 4)),
        "ticket_tag_1": "".join(f"vip,{n}\n" for n in range(4, 7)),
    },
    "beside parts of a table that explains no ticket": {
        "ticket_0.csv": HEAD + "".join(ROWS[:3]),
        "ticket_1.csv": HEAD + "".join(ROWS[3:]),
        "ticket_tag.csv": "ticket_id,tag\n" + "".join(TAGS),
        "brand/0.csv": "id,name\n3,Lumio\n",
        "brand/1.csv": "4,Lumio2\n",
        "pivot.csv": "a,17,18\nx,1,2\n",
        "VERSION": "1.2\n",
    },
    "folders, packed once more (BigQuery)": {
        "tickets/000000000000.csv.gz": gzip.compress((HEAD + "".join(ROWS[:4])).encode()),
        "tickets/000000000001.csv.gz": gzip.compress((HEAD + "".join(ROWS[4:])).encode("utf-16")),
        "tickets/000000000002.csv.gz": gzip.compress(b""),
        "tags/000000000000.csv.gz": gzip.compress(("ticket_id,tag\n" + "".join(TAGS)).encode()),
        "tags/_SUCCESS": "",
    },
    "the columns in another order": {
        "part-00000-5f0f7a52-9d1a-4a3e-8f5e-0d0a5d3c1b2a-c000.csv": HEAD + "".join(ROWS[:3]),
        "part-00001-5f0f7a52-9d1a-4a3e-8f5e-0d0a5d3c1b2a-c000.csv": HEAD.replace("id,status", "status,ID", 1)
        + "".join(f"open,{row.replace(',open', '', 1)}" for row in ROWS[3:]),
        "tags.csv": "ticket_id,tag\n" + "".join(TAGS),
    },
    "JSON": {
        "ticket/000.json": ndjson(*map(as_record, [1, 2])),
        "ticket/001.json.gz": gzip.compress(ndjson(*map(as_record, [3, 4, 5])).encode()),
        "ticket/002.json": json.dumps([as_record(6)], indent=1),
        "ticket_tag.ndjson": ndjson(*({"ticket_id": n, "tag": "vip"} for n in range(1, 7))),
        "ticket.manifest": json.dumps({"entries": [{"url": "s3://x"}]}),
    },
}  # fmt: skip


@pytest.mark.parametrize("how", PARTS)
def test_parts_of_one_table_are_one_table(how: str) -> None:
    done = brought(PARTS[how])
    assert (done.added, done.rejected, done.rows_read) == (6, 0, 6)
    found = Ticket.objects.order_by("external_id").values_list("external_id", "created_at__day", "labels")
    assert [*found] == [(str(n), n, ["vip"]) for n in range(1, 7)]


def plain(raw: bytes) -> bytes:
    """As it is unpacked: from .gz, and as UTF-8."""
    inside = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    return inside.decode("utf-16-le").encode() if inside[:2] == b"\xff\xfe" else inside


@pytest.mark.parametrize("how", PARTS)
def test_it_is_the_same_however_it_is_cut_into_chunks(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    received = draft(zipped(PARTS[how]))
    path = importing.stored_path(received)
    whole, found = joining.first_rows(path, received.header, 1000), tables.found_in(path)
    monkeypatch.setattr(joining, "CHUNK_ROWS", 1)
    monkeypatch.setattr(joining, "SIDE_ROWS", 2)
    cursor: dict[str, Any] = {}
    shares, wiped, unpacked = [0.0], False, 0
    while "rewritten" not in cursor:
        if cursor.get("before") and not wiped:
            wiped = bool(path.with_suffix(".part").unlink() or 1)  # somebody takes away what was written
        before = cursor
        for _again in range(2):
            cursor = joining.advance(path, path.with_suffix(".csv"), received.header, before, lambda: None)
        shares.append(cursor.get("share", 1.0))
        unpacked = cursor.get("unpacked", unpacked)
    # What was unpacked again counts once.
    with zipfile.ZipFile(path) as archive:
        read = [*found.tickets, *found.sides]
        sizes = [len(plain(archive.read(name))) for name in read]
    assert unpacked == sum(sizes)
    assert path.with_suffix(".csv").read_text() == whole
    assert sum(now < then for then, now in pairwise(shares)) <= wiped
    assert {each.suffix for each in path.parent.glob(f"{path.stem}.*")} == {".upload", ".csv"}


def test_lines_go_on_through_the_parts() -> None:
    files = {**PARTS["a header in each (Snowflake)"]}
    files["ticket_0_0_1.csv"] += "7,open,2026-05-07 10:00:00,never,9,x\n8,open\n"
    done = brought(files)
    assert done.rejected == 2
    # A ticket with a line break in it has two lines: 1 + 2·2 in the first part, 1 + 3·2 in the second.
    assert [*RejectedRow.objects.order_by("line").values_list("line", "column")] == [
        (13, "updated_at"),
        (14, ""),
    ]
    assert "8,open" in "".join(rejecting.as_csv(done))
    check = previewing.check(draft(zipped(files)), done.mapping, "UTC")
    assert sorted(fault.line for fault in check.faults) == [13, 14]


def test_lines_are_those_of_the_part_with_a_header_that_is_read_first() -> None:
    files = {"ticket_0": ROWS[0] + "8,open\n", "ticket_1": HEAD + ROWS[1] + "9,open\n"}
    done = brought(files)
    assert (done.added, done.rejected) == (2, 2)
    # ticket_1 has lines 1 to 4 (a row of two lines), ticket_0 those after it.
    assert [*RejectedRow.objects.order_by("line").values_list("line", flat=True)] == [4, 7]


BARE = (
    "2,open,2026-05-02 10:00:00,2026-05-02 11:00:00,9,x\n3,open,2026-05-03 10:00:00,2026-05-03 11:00:00,9,y\n"
)
LOST: dict[str, tuple[dict[str, str], str]] = {
    "numbers alone (Redshift)": (
        {"0000_part_00": HEAD + ROWS[0], "0001_part_00": BARE, "0002_part_00": "ticket_id,tag\n1,vip\n"},
        "“0001_part_00” begins with a row",
    ),
    "by bars": (
        {
            "0000_part_00": HEAD.replace(",", "|") + ROWS[0].replace(",", "|"),
            "0001_part_00": BARS,
            "0002_part_00": "ticket_id|tag\n1|vip\n",
        },
        "“0001_part_00” begins with a row",
    ),
    "in a folder of another name": (
        {"ticket_000": HEAD + ROWS[0], "ticket_tag_000": "ticket_id,tag\n1,vip\n", "export/0001": BARE},
        "“export/0001” begins with a row",
    ),
    "of quotes that are not read": (
        {
            "0000_part_00": HEAD + ROWS[0],
            "0001_part_00": '"2","open","2026-05-02 10:00:00","2026-05-02 11:00:00","9","say \\"hi\\" now"\n',
            "0002_part_00": "ticket_id,tag\n1,vip\n",
        },
        "“0001_part_00” begins with a row",
    ),
    "of a name that is no table's": (
        {"ticket.csv": HEAD + ROWS[0], "ticket_tag.csv": "ticket_id,tag\n1,vip\n", "more.bak": BARE},
        "“more.bak” begins with a row",
    ),
    "headers in two orders": (
        {
            "ticket_0.csv": HEAD + ROWS[0],
            "ticket_1.csv": HEAD.replace("id,status", "status,id", 1) + ROWS[1].replace("2,open", "open,2", 1),
            "ticket_2.csv": ROWS[2],
        },
        "“ticket_0.csv” and “ticket_1.csv” have them in different orders",
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", LOST)
def test_rows_that_no_header_tells_are_never_passed_over(how: str) -> None:
    files, words = LOST[how]
    with pytest.raises(FileRefused, match=words):
        draft(zipped(files))


def test_what_customers_wrote_stands_in_no_message() -> None:
    for row in ("rita@home.example,and,more\n", "2,open,rita@home.example\n", "status,rita@home.example\n"):
        with pytest.raises(FileRefused, match="their columns differ") as refused:
            draft(zipped({"ticket_0.csv": HEAD + ROWS[0], "ticket_1.csv": row}))
        assert "rita" not in str(refused.value)


def test_half_a_character_and_a_whole_number_with_a_point() -> None:
    """JSON may have both: neither is a text of SQLite's, nor another number."""
    odd = {**as_record(1), "id": "\ud800", "requester_id": "\ud801", "subject": "\ud802"}
    tags = [{"ticket_id": "\ud800", "tag": "x\ud800"}, {"ticket_id": 2, "tag": "vip"}]
    files = {
        "ticket.json": ndjson(odd, {**as_record(2), "id": 2.0}),
        "ticket_tag.json": ndjson(*tags),
    }
    assert previewing.sampled(draft(zipped(files)))
    done = brought(files)
    assert done.rejected == 0
    assert Ticket.objects.get(external_id="2").labels == ["vip"]


def test_the_first_look_has_a_bound_over_all_files(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"ticket_{n}.csv": HEAD + ROWS[0] for n in range(10)}
    path = importing.stored_path(draft(zipped(files)))
    sizes, look = list[int](), containers.beginning_of

    def counted(path: Path, size: int, member: str = "") -> tuple[bytes, bool]:
        sizes.append(size)
        return look(path, size, member)

    monkeypatch.setattr(containers, "beginning_of", counted)
    monkeypatch.setattr(tables, "FIRST_LOOK", 10_000)
    tables._found_in.__wrapped__(path, 0)
    assert sizes == [1000] * 10


def test_a_part_that_cannot_be_read_is_not_passed_over() -> None:
    files = {"ticket_0": HEAD + ROWS[0], "ticket_1": b"\0\0\0\1", "notes.bin": b"\0\0\0\1"}
    with pytest.raises(FileRefused, match=r"“ticket_1” in the \.zip cannot be read"):
        draft(zipped(files))


def test_a_broken_line_of_json() -> None:
    files = {**PARTS["JSON"], "ticket/000.json": ndjson(as_record(1)) + "{broken\n" + ndjson(as_record(2))}
    done = brought(files)
    assert (done.added, done.rejected) == (6, 1)
    assert [*RejectedRow.objects.values_list("line", "reason")] == [(3, "json")]
    files = {**PARTS["JSON"], "ticket_tag.ndjson": '{"ticket_id": 1, "tag": "x"}\n[]\n'}
    received = draft(zipped(files))
    _name, how = guess(received.header, received.form)
    refused = finish(importing.start(received, how, time_zone="UTC", actor=None))
    assert refused.job is not None
    assert "Line 3 of “ticket_tag.ndjson” cannot be read" in refused.job.error


def test_what_json_leaves_out_is_empty() -> None:
    """BigQuery names no column that is null; a part may even lack one that its table is known by."""
    steps = [
        {"ticket_id": 1, "field_name": "status", "updated": "2026-05-01 10:00:00 UTC", "value": "new"},
        {"ticket_id": 1, "field_name": "status", "updated": "2026-05-01 10:30:00 UTC", "value": "hold"},
        {"ticket_id": 1, "field_name": "assignee_id", "updated": "2026-05-01 10:40:00 UTC"},
    ]
    brought({
        **PARTS["JSON"],
        "ticket_field_history_0.json": ndjson(*steps[:2]),
        "ticket_field_history_1.json": ndjson(steps[2]),
    })  # fmt: skip
    spans = StatusSpan.objects.filter(ticket__external_id="1").order_by("from_at")
    assert [*spans.values_list("status", flat=True)] == ["new", "on_hold"]


def test_odd_keys_and_utf_16() -> None:
    """A key that no column of Postgres can have; and a long file of two bytes a letter, whose beginning is cut."""
    odd = {**as_record(1), "a\0b": "x", "\ud800": "y", "ID": "1", "k" * 300: "z"}
    tags = ndjson(*({"ticket_id": n % 6 + 1, "tag": f"t{n % 3}"} for n in range(9000)))
    done = brought({
        **PARTS["JSON"],
        "ticket/003.json": json.dumps([odd]),
        "ticket_tag.ndjson": tags.encode("utf-16"),
    })  # fmt: skip
    assert (done.rejected, Ticket.objects.count()) == (0, 6)
    assert Ticket.objects.get(external_id="2").labels == ["t1"]


def test_lines_in_windows_1252_are_counted_in_the_report() -> None:
    files = {name: content.encode() for name, content in ZENDESK.items()}
    files["zendesk/ticket.csv"] = ZENDESK["zendesk/ticket.csv"].replace("four", "caf\xe9").encode("cp1252")
    files["zendesk/group.csv"] = (
        ZENDESK["zendesk/group.csv"].replace("Billing", "Ausk\xfcnfte").encode("cp1252")
    )
    done = brought(files)
    assert done.other_encoding == 2
    assert Ticket.objects.get(external_id="71").team_name == "Auskünfte"


def rewritten(files: dict[str, Any], steps: int) -> dict[str, Any]:
    received = draft(zipped(files))
    path, cursor = importing.stored_path(received), dict[str, Any]()
    for _step in range(steps):
        cursor = joining.advance(path, path.with_suffix(".csv"), received.header, cursor, lambda: None)
    return cursor


def test_a_packed_part_unpacks_to_no_more_than_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The .zip says the size of the .gz in it, not of what that holds."""
    tickets = {"ticket.csv": HEAD + ROWS[0]}
    bomb = gzip.compress(b"ticket_id,tag\n" + b"1,vip\n" * 12_000_000)
    with pytest.raises(FileRefused, match="200 times its size"):
        rewritten({**tickets, "ticket_tag.csv.gz": bomb}, 2)
    parts = {f"ticket_tag_{n}.csv.gz": gzip.compress(b"ticket_id,tag\n1,vip\n" * 50) for n in range(4)}
    monkeypatch.setattr("metrics.containers.UNPACKED_MAX", 2500)
    assert rewritten({**tickets, **parts}, 5)["unpacked"] == 2000
    with pytest.raises(FileRefused, match="more than is read"):
        rewritten({**tickets, **parts}, 6)


def test_the_first_look_says_what_it_sees_the_beginning_of() -> None:
    tags = "ticket_id,tag\n" + "".join(f"{n},a_long_tag_of_a_customer\n" for n in range(20_000))
    found = tables.found_in(importing.stored_path(draft(zipped({**ZENDESK, "zendesk/ticket_tag.csv": tags}))))
    assert found.seen_in_part == ["zendesk/ticket_tag.csv"]
    assert tables.found_in(importing.stored_path(draft(zipped(ZENDESK)))).seen_in_part == []
    parts = {f"ticket_tag_{n}.csv": "ticket_id,tag\n71,x\n" for n in range(10)}
    found = tables.found_in(importing.stored_path(draft(zipped({**ZENDESK, **parts}))))
    assert found.seen_in_part == ["ticket_tag_8.csv", "ticket_tag_9.csv", "zendesk/ticket_tag.csv"]


def test_intercoms_versions_in_parts() -> None:
    head, one, two = INTERCOM["conversation_history.csv"].splitlines(keepends=True)
    files = {name: content for name, content in INTERCOM.items() if name != "conversation_history.csv"}
    done = brought(
        {**files, "conversation_history_1.csv": head + two, "conversation_history_2.csv": head + one}
    )
    assert (done.rows_read, Ticket.objects.get().status) == (2, "solved")


def test_one_packed_twice_is_read_alone_too() -> None:
    """One file in a .zip that is a .gz itself."""
    received = draft(zipped({"tickets.csv.gz": gzip.compress((HEAD + ROWS[0]).encode())}), at=source("gz"))
    assert received.header[:2] == ["id", "status"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ticket_0_0_0.csv.gz", "ticket_0_0_1.csv", True),
        ("a/ticket/000000000000.json", "a/ticket/part-00001-c000.json", True),
        ("ticket/year=2024/0.csv", "ticket/year=2025/0.csv", True),
        ("ticket_tag.csv", "ticket.csv", False),
        ("a/0.csv", "b/0.csv", False),
        ("zendesk.group.csv", "zendesk.ticket.csv", False),
    ],
)  # fmt: skip
def test_the_name_of_a_table(one: str, other: str, same: bool) -> None:
    assert (name_of(one) == name_of(other)) is same
