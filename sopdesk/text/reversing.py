"""Addresses of pages, each worked out once: a page leads to a hundred, and Django looks for each of them anew."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.urls import get_script_prefix, get_urlconf, reverse


def address(name: str, *args: Any, within: str | None = None) -> str:
    """Django's `reverse`, remembered; `within` is its `current_app`. Raises NoReverseMatch.

    All that an address depends on is part of the key, the types of `args` too: 1 and True are equal.
    """
    urls = get_urlconf(settings.ROOT_URLCONF)
    return _address(name, args, tuple(map(type, args)), within, urls, get_script_prefix())


@lru_cache(maxsize=8192)
def _address(
    name: str,
    args: tuple[Any, ...],
    _types: tuple[type, ...],
    within: str | None,
    urls: str | None,
    _prefix: str,
) -> str:
    return reverse(name, urls, args=args, current_app=within)
