"""The command line: the same job in the foreground, found again and gone on with; and two uploads at once."""

from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from metrics import importing
from metrics.importing import AlreadyImported
from metrics.models import Import, Ticket
from sopdesk.jobs import running
from sopdesk.jobs.models import Job
from tests.metrics.bringing import SHIPPED, draft

TEXT = "external_id,status,created_at,team\nA1,new,2026-05-04 10:00,x\nA2,odd,2026-05-04,x\n"


def run(path: Path, **options: str | bool) -> str:
    out = io.StringIO()
    call_command("import_tickets", str(path), source="Desk", stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "t.csv"
    path.write_text(TEXT)
    return path


@pytest.mark.django_db
def test_it_imports_and_says_what_came_of_it(file: Path) -> None:
    said = run(file, timezone="Europe/Dublin")
    assert "added: 1" in said
    assert "rejected: 1" in said
    assert "line 3, status: value odd" in said
    assert Ticket.objects.get().created_at.isoformat() == "2026-05-04T09:00:00+00:00"


@pytest.mark.django_db
def test_stopped_half_way_the_same_command_goes_on(file: Path) -> None:
    half = importing.start(
        draft(TEXT, at=draft(TEXT + "\n").source), SHIPPED["sopdesk"], time_zone="UTC", actor=None
    )
    assert half.job_id is not None
    running.run(half.job_id)
    half.source.name = "Desk"
    half.source.save()
    assert "going on with that import" in run(file, mapping="sopdesk")
    assert Job.objects.get().state == "done"
    assert Ticket.objects.count() == 1


@pytest.mark.django_db
def test_a_mapping_of_ones_own_is_read_from_a_file(file: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.json"
    own.write_text(json.dumps({**SHIPPED["sopdesk"], "values": {"status": {"odd": "open"}}}))
    assert "added: 2" in run(file, mapping=str(own))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"timezone": "Mars"}, "is not a time zone"),
        ({"mapping": "no-such"}, "There is no mapping"),
        ({"mapping": "servicenow_events"}, "no column"),
    ],
)
def test_it_refuses_in_words(options: dict[str, str], words: str, file: Path) -> None:
    with pytest.raises(CommandError, match=words):
        run(file, **options)
    assert not Import.objects.exists()


@pytest.mark.django_db
def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"gone\.csv cannot be read"):
        run(tmp_path / "gone.csv")


@pytest.mark.django_db(transaction=True)
def test_the_same_file_started_twice_at_once_is_one_job() -> None:
    drafts = [draft(TEXT), draft(TEXT)]
    both = Barrier(2)

    def start(one: Import) -> str:
        try:
            both.wait(10)
            importing.start(one, SHIPPED["sopdesk"], time_zone="UTC", actor=None)
        except AlreadyImported:
            return "known"
        finally:
            connection.close()
        return "started"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(start, drafts)) == ["known", "started"]
    assert Job.objects.count() == 1
    assert Import.objects.exclude(job=None).count() == 1


@pytest.mark.django_db
def test_a_nightly_run_is_told_by_how_it_ends(file: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError) as rejected:
        run(file, strict=True)
    assert rejected.value.returncode == 3
    with pytest.raises(CommandError) as refused:
        run(tmp_path / "gone.csv", strict=True)
    assert refused.value.returncode == 1
    file.write_text(TEXT.replace("odd", "open"))
    assert "added: 1" in run(file, strict=True)
