"""The package: what it exports, documents, loads and installs."""

from __future__ import annotations

import ast
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


def test_the_options_are_those_of_the_core() -> None:
    _, options, _, _ = _native.vocabulary()
    signature = inspect.signature(netbird_tokens.Client)
    assert all(each.kind is inspect.Parameter.KEYWORD_ONLY for each in signature.parameters.values())
    assert set(signature.parameters) == {*options, "pat", "bearer"}
    assert signature.parameters == inspect.signature(netbird_tokens.Client.from_env).parameters
    assert arguments_documented(netbird_tokens.Client.__doc__) == list(signature.parameters)


def test_the_options_of_a_login_are_those_of_the_core() -> None:
    _, options, login_options, _ = _native.vocabulary()
    parameters = inspect.signature(netbird_tokens.start_login).parameters
    assert list(parameters) == ["management_url", *login_options, "from_env", "cancel", "options"]
    assert arguments_documented(netbird_tokens.start_login.__doc__) == list(parameters)[:-1]
    not_of_logins = {"credential", "token_file", "management_url", "on_unknown"}
    assert set(netbird_tokens.ConnectionOptions.__annotations__) == {*options} - not_of_logins


def test_the_operations_are_those_of_the_core() -> None:
    operations, _, _, _ = _native.vocabulary()
    # The core takes them as one value.
    in_one = {
        "new": ["name", "expires_in_days", "tag"],
        "rotate": ["token_id", "name", "new_name", "expires_in_days", "tag", "adopt", "prepare_only"],
        "options": ["expiring_within", "unused_for", "concurrency", "time_limit"],
    }
    for name, arguments in operations:
        parameters = inspect.signature(getattr(netbird_tokens.Client, name)).parameters
        expected = [each for argument in arguments for each in in_one.get(argument, [argument])]
        assert list(parameters)[1:] == expected, name
    create = inspect.signature(netbird_tokens.Client.create_token)
    assert (create.parameters["expires_in_days"].default, create.parameters["tag"].default) == (90, False)
    rotate = inspect.signature(netbird_tokens.Client.rotate_token)
    assert [rotate.parameters[name].default for name in ("tag", "adopt", "prepare_only")] == [True, False, False]


def arguments_documented(docstring: str | None) -> list[str]:
    """The names in the section Args of a docstring."""
    section = re.search(r"^Args:\n((?:    .*\n?)+)", inspect.cleandoc(docstring or ""), re.MULTILINE)
    return re.findall(r"^    ([a-z_]+): ", section.group(1), re.MULTILINE) if section else []


def documented(tree: ast.Module) -> Iterator[tuple[str, str, list[str]]]:
    """Each thing of the stub that has a docstring: its path, the docstring, and its parameters."""
    for node in tree.body:
        for each in [node, *(node.body if isinstance(node, ast.ClassDef) else [])]:
            if isinstance(each, (ast.ClassDef, ast.FunctionDef)) and (docstring := ast.get_docstring(each)):
                path = each.name if each is node else f"{getattr(node, 'name', '')}.{each.name}"
                given = each.args if isinstance(each, ast.FunctionDef) else None
                names = [arg.arg for arg in (*given.posonlyargs, *given.args, *given.kwonlyargs)] if given else []
                yield path, docstring, [name for name in names if name != "self"]


def test_the_stub_says_what_the_docstrings_say() -> None:
    """So that editors and help() agree, and generated references have real parameter lists."""
    tree = ast.parse(Path(netbird_tokens.__file__).with_name("_native.pyi").read_text())
    found = list(documented(tree))
    assert len(found) > 50
    for path, docstring, parameters in found:
        thing = _native
        for name in path.split("."):
            thing = inspect.getattr_static(thing, name)
        thing = getattr(thing, "__func__", thing)
        assert inspect.cleandoc(thing.__doc__ or "") == docstring, path
        if parameters and path != "Client.from_env" and not path.startswith(("restore_", "AwaitedCall.")):
            assert arguments_documented(docstring) == parameters, path


def test_the_version_is_one() -> None:
    assert netbird_tokens.__version__ == _native.__version__ == metadata.version("netbird-tokens")


def test_the_package_is_typed_and_brings_all_it_needs() -> None:
    files = {file.name for file in metadata.files("netbird-tokens") or []}
    assert {"py.typed", "_native.pyi", "testing.py", "pytest_plugin.py"} <= files
    assert not metadata.requires("netbird-tokens")
    assert [file for file in files if file.startswith("_native.abi3.")], files


def test_importing_is_light() -> None:
    source = f"""
import sys
sys.path.insert(0, {str(Path(netbird_tokens.__file__).parents[1])!r})
before = set(sys.modules)
import netbird_tokens
print(*sorted({{
    "logging", "typing", "dataclasses", "datetime", "enum", "collections", "asyncio", "threading", "inspect", "ssl"
}} & set(sys.modules) - before))
netbird_tokens.CredentialState
print("enum" in sys.modules)
"""
    # -S and -I, so that only the package itself loads them.
    done = subprocess.run([sys.executable, "-I", "-S", "-c", source], capture_output=True, text=True, timeout=30)
    assert (done.stdout, done.stderr) == ("\nTrue\n", "")


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
