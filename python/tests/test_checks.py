"""What check_credential tells about the credential in use."""

from __future__ import annotations

import dataclasses
import pickle
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from netbird_tokens import (
    Client,
    CredentialCheck,
    CredentialKind,
    CredentialState,
    ForbiddenError,
    ServerError,
    UnauthorizedError,
    _native,
)
from netbird_tokens.testing import MockNetBird


def test_the_states_are_those_of_the_core() -> None:
    _, _, _, enums = _native.vocabulary()
    assert [state.value for state in CredentialState] == dict(enums)["CredentialState"]


def test_one_that_works(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    expires = datetime(2099, 1, 1, tzinfo=timezone.utc)
    mine = netbird_mock.add_token("mine", expiration_date=expires)
    with netbird_mock.client(pat=mine.plain) as client:
        check = client.check_credential()
    assert isinstance(check, CredentialCheck)
    assert (check.state, check.kind, check.error) == (CredentialState.WORKING, CredentialKind.PAT, None)
    assert check.user == netbird_client.current_user()
    assert check.token is not None
    assert (check.token.id, check.token.name, check.expires_at) == (mine.token_id, "mine", expires)


def test_a_jwt(netbird_mock: MockNetBird) -> None:
    with netbird_mock.client(bearer=netbird_mock.issue_jwt(valid_for=timedelta(hours=1))) as client:
        check = client.check_credential()
    assert (check.state, check.kind, check.token) == (CredentialState.WORKING, CredentialKind.BEARER, None)
    assert check.user is not None
    assert check.expires_at is not None
    assert timedelta(minutes=50) < check.expires_at - datetime.now(timezone.utc) < timedelta(minutes=70)


def test_one_that_is_unknown(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    gone = netbird_mock.add_token()
    netbird_client.delete_token(gone.token_id)
    with netbird_mock.client(pat=gone.plain) as client:
        check = client.check_credential()
    assert (check.state, check.user, check.token, check.expires_at) == (CredentialState.UNKNOWN, None, None, None)
    assert isinstance(check.error, UnauthorizedError)


def test_an_expired_jwt_is_for_the_server_to_judge(netbird_mock: MockNetBird) -> None:
    with netbird_mock.client(bearer=netbird_mock.issue_jwt(valid_for=-3600)) as client:
        check = client.check_credential()
    assert check.state is CredentialState.REFUSED
    assert check.expires_at is not None
    assert check.expires_at < datetime.now(timezone.utc)
    assert isinstance(check.error, UnauthorizedError)


@pytest.mark.parametrize(
    ("field", "state"),
    [("is_blocked", CredentialState.BLOCKED), ("pending_approval", CredentialState.PENDING_APPROVAL)],
)
def test_one_whose_user_may_do_nothing(netbird_mock: MockNetBird, field: str, state: CredentialState) -> None:
    fields: dict[str, Any] = {field: True}
    token = netbird_mock.add_token(user_id=netbird_mock.add_user("bob", **fields))
    with netbird_mock.client(pat=token.plain) as client:
        check = client.check_credential()
    assert check.state is state
    assert isinstance(check.error, ForbiddenError)


def test_a_failure_says_nothing_about_the_credential(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    netbird_mock.fault("answer", status=503, times=0)
    with pytest.raises(ServerError):
        netbird_client.check_credential()


def test_a_check_is_a_value(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    check = netbird_client.check_credential()
    with pytest.raises(dataclasses.FrozenInstanceError):
        check.state = CredentialState.UNKNOWN  # type: ignore[misc]
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(check, protocol))
        assert again == check
        assert again.state is CredentialState.WORKING
    assert hash(check) == hash(dataclasses.replace(check))
    assert netbird_mock.pat not in repr(check)
    by_hand = CredentialCheck(CredentialState.BLOCKED, CredentialKind.PAT, None, None, None, ForbiddenError("no"))
    assert pickle.loads(pickle.dumps(by_hand)) == by_hand


def test_a_state_is_a_text() -> None:
    state = CredentialState.PENDING_APPROVAL
    assert state == "pending_approval"
    assert (str(state), f"{state:>18}") == ("pending_approval", "  pending_approval")
    assert CredentialState("working") is CredentialState.WORKING
    assert (str(CredentialKind.PAT), f"{CredentialKind.BEARER}") == ("pat", "bearer")
    assert {type(state).__module__ for state in (CredentialState.WORKING, CredentialKind.PAT)} == {"netbird_tokens"}
