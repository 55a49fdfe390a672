"""The package: what it exports, documents, loads and installs."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from types import ModuleType

import netbird_tokens
import netbird_tokens.testing
from netbird_tokens import _native
from netbird_tokens.testing import MockNetBird

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def public(module: ModuleType) -> Iterator[tuple[str, object]]:
    for name in module.__all__:
        if name == "__version__":
            continue
        thing = getattr(module, name)
        yield f"{module.__name__}.{name}", thing
        if inspect.isclass(thing):
            for member, value in vars(thing).items():
                if not member.startswith("_") and not isinstance(value, (str, int)):
                    yield f"{module.__name__}.{name}.{member}", value


def test_everything_that_help_shows_is_documented() -> None:

    for name, thing in [*public(netbird_tokens), *public(netbird_tokens.testing)]:
        assert inspect.getdoc(thing), name



def test_signatures_are_shown() -> None:
    signature = inspect.signature(netbird_tokens.Client)
    assert all(each.kind is inspect.Parameter.KEYWORD_ONLY for each in signature.parameters.values())
    assert len(signature.parameters) == 17
    assert signature.parameters == inspect.signature(netbird_tokens.Client.from_env).parameters
    create = inspect.signature(netbird_tokens.Client.create_token)
    assert create.parameters["expires_in_days"].default == 90


def test_the_stubs_say_what_the_docstrings_say() -> None:
    """Each class's stub has the docstring that help() shows, so that editors and help() agree on it."""
    stub = Path(netbird_tokens.__file__).with_name("_native.pyi").read_text()
    options = [re.match(r"[a-z_, ]+(?=:)", line) for line in (netbird_tokens.Client.__doc__ or "").splitlines()]
    named = {name.strip() for option in options if option for name in option.group().split(",")}
    parameters = set(inspect.signature(netbird_tokens.Client).parameters) - {"pat", "bearer", "credential"}
    assert named == parameters
    for line in (netbird_tokens.Client.__doc__ or "").splitlines():
        assert line.strip() in stub


def test_the_version_is_one() -> None:
    assert netbird_tokens.__version__ == _native.__version__ == metadata.version("netbird-tokens")


def test_the_package_is_typed_and_brings_all_it_needs() -> None:
    files = {file.name for file in metadata.files("netbird-tokens") or []}
    assert {"py.typed", "_native.pyi", "testing.py", "pytest_plugin.py"} <= files
    assert not metadata.requires("netbird-tokens")
    assert [file for file in files if file.startswith("_native.abi3.")], files


def test_importing_is_light(run_script: Run) -> None:
    source = """
import sys
before = set(sys.modules)
import netbird_tokens
import json
new = sorted(name for name in set(sys.modules) - before if not name.startswith(("json", "re", "_json", "_sre")))
print(json.dumps([name for name in new if name in (
    "logging", "typing", "dataclasses", "datetime", "enum", "collections", "asyncio", "threading", "inspect", "ssl"
)]))
"""
    # -S and -I, so that nothing but the package itself loads them.
    script = source.replace("import sys\n", f"import sys\nsys.path.insert(0, {str(Path(netbird_tokens.__file__).parents[1])!r})\n", 1)
    done = subprocess.run([sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    loaded = json.loads(done.stdout)
    assert set(loaded) <= {"enum", "collections"}, "json itself brings those two"


def test_the_command_comes_along(netbird_mock: MockNetBird) -> None:
    command = Path(sys.executable).with_name("netbird-tokens")
    shown = subprocess.run([command, "--version"], capture_output=True, text=True, timeout=30)
    assert (shown.returncode, shown.stdout.split()) == (0, ["netbird-tokens", netbird_tokens.__version__])
    environment = {"NB_PAT": netbird_mock.pat, "NB_MANAGEMENT_URL": netbird_mock.url}
    for program in ([str(command)], [sys.executable, "-m", "netbird_tokens"]):
        listed = subprocess.run(
            [*program, "list", "--output", "json"], capture_output=True, text=True, timeout=30, env=environment
        )
        assert listed.returncode == 0, listed.stderr
        assert [token["name"] for token in json.loads(listed.stdout)] == ["default"]
    wrong = subprocess.run([command, "frobnicate"], capture_output=True, text=True, timeout=30)
    assert wrong.returncode == 2
