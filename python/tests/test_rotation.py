"""Rotating a token: the with statement, the record, and what is left when a rotation ends early."""

from __future__ import annotations

import copy
import gc
import json
import logging
import pickle
import sys
import time
from collections.abc import Callable
from types import MappingProxyType
from typing import Any, get_type_hints

import pytest

from interrupting import ANSWERED_WITHIN, ctrl_c, ctrl_c_when
from netbird_tokens import (
    CancelledError,
    CancelToken,
    Client,
    ConflictError,
    ForbiddenError,
    InvalidArgumentError,
    NotFoundError,
    Rotation,
    RotationRecord,
    Secret,
    UnauthorizedError,
    _native,
)
from netbird_tokens.testing import MockNetBird, MockToken

pytestmark = pytest.mark.usefixtures("default_handler")


@pytest.fixture
def deploy(netbird_mock: MockNetBird) -> MockToken:
    return netbird_mock.add_token("deploy")


@pytest.fixture
def warnings(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    caplog.set_level(logging.WARNING, logger="netbird_tokens")
    return lambda: [record.getMessage() for record in caplog.records]


def ids(mock: MockNetBird) -> set[str]:
    """All tokens but the one that the client uses."""
    return {token.id for token in mock.tokens()} - {mock.seeded[0].token_id}


def works(mock: MockNetBird, secret: Secret | str) -> bool:
    with mock.client(pat=secret) as client:
        try:
            client.current_user()
        except UnauthorizedError:
            return False
        return True


def refuse(mock: MockNetBird, method: str) -> None:
    headers = [["Content-Type", "application/json"]]
    body = json.dumps({"message": "permission denied", "code": 403})
    mock.fault("answer", method=method, status=403, headers=headers, body=body)


def stage(rotation: Rotation) -> str:
    return rotation.record()["stage"]


def test_leaving_normally_commits(netbird_mock: MockNetBird, netbird_client: Client, deploy: MockToken) -> None:
    with netbird_client.rotate_token(deploy.token_id) as rotation:
        assert rotation.old_token.id == deploy.token_id
        assert rotation.token.name.startswith("deploy #")
        assert ids(netbird_mock) == {deploy.token_id, rotation.token.id}
        secret = rotation.plain_token
    assert stage(rotation) == "committed"
    assert ids(netbird_mock) == {rotation.token.id}
    assert works(netbird_mock, secret)
    # Committed once, and it can still be read.
    rotation.commit()
    assert rotation.plain_token == secret


@pytest.mark.parametrize("exception", [ValueError("full"), KeyboardInterrupt(), SystemExit(3), CancelledError("over")])
def test_leaving_by_an_exception_aborts(
    netbird_mock: MockNetBird, netbird_client: Client, deploy: MockToken, exception: BaseException
) -> None:
    with pytest.raises(type(exception)) as raised:
        with netbird_client.rotate_token(deploy.token_id) as rotation:
            raise exception
    assert raised.value is exception
    assert getattr(exception, "__notes__", []) == []
    assert stage(rotation) == "aborted"
    assert ids(netbird_mock) == {deploy.token_id}
    with pytest.raises(InvalidArgumentError, match="no new token"):
        rotation.plain_token
    with pytest.raises(InvalidArgumentError, match="no new token"):
        rotation.token


def test_what_was_decided_inside_is_respected(
    netbird_mock: MockNetBird, netbird_client: Client, deploy: MockToken
) -> None:
    with netbird_client.rotate_token(deploy.token_id) as kept:
        kept.commit(keep_old=True)
    assert (stage(kept), kept.record()["keep_old"]) == ("kept", True)
    assert ids(netbird_mock) == {deploy.token_id, kept.token.id}

    with pytest.raises(ZeroDivisionError), netbird_client.rotate_token(deploy.token_id) as committed:
        committed.commit()
        raise ZeroDivisionError
    assert stage(committed) == "committed"
    assert ids(netbird_mock) == {kept.token.id, committed.token.id}

    with netbird_client.rotate_token(kept.token.id) as aborted:
        aborted.abort()
    assert stage(aborted) == "aborted"
    assert ids(netbird_mock) == {kept.token.id, committed.token.id}


def test_a_commit_that_fails_raises(netbird_mock: MockNetBird, netbird_client: Client, deploy: MockToken) -> None:
    with pytest.raises(ForbiddenError):
        with netbird_client.rotate_token(deploy.token_id) as rotation:
            refuse(netbird_mock, "DELETE")
    assert stage(rotation) == "stored"
    assert ids(netbird_mock) == {deploy.token_id, rotation.token.id}
    rotation.commit()
    assert ids(netbird_mock) == {rotation.token.id}


def test_an_abort_that_fails_does_not_hide_the_exception(
    netbird_mock: MockNetBird, netbird_client: Client, deploy: MockToken, warnings: Callable[[], list[str]]
) -> None:
    with pytest.raises(ValueError, match="disk full") as raised:
        with netbird_client.rotate_token(deploy.token_id) as rotation:
            netbird_mock.fault("answer", method="DELETE", status=500, times=0)
            raise ValueError("disk full")
    assert raised.value.__cause__ is None
    warning = warnings()[-1]
    assert warning.startswith(f"the rotation of token {deploy.token_id} could not be aborted: ")
    assert getattr(raised.value, "__notes__", []) == ([warning] if sys.version_info >= (3, 11) else [])
    netbird_mock.clear_faults()
    rotation.abort()
    assert ids(netbird_mock) == {deploy.token_id}


def test_ctrl_c_in_the_block_aborts(netbird_mock: MockNetBird, netbird_client: Client, deploy: MockToken) -> None:
    with pytest.raises(KeyboardInterrupt):
        with netbird_client.rotate_token(deploy.token_id):
            netbird_mock.fault("delay", ms=10_000, method="GET")
            with ctrl_c(after=0.1):
                netbird_client.current_user()
    netbird_mock.clear_faults()
    assert ids(netbird_mock) == {deploy.token_id}


def test_a_cancelled_token_in_the_block_aborts(
    netbird_mock: MockNetBird, netbird_client: Client, deploy: MockToken
) -> None:
    cancel = CancelToken()
    client = netbird_client.with_cancel(cancel)
    with pytest.raises(CancelledError):
        with client.rotate_token(deploy.token_id):
            cancel.cancel()
            client.current_user()
    assert ids(netbird_mock) == {deploy.token_id}


@pytest.mark.parametrize("with_cancel", [False, True])
def test_ctrl_c_is_answered_in_time(
    netbird_mock: MockNetBird, netbird_client: Client, deploy: MockToken, with_cancel: bool
) -> None:
    client = netbird_client.with_cancel(CancelToken()) if with_cancel else netbird_client
    prepared = client.rotate_token(deploy.token_id, prepare_only=True)
    rotation = client.rotate_token(deploy.token_id)
    netbird_mock.fault("delay", ms=10_000, times=0)
    calls: dict[str, list[Callable[[], object]]] = {
        "in the background": [lambda: client.rotate_token(deploy.token_id), prepared.create],
        "commit the rotation again": [rotation.commit],
        "abort the rotation again": [rotation.abort],
        "may or may not be revoked": [lambda: client.resume_rotation(rotation.record())],
    }
    for meaning, interrupted in calls.items():
        for call in interrupted:
            with ctrl_c(after=0.1) as interrupt:
                with pytest.raises(KeyboardInterrupt) as raised:
                    call()
                took = time.monotonic() - interrupt.sent_at
            assert took < ANSWERED_WITHIN
            assert isinstance(raised.value.__cause__, CancelledError)
            assert meaning in str(raised.value.__cause__)
    netbird_mock.clear_faults()
    netbird_mock.release_held()
    rotation.abort()
    prepared.abort()
    assert deploy.token_id in ids(netbird_mock)


def test_ctrl_c_while_it_aborts(netbird_mock: MockNetBird, netbird_client: Client, deploy: MockToken) -> None:
    """It ends the abort, and the exception that led there is still seen."""
    failure = ValueError("disk full")
    netbird_mock.fault("hold", method="DELETE")

    def is_aborting() -> bool:
        return any(request.method == "DELETE" for request in netbird_mock.requests)

    with ctrl_c(after=0.5) as interrupt:
        with pytest.raises(KeyboardInterrupt) as raised:
            with netbird_client.rotate_token(deploy.token_id) as rotation:
                raise failure
        took = time.monotonic() - interrupt.sent_at
    assert took < ANSWERED_WITHIN
    assert raised.value.__context__ is failure
    assert "abort the rotation again" in str(raised.value.__cause__)
    netbird_mock.clear_faults()
    netbird_mock.release_held()
    rotation.abort()
    assert ids(netbird_mock) == {deploy.token_id}


def test_an_interrupted_rotation_is_cleaned_up(
    netbird_mock: MockNetBird, netbird_client: Client, deploy: MockToken, warnings: Callable[[], list[str]]
) -> None:
    netbird_mock.fault("delay_answer", ms=500, method="POST")
    with ctrl_c_when(lambda: len(ids(netbird_mock)) == 2), pytest.raises(KeyboardInterrupt):
        netbird_client.rotate_token(deploy.token_id)
    assert netbird_client.close() is True
    assert ids(netbird_mock) == {deploy.token_id}
    assert warnings() == []


def test_an_open_rotation_is_only_logged(
    netbird_mock: MockNetBird, netbird_client: Client, deploy: MockToken, warnings: Callable[[], list[str]]
) -> None:
    rotation = netbird_client.rotate_token(deploy.token_id)
    token_id = rotation.token.id
    del rotation
    gc.collect()
    # Closing waits until it is logged.
    netbird_client.close()
    (warning,) = warnings()
    assert deploy.token_id in warning and token_id in warning
    assert ids(netbird_mock) == {deploy.token_id, token_id}


def test_an_open_rotation_in_a_cycle_does_not_disturb(
    netbird_mock: MockNetBird, netbird_client: Client, deploy: MockToken, warnings: Callable[[], list[str]]
) -> None:
    """It may be freed anywhere, also while an exception is on its way."""
    with pytest.raises(ZeroDivisionError):
        holder: list[Any] = [netbird_client.rotate_token(deploy.token_id)]
        holder.append(holder)
        del holder
        try:
            raise ZeroDivisionError
        finally:
            gc.collect()
    netbird_client.close()
    assert len(warnings()) == 1


SCRIPT = """
import logging, sys
logging.basicConfig(stream=sys.stdout)
from netbird_tokens import Client
client = Client(management_url=sys.argv[1], pat=sys.argv[2], proxy_from_env=False)
rotation = client.rotate_token(sys.argv[3])
{more}
"""


def test_one_that_is_open_at_the_end_of_the_interpreter_is_logged(
    netbird_mock: MockNetBird, run_script: Any, deploy: MockToken
) -> None:
    done = run_script(SCRIPT.format(more=""), netbird_mock.url, netbird_mock.pat, deploy.token_id)
    assert f"the rotation of token {deploy.token_id} was neither committed nor aborted" in done.stdout
    assert done.stderr == ""
    assert len(ids(netbird_mock)) == 2


def test_one_that_atexit_commits_is_not_open(netbird_mock: MockNetBird, run_script: Any, deploy: MockToken) -> None:
    script = SCRIPT.format(more="import atexit\natexit.register(rotation.commit)")
    done = run_script(script, netbird_mock.url, netbird_mock.pat, deploy.token_id)
    assert (done.stdout, done.stderr) == ("", "")
    assert len(ids(netbird_mock)) == 1


def test_by_name(netbird_mock: MockNetBird, netbird_client: Client, deploy: MockToken) -> None:
    with netbird_client.rotate_token(name="deploy") as first:
        pass
    with netbird_client.rotate_token(name="deploy", new_name="ci", expires_in_days=7, tag=False) as second:
        assert (second.old_token.id, second.token.name) == (first.token.id, "ci")
        assert (second.token.expiration_date - second.token.created_at).days == 7
    others = [netbird_mock.add_token("twin").token_id for _ in range(2)]
    with pytest.raises(ConflictError) as raised:
        netbird_client.rotate_token(name="twin")
    assert sorted(raised.value.candidate_token_ids) == sorted(others)
    with pytest.raises(NotFoundError):
        netbird_client.rotate_token(name="nobody")


def test_adopt(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    mine = netbird_mock.seeded[0]
    with netbird_client.rotate_token(mine.token_id, adopt=True) as rotation:
        pass
    assert not works(netbird_mock, mine.plain)
    assert [token.id for token in netbird_client.list_tokens()] == [rotation.token.id]


def test_another_users_token(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    netbird_mock.add_user("bot", is_service_user=True)
    old = netbird_mock.add_token("deploy", user_id="bot")
    with netbird_client.rotate_token(old.token_id, user_id="bot") as rotation:
        assert rotation.token.user_id == rotation.record()["user_id"] == "bot"
    assert [token.id for token in netbird_mock.tokens("bot")] == [rotation.token.id]


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"token_id": "a", "name": "b"},
        {"token_id": "a/b"},
        {"token_id": "a", "new_name": ""},
        {"token_id": "a", "expires_in_days": 0},
        {"token_id": "a", "expires_in_days": 10**30},
        {"name": "\ud800"},
    ],
)
def test_what_cannot_be_meant_is_refused(
    netbird_mock: MockNetBird, netbird_client: Client, arguments: dict[str, Any]
) -> None:
    with pytest.raises(InvalidArgumentError):
        netbird_client.rotate_token(**arguments)
    assert netbird_mock.requests == []


@pytest.mark.parametrize(
    "arguments",
    [{"token_id": 1}, {"name": b"x"}, {"token_id": "a", "expires_in_days": 1.5}, {"token_id": "a", "tag": 1}],
)
def test_the_wrong_type_is_refused(netbird_client: Client, arguments: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        netbird_client.rotate_token(**arguments)


def test_the_record_goes_through_json(netbird_mock: MockNetBird, netbird_client: Client, deploy: MockToken) -> None:
    rotation = netbird_client.rotate_token(deploy.token_id, prepare_only=True)
    planned = rotation.record()
    assert type(planned) is dict
    assert (planned["stage"], planned["token_id"], planned["old_token_id"]) == ("planned", None, deploy.token_id)
    assert planned["management_url"] == netbird_mock.url
    rotation.create()
    rotation.create()
    created = rotation.record()
    assert created == {**planned, "stage": "created", "token_id": rotation.token.id}
    rotation.mark_stored()
    stored = json.loads(json.dumps(rotation.record()))
    assert stored == {**created, "stage": "stored"}
    assert "nbp_" not in json.dumps([planned, created, stored])
    # As in another process, which has the record only.
    with netbird_mock.client() as other:
        done = other.resume_rotation(MappingProxyType(stored))
        assert done == {**stored, "stage": "committed"}
        assert other.resume_rotation(done) == done
    assert ids(netbird_mock) == {rotation.token.id}
    rotation.commit()


def test_resuming_goes_back_without_the_secret_and_on_with_it(
    netbird_mock: MockNetBird, netbird_client: Client, deploy: MockToken
) -> None:
    left = netbird_client.rotate_token(deploy.token_id)
    assert netbird_client.resume_rotation(left.record())["stage"] == "aborted"
    assert ids(netbird_mock) == {deploy.token_id}
    for exposed in (False, True):
        left = netbird_client.rotate_token(name="deploy")
        secret = left.plain_token.expose() if exposed else left.plain_token
        assert netbird_client.resume_rotation(left.record(), secret)["stage"] == "committed"
        assert ids(netbird_mock) == {left.token.id}


def test_what_is_no_record_is_refused(netbird_mock: MockNetBird, netbird_client: Client, deploy: MockToken) -> None:
    record = netbird_client.rotate_token(deploy.token_id, prepare_only=True).record()
    other = {**record, "management_url": "https://nb.example"}
    for wrong in ({}, {**record, "stage": "eaten"}, {**record, "version": 2}, {**record, "keep_old": 1}, other):
        with pytest.raises(InvalidArgumentError):
            netbird_client.resume_rotation(wrong)
    for wrong_type in (json.dumps(record), [record], None, {**record, "token_id": object()}):
        with pytest.raises(TypeError):
            netbird_client.resume_rotation(wrong_type)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        netbird_client.resume_rotation(record, b"nbp_")  # type: ignore[arg-type]


def test_a_dead_end_says_so(netbird_client: Client, deploy: MockToken) -> None:
    rotation = netbird_client.rotate_token(deploy.token_id, prepare_only=True)
    with pytest.raises(InvalidArgumentError, match="no new token"):
        rotation.plain_token
    with pytest.raises(InvalidArgumentError):
        rotation.commit()
    with rotation:
        assert rotation.plain_token
    with pytest.raises(InvalidArgumentError, match="committed"):
        rotation.abort()


def test_nothing_shows_the_secret(netbird_client: Client, deploy: MockToken) -> None:
    with netbird_client.rotate_token(deploy.token_id) as rotation:
        plain = rotation.plain_token.expose()
        shown = f"{rotation} {rotation!r} {rotation.record()} {rotation.plain_token} {vars(type(rotation))}"
        assert plain not in shown and plain[4:20] not in shown
        assert repr(rotation) == (
            f"Rotation(old_token_id={deploy.token_id!r}, token_id={rotation.token.id!r}, "
            f"token_name={rotation.token.name!r}, stage='created')"
        )
        for duplicate in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="cannot be pickled") as raised:
                duplicate(rotation)
            assert plain not in str(raised.value)


def test_the_record_has_the_fields_of_the_core(netbird_client: Client, deploy: MockToken) -> None:
    record = netbird_client.rotate_token(deploy.token_id, prepare_only=True).record()
    hints = get_type_hints(RotationRecord)
    assert list(hints) == list(record)
    _, _, _, enums = _native.vocabulary()
    assert list(hints["stage"].__args__) == dict(enums)["RotationStage"]


def test_it_outlives_its_client(netbird_mock: MockNetBird, deploy: MockToken) -> None:
    with netbird_mock.client() as client:
        rotation = client.rotate_token(deploy.token_id)
    with rotation:
        pass
    assert ids(netbird_mock) == {rotation.token.id}


def test_a_user_who_may_not_create(netbird_mock: MockNetBird, netbird_client: Client, deploy: MockToken) -> None:
    refuse(netbird_mock, "POST")
    with pytest.raises(ForbiddenError):
        netbird_client.rotate_token(deploy.token_id)
    assert ids(netbird_mock) == {deploy.token_id}
