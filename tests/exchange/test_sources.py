"""What is offered: names that lead out, links, bombs, doubles, encodings."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest

from sopdesk.exchange import front_matter, sources, word
from sopdesk.exchange.candidates import FileRefused, candidate
from sopdesk.exchange.decoding import NotText, decode
from tests.exchange.conftest import damaged, zipped
from tests.exchange.word_files import LINKED_PICTURE, PICTURE, PNG, paragraph, table
from tests.exchange.word_files import word as word_file

NAMELESS = zipped({"a.md": b"x"}).replace(b"a.md", b"\0.md")


def test_names_that_lead_out_are_refused_and_the_others_are_not() -> None:
    files = {
        "../evil.md": b"x",
        "/etc/passwd.md": b"x",
        "C:\\x.md": b"x",
        "a/../../b.md": b"x",
        "good/a.md": b"# A",
    }
    found = {each.name: each.refused for each in sources.of_zip(io.BytesIO(zipped(files)))}
    assert [name for name, refused in found.items() if not refused] == ["good/a.md"]


def test_doubles_differ_in_more_than_case() -> None:
    found = list(sources.of_zip(io.BytesIO(zipped({"A.md": b"1", "a.md": b"2"}))))
    assert [bool(each.refused) for each in found] == [False, True]


def test_what_systems_leave_lying_about_is_passed_over() -> None:
    files = {"__MACOSX/._a.md": b"x", ".DS_Store": b"x", "a/.git/b.md": b"x", "a.md": b"x"}
    assert [each.name for each in sources.of_zip(io.BytesIO(zipped(files)))] == ["a.md"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("secret")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link.md").symlink_to(secret)
    (folder / "away").symlink_to(tmp_path)
    (folder / "a.md").write_text("# A")
    found = {each.name: bool(each.refused) for each in sources.of_path(folder)}
    assert found == {"a.md": False, "away": True, "link.md": True}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo("link.md")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    assert [bool(each.refused) for each in sources.of_zip(out)] == [True]


def test_a_bomb_is_refused_before_it_unfolds() -> None:
    bomb = zipped({"bomb.md": b"\0" * 20_000_000})
    assert len(bomb) < 30_000
    [offered] = sources.of_zip(io.BytesIO(bomb))
    assert "500 times" in offered.refused


def test_a_zip_that_lies_about_its_sizes_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MAX_FILE_BYTES", 1_000)
    [offered] = sources.of_zip(io.BytesIO(zipped({"a.md": b"x" * 900})))
    assert len(offered.read()) == 900
    monkeypatch.setattr(sources, "MAX_FILE_BYTES", 100)
    with pytest.raises(sources.SourceRefused):
        offered.read()


def test_too_many_or_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MAX_FILES", 2)
    with pytest.raises(sources.SourceRefused, match="more than 2 files"):
        list(sources.of_zip(io.BytesIO(zipped({f"{n}.md": b"x" for n in range(3)}))))
    monkeypatch.setattr(sources, "MAX_FILES", 10)
    monkeypatch.setattr(sources, "MAX_TOTAL_BYTES", 5)
    with pytest.raises(sources.SourceRefused, match="together"):
        list(sources.of_zip(io.BytesIO(zipped({"a.md": b"123456"}))))


# Names, because the bytes of a zip hold the minute it was made in, and every process has to collect the same tests.
@pytest.mark.parametrize(
    "data",
    [b"", b"PK\x03\x04 no zip", zipped({"a.md": b"x"})[:40], NAMELESS],
    ids=["empty", "no zip", "cut", "nameless"],
)
def test_a_damaged_zip_says_so(data: bytes) -> None:
    with pytest.raises(sources.SourceRefused, match="damaged"):
        list(sources.of_zip(io.BytesIO(data)))


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_with_a_damaged_file_says_which(packing: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        archive.writestr("a.md", b"some words " * 40)
    [offered] = sources.of_zip(io.BytesIO(damaged(out.getvalue(), "a.md")))
    with pytest.raises(sources.SourceRefused, match=r"a\.md.*damaged"):
        offered.read()


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("Größe\r\nzwei".encode(), "UTF-8"),
        ("Größe\rzwei".encode("utf-8-sig"), "UTF-8"),
        ("Größe\nzwei".encode("utf-16"), "UTF-16"),
        ("Größe\nzwei".encode("utf-16-be"), "UTF-16"),
        ("Größe\nzwei".encode("utf-16-le"), "UTF-16"),
        ("Größe\nzwei".encode("cp1252"), "Windows-1252"),
    ],
)
def test_encodings(data: bytes, encoding: str) -> None:
    assert (decode(data).text, decode(data).encoding) == ("Größe\nzwei", encoding)


@pytest.mark.parametrize("data", [b"\x00\x01\x02\x00\x00\x00", PNG, b"\x81\x8d abc"])
def test_what_is_no_text_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(NotText):
        decode(data)


@pytest.mark.parametrize(
    ("text", "fields", "body"),
    [
        ("---\ntitle: A: b\n---\nx", None, ""),
        ("---\ntitle: A\nlabels: [a, b]\nyes: no\n---\n\nx\n", {"title": "A", "labels": ["a", "b"], "yes": "no"}, "x\n"),  # noqa: E501
        ("---\ntitle: A\n---\n\n\nx", {"title": "A"}, "\nx"),
        ("---\n\nA rule, then text.\n", {}, "---\n\nA rule, then text.\n"),
        ("---\nonly words\n---\nx", {}, "---\nonly words\n---\nx"),
        ("no front matter", {}, "no front matter"),
        ("---\na: &x [1]\nb: *x\n---\n", None, ""),
        ("---\n---\nx", {}, "x"),
    ],
)  # fmt: skip
def test_front_matter(text: str, fields: dict[str, object] | None, body: str) -> None:
    if fields is None:
        with pytest.raises(front_matter.FrontMatterRefused):
            front_matter.part(text)
        return
    parted = front_matter.part(text)
    assert (parted.fields, parted.body) == (fields, body)


def read_word(data: bytes) -> tuple[word.WordText, list[bytes]]:
    seen: list[bytes] = []

    def keep(picture: bytes, _name: str) -> str:
        seen.append(picture)
        return "/media/kept.png"

    return word.read(data, picture=keep), seen


def test_a_word_file_with_headings_a_table_and_a_picture() -> None:
    found, pictures = read_word(
        word_file(
            paragraph("Refunds", "Heading1"),
            paragraph("Ask first.", "Fancy"),
            table(("Case", "Days"), ("Late", "14")),
            PICTURE,
        )
    )
    assert found.body == (
        "# Refunds\n\nAsk first.\n\n| Case | Days |\n| --- | --- |\n| Late | 14 |\n\n![A chart](/media/kept.png)"
    )
    assert pictures == [PNG]
    assert "Fancy" in found.notes[0]


def test_a_word_file_reads_nothing_of_this_machine() -> None:
    found, pictures = read_word(
        word_file(paragraph("x"), LINKED_PICTURE, image="file:///etc/passwd", mode=' TargetMode="External"')
    )
    assert (found.body.splitlines()[0], pictures) == ("x", [])
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
    found, _ = read_word(word_file(paragraph("x"), extra={"docProps/core.xml": entity}))
    assert (found.title, found.body) == ("", "x")


@pytest.mark.parametrize(
    "data", [b"", b"\xd0\xcf\x11\xe0 an old .doc", zipped({"a.md": b"x"}), word_file("<w:p>")]
)
def test_what_is_no_word_file_says_what_to_do(data: bytes) -> None:
    with pytest.raises(word.WordRefused, match="docx"):
        read_word(data)


def test_a_file_that_is_no_document_is_refused() -> None:
    with pytest.raises(FileRefused, match="Markdown"):
        candidate("a.pdf", b"x", keep=lambda _d, _n: None, beside=lambda _n: None)
