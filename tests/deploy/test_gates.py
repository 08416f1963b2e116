"""The gates are honest: what is missing is said, and fails where it must."""

import subprocess
from pathlib import Path

import pytest

from tests import browser

PROJECT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "_found", lambda: None)
    monkeypatch.setattr(browser, "_installed", lambda: None)


def test_without_a_browser_ci_fails(no_browser: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="No Chromium: install it"):
        browser.executable()


def test_without_a_browser_a_person_is_told_loudly(
    no_browser: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception):
        browser.executable()
    assert "BROWSER TESTS SKIPPED" in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["benchmarks/run.py", "package.json", "scripts/screenshots.py"])
def test_what_is_not_built_says_so(missing: str, tmp_path: Path) -> None:
    done = subprocess.run(
        ["make", "-f", PROJECT / "Makefile", missing],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert f"Not built yet: {missing} does not exist." in done.stderr


def test_ci_runs_what_a_person_runs() -> None:
    script = (PROJECT / ".ci" / "run").read_text()
    assert script.rstrip().endswith("exec make test")
    assert "</dev/null" in script
    assert (PROJECT / ".ci" / "run").stat().st_mode & 0o111


def test_every_target_that_is_promised_exists() -> None:
    promised = ["run", "test", "check", "bench", "assets", "demo", "backup", "restore", "screenshots"]
    listed = subprocess.run(["make", "help"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    assert {line.split()[0] for line in listed.splitlines()} >= set(promised)
