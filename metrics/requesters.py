"""A customer is a keyed hash (HMAC), never an address. One key for all sources, so that a person is found in each.

The key comes from REQUESTER_KEY, and from SECRET_KEY while that is not set: so REQUESTER_KEY set to the present
SECRET_KEY changes nothing. Keys of before stand in REQUESTER_KEY_FALLBACKS, and in SECRET_KEY_FALLBACKS while
REQUESTER_KEY is not set; by them a person is still found, and an erased one still known (docs/operations.md, "Personal
data"). What is to be done where one is missing: metrics/lost_keys.py.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

from django.conf import settings


def known_keys() -> list[bytes]:
    """The key by which customers are hashed now, and those of before."""
    own = settings.REQUESTER_KEY
    words = [own] if own else [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    each = dict.fromkeys([*words, *settings.REQUESTER_KEY_FALLBACKS])
    return [hmac.digest(word.encode(), b"metrics.requester", "sha256") for word in each]


PREFIX: Final = "customer:"
_HASHED: Final = re.compile(r"customer:[0-9a-f]{32}")


def hashed(address: str, key: bytes) -> str:
    """What stands for this customer: the same for the same address, whatever its case and blanks around it.

    Rejected rows are given out with the hash in place of the address (PREFIX before it): that is the hash itself.
    """
    word = address.strip().lower()
    if word.startswith(PREFIX) and _HASHED.fullmatch(word):
        return word[len(PREFIX) :]
    return hmac.digest(key, word.encode(), "sha256")[:16].hex()


def fingerprint(key: bytes) -> str:
    """Which key it is, without telling it."""
    return hashlib.sha256(b"fingerprint" + key).hexdigest()[:16]
