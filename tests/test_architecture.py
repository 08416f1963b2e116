"""The shape of the project, held by a test: sizes, directions, doors. An exception is a line here with its reason."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("sopdesk", "macros", "knowledgebase", "sops", "metrics", "compliance")
FILE_LINES, FUNCTION_LINES, VIEW_LINES, TEMPLATE_LINES, JS_LINES, TEST_LINES = 400, 40, 20, 120, 150, 40

# Modules that meet the web; all others are rules, and rules know no HTTP.
WEB_MODULES = {"urls", "filters", "access", "adapter", "api"}

# (rule, path or path::function) -> why it is right there.
EXCEPTIONS: dict[tuple[str, str], str] = {
    ("print", "sopdesk/embedded/__main__.py"): "A command line of its own: Django may not be there yet.",
    (
        "name",
        "sopdesk/settings/services.py",
    ): "It holds the addresses of services (Postgres, Redis), no verbs.",
}


def python_files(*folders: str) -> list[Path]:
    """Our own modules, without migrations."""
    return sorted(
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if not {"migrations", "__pycache__", "node_modules"} & set(path.parts)
    )


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


OURS = python_files(*PACKAGES)
TESTS = python_files("tests")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def nodes(path: Path) -> list[ast.AST]:
    """All of a module's syntax tree: parsed when a test asks first, for every process reads this file."""
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@pytest.fixture(autouse=True, scope="module")
def _forget() -> Iterator[None]:
    """Half a million nodes would be in the collector's way until the last test."""
    yield
    nodes.cache_clear()


def functions(path: Path) -> Iterator[Function]:
    return (node for node in nodes(path) if isinstance(node, Function))


def length(node: Function) -> int:
    """Lines of a function without its decorators and its docstring, which may explain as long as it needs."""
    first = node.body[0]
    explains = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    docstring = (first.end_lineno or 0) - first.lineno + 1 if explains else 0
    return (node.end_lineno or 0) - node.lineno + 1 - docstring


def is_view(path: Path) -> bool:
    return path.stem.endswith("views") or path.parent.name == "views"


def refused(rule: str, found: list[tuple[str, str]]) -> list[str]:
    """What breaks a rule and has no exception; an exception that nothing needs is refused as well."""
    needed = {place for place, _ in found}
    stale = [place for which, place in EXCEPTIONS if which == rule and place not in needed]
    broken = [f"{place}: {what}" for place, what in found if (rule, place) not in EXCEPTIONS]
    return [*broken, *(f"{place}: no longer needs its exception" for place in stale)]


def hold(broken: list[str]) -> None:
    assert not broken, "\n".join(["", *broken])


def too_long(rule: str, paths: list[Path], limit: int) -> list[str]:
    lengths = [(name(path), len(path.read_text(encoding="utf-8").splitlines())) for path in paths]
    return refused(rule, [(place, f"{lines} lines") for place, lines in lengths if lines > limit])


def long_functions(rule: str, paths: list[Path], limit: int) -> list[str]:
    found = [
        (f"{name(path)}::{node.name}", f"{length(node)} lines")
        for path in paths
        for node in functions(path)
        if length(node) > limit
    ]
    return refused(rule, found)


def test_files_are_short() -> None:
    hold(too_long("file", [*OURS, *TESTS], FILE_LINES))


def test_functions_are_short() -> None:
    hold(long_functions("function", OURS, FUNCTION_LINES))


def test_views_are_short() -> None:
    """A view takes the request apart and names the template; what it decides stands in a rule module."""
    found = [
        (f"{name(path)}::{node.name}", f"{length(node)} lines")
        for path in OURS
        if is_view(path)
        for node in functions(path)
        if node.args.args[:1] and node.args.args[0].arg == "request" and length(node) > VIEW_LINES
    ]
    hold(refused("view", found))


def test_tests_are_short() -> None:
    hold(long_functions("test", TESTS, TEST_LINES))


def test_templates_are_short() -> None:
    hold(too_long("template", sorted((ROOT / "templates").rglob("*.html")), TEMPLATE_LINES))


def test_scripts_are_short() -> None:
    hold(too_long("script", sorted((ROOT / "static/js").rglob("*.js")), JS_LINES))


def test_no_import_stands_inside_a_function() -> None:
    """Inner imports hide cycles. Those for types alone stand under TYPE_CHECKING, at the top."""
    found = [
        (f"{name(path)}::{node.name}", "imports inside")
        for path in [*OURS, *TESTS]
        for node in functions(path)
        if any(isinstance(inner, ast.Import | ast.ImportFrom) for inner in ast.walk(node))
    ]
    hold(refused("inner import", found))


def uses(path: Path, word: str) -> bool:
    """Whether a module's code (not its comments) uses a name."""
    for node in nodes(path):
        if isinstance(node, ast.Name) and node.id == word:
            return True
        if isinstance(node, ast.Attribute) and node.attr == word:
            return True
        if isinstance(node, ast.ImportFrom) and any(alias.name == word for alias in node.names):
            return True
    return False


@pytest.mark.parametrize("word", ["mark_safe", "SafeString", "SafeText"])
def test_only_text_says_that_markup_is_safe(word: str) -> None:
    """One door for markup: everything else escapes. `format_html` escapes what it is given; its type is SafeString."""
    elsewhere = [path for path in OURS if "text" not in path.parts]
    called = [path for path in elsewhere if _calls(path, word)]
    hold(refused("safe", [(name(path), f"calls {word}") for path in called]))


def _calls(path: Path, word: str) -> bool:
    calls = (node.func for node in nodes(path) if isinstance(node, ast.Call))
    return any(getattr(called, "id", getattr(called, "attr", "")) == word for called in calls)


def test_no_template_says_that_markup_is_safe() -> None:
    marked = re.compile(r"\|\s*safe\b|\|\s*safeseq\b|{%\s*autoescape\s+off")
    templates = sorted((ROOT / "templates").rglob("*.html"))
    found = [
        (name(path), "marks safe") for path in templates if marked.search(path.read_text(encoding="utf-8"))
    ]
    hold(refused("safe", found))


def test_no_template_carries_script_or_style() -> None:
    """The content security policy stops them anyway, in the reader's browser; here they are stopped before."""
    inline = re.compile(
        r"\son\w+\s*=\s*[\"']|\sstyle\s*=\s*[\"']|<style\b|javascript:|<script(?![^>]*\bsrc=)(?![^>]*json)"
    )
    templates = sorted((ROOT / "templates").rglob("*.html"))
    found = [
        (name(path), match.group(0))
        for path in templates
        if (match := inline.search(re.sub(r"{#.*?#}", "", path.read_text(encoding="utf-8"))))
    ]
    hold(refused("inline", found))


def test_rules_know_no_http() -> None:
    found = [
        (name(path), "imports django.http")
        for path in OURS
        if not _meets_the_web(path) and any(module.startswith("django.http") for module in _imports(path))
    ]
    hold(refused("http", found))


def _meets_the_web(path: Path) -> bool:
    inside = path.relative_to(ROOT).parts
    return (
        path.stem in WEB_MODULES
        or is_view(path)
        or inside[:2] in {("sopdesk", "web"), ("sopdesk", "listing")}
    )


def _imports(path: Path) -> Iterator[str]:
    """The modules that run when a module is imported; those under TYPE_CHECKING do not."""
    skipped = {
        inner
        for node in nodes(path)
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in nodes(path):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
            yield node.module


def test_there_are_no_model_signals() -> None:
    """What follows from a write stands in its verb, where a reader finds it."""
    found = [
        (name(path), "uses model signals")
        for path in OURS
        if any(
            module.startswith(("django.db.models.signals", "django.dispatch")) for module in _imports(path)
        )
    ]
    hold(refused("signal", found))


def test_every_migration_says_what_it_does() -> None:
    found = [
        (name(path), "has an automatic name")
        for package in PACKAGES
        for path in (ROOT / package).rglob("migrations/*.py")
        if re.search(r"_auto_\d|_and_more|\d{8}", path.stem)
    ]
    hold(refused("migration", found))


def test_nothing_prints() -> None:
    """Logs are structured; commands write to their own output."""
    found = [(name(path), "prints") for path in OURS if _calls(path, "print")]
    hold(refused("print", found))


def test_modules_are_named_for_what_they_do() -> None:
    heaps = {"utils", "helpers", "common", "manager", "managers", "services", "misc"}
    found = [(name(path), "says nothing by its name") for path in OURS if path.stem in heaps]
    verbs = re.compile(r"^(handle|process|do)_")
    found += [
        (f"{name(path)}::{node.name}", "names no activity")
        for path in OURS
        for node in functions(path)
        if verbs.match(node.name)
    ]
    hold(refused("name", found))


def test_every_exception_gives_its_reason() -> None:
    hold([place for (_, place), reason in EXCEPTIONS.items() if len(reason.split()) < 3])
