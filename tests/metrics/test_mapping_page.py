"""Saying how a file is read: values beside ours, kinds of columns, the zone, and what would become of the rows."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from metrics.guessing import guess
from metrics.models import Import, Mapping, Rating, Ticket
from metrics.reading import Row
from metrics.sampling import Sampled
from sopdesk.accounts.models import User
from sopdesk.audit.models import Entry
from tests.metrics.bringing import SHIPPED, finish

pytestmark = pytest.mark.django_db
TEXT = (
    "Nummer,Zustand,Prio,Erstellt,Mail,Bewertung\n"
    "1,Gelöst,P1,2026-05-04 10:00,a@x.example,5\n2,Offen,P3,2026-05-04 11:00,b@x.example,4\n"
    "3,Halb offen,P3,2026-05-04 12:00,c@x.example,1\n4,Offen,P3,2026-05-04 12:00,c@x.example,2\n"
)
COLUMNS = {
    "column_external_id": "Nummer", "column_status": "Zustand", "column_priority": "Prio",
    "column_created_at": "Erstellt", "column_requester": "Mail", "column_rating": "Bewertung",
}  # fmt: skip
SAID = {**COLUMNS, "time_zone": "Europe/Dublin", "dates": "iso", "unit": "s", "scale": "1_5"}


def uploaded(browser: Client, content: str | bytes = TEXT, name: str = "t.csv") -> Import:
    raw = content.encode() if isinstance(content, str) else content
    browser.post("/imports/new", {"file": SimpleUploadedFile(name, raw), "source": "Desk"})
    return Import.objects.latest("pk")


def preview(browser: Client, draft: Import, **said: str) -> Any:
    return browser.post(
        reverse("metrics:import_preview", args=[draft.pk]), {**SAID, **said}, headers={"HX-Request": "true"}
    )


def value_fields(page: Any, column: str) -> dict[str, str]:
    """The fields of a column's values, by value."""
    form = page.context["form"]
    label = {"status": "status", "priority": "priority", "rating": "rating"}[column]
    group = next(each for each in form.value_choices if each.label == label)
    return {value: bound.html_name for value, _count, bound in group.choices}


def test_values_stand_beside_ours_with_counts_and_guesses(gia: User, as_person: Any) -> None:
    browser = as_person(gia)
    page = preview(browser, uploaded(browser))
    statuses = next(group for group in page.context["form"].value_choices if group.label == "status")
    assert [(value, count, bound.initial) for value, count, bound in statuses.choices] == [
        ("Offen", 2, "open"), ("Gelöst", 1, "solved"), ("Halb offen", 1, ""),
    ]  # fmt: skip
    text = page.content.decode()
    assert "<html" not in text
    assert "1 row rejected" in text
    assert "Line 4 · status (“Zustand”)" in text
    assert "Halb offen" in text


def test_a_choice_changes_what_becomes_of_the_rows(gia: User, as_person: Any) -> None:
    browser = as_person(gia)
    draft = uploaded(browser)
    fields = value_fields(preview(browser, draft), "status")
    mapped = {fields["Halb offen"]: "pending", fields["Offen"]: "open", fields["Gelöst"]: "solved"}
    assert "0 rows rejected" in preview(browser, draft, **mapped).content.decode()
    assert not Ticket.objects.exists()
    answer = browser.post(reverse("metrics:import_map", args=[draft.pk]), {**SAID, **mapped})
    assert answer.status_code == 302
    browser.post(reverse("metrics:import_start", args=[draft.pk]))
    finish(Import.objects.get())
    assert [*Ticket.objects.order_by("external_id").values_list("status", flat=True)] == [
        "solved", "open", "pending", "open",
    ]  # fmt: skip
    assert Ticket.objects.get(external_id="1").created_at.isoformat() == "2026-05-04T09:00:00+00:00"
    assert {*Rating.objects.values_list("scale", "normalised")} == {("1_5", "positive"), ("1_5", "negative")}


def test_the_zone_is_asked_for_where_stamps_have_none(gia: User, as_person: Any) -> None:
    browser = as_person(gia)
    page = browser.get(reverse("metrics:import_map", args=[uploaded(browser).pk]))
    with_zones = TEXT.replace(":00,", ":00Z,").replace("Erstellt", "created_at")
    zoned = browser.get(reverse("metrics:import_map", args=[uploaded(browser, with_zones).pk]))
    refused = preview(browser, Import.objects.earliest("pk"), time_zone="")
    assert "time_zone" in refused.context["form"].errors
    assert not page.context["form"]["time_zone"].value()
    assert zoned.context["form"]["time_zone"].value() == "UTC"


def test_what_was_typed_stays_when_something_is_wrong(gia: User, as_person: Any) -> None:
    browser = as_person(gia)
    draft = uploaded(browser)
    answer = browser.post(
        reverse("metrics:import_map", args=[draft.pk]), {**SAID, "time_zone": "Mars", "save_as": "ours"}
    )
    assert answer.status_code == 422
    form = answer.context["form"]
    assert (form["save_as"].value(), form["column_priority"].value(), form["time_zone"].value()) == (
        "ours",
        "Prio",
        "Mars",
    )
    looked = browser.post(reverse("metrics:import_map", args=[draft.pk]), {**SAID, "look": "1"})
    assert looked.status_code == 200
    assert not Mapping.objects.exists()


def test_what_was_said_is_there_when_one_comes_back(gia: User, as_person: Any) -> None:
    browser = as_person(gia)
    draft = uploaded(browser)
    address = reverse("metrics:import_map", args=[draft.pk])
    browser.post(address, {**SAID, "column_priority": ""})
    form = browser.get(address).context["form"]
    assert (form["column_external_id"].value(), form["column_priority"].value()) == ("Nummer", "")
    assert form["time_zone"].value() == "Europe/Dublin"


def test_zammads_time_needs_a_unit(gia: User, as_person: Any) -> None:
    browser = as_person(gia)
    ticket = {"number": "7", "customer_id": 1, "owner_id": 1, "state_id": 1, "state": "new", "priority": "2 normal",
              "created_at": "2026-05-04T10:00:00Z", "time_unit": "15.0"}  # fmt: skip
    draft = uploaded(browser, json.dumps([ticket]), "z.json")
    shown = browser.get(reverse("metrics:import_map", args=[draft.pk])).context["form"]
    assert shown.name == "zammad"
    said = {f.html_name: f.value() or "" for f in shown} | {"column_active_s": "time_unit"}
    address = reverse("metrics:import_map", args=[draft.pk])
    refused = browser.post(address, said)
    assert "unit" in refused.context["form"].errors
    assert browser.post(address, {**said, "unit": "min"}).status_code == 302
    browser.post(reverse("metrics:import_start", args=[draft.pk]))
    finish(Import.objects.get())
    assert Ticket.objects.get().handle_segments.get().active_s == 900


def test_ten_thousand_columns_make_a_page_of_sensible_size(gia: User, as_person: Any) -> None:
    browser = as_person(gia)
    header = ",".join(f"c{n}" for n in range(10_000))
    draft = uploaded(browser, f"id,status,created,{header}\n1,new,2026-05-04,{',' * 9_999}\n")
    page = browser.get(reverse("metrics:import_map", args=[draft.pk]))
    assert page.status_code == 200
    assert len(page.content) < 1_500_000
    said = {f.html_name: f.value() or "" for f in page.context["form"]} | {"time_zone": "UTC"}
    refused = browser.post(reverse("metrics:import_map", args=[draft.pk]), {**said, "column_team": "c10000"})
    assert "has no column" in refused.content.decode()
    assert browser.post(reverse("metrics:import_map", args=[draft.pk]), said).status_code == 302


def test_kinds_of_columns_are_guessed_from_their_cells() -> None:
    header = ["time", "number", "mail", "truth", "words", "text", "none"]
    rows = [
        [f"2026-05-{n:02} 10:00", str(n), f"a{n}@x.example", "yes", "ab"[n % 2], f"text {n}", ""]
        for n in range(1, 20)
    ]
    sampled = Sampled(header, [row(cells) for cells in rows])
    assert [str(sampled.kind(name)) for name in header] == [
        "time", "number", "e-mail address", "true or false", "few words", "text", "empty",
    ]  # fmt: skip
    assert (sampled.have_zones(["time"]), sampled.have_zones(["text"])) == (False, None)


def row(cells: list[str]) -> Any:
    return Row(1, 0, 0, cells)


@pytest.fixture
def kept(gia: User) -> Mapping:
    return Mapping.objects.create(name="ours", content=SHIPPED["sopdesk"], created_by=gia)


def test_a_kept_way_of_reading_is_renamed_updated_and_removed(
    kept: Mapping, gia: User, as_person: Any
) -> None:
    browser = as_person(gia)
    rename = reverse("metrics:mapping_rename", args=[kept.pk])
    assert browser.post(rename, {"name": "sopdesk"}).status_code == 422
    browser.post(rename, {"name": "  our   desk "})
    assert "our desk" in browser.get(reverse("metrics:mapping_list")).content.decode()
    draft = uploaded(browser, "external_id,status,created_at,team\n1,odd,2026-05-04,x\n")
    address = reverse("metrics:import_map", args=[draft.pk]) + "?mapping=our%20desk"
    shown = browser.get(address).context["form"]
    said = {f.html_name: f.value() or "" for f in shown} | {"update": "on"}
    browser.post(address, said | {value_fields(browser.get(address), "status")["odd"]: "open"})
    kept.refresh_from_db()
    assert kept.content["values"] == {"status": {"odd": "open"}}
    remove = reverse("metrics:mapping_remove", args=[kept.pk])
    assert "our desk" in browser.get(remove).content.decode()
    browser.post(remove)
    assert not Mapping.objects.exists()
    events = (
        Entry.objects.filter(event__startswith="mapping:").order_by("number").values_list("event", flat=True)
    )
    assert [*events] == ["mapping:renamed", "mapping:changed", "mapping:removed"]


def test_the_list_takes_the_same_queries_with_one_and_with_fifty(
    kept: Mapping, gia: User, as_person: Any, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    browser, address = as_person(gia), reverse("metrics:mapping_list")
    browser.get(address)
    with django_assert_max_num_queries(20) as few:
        browser.get(address)
    Mapping.objects.bulk_create(
        Mapping(name=f"m{n}", content=kept.content, created_by=gia) for n in range(49)
    )
    with django_assert_max_num_queries(len(few)):
        browser.get(address)


VIEWS = {
    "en": "ID,Status,Subject,Requester,Requested,Updated,Group,Assignee,Priority",
    "de": "ID;Status;Betreff;Anfragender;Angefragt;Aktualisiert;Gruppe;Mitarbeiter;Priorität",
    "fr": "ID;Statut;Sujet;Demandeur;Demandé le;Mis à jour;Groupe;Assigné;Priorité",
    "es": "ID;Estado;Asunto;Solicitante;Solicitado;Actualizado;Grupo;Asignado;Prioridad",
}


@pytest.mark.parametrize("language", VIEWS)
def test_an_exported_view_is_understood_in_the_language_it_was_shown_in(language: str) -> None:
    header = VIEWS[language].replace(";", ",").split(",")
    _name, content = guess(header)
    expected = [
        "external_id",
        "status",
        "requester",
        "created_at",
        "updated_at",
        "team",
        "assignee",
        "priority",
    ]
    assert [content["columns"].get(name) for name in expected] == [header[0], header[1], *header[3:]]
