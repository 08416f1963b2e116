"""What the documentation names must exist: paths, dotted names, make targets, commands, addresses, variables.

Only text in `code spans` and fenced blocks is read as a name, so prose is free. A name in a code span may be shortened
as people say it: `publishing.publish` for `sopdesk.documents.publishing.publish`, `Change.state_at` for the method.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import URLPattern, URLResolver, get_resolver

from sopdesk.accounts.permissions import Permission, Role
from sopdesk.audit.events import Event
from sopdesk.demo.people import LOGINS, PASSWORD

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("sopdesk", "macros", "knowledgebase", "sops", "metrics", "compliance")
DECISIONS = ROOT / "docs" / "decisions"
DOCS = sorted(
    path
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    if not path.is_symlink() and "node_modules" not in path.parts
)
GUIDES = sorted((ROOT / "docs" / "guide").glob("*.md"))
# Bold words of the README that are not on a page.
OWN_WORDS = {
    "rule", "words", "tags", "public explanation", "legal duty", "effect", "Ana writes", "Ben reviews",
    "Dev and Eve answer", "Gia and Finn measure", "Carla checks", "Hal keeps the people",
}  # fmt: skip
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
PATH = re.compile(
    r"[\w.*<>-]*[\w.-]*(?:/[\w.*<>-]+)+/?|[\w-]+\.(?:md|py|toml|yml|sh|lock|conf|html|css|js|png|json|dump)"
)
DOTTED = re.compile(r"_?[A-Za-z]\w*(?:\.[A-Za-z_]\w*)+")
VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
# Files that the desk writes while it runs, that a person makes, or that stand in an example.
MADE_LATER = (
    "var",
    ".env",
    ".venv",
    "media/",
    "deploy/tls",
    "fullchain.pem",
    "privkey.pem",
    "manifest.json",
    "database.dump",
)
# Names of the recipe in adding-a-feature.md.
EXAMPLES = ("stewardship.py", "tests/documents/test_stewardship.py")
# Names of libraries and of the standard library, said as they are called there.
FOREIGN = (
    "django",
    "celery",
    "transaction",
    "models",
    "settings",
    "console",
    "forms",
    "AppConfig",
    "desk",
    "smtp",
)

doc = pytest.mark.parametrize("doc", DOCS, ids=lambda path: str(path.relative_to(ROOT)))


def spans(path: Path) -> Iterator[str]:
    """The code spans of a document, outside fenced blocks."""
    yield from (match[1].strip() for match in SPAN.finditer(FENCE.sub("", path.read_text(encoding="utf-8"))))


def commands(path: Path) -> Iterator[str]:
    """Code spans, and the lines of fenced blocks that are for a shell or of no language."""
    yield from spans(path)
    for language, block in FENCE.findall(path.read_text(encoding="utf-8")):
        if language in {"", "sh", "bash", "console"}:
            yield from block.splitlines()


@cache
def names() -> dict[str, set[str]]:
    """Module or class -> what it holds at its top. A class stands under its bare name, a module under each ending."""
    held: dict[str, set[str]] = defaultdict(set)
    for package in (*PACKAGES, "tests"):
        for path in (ROOT / package).rglob("*.py"):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found = set(_bound(tree.body))
            parts = module.split(".")
            for start in range(len(parts)):
                held[".".join(parts[start:])] |= found
                if start:
                    held[".".join(parts[start - 1 : -1])].add(parts[-1])
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef):
                    held[node.name] |= set(_bound(node.body))
    return held


def _bound(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)


def is_known(dotted: str) -> bool:
    """Whether `a.b.c` is a module, or c stands in the module or class a.b (or in the class b)."""
    if dotted in names():
        return True
    owner, _dot, last = dotted.rpartition(".")
    return last in names().get(owner, ()) or last in names().get(owner.rpartition(".")[2], ())


@cache
def addresses() -> frozenset[str]:
    """Every named address, with its namespace: "changes:publish"."""

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                yield from walk(pattern.url_patterns, space)
            elif pattern.name:
                yield f"{prefix}{pattern.name}"

    return frozenset(walk(get_resolver().url_patterns, ""))


@cache
def source_text() -> str:
    """All that may read a variable: code, settings, build and deployment files."""
    files = [path for package in (*PACKAGES, "tests", "scripts") for path in (ROOT / package).rglob("*.py")]
    files += [ROOT / name for name in ("Makefile", "docker-compose.yml", "Dockerfile", "manage.py")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@cache
def interface_text() -> str:
    """All templates and the words in code: what a person may meet on a page."""
    files = [*(ROOT / "templates").rglob("*.html")]
    files += [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@doc
def test_every_path_exists(doc: Path) -> None:
    missing = [
        span
        for span in spans(doc)
        if PATH.fullmatch(span)
        and not span.startswith("/")
        and not span.startswith((*MADE_LATER, *EXAMPLES))
        and not _exists(doc, span)
    ]
    assert not missing


def _exists(doc: Path, name: str) -> bool:
    """A path from the project's root or from the document; a bare name anywhere; `<app>` and `*` stand for any."""
    wild = re.sub(r"<[^>]+>", "*", name).rstrip("/")
    if "/" in wild:
        return any(place.glob(wild) for place in (ROOT, doc.parent)) and bool(
            [*ROOT.glob(wild), *doc.parent.glob(wild), *(ROOT / "templates").glob(wild)]
        )
    places = (*PACKAGES, "docs", "tests", "static", "templates", "scripts", "deploy")
    return (ROOT / wild).exists() or any(next((ROOT / place).rglob(wild), None) for place in places)


@doc
def test_every_dotted_name_exists(doc: Path) -> None:
    called = (re.sub(r"\(.*", "", span.removeprefix("@")) for span in spans(doc))
    unknown = [
        name
        for name in called
        if DOTTED.fullmatch(name)
        and not PATH.fullmatch(name)
        and not name.startswith(FOREIGN)
        and not is_known(name)
    ]
    assert not unknown


@doc
def test_every_make_target_and_command_exists(doc: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    lines = [*commands(doc)]
    made = {found for line in lines for found in re.findall(r"^(?:[A-Z]+=\S+ )*make ([a-z-]+)", line)}
    managed = {found for line in lines for found in re.findall(r"manage\.py ([a-z_]+)", line)}
    assert made <= targets
    assert managed <= {*get_commands(), "help"}


@doc
def test_every_address_permission_and_event_exists(doc: Path) -> None:
    named = {span for span in spans(doc) if re.fullmatch(r"[a-z_]+:[a-z_]+", span)}
    markup = {span for span in named if span.startswith(("kind:", "thing:"))}
    assert named - markup <= {*addresses(), *Permission, *Event.values}


@doc
def test_every_variable_exists(doc: Path) -> None:
    named = {found for span in spans(doc) for found in VARIABLE.findall(span) if span.isascii()}
    assert {name for name in named if name not in source_text()} == set()


@doc
def test_every_link_leads_somewhere(doc: Path) -> None:
    prose = SPAN.sub("", FENCE.sub("", doc.read_text(encoding="utf-8")))
    targets = [link for link in LINK.findall(prose) if "://" not in link]
    broken = [link for link in targets if not _leads(doc, link)]
    assert not broken


def _leads(doc: Path, link: str) -> bool:
    name, _hash, anchor = link.partition("#")
    target = (doc.parent / name) if name else doc
    if not target.exists():
        return False
    if not anchor or target.suffix != ".md":
        return True
    headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
    return anchor in {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings
    }


@pytest.mark.parametrize("doc", [ROOT / "README.md", *GUIDES], ids=lambda path: path.name)
def test_every_button_is_called_what_the_page_calls_it(doc: Path) -> None:
    """What a guide sets in bold is a word of the interface: a button, a heading, a role."""
    text = re.sub(r"\s+", " ", FENCE.sub("", doc.read_text(encoding="utf-8")))
    bold = {match.rstrip(".") for match in re.findall(r"\*\*([^*]+)\*\*", text)}
    assert {words for words in bold if words not in interface_text() and words not in OWN_WORDS} == set()


def test_the_readme_names_each_log_in() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert PASSWORD in readme
    assert [login.email for login in LOGINS if login.email not in readme] == []


def test_every_decision_stands_in_the_list() -> None:
    listed = (DECISIONS / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in sorted(DECISIONS.glob("0*.md")) if f"({path.name})" not in listed] == []


def test_every_decision_says_why_and_what_follows() -> None:
    for path in DECISIONS.glob("0*.md"):
        text = path.read_text(encoding="utf-8")
        assert re.match(rf"# {int(path.name[:4])}\. ", text), path.name
        assert [
            part for part in ("## Context", "## Decision", "## Consequences") if part not in text
        ] == [], path.name


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    required = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    wanted = {re.split(r"[\[<>=~!; ]", line, maxsplit=1)[0] for line in required}
    said = set(re.findall(r"`([\w-]+)`", (DECISIONS / "0013-dependencies.md").read_text(encoding="utf-8")))
    assert wanted - said == set()


def test_every_role_has_a_guide() -> None:
    guides = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "guide").glob("*.md")
    ).lower()
    assert [role.label for role in Role if str(role.label) not in guides] == []


def test_pictures_are_small() -> None:
    pictures = [*(ROOT / "docs" / "screenshots").glob("*.png")]
    assert [path.name for path in pictures if path.stat().st_size > 250_000] == []
