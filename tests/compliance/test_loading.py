"""Loading is idempotent, whole or not at all, and loses nothing that was ever there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from compliance.loading import CatalogueRefused, Report, load
from compliance.models import Catalogue, Duty, Framework, Mapping, Revision, TimeLimit, Watch
from sopdesk.audit.models import Entry
from tests.compliance.conftest import limit, raised, requirement

pytestmark = pytest.mark.django_db
Load = Callable[[dict[str, Any]], Report]


def test_the_shipped_catalogue_loads_and_loading_it_again_changes_nothing() -> None:
    report = load()
    assert (len(report.added), report.already_loaded) == (155, False)
    assert Framework.objects.count() == 11
    assert TimeLimit.objects.count() == 56
    assert Mapping.objects.count() == 18
    again = load()
    assert (again.already_loaded, again.unchanged, again.added) == (True, 155, [])
    assert Revision.objects.count() == 155
    assert Catalogue.objects.count() == 1
    entry = Entry.objects.get()
    assert (entry.event, entry.actor_name, entry.facts["added"]) == (
        "frameworks:loaded",
        "catalogue loader",
        155,
    )


def test_a_changed_duty_keeps_its_row_and_its_former_text(small: dict[str, Any], load_small: Load) -> None:
    load_small(small)
    before = Duty.objects.get(key="a-one")
    following = raised(small)
    following["requirements"][0]["duty"] = "Answer within three weeks."
    following["requirements"][0]["time_limits"] = [limit("respond", value=3, unit="week"), limit("extended")]
    report = load_small(following)
    after = Duty.objects.get(key="a-one")
    assert (report.changed, report.unchanged) == (["a-one"], 1)
    assert (after.pk, after.revision, after.duty) == (before.pk, 2, "Answer within three weeks.")
    assert after.revisions.get(number=1).content["duty"] == "Answer within one month."
    assert [(found.key, found.value) for found in after.time_limits.all()] == [
        ("respond", 3),
        ("extended", 1),
    ]
    assert after.content_hash != before.content_hash


def test_a_dropped_duty_is_superseded_and_can_come_back(small: dict[str, Any], load_small: Load) -> None:
    load_small(small)
    following = raised(small)
    dropped = following["requirements"].pop(1)
    following["mappings"] = []
    assert load_small(following).superseded == ["b-two"]
    gone = Duty.objects.get(key="b-two")
    assert gone.superseded_at is not None
    assert list(Duty.objects.in_use()) == [Duty.objects.get(key="a-one")]
    third = raised(following, "1.3")
    third["requirements"].append(dropped)
    assert load_small(third).restored == ["b-two"]
    assert Duty.objects.get(key="b-two").superseded_at is None


def test_a_duty_with_a_successor_is_superseded_by_it(small: dict[str, Any], load_small: Load) -> None:
    load_small(small)
    following = raised(small)
    following["requirements"][0]["successor"] = "c-new"
    following["requirements"].append(requirement("c-new"))
    report = load_small(following)
    assert (report.added, report.superseded) == (["c-new"], ["a-one"])
    assert Duty.objects.get(key="a-one").successor == Duty.objects.get(key="c-new")
    third = raised(following, "1.3")
    third["catalogue"]["disclaimer"] = "Still not advice."
    report = load_small(third)
    assert (report.superseded, report.restored, report.unchanged) == ([], [], 3)


def test_a_revision_is_never_altered(small: dict[str, Any], load_small: Load) -> None:
    load_small(small)
    with pytest.raises(DatabaseError), transaction.atomic():
        Revision.objects.update(content={})
    with pytest.raises(DatabaseError), transaction.atomic():
        Revision.objects.all().delete()


Break = Callable[[dict[str, Any]], Any]


def first(data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = data["requirements"][0]
    return found


BREAKS: dict[str, Break] = {
    "unknown gate": lambda data: first(data).update(gate="showstopper"),
    "unknown trigger": lambda data: first(data).update(triggers=["weather"]),
    "unknown framework": lambda data: first(data).update(framework="nope"),
    "no article": lambda data: first(data).pop("article"),
    "unknown unit": lambda data: first(data)["time_limits"][0].update(unit="fortnight"),
    "unknown calendar": lambda data: first(data)["time_limits"][0].update(calendar="moon"),
    "unmeasurable": lambda data: first(data)["time_limits"][0].update(ticket_measure="created"),
    "a limit twice": lambda data: first(data)["time_limits"].append(limit()),
    "mapping to nothing": lambda data: data["mappings"][0].update(target="z-nine"),
    "unknown relation": lambda data: data["mappings"][0].update(relation="cousin"),
    "a duty twice": lambda data: data["requirements"].append(data["requirements"][1]),
    "successor missing": lambda data: first(data).update(successor="z-nine"),
    "another schema": lambda data: data.update(schema_version=99),
    "a list missing": lambda data: data.pop("mappings"),
}


@pytest.mark.parametrize("how", BREAKS)
def test_an_unsound_catalogue_is_refused_as_a_whole(
    small: dict[str, Any], load_small: Load, how: str
) -> None:
    BREAKS[how](small)
    with pytest.raises(CatalogueRefused) as refused:
        load_small(small)
    assert len(refused.value.reasons) == 1
    assert not Duty.objects.exists()
    assert not Entry.objects.exists()


def test_other_content_needs_a_newer_version(small: dict[str, Any], load_small: Load) -> None:
    load_small(small)
    small["catalogue"]["disclaimer"] = "Other."
    with pytest.raises(CatalogueRefused, match="not newer"):
        load_small(small)


def test_a_framework_whose_duties_change_raises_its_content_version(
    small: dict[str, Any], load_small: Load
) -> None:
    load_small(small)
    small["catalogue"]["version"] = "1.2"
    small["requirements"][0]["duty"] = "Quietly another."
    with pytest.raises(CatalogueRefused, match="content_version"):
        load_small(small)
    assert Duty.objects.get(key="a-one").duty == "Answer within one month."


@pytest.mark.parametrize(
    "content", [b"", b"{", b"a: [1", b"\xff\xfe", b"- 1", b"!!python/object/apply:os.system [id]"]
)
def test_a_broken_file_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.yaml"
    path.write_bytes(content)
    with pytest.raises(CommandError, match="Nothing was loaded"):
        call_command("load_frameworks", file=path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_frameworks", file=tmp_path / "none.yaml")


def test_a_watch_affects_by_prefix(small: dict[str, Any], load_small: Load) -> None:
    load_small(small)
    assert [Watch.objects.get().affects(key) for key in ("a-one", "b-two")] == [True, False]
