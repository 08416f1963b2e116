"""What reading a zip raises when its bytes are not what they were: each way of packing has errors of its own."""

from __future__ import annotations

import struct
import zipfile
import zlib
from lzma import LZMAError

DAMAGED: tuple[type[Exception], ...] = (
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    IndexError,
)
"""An entry without a name is an IndexError; NotImplementedError and RecursionError are RuntimeErrors, and
UnicodeDecodeError is a ValueError."""
