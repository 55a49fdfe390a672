"""The examples of docs/python.md, of docs/login.md and of the package's front page do what they say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from netbird_tokens.testing import MockNetBird

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "docs" / "python.md", ROOT / "docs" / "login.md", ROOT / "python" / "README.md")


@pytest.fixture
def netbird_mock() -> Iterator[MockNetBird]:
    """A server on which a login is approved after one poll."""
    verdict = {"approve": {"user_id": "owner", "after_polls": 1}}
    with MockNetBird(identity_provider={"interval_secs": 1, "verdict": verdict}) as mock:
        yield mock


def blocks(language: str) -> list[tuple[str, str]]:
    """Each example in that language, with its heading."""
    found = []
    for page in PAGES:
        heading = page.stem
        for part in re.split(r"^(#+ .*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE):
            if part.startswith("#"):
                heading = part.lstrip("# ")
            found += [(heading, block) for block in re.findall(rf"^```{language}\n(.*?)^```", part, re.M | re.S)]
    return found


EXAMPLES = blocks("python")
SCRIPTS = [example for example in EXAMPLES if "def test_" not in example[1]]
TESTS = [example for example in EXAMPLES if "def test_" in example[1]]


def run(command: list[str], mock: MockNetBird, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {"NB_PAT": mock.pat, "NB_MANAGEMENT_URL": mock.url, **environment}
    return subprocess.run(
        command, capture_output=True, text=True, timeout=50, cwd=cwd, env={**os.environ, **given}
    )


@pytest.mark.parametrize(("heading", "source"), SCRIPTS, ids=[heading for heading, _ in SCRIPTS])
def test_a_script(netbird_mock: MockNetBird, tmp_path: Path, heading: str, source: str) -> None:
    done = run([sys.executable, "-W", "error", "-c", source], netbird_mock, tmp_path)
    assert done.returncode == 0, done.stderr
    assert netbird_mock.requests
    assert [token.name for token in netbird_mock.tokens()] == ["default"]
    for secret in re.findall(r"nbp_\w+|eyJ\w+", done.stdout + done.stderr):
        pytest.fail(f"shows {secret[:6]}…")


def test_all_examples_are_found() -> None:
    assert (len(SCRIPTS), len(TESTS), len(blocks("yaml"))) == (19, 1, 1)


def test_the_cron_script_warns(netbird_mock: MockNetBird, tmp_path: Path) -> None:
    from datetime import datetime, timedelta, timezone

    netbird_mock.add_token("old", expiration_date=datetime.now(timezone.utc) + timedelta(days=3, hours=1))
    (source,) = [source for heading, source in SCRIPTS if "cron" in heading]
    done = run([sys.executable, "-c", source], netbird_mock, tmp_path)
    assert done.returncode == 1
    assert re.fullmatch(r"old \(\w+\): 3 days left\n", done.stderr)
    done = run([sys.executable, "-c", source], netbird_mock, tmp_path, NB_PAT="nbp_wrong")
    assert done.returncode == 1
    assert done.stderr.startswith("cannot list the tokens: ")


def test_the_actions_step(netbird_mock: MockNetBird, tmp_path: Path) -> None:
    ((_, step),) = blocks("yaml")
    head, script = step.split("  run: |\n")
    assert "shell: python" in head
    source = "".join(line[4:] if line.strip() else line for line in script.splitlines(keepends=True))
    environment = tmp_path / "environment"
    done = run(
        [sys.executable, "-c", source], netbird_mock, tmp_path, GITHUB_RUN_ID="17", GITHUB_ENV=str(environment)
    )
    assert done.returncode == 0, done.stderr
    (made,) = [token for token in netbird_mock.tokens() if token.name == "run 17"]
    plain = netbird_mock.plain_of(made.id)
    assert done.stdout == f"::add-mask::{plain}\n"
    assert environment.read_text() == f"JOB_PAT={plain}\nJOB_PAT_ID={made.id}\n"


@pytest.mark.parametrize(("heading", "source"), TESTS, ids=[heading for heading, _ in TESTS])
def test_a_test(netbird_mock: MockNetBird, tmp_path: Path, heading: str, source: str) -> None:
    (tmp_path / "test_example.py").write_text(source)
    done = run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."], netbird_mock, tmp_path)
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout
