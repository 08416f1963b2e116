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
)
"""NotImplementedError and RecursionError are RuntimeErrors, UnicodeDecodeError is a ValueError."""
