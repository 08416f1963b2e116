"""A customer is a keyed hash (HMAC), never an address. One key for all sources, so that a person is found in each.

The key comes from REQUESTER_KEY, and from SECRET_KEY while that is not set: so REQUESTER_KEY set to the present
SECRET_KEY changes nothing. Keys of before stand in REQUESTER_KEY_FALLBACKS; by them a person is still found, and an
erased one still known (docs/operations.md, "Personal data").
"""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings


def known_keys() -> list[bytes]:
    """The key by which customers are hashed now, and those of before."""
    words = [settings.REQUESTER_KEY or settings.SECRET_KEY, *settings.REQUESTER_KEY_FALLBACKS]
    return [hmac.digest(word.encode(), b"metrics.requester", "sha256") for word in words]


def hashed(address: str, key: bytes) -> str:
    """What stands for this customer: the same for the same address, whatever its case and blanks around it."""
    return hmac.digest(key, address.strip().lower().encode(), "sha256")[:16].hex()


def fingerprint(key: bytes) -> str:
    """Which key it is, without telling it."""
    return hashlib.sha256(b"fingerprint" + key).hexdigest()[:16]
