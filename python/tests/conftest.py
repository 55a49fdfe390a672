"""What all tests share. The mock server comes from the package's own plugin: the fixtures netbird_mock and netbird_client."""

from __future__ import annotations

import faulthandler
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

TIMEOUT = 60.0


@pytest.fixture(autouse=True)
def time_limit() -> Iterator[None]:
    """Ends a test that hangs, wherever it hangs, and shows where."""
    faulthandler.dump_traceback_later(TIMEOUT, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.fixture(autouse=True)
def no_netbird_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith(("NB_", "NETBIRD_")) or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)


@pytest.fixture
def default_handler() -> Iterator[None]:
    """Ctrl-C raises KeyboardInterrupt, even if whoever started the tests ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def run_script(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a Python program in a process of its own and fails unless it exits with 0."""

    def run(source: str, *arguments: str, status: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
        script = tmp_path / "script.py"
        script.write_text(source)
        done = subprocess.run(
            [sys.executable, "-W", "error", script, *arguments],
            capture_output=True,
            text=True,
            timeout=TIMEOUT / 2,
            env={**os.environ, **environment},
        )
        assert done.returncode == status, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    return run
