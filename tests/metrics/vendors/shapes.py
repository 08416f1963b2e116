"""Records as the helpdesks export them, and what our parsers make of them; without a database."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

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
    """The answers of a server that a cassette recorded, packed or plain; those that are JSON."""
    answers = []
    for exchange in yaml.safe_load((SHAPES / name).read_text("utf-8"))["interactions"]:
        body = exchange["response"]["body"]["string"]
        plain = gzip.decompress(body).decode() if isinstance(body, bytes) else body
        with contextlib.suppress(ValueError):
            answers.append(json.loads(plain))
    return answers
