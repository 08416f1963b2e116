"""Records as the helpdesks export them, and what our parsers make of them; without a database."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from metrics import rewriting
from metrics.surveying import look

SHAPES = Path(__file__).parents[4] / "shared/data/vendor_shapes"
needs_shapes = pytest.mark.skipif(not SHAPES.exists(), reason="the folder of vendors' files is not here")


def rows_of(path: Path) -> tuple[str, list[dict[str, str]]]:
    """The form of a file, and its rows as the import will read them, without the empty cells."""
    found = look(path)
    text = rewriting.first_rows(path, found.form, found.header, 1000)
    rows = csv.DictReader(io.StringIO(text))
    return found.form, [{name: cell for name, cell in row.items() if cell} for row in rows]


def rows_from(folder: Path, content: Any) -> list[dict[str, str]]:
    path = folder / "export.json"
    path.write_text(json.dumps(content))
    return rows_of(path)[1]


def recorded(name: str) -> list[Any]:
    """The answers of a server that a cassette recorded."""
    text = (SHAPES / name).read_text("utf-8")
    blocks = re.findall(r"string: !!binary \|\n((?: {8}.*\n)+)", text)
    return [json.loads(gzip.decompress(base64.b64decode("".join(block.split())))) for block in blocks]
