"""Results as values: built by hand, printed, changed, and turned into plain data. A secret is in none of it."""

from __future__ import annotations

import copy
import json
import pickle
import sys
from datetime import datetime, timedelta, timezone

import pytest

import netbird_tokens
from netbird_tokens import (
    Client,
    CreatedToken,
    Credential,
    ErrorKind,
    InvalidCredentialError,
    NetBirdError,
    Role,
    Secret,
    Token,
    User,
    UserStatus,
    _native,
)
from netbird_tokens.testing import MockNetBird

PRECISE = "2026-11-22T14:02:53.123456789Z"


@pytest.fixture
def token() -> Token:
    return Token(
        id="t1", name="ci", expiration_date=PRECISE, created_at=PRECISE, created_by="u1", user_id="u2"
    )


@pytest.fixture
def user() -> User:
    return User(
        id="u1",
        name="Bot",
        email="",
        role="admin",
        status="active",
        is_current=False,
        is_service_user=True,
        is_blocked=False,
        pending_approval=False,
    )


def test_what_repr_shows_builds_an_equal_one(token: Token, user: User, netbird_client: Client) -> None:
    for thing in (token, user, netbird_client.current_user(), *netbird_client.list_tokens()):
        assert eval(repr(thing), vars(netbird_tokens).copy()) == thing
    assert PRECISE in repr(token)


def test_dates_are_datetimes_or_texts(token: Token) -> None:
    at = datetime(2026, 11, 22, 14, 2, 53, 123456, tzinfo=timezone.utc)
    made = token.replace(last_used=at, created_at="2026-11-22T15:02:53.123456+01:00")
    assert made.last_used == made.created_at == at
    for wrong_type in (7, None):
        with pytest.raises(TypeError, match="created_at"):
            token.replace(created_at=wrong_type)
    for wrong_value in ("yesterday", datetime(2026, 1, 1)):
        with pytest.raises(ValueError):
            token.replace(created_at=wrong_value)


def test_replace_keeps_the_rest_exactly(token: Token, user: User) -> None:
    assert token.replace(name="other").replace(name="ci") == token
    assert PRECISE in repr(token.replace(name="other"))
    assert user.replace(role="owner").role is Role.OWNER
    with pytest.raises(TypeError):
        token.replace(colour="red")
    if sys.version_info >= (3, 13):
        assert copy.replace(token, name="x").name == "x"


def test_as_dict_builds_an_equal_one(user: User, netbird_client: Client) -> None:
    assert User(**user.as_dict()) == user
    (listed,) = netbird_client.list_tokens()
    assert list(listed.as_dict()) == list(Token.__match_args__)
    assert listed.as_dict()["created_at"] == listed.created_at


def test_a_created_token_shows_no_secret(token: Token) -> None:
    created = CreatedToken(token=token, plain_token="nbp_secret")
    assert created == CreatedToken(token=token, plain_token=Secret("nbp_secret"))
    assert created.as_dict() == {"token": token.as_dict(), "plain_token": "nbp_****"}
    assert "secret" not in json.dumps(created.as_dict(), default=str) + repr(created)
    with pytest.raises(TypeError, match="secret"):
        pickle.dumps(created)


def test_a_credential(netbird_mock: MockNetBird) -> None:
    credential = Credential.detect(f" Token {netbird_mock.pat} ")
    assert credential == Credential.pat(netbird_mock.pat)
    assert (credential.kind, credential.expires_at) == ("pat", None)
    assert repr(credential) == "Credential.pat('****')"
    with netbird_mock.client(credential=credential) as client:
        client.set_credential(credential=credential)
        assert client.current_user().id == "owner"
    jwt = Credential.bearer(netbird_mock.issue_jwt())
    assert jwt.kind == "bearer"
    assert jwt.expires_at is not None
    with pytest.raises(TypeError, match="secret"):
        pickle.dumps(credential)
    with pytest.raises(InvalidCredentialError):
        Credential.pat("nbp_wrong")


def test_names_that_a_newer_server_adds_keep_their_text(user: User) -> None:
    made = user.replace(role="gardener", status="asleep")
    assert (made.role, made.status, f"{made.role}", str(made.status)) == ("gardener", "asleep", "gardener", "asleep")
    assert (made.role.name, made.role.is_known, Role.OWNER.is_known) == ("OTHER", False, True)
    assert pickle.loads(pickle.dumps(made.role)) == made.role == Role("gardener")
    assert user.status is UserStatus.ACTIVE
    assert json.dumps(user.role) == '"admin"'
    with pytest.raises(ValueError):
        Role(7)


def test_a_check_and_an_audit_as_plain_data(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    check = netbird_client.check_credential()
    assert check.as_dict()["token"] == (check.token and check.token.as_dict())
    netbird_mock.fault("answer", status=403, body='{"message": "no", "code": 403}', target_contains="/tokens")
    audit = netbird_client.audit_tokens()
    (failed,) = audit
    assert failed.as_dict()["user"] == failed.user.as_dict()
    assert failed.error is not None
    assert failed.as_dict()["error"] == failed.error.as_dict()
    assert failed.error.as_dict()["status"] == 403
    (result,) = netbird_client.audit_tokens(expiring_within=timedelta(days=10))
    (one,) = result.as_dict()["tokens"]
    assert one == {"token": result.tokens[0].token.as_dict(), "state": "healthy", "findings": [], "reason": one["reason"]}
    assert audit.summary().as_dict()["failed"] == 1
    json.dumps([check.as_dict(), failed.as_dict(), result.as_dict()], default=str)


def test_the_error_kinds_are_those_of_the_core() -> None:
    assert [kind.value for kind in ErrorKind] == [name for _, name, _ in _native.error_kinds()]
    assert NetBirdError("x").kind == ErrorKind.INTERNAL
