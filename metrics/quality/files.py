"""The uploaded file of QA results: it lies apart, as plain text, until its rows are brought in. No row of it is in the
database before that."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from metrics import containers, reading, uploads
from metrics.containers import FileRefused
from metrics.reading import Row

if TYPE_CHECKING:
    from metrics.quality.models import QualityImport

ROWS_MAX: Final = 20_000
BYTES_MAX: Final = 8 * 1024 * 1024
COLUMNS_MAX: Final = 200


@dataclass(frozen=True)
class Kept:
    """What is known of a file when it is uploaded."""

    stored: str
    sha256: str
    header: list[str]
    rows: int


def keep(blocks: Iterable[bytes]) -> Kept:
    """Keep an uploaded file. Raises FileRefused, and then nothing of it is left."""
    with tempfile.TemporaryDirectory() as folder:
        upload, digest, size = Path(folder) / "upload", hashlib.sha256(), 0
        with upload.open("wb") as file:
            for block in blocks:
                size += len(block)
                if size > BYTES_MAX:
                    raise FileRefused(_("Results of more than 8 MB are not read at once. Divide the file."))
                digest.update(block)
                file.write(block)
        containers.check_not_empty(upload)
        plain = Path(folder) / "plain"
        containers.unpack(upload, plain)
        header, rows = _read(plain)
        stored = uploads.new(".results")
        stored.write_bytes(plain.read_bytes())
    return Kept(stored.name, digest.hexdigest(), header, len(rows))


def is_there(draft: QualityImport) -> bool:
    return bool(draft.stored) and (uploads.folder() / draft.stored).exists()


def rows_of(draft: QualityImport) -> list[Row]:
    """All of them. Raises FileRefused where the file is gone."""
    if not is_there(draft):
        raise FileRefused(_("The uploaded file is no longer there. Upload it again."))
    return _read(uploads.folder() / draft.stored)[1]


def remove(draft: QualityImport) -> None:
    """Safe to run twice."""
    if draft.stored:
        (uploads.folder() / draft.stored).unlink(missing_ok=True)


def _read(path: Path) -> tuple[list[str], list[Row]]:
    layout = reading.layout_of(path)
    if len(layout.header) > COLUMNS_MAX:
        raise FileRefused(_("The file has more than %(most)s columns.") % {"most": COLUMNS_MAX})
    with path.open("rb") as file:
        reader = reading.Reader(file, layout, layout.start, layout.line)
        found = list(reader.rows(rows=ROWS_MAX + 1, size=containers.UNPACKED_MAX))
    if len(found) > ROWS_MAX:
        raise FileRefused(_("Results of more than %(most)s rows are not read at once.") % {"most": ROWS_MAX})
    return layout.header, found
