"""Passages for tests of search: documents published in the ordinary way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sopdesk.accounts.models import User
from sopdesk.documents.models import Document
from sopdesk.search.indexing import learn_words
from sopdesk.search.results import Results
from sopdesk.search.searching import search
from tests import factories

Publish = Callable[..., Document]


@pytest.fixture
def publish(ana: User, ben: User) -> Publish:
    """`publish("SOP-0001", "Title", "Body")`: an SOP in force for all staff, unless told otherwise."""

    def published(key: str, title: str, body: str, kind: str = "sop", **fields: Any) -> Document:
        document = factories.published(kind, key, author=ana, reviewer=ben, title=title, body=body, **fields)
        learn_words(document.pk)
        return document

    return published


def keys(results: Results) -> list[str]:
    """The keys of the documents found, best first."""
    return [document.key for document in results.documents]


def found(typed: str, viewer: Any, **wishes: Any) -> list[str]:
    return keys(search(typed, viewer=viewer, **wishes))


def lit(segments: Any) -> list[str]:
    return [segment.text for segment in segments if segment.lit]
