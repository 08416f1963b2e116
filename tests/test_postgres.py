"""Questions are worded as Django words them, to the letter, for every model and each way to order and to join."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connections
from django.db.backends.postgresql import operations
from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Lower

from sopdesk.accounts.models import Team, User
from sopdesk.documents.models import Change, ChangeItem, Document, Version

pytestmark = pytest.mark.django_db


def questions() -> Iterator[QuerySet[Any]]:
    for model in apps.get_models():
        every: QuerySet[Model] = model._default_manager.all()
        yield every
        yield every.select_related().order_by("-pk")[:5]
        yield every.order_by(F("pk").desc(nulls_last=True)).values_list("pk")
    yield Team.objects.filter(site__name="Cebu")
    yield User.objects.values("team").annotate(number=Count("pk")).order_by("-number", "team__name")
    yield User.objects.annotate(low=Lower("name")).order_by("low", "-team__name")
    yield User.objects.order_by(Lower("name").desc(), F("email"))
    yield (
        User.objects.values_list("name", "email")
        .union(User.objects.values_list("email", "name"))
        .order_by("name")
    )
    yield User.objects.annotate(one=Value(1)).order_by("one").reverse()
    yield User.objects.order_by("?")
    yield User.objects.extra(select={"low": "lower(name)"}, order_by=["low"])
    yield (
        User.objects.distinct("team")
        .order_by("team", "-pk")
        .only("name", "team__name")
        .select_related("team")
    )
    yield ChangeItem.objects.select_related("document", "change").order_by("document__key", "pk")
    held = Version.objects.filter(document=OuterRef("pk")).order_by("-number")
    yield Document.objects.annotate(latest=held.values("title")[:1]).filter(~Exists(held)).order_by("-latest")
    yield Change.objects.filter(Q(authors=1) | Q(items__document__owner=2)).distinct().order_by("-updated_at")


def test_a_question_is_worded_as_django_words_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = [(str(question.query.model), worded(question)) for question in questions()]
    monkeypatch.setattr(connections["default"], "ops", operations.DatabaseOperations(connections["default"]))
    theirs = [(str(question.query.model), worded(question)) for question in questions()]
    assert ours == theirs
    assert len(ours) > 200


def worded(question: QuerySet[Any]) -> tuple[Any, Any, Any]:
    """Its SQL and parameters, and which places of a row are converted by what."""
    compiler = question.query.get_compiler("default")
    sql = compiler.as_sql()
    converters = compiler.get_converters([one for one, _, _ in compiler.select or ()])
    return (
        sql,
        {place: len(functions) for place, (functions, _) in converters.items()},
        compiler.annotation_col_map,
    )
