"""Where uploaded files lie until nothing needs them: in a folder that only the desk's own user may look into.

They hold all that their source said, unmasked. Backups leave the folder out (sopdesk/web/archiving.py); what was
made of a file lies beside it, under the same name.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

from django.conf import settings

FOLDER: Final = "imports"


def folder() -> Path:
    return closed(Path(settings.MEDIA_ROOT) / FOLDER)


def closed(path: Path) -> Path:
    """The folder, made where it is not there, and shut to others, also where an earlier release left it open."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.stat().st_mode & 0o077:
        with suppress(PermissionError):  # another user made it, who says who may look into it
            path.chmod(0o700)
    return path


def new(suffix: str) -> Path:
    """An empty file of a random name, for the desk's own user alone."""
    path = folder() / f"{uuid4()}{suffix}"
    path.touch(mode=0o600)
    return path
