"""Pictures in texts: what an upload is, is read from its content; what is kept is written anew and kept once.

Writing anew leaves behind whatever else a file carried: the place where a photo was taken, thumbnails, a script.
"""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.models import Picture

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

MAX_BYTES = 10 * 1000**2
MAX_PIXELS = 50 * 1000**2
"""Of all frames together: what a small file may unfold to in memory."""
MAX_SIDE = 2560
"""A larger picture is made smaller: no page shows more."""
QUALITY = 88

# Pillow's name of a format -> the ending and the type it is served with. Nothing else is taken, SVG least of all.
FORMATS = {
    "PNG": ("png", "image/png"),
    "JPEG": ("jpg", "image/jpeg"),
    "GIF": ("gif", "image/gif"),
    "WEBP": ("webp", "image/webp"),
}
PHONE = "MPO"
"""What Pillow calls a JPEG with more pictures behind the first, as phones take them; the first is the photo."""
ENDINGS = {content_type: ending for ending, content_type in FORMATS.values()}


class PictureRefused(ChangeRefused):
    """The file is not taken; `reasons` say what would be."""


@dataclass(frozen=True)
class Written:
    """A picture as it will be kept."""

    content: bytes
    content_type: str
    width: int
    height: int


def keep(upload: bytes, *, actor: User) -> Picture:
    """Keep an uploaded picture; the same content is one picture, whoever uploads it. Raises PictureRefused."""
    require(actor, Permission.CHANGE_EDIT)
    written = rewritten(upload)
    mark = hashlib.sha256(written.content).hexdigest()
    found = Picture.objects.filter(hash=mark).first()
    if found is None:
        return _stored(mark, written, actor)
    name = str(found.file.name)
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(written.content))
    return found


def address(picture: Picture) -> str:
    """Where a text finds it."""
    return reverse("pictures:read", args=[f"{picture.hash}.{ENDINGS[picture.content_type]}"])


def rewritten(upload: bytes) -> Written:
    """What is kept of an upload: upright, at most MAX_SIDE pixels a side, nothing but pixels. Raises
    PictureRefused."""
    if len(upload) > MAX_BYTES:
        size = {"size": -(-len(upload) // 1000**2), "limit": MAX_BYTES // 1000**2}
        raise PictureRefused([_("The picture has %(size)d MB; at most %(limit)d MB are taken.") % size])
    unreadable = PictureRefused([_("This is no picture that can be shown. Use PNG, JPEG, GIF or WebP.")])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(upload), formats=list(FORMATS)) as opened:
                return _written(opened)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise unreadable from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureRefused([_too_many()]) from error


def _written(opened: Image.Image) -> Written:
    kind = "JPEG" if opened.format == PHONE else str(opened.format)
    if kind not in FORMATS:
        raise UnidentifiedImageError(kind)
    frames = 1 if kind == "JPEG" else getattr(opened, "n_frames", 1)
    if opened.width * opened.height * frames > MAX_PIXELS:
        raise PictureRefused([_too_many()])
    moving = kind in ("GIF", "WEBP") and frames > 1
    images = [_plain(frame) for frame in ImageSequence.Iterator(opened)] if moving else [_plain(opened)]
    first, *others = images
    out = BytesIO()
    options: dict[str, object] = {"quality": QUALITY} if kind in ("JPEG", "WEBP") else {}
    if moving:
        durations = [frame.info.get("duration", 100) for frame in ImageSequence.Iterator(opened)]
        options |= {"save_all": True, "append_images": others, "duration": durations}
        options |= {"loop": opened.info["loop"]} if "loop" in opened.info else {}
    if kind == "JPEG" and first.mode not in ("L", "RGB"):
        first = first.convert("RGB")
    first.save(out, kind, **options)
    return Written(out.getvalue(), FORMATS[kind][1], first.width, first.height)


def _plain(image: Image.Image) -> Image.Image:
    """A frame's pixels alone, turned upright and made small enough."""
    upright = ImageOps.exif_transpose(image)
    if upright.mode not in ("L", "LA", "RGB", "RGBA"):
        has_alpha = upright.mode in ("PA", "La") or "transparency" in upright.info
        upright = upright.convert("RGBA" if has_alpha else "RGB")
    upright.thumbnail((MAX_SIDE, MAX_SIDE))
    plain = Image.new(upright.mode, upright.size)
    plain.paste(upright)
    return plain


def _too_many() -> str:
    limit = {"limit": MAX_PIXELS // 1000**2}
    return _("The picture has more than %(limit)d million pixels. Make it smaller.") % limit


def _stored(mark: str, written: Written, actor: User) -> Picture:
    """A new picture's file and row. Of two that store the same at once, the second finds the first's row."""
    name = default_storage.save(
        f"pictures/{mark[:2]}/{mark}.{ENDINGS[written.content_type]}", ContentFile(written.content)
    )
    try:
        with transaction.atomic():
            picture = Picture.objects.create(
                hash=mark,
                file=name,
                content_type=written.content_type,
                width=written.width,
                height=written.height,
                size=len(written.content),
                created_by=actor,
            )
            record(actor=actor, event=Event.PICTURE_ADDED, subject=picture, facts={"size": picture.size})
            return picture
    except IntegrityError:
        default_storage.delete(name)
        return Picture.objects.get(hash=mark)
