"""The demo content obeys its own format (sopdesk/demo/content/README.md), in every version and not only the newest."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import holidays
import pytest
import yaml

from sopdesk.demo.content import FOLDER, Content, ContentBroken, Document, Version, load, older

CATALOGUE = Path(__file__).parents[2] / "compliance" / "catalogue.yaml"
REFERENCE = re.compile(r"\[\[([a-z]+):([^\]#]+)(?:#([^\]]+))?\]\]")
CHOICE = re.compile(r"^- \[[^\[\]]+\]\(#([a-z0-9-]+)\)$")
PLACEHOLDER = re.compile(r"\{\{\s*([^}]*?)\s*\}\}")
VAGUE = re.compile(
    r"\b(as soon as possible|asap|promptly|in a timely manner|shortly|in due course)\b", re.IGNORECASE
)
PLACEHOLDERS = {
    "customer.first_name", "customer.username", "ticket.id", "ticket.created_on", "agent.first_name",
    "order.id", "order.date", "order.amount", "refund.amount", "deadline.date",
}  # fmt: skip
AUTHORS = {"ana-lim", "marta-kowalska", "joao-ferreira", "sofia-almeida", "tom-byrne", "aoife-nolan"}
REVIEWERS = {"ben-okafor", "ines-duarte", "liam-walsh", "carla-reyes"}
GROUPS = {"contact-reason", "outcome", "risk-flag", "process"}
CATEGORIES = {"Account", "Payments", "Safety", "Privacy", "Creators", "Getting help"}


@cache
def content() -> Content:
    return load()


@cache
def catalogue() -> Mapping[str, object]:
    if not CATALOGUE.exists():
        pytest.skip("the catalogue of duties is not shipped yet")
    loaded: Mapping[str, object] = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    return loaded


def every_version(*kinds: str) -> Iterator[tuple[str, Document, Version]]:
    for document in content().documents:
        if document.kind in kinds:
            for version in document.versions:
                yield f"{document.key} v{version.number}", document, version


def sections(body: str) -> dict[str, str]:
    """Anchor -> own text, in order; text before the first heading is not allowed in an SOP and is ignored."""
    found: dict[str, str] = {}
    for title, text in re.findall(r"^##+ (.+)\n((?:(?!##+ ).*\n?)*)", body, re.MULTILINE):
        explicit = re.search(r"\{#([a-z0-9-]+)\}\s*$", title)
        anchor = explicit[1] if explicit else re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
        assert anchor not in found, f"two sections with the anchor {anchor}"
        found[anchor] = text
    return found


def choices(text: str) -> list[str]:
    return [match[1] for line in text.splitlines() if (match := CHOICE.match(line))]


def test_every_sop_has_two_to_four_versions_and_the_rest_one_to_three() -> None:
    for name, document, _version in every_version("sop", "macro", "article"):
        low, high = (2, 4) if document.kind == "sop" else (1, 3)
        assert low <= len(document.versions) <= high, name


def test_versions_follow_each_other_and_nobody_reviews_their_own_work() -> None:
    for name, document, version in every_version("sop", "macro", "article"):
        assert version.author in AUTHORS | {"carla-reyes"}, name
        assert version.reviewer in REVIEWERS, name
        assert version.author != version.reviewer, name
        assert version.summary.endswith("."), name
        assert version.material in {True, False}, name
        assert holidays.country_holidays("IE").is_working_day(version.in_force), f"{name}: not a working day"
        assert "2025-09-01" <= f"{version.in_force:%Y-%m-%d}" <= "2026-11-13", name
        if version.number > 1:
            before = document.versions[version.number - 2]
            assert before.in_force < version.in_force, name
            assert before.body != version.body or before.title != version.title, f"{name}: nothing changed"


def test_every_reference_resolves() -> None:
    known = {
        kind: {document.key: document for document in content().of_kind(kind)}
        for kind in ("sop", "macro", "article")
    }
    labels = {label.key for label in content().labels}
    problems = []
    for name, _document, version in every_version("sop", "macro", "article"):
        for kind, key, anchor in REFERENCE.findall(version.body):
            if kind == "duty":
                continue
            target = known.get(kind, {}).get(key)
            if target is None and not (kind == "label" and key in labels):
                problems.append(f"{name}: [[{kind}:{key}]]")
            elif anchor and target and anchor not in sections(target.body):
                problems.append(f"{name}: [[{kind}:{key}#{anchor}]]")
    assert problems == []


def test_no_bracket_is_left_half_open() -> None:
    for name, _document, version in every_version("sop", "macro", "article"):
        assert version.body.count("[[") == len(REFERENCE.findall(version.body)) == version.body.count("]]"), (
            name
        )
        fences = re.findall(r"^:::.*$", version.body, re.MULTILINE)
        assert all((fence == ":::") == bool(index % 2) for index, fence in enumerate(fences)), (
            f"{name}: {fences}"
        )


def test_duties_and_topics_exist_in_the_catalogue() -> None:
    duties = {row["id"] for row in catalogue()["requirements"]}  # type: ignore[attr-defined]
    topics = set(catalogue()["trigger_vocabulary"])  # type: ignore[call-overload]
    for name, document, version in every_version("sop", "macro", "article"):
        cited = {key for kind, key, _anchor in REFERENCE.findall(version.body) if kind == "duty"}
        assert cited <= duties, f"{name}: {cited - duties}"
        assert set(document.data.get("topics", [])) <= topics, name


def test_steps_have_choices_or_an_outcome_and_no_dead_ends() -> None:
    for name, _document, version in every_version("sop"):
        parts = sections(version.body)
        graph = {anchor: choices(text) for anchor, text in parts.items()}
        ends = {anchor for anchor, text in parts.items() if re.search(r"^Outcome: \S", text, re.MULTILINE)}
        start = next(anchor for anchor, onward in graph.items() if onward)
        for anchor, onward in graph.items():
            assert set(onward) <= set(parts), f"{name} #{anchor}: {set(onward) - set(parts)}"
            assert not (onward and anchor in ends), f"{name} #{anchor}: choices and an outcome"
        reached = reachable(graph, start)
        steps = {anchor for anchor in graph if graph[anchor]} | ends
        assert reached == steps, f"{name}: {reached ^ steps}"
        for anchor in reached:
            assert reachable(graph, anchor) & ends, f"{name} #{anchor}: no way out"


def reachable(graph: Mapping[str, list[str]], start: str) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        anchor = waiting.pop()
        if anchor not in seen:
            seen.add(anchor)
            waiting.extend(graph[anchor])
    return seen


def test_a_choice_list_ends_its_section_and_stands_outside_blocks() -> None:
    for name, _document, version in every_version("sop"):
        inside = False
        for line in version.body.splitlines():
            if line.startswith(":::"):
                inside = line != ":::"
            assert not (inside and (CHOICE.match(line) or line.startswith("#"))), f"{name}: {line}"
        for anchor, text in sections(version.body).items():
            lines = text.strip().splitlines()
            tail = [line for line in lines if CHOICE.match(line)]
            assert lines[len(lines) - len(tail) :] == tail, f"{name} #{anchor}"


def test_lengths_hold() -> None:
    for name, document, version in every_version("sop", "macro", "article"):
        for anchor, text in sections(version.body).items():
            assert len(text.split()) <= 400, f"{name} #{anchor}"
        if document.kind == "sop" and version is document.versions[-1]:
            assert 500 <= len(version.body.split()) <= 1100, f"{name}: {len(version.body.split())} words"


def test_words_are_exact() -> None:
    for name, _document, version in every_version("sop", "macro", "article"):
        assert not VAGUE.search(version.body), f"{name}: {VAGUE.search(version.body)}"
        assert not re.search(r"\b(TODO|TBD|lorem)\b", version.body, re.IGNORECASE), name


def test_macros_use_known_placeholders_and_name_their_sop() -> None:
    sops = {document.key for document in content().of_kind("sop")}
    labels = {label.key for label in content().labels}
    for name, document, version in every_version("macro"):
        assert set(PLACEHOLDER.findall(version.body)) <= PLACEHOLDERS, name
        assert version.body.startswith("Hi {{customer.first_name}},"), name
        assert version.body.endswith("{{agent.first_name}}\nLumio Support\n"), name
        assert document.data["sop"] in sops, name
        actions = document.data["actions"]
        assert set(actions["add_labels"]) | set(document.data["labels"]) <= labels, name
        assert actions["set_status"] in {"open", "pending", "on_hold", "solved"}, name


def test_only_macros_hold_placeholders() -> None:
    for name, _document, version in every_version("sop", "article"):
        assert "{{" not in version.body, name


def test_front_matter_of_sops_articles_and_labels() -> None:
    labels = {label.key: label for label in content().labels}
    for document in content().of_kind("sop"):
        assert document.data["risk"] in {"low", "medium", "high"}, document.key
        assert 1 <= document.data["review_months"] <= 24, document.key
        assert document.data["topics"], document.key
        assert set() < set(document.data["labels"]) <= set(labels), document.key
    for document in content().of_kind("article"):
        assert document.data["category"] in CATEGORIES, document.key
        assert document.audience.scope == "public", document.key
    for label in labels.values():
        assert label.group in GROUPS, label.key
        assert label.status in {"active", "deprecated", "merged"}, label.key
        assert (label.status == "merged") == bool(label.merged_into), label.key
        assert not label.merged_into or label.merged_into in labels, label.key


def test_aliases_point_at_one_label_only() -> None:
    names = [name for label in content().labels for name in (label.key, *label.aliases)]
    assert sorted({name for name in names if names.count(name) > 1}) == []


PLANTED = {
    "SOP-0001": ("2026-06-15T09:00", "**30 days**", "**14 days**"),
    "SOP-0006": ("2026-08-17T09:00", "{#second-document}", "we ask for one document"),
    "refund-approved": ("2026-06-15T09:00", "We have refunded", "has been approved"),
    "refunds-for-coins": ("2026-06-15T09:00", "**30 days**", "**14 days**"),
    "recovery-ask-documents": ("2026-08-17T09:00", "two documents", "one photo document"),
    "recover-your-account": ("2026-08-17T09:00", "**two documents**", "**one photo document**"),
}


@pytest.mark.parametrize("key", PLANTED)
def test_the_planted_changes_are_where_the_tickets_expect_them(key: str) -> None:
    since, new, old = PLANTED[key]
    document = next(document for document in content().documents if document.key == key)
    after = next(version for version in document.versions if f"{version.in_force:%Y-%m-%dT%H:%M}" == since)
    before = document.versions[after.number - 2]
    assert after.material
    assert (new in after.body, new in before.body) == (True, False)
    assert (old in after.body, old in before.body) == (False, True)


def test_a_passage_must_occur_exactly_once() -> None:
    assert older("within 30 days", [{"now": "30", "then": "14"}]) == "within 14 days"
    for text in ("no figure", "30 or 30"):
        with pytest.raises(ContentBroken, match="must be once"):
            older(text, [{"now": "30", "then": "14"}])


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "sops").mkdir()
    (tmp_path / "sops" / "SOP-0099.md").write_text("no front matter", encoding="utf-8")
    with pytest.raises(ContentBroken, match=r"SOP-0099\.md"):
        load(tmp_path)
    assert FOLDER.is_dir()
