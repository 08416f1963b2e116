"""The pictures that a text shows, with their bytes, to go along with it."""

from __future__ import annotations

import re

from sopdesk.documents.models import Picture
from sopdesk.text.addresses import picture_at

_SHOWN = re.compile(r"/pictures/[0-9a-f]{64}\.(?:png|jpg|gif|webp)")


def addresses_in(text: str) -> list[str]:
    """The addresses of pictures in a text, each once, in order."""
    return list(dict.fromkeys(_SHOWN.findall(text)))


def picture_bytes(address: str) -> bytes | None:
    """What is kept under an address; None when there is nothing."""
    picture = Picture.objects.filter(hash=picture_at(address)).first() if picture_at(address) else None
    if picture is None:
        return None
    try:
        with picture.file.open("rb") as file:
            data: bytes = file.read()
            return data
    except OSError:
        return None
