"""What is backed up comes back whole, and nothing is overwritten by mistake."""

import json
import tarfile
from pathlib import Path

import psycopg
import pytest

from sopdesk.web import archiving
from tests.embedded.conftest import Place

pytestmark = pytest.mark.faults

# A command reads the whole desk, which takes seconds: what can be done in one process is.
PEOPLE = """
from django.core.management import call_command
from django.db import connection
from sopdesk.accounts.models import User
connection.cursor().execute("CREATE UNLOGGED TABLE ahead.import_1_left AS SELECT 1")
for n in range(20):
    User.objects.create(email=f"person{{n}}@example.com", name=f"Person {{n}}")
call_command("backup", {target!r})
"""
RESTORE_EACH = """
from django.core.management import CommandError, call_command
for archive in {archives!r}:
    try:
        call_command("restore", archive, force=True)
    except CommandError as error:
        print(error)
"""


def asked(place: Place, question: str) -> int:
    with psycopg.connect(place.database) as connection:
        found = connection.execute(question).fetchone()
        assert found is not None
        return int(found[0])


def people(place: Place) -> int:
    return asked(place, "SELECT count(*) FROM accounts_user")


@pytest.fixture(scope="module")
def archive(migrated: Place) -> Path:
    """A backup of twenty people and one file, made while an import reads ahead."""
    media = migrated.media / "uploads"
    media.mkdir(parents=True)
    (media / "tickets.csv").write_text("id,opened\n1,2026-10-01\n")
    for name in ("imports", "persons"):  # what is in no backup
        (migrated.media / name).mkdir()
        (migrated.media / name / "rows").write_text("ann@example.com")
    target = migrated.var.parent / "desk.backup"
    code = PEOPLE.format(target=str(target))
    done = migrated.manage("shell", "-v", "0", "-c", code)
    assert done.returncode == 0, done.stderr
    return target


def test_a_backup_names_every_table_and_checksum(archive: Path) -> None:
    with tarfile.open(archive) as tar:
        manifest = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]
        assert set(tar.getnames()) == {"manifest.json", *manifest["sha256"]}
    assert manifest["rows"]["accounts_user"] == 20
    assert {"database.dump", "media/uploads/tickets.csv"} == set(manifest["sha256"])
    assert archive.stat().st_mode & 0o077 == 0


def test_a_full_database_is_not_overwritten_unless_forced(migrated: Place, archive: Path) -> None:
    refused = migrated.manage("restore", str(archive))
    assert refused.returncode != 0
    assert "--force" in refused.stderr
    migrations = asked(migrated, "SELECT count(*) FROM django_migrations")
    with psycopg.connect(migrated.database) as connection:
        connection.execute("DELETE FROM accounts_user; DELETE FROM django_migrations")
    (migrated.media / "uploads" / "tickets.csv").write_text("changed")
    assert people(migrated) == 0
    restored = migrated.manage("restore", str(archive), "--force")
    assert restored.returncode == 0, restored.stderr
    assert people(migrated) == 20
    assert "2026-10-01" in (migrated.media / "uploads" / "tickets.csv").read_text()
    assert asked(migrated, "SELECT count(*) FROM django_migrations") == migrations > 0


def test_an_empty_desk_takes_a_backup_of_another(archive: Path, place: Place) -> None:
    restored = place.run("manage.py", "restore", str(archive))
    assert restored.returncode == 0, restored.stderr
    assert people(place) == 20
    waiting = "SELECT count(*) FROM pg_tables WHERE schemaname = 'ahead'"
    assert asked(place, f"SELECT count(*) - ({waiting}) FROM pg_namespace WHERE nspname = 'ahead'") == 1
    assert (place.media / "uploads" / "tickets.csv").exists()


def test_a_damaged_backup_is_refused_before_anything_is_touched(migrated: Place, archive: Path) -> None:
    damaged = archive.with_name("damaged.backup")
    content = bytearray(archive.read_bytes())
    place = content.find(b"2026-10-01\n")
    content[place] = ord("9")
    damaged.write_bytes(content)
    cut = archive.with_name("cut.backup")
    cut.write_bytes(archive.read_bytes()[:300])
    code = RESTORE_EACH.format(archives=[str(damaged), str(cut)])
    said = migrated.manage("shell", "-v", "0", "-c", code).stdout
    assert "media/uploads/tickets.csv does not have the checksum" in said
    assert "not a backup of SOPDesk, or it is cut short" in said
    assert people(migrated) == 20


def test_an_existing_file_is_not_overwritten(migrated: Place, archive: Path) -> None:
    refused = migrated.manage("backup", str(archive))
    assert refused.returncode != 0
    assert "exists already" in refused.stderr


ERASED_AFTERWARDS = """
from pathlib import Path
from uuid import uuid4
from django.core.management import call_command
from django.utils import timezone
from metrics.models import Source, Ticket, TicketText
from metrics.privacy import erasing, persons
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Role
carla = User.objects.create_user("carla@example.com", name="Carla", roles=[Role.COMPLIANCE_OFFICER])
ann, now = persons.find("ann@example.com"), timezone.now()
ticket = Ticket.objects.create(source=Source.objects.create(name="Desk"), external_id="A1", status="open",
    raw_status="open", created_at=now, updated_at=now, requester_key=ann.hashes[0], row_hash=uuid4())
TicketText.objects.create(ticket=ticket, subject="Ann again")
call_command("backup", Path("{target}"))
print("erased:", erasing.erase(ann, actor=carla))
"""
HELD = """
from metrics.models import Suppression, Ticket, TicketText
print("held:", Ticket.objects.exclude(requester_key=None).count(), TicketText.objects.count(),
    Suppression.objects.count())
"""


def held(place: Place) -> list[int]:
    """Tickets that lead to a customer, texts, and people on the list of the erased."""
    said = place.manage("shell", "-v", "0", "-c", HELD)
    assert "held:" in said.stdout, said.stderr
    return [int(count) for count in said.stdout.split("held:")[1].split()]


def test_who_was_erased_after_the_backup_is_erased_after_the_restore(migrated: Place) -> None:
    target = migrated.var.parent / "before.backup"
    done = migrated.manage("shell", "-v", "0", "-c", ERASED_AFTERWARDS.format(target=target))
    assert "erased: 1" in done.stdout, done.stderr
    restored = migrated.manage("restore", str(target), "--force")
    assert restored.returncode == 0, restored.stderr
    assert held(migrated) == [1, 1, 0], "a backup knows nothing of what came after it"
    assert "1 tickets" in migrated.manage("reapply_erasures").stdout
    assert held(migrated) == [0, 0, 1]


def test_an_archive_of_before_brings_no_uploads_back(tmp_path: Path) -> None:
    new, media = tmp_path / "new", tmp_path / "media"
    for name in ("imports", "uploads"):
        (new / name).mkdir(parents=True)
        (new / name / "rows").write_text("ann@example.com")
    archiving._replace_media(new, media, tmp_path / "before")
    assert [path.name for path in media.iterdir()] == ["uploads"]
