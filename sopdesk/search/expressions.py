"""Columns that Postgres works out by itself when a passage is written."""

from __future__ import annotations

from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Func


class Vector(Func):
    """The words of a passage, weighted title over heading over text (a function of migration 0001).
    Arguments: locale, key, title, heading, text."""

    function = "public.search_vector"
    output_field = SearchVectorField()


class Head(Func):
    """The words of its title, key and headings alone, as stems and as written: where a search is narrow and quick.
    Arguments: locale, key, title, heading."""

    function = "public.search_head"
    output_field = SearchVectorField()


class CompactKey(Func):
    """A key as people type it: SOP-0042, sop 42 and sop42 are all sop42. Twin of `asking.compact_key`."""

    template = (
        "regexp_replace(regexp_replace(lower(%(expressions)s), '[-_ ./#]+', '', 'g'),"
        r" '(^|[^0-9])0+([0-9])', '\1\2', 'g')"
    )
    output_field = models.CharField(max_length=80)
