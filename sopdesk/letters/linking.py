"""Addresses as a letter needs them: with scheme and host. A letter is written without a request at hand."""

from __future__ import annotations

from django.conf import settings


def absolute(path: str) -> str:
    """The whole address of a page of this desk; `path` begins with a slash."""
    site: str = settings.SITE_ADDRESS
    return site.rstrip("/") + path
