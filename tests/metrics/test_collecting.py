"""The watched folder: finished files become imports, each once; what cannot be taken is put aside with its reason."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from metrics import collecting, importing
from metrics.collecting import collect
from metrics.models import Import, Mapping, Suppression, Ticket
from tests.metrics.bringing import finish

pytestmark = pytest.mark.django_db
TEXT = "external_id,status,created_at,team\nA1,new,2026-05-04 10:00,x\n"
ODD = "nr,was,wann,wo\nA1,new,2026-05-04 10:00,x\n"
OWN = {
    "shape": "tickets",
    "columns": {"external_id": "nr", "status": "was", "created_at": "wann"},
    "zone": "Europe/Dublin",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(collecting, "QUIET_SECONDS", 0)
    path = tmp_path / "watched" / "Lumio Desk"
    path.mkdir(parents=True)
    return path


def names(folder: Path, inside: str) -> list[str]:
    return sorted(path.name for path in (folder / inside).iterdir()) if (folder / inside).is_dir() else []


def test_a_finished_file_becomes_an_import_of_its_folders_source(folder: Path) -> None:
    (folder / "t.csv").write_text(TEXT)
    [taken] = collect(folder.parent)
    assert taken.ticket_import is not None
    assert finish(taken.ticket_import).added == 1
    assert Ticket.objects.get().source.name == "Lumio Desk"
    assert names(folder, "done") == [f"{taken.ticket_import.pk}-t.csv"]
    assert names(folder, ".taken") == []
    assert collect(folder.parent) == []


def test_files_wait_for_a_missing_key(folder: Path, settings: Settings) -> None:
    (folder / "t.csv").write_text(TEXT)
    Suppression.objects.create(key_id="0" * 16, hashed="0" * 32)
    assert collect(folder.parent) == []
    assert (folder / "t.csv").exists()
    settings.REQUESTER_KEYS_LOST = ["0" * 16]
    assert [each.ticket_import is not None for each in collect(folder.parent)] == [True]


def test_the_same_file_again_is_the_same_import(folder: Path) -> None:
    for _time in range(2):
        (folder / "t.csv").write_text(TEXT)
        assert len(collect(folder.parent)) == 1
    assert Import.objects.count() == 1
    assert names(folder, "refused") == []


def test_what_is_still_written_to_waits(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "QUIET_SECONDS", 30)
    (folder / "t.csv").write_text(TEXT)
    assert collect(folder.parent) == []
    monkeypatch.setattr(collecting, "QUIET_SECONDS", 0)
    (folder / "u.csv.part").write_text(TEXT)
    (folder / ".hidden").write_text(TEXT)
    (folder / "link.csv").symlink_to(folder / "t.csv")
    assert [each.path.name.split("-")[1] for each in collect(folder.parent)] == ["t.csv"]


REFUSED = {
    "empty": (b"", "empty"),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "picture"),
    "unknown": (ODD.encode(), "Nobody has said yet"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_taken_is_put_aside_with_its_reason(name: str, folder: Path) -> None:
    content, words = REFUSED[name]
    (folder / "t.csv").write_bytes(content)
    [refused] = collect(folder.parent)
    assert words in refused.reason
    file, reason = names(folder, "refused")
    assert (folder / "refused" / file).read_bytes() == content
    assert words in (folder / "refused" / reason).read_text()
    assert not Import.objects.exists()


def test_an_import_that_fails_later_is_put_aside_too(folder: Path) -> None:
    (folder / "t.csv").write_text(TEXT)
    [taken] = collect(folder.parent)
    assert taken.ticket_import is not None
    importing.stored_path(taken.ticket_import).unlink()
    assert finish(taken.ticket_import).state == "failed"
    [refused] = collect(folder.parent)
    assert "no longer there" in refused.reason
    assert names(folder, "done") == []
    assert collect(folder.parent) == []


HOW: dict[str, Any] = {
    "a file": lambda folder: (folder / "mapping.json").write_text(json.dumps(OWN)),
    "a mapping of that name": lambda folder: Mapping.objects.create(name="lumio desk", content=OWN),
}


@pytest.mark.parametrize("way", HOW)
def test_how_it_is_read_is_said_by(way: str, folder: Path) -> None:
    HOW[way](folder)
    (folder / "t.csv").write_text(ODD)
    [taken] = collect(folder.parent)
    assert taken.ticket_import is not None
    finish(taken.ticket_import)
    assert Ticket.objects.get().created_at.isoformat() == "2026-05-04T09:00:00+00:00"


def test_later_files_are_read_as_the_last_one_was(folder: Path) -> None:
    (folder / "mapping.json").write_text(json.dumps(OWN))
    (folder / "t.csv").write_text(ODD)
    collect(folder.parent)
    (folder / "mapping.json").unlink()
    (folder / "u.csv").write_text(ODD.replace("A1", "A2"))
    [taken] = collect(folder.parent)
    assert taken.ticket_import is not None
    assert finish(taken.ticket_import).time_zone == "Europe/Dublin"


def test_a_file_whose_worker_died_is_put_back_and_taken_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".taken").mkdir()
    (folder / ".taken" / "0123-t-1.csv").write_text(TEXT)
    assert collect(folder.parent) == []
    monkeypatch.setattr(collecting, "STALE_SECONDS", -1)
    [taken] = collect(folder.parent)
    assert taken.ticket_import is not None
    assert taken.path.name.endswith("-t-1.csv")


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_take_one_file_twice(folder: Path) -> None:
    for number in range(6):
        (folder / f"{number}.csv").write_text(TEXT.replace("A1", f"A{number}"))
    both = Barrier(2)

    def one() -> int:
        try:
            both.wait(10)
            return len(collect(folder.parent))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        counts = [pool.submit(one) for _number in range(2)]
        assert sum(count.result() for count in counts) == 6
    assert Import.objects.count() == 6
    assert len(names(folder, "done")) == 6


def test_a_file_another_worker_took_between_list_and_look_is_passed_over(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It came to this by itself, in the test above, on a busy machine."""
    for part in ("done", ".taken"):
        (folder / part).mkdir()
    (folder / "stays.csv").write_text(TEXT)
    listed = Path.iterdir

    def with_one_more(path: Path) -> Iterator[Path]:
        yield from listed(path)
        yield path / "7-gone.csv"

    monkeypatch.setattr(Path, "iterdir", with_one_more)
    assert [each.path.name.split("-", 1)[1] for each in collect(folder.parent)] == ["stays.csv"]


def test_the_command_makes_one_round_and_ends_with_what_was_refused(folder: Path) -> None:
    out = io.StringIO()
    (folder / "t.csv").write_text(TEXT)
    call_command("watch_imports", once=True, folder=folder.parent, stdout=out)
    assert "t.csv: import" in out.getvalue()
    (folder / "u.csv").write_bytes(b"")
    with pytest.raises(CommandError) as ended:
        call_command("watch_imports", once=True, folder=folder.parent, stdout=out)
    assert ended.value.returncode == 3
    with pytest.raises(CommandError, match="no folder to watch"):
        call_command("watch_imports", once=True, folder=folder / "gone")
