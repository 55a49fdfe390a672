"""What is refused before anything is sent, and how."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from netbird_tokens import Client, ConfigurationError, InvalidArgumentError, InvalidCredentialError
from netbird_tokens.testing import MockNetBird

PAT = "nbp_abcdefghijklmnopqrstuvwxyz01232LolCm"

WRONG_TYPES: list[tuple[Callable[[Client], object], str]] = [
    (lambda c: c.list_tokens(b"me"), "user_id: expected str, not bytes"),  # type: ignore[arg-type]
    (lambda c: c.list_tokens(user_id=1), "user_id: expected str, not int"),  # type: ignore[arg-type]
    (lambda c: c.get_token(None), "token_id: expected str, not NoneType"),  # type: ignore[arg-type]
    (lambda c: c.get_token(b"x"), "token_id: expected str, not bytes"),  # type: ignore[arg-type]
    (lambda c: c.delete_token(b"x"), "token_id: expected str, not bytes"),  # type: ignore[arg-type]
    (lambda c: c.delete_token("x", user_id=["me"]), "user_id: expected str, not list"),  # type: ignore[arg-type]
    (lambda c: c.create_token(b"x"), "name: expected str, not bytes"),  # type: ignore[arg-type]
    (lambda c: c.create_token("x", expires_in_days=30.0), "expires_in_days: expected int, not float"),  # type: ignore[arg-type]
    (lambda c: c.create_token("x", expires_in_days=True), "expires_in_days: expected int, not bool"),
    (lambda c: c.create_token("x", expires_in_days="30"), "expires_in_days: expected int, not str"),  # type: ignore[arg-type]
    (lambda c: c.create_token("x", expires_in_days=timedelta(3)), "expires_in_days: expected int, not"),  # type: ignore[arg-type]
    (lambda c: c.create_token("x", 30), "positional"),  # type: ignore[call-arg]
    (lambda c: c.create_token("x", days=30), "unexpected keyword argument 'days'"),  # type: ignore[call-arg]
    (lambda c: c.create_token(), "missing 1 required positional argument: 'name'"),  # type: ignore[call-arg]
    (lambda c: c.get_token("x", "me"), "positional"),  # type: ignore[call-arg]
    (lambda c: c.set_credential(), "needs one of pat, bearer and credential"),
    (lambda c: c.set_credential(pat=1), "pat: expected str or Secret, not int"),  # type: ignore[arg-type]
    (lambda c: c.set_credential(pat=PAT, credential=PAT), "pat and credential are both given"),
    (lambda c: c.with_timeout(None), "timeout: expected seconds"),  # type: ignore[arg-type]
    (lambda c: c.with_cancel(None), "token: expected CancelToken, not NoneType"),  # type: ignore[arg-type]
    (lambda c: c.create_token("x", tag=1), "tag: expected bool, not int"),  # type: ignore[arg-type]
    (lambda c: c.check_credential(1), "takes"),  # type: ignore[call-arg]
]

WRONG_VALUES: list[tuple[Callable[[Client], object], str]] = [
    (lambda c: c.create_token(""), "name is empty"),
    (lambda c: c.create_token("x", expires_in_days=0), "0 days"),
    (lambda c: c.create_token("x", expires_in_days=366), "366 days"),
    (lambda c: c.create_token("x", expires_in_days=-(10**30)), "days is not possible"),
    (lambda c: c.create_token("x", expires_in_days=10**30), "days is not possible"),
    (lambda c: c.create_token("\ud800"), "name has a lone surrogate"),
    (lambda c: c.get_token(""), "id"),
    (lambda c: c.get_token(".."), "id"),
    (lambda c: c.get_token("a/b"), "id"),
    (lambda c: c.list_tokens(""), "id"),
    (lambda c: c.list_tokens("a\nb"), "id"),
    (lambda c: c.list_tokens("\udfff"), "user_id has a lone surrogate"),
    (lambda c: c.with_timeout(-1), "timeout is -1 seconds"),
    (lambda c: c.with_timeout(0), "timeout is zero"),
    (lambda c: c.with_timeout(timedelta(0)), "timeout is zero"),
    (lambda c: c.with_timeout(1e-12), "timeout is zero"),
    (lambda c: c.with_timeout(float("nan")), "timeout is NaN seconds"),
    (lambda c: c.with_timeout(timedelta(days=2)), "timeout is longer than a day"),
    (lambda c: c.with_timeout(timedelta.max), "timeout is longer than a day"),
    (lambda c: c.get_token(PAT), "credential"),
    (lambda c: c.list_tokens(PAT), "credential"),
    (lambda c: c.delete_token(PAT), "credential"),
    (lambda c: c.create_token(PAT), "credential"),
]


@pytest.mark.parametrize(("call", "message"), WRONG_TYPES, ids=[message for _, message in WRONG_TYPES])
def test_a_wrong_type_names_the_parameter(
    netbird_mock: MockNetBird, netbird_client: Client, call: Callable[[Client], object], message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        call(netbird_client)
    assert netbird_mock.requests == []


@pytest.mark.parametrize(("call", "message"), WRONG_VALUES)
def test_a_wrong_value_is_refused_before_any_request(
    netbird_mock: MockNetBird, netbird_client: Client, call: Callable[[Client], object], message: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=message) as refused:
        call(netbird_client)
    assert isinstance(refused.value, ValueError)
    assert (refused.value.attempts, refused.value.status) == (0, None)
    assert netbird_mock.requests == []


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"pat": b"nbp_"}, TypeError, "pat: expected str or Secret, not bytes"),
        ({"bearer": 1}, TypeError, "bearer: expected str or Secret, not int"),
        ({"pat": PAT, "bearer": "x.y.z"}, TypeError, "pat and bearer are both given"),
        ({"pat": PAT, "management_url": b"http://x"}, TypeError, "management_url: expected str, not bytes"),
        ({"pat": PAT, "timeout": "10"}, TypeError, "timeout: expected seconds"),
        ({"pat": PAT, "timeout": True}, TypeError, "timeout: expected seconds .* not bool"),
        ({"pat": PAT, "timeout": float("nan")}, InvalidArgumentError, "timeout is NaN seconds"),
        ({"pat": PAT, "timeout": 0}, InvalidArgumentError, "timeout is zero"),
        ({"pat": PAT, "timeout": 0.0}, InvalidArgumentError, "timeout is zero"),
        ({"pat": PAT, "connect_timeout": timedelta(0)}, InvalidArgumentError, "connect_timeout is zero"),
        ({"pat": PAT, "read_timeout": 0}, InvalidArgumentError, "read_timeout is zero"),
        ({"pat": PAT, "timeout": float("inf")}, InvalidArgumentError, "timeout is longer than a day"),
        ({"pat": PAT, "timeout": float("-inf")}, InvalidArgumentError, "timeout is -inf seconds"),
        ({"pat": PAT, "timeout": 10**400}, InvalidArgumentError, "timeout is longer than a day"),
        ({"pat": PAT, "timeout": -(10**400)}, InvalidArgumentError, "timeout is -inf seconds"),
        ({"pat": PAT, "retry_base_delay": timedelta.max}, InvalidArgumentError, "retry_base_delay is longer than a day"),
        ({"pat": PAT, "retry_max_delay": 1e300}, InvalidArgumentError, "retry_max_delay is longer than a day"),
        ({"pat": PAT, "connect_timeout": -0.1}, InvalidArgumentError, "connect_timeout is -0.1 seconds"),
        ({"pat": PAT, "read_timeout": timedelta(seconds=-1)}, InvalidArgumentError, "read_timeout is -1 seconds"),
        ({"pat": PAT, "max_retries": 1.0}, TypeError, "max_retries: expected int, not float"),
        ({"pat": PAT, "max_retries": False}, TypeError, "max_retries: expected int, not bool"),
        ({"pat": PAT, "max_retries": -1}, InvalidArgumentError, "max_retries is -1"),
        ({"pat": PAT, "max_response_bytes": 10**30}, None, ""),
        ({"pat": PAT, "max_response_bytes": 0}, InvalidArgumentError, "max_response_bytes is zero"),
        ({"pat": PAT, "max_retries": 10**30}, InvalidArgumentError, "max_retries"),
        ({"pat": PAT, "allow_insecure_http": 1}, TypeError, "allow_insecure_http: expected bool, not int"),
        ({"pat": PAT, "proxy_from_env": "yes"}, TypeError, "proxy_from_env: expected bool, not str"),
        ({"pat": PAT, "ca_pem": 1}, TypeError, "ca_pem: expected str or bytes, not int"),
        ({"pat": PAT, "ca_pem": b"no pem"}, ConfigurationError, "ca_pem: .*BEGIN CERTIFICATE"),
        ({"pat": PAT, "ca_pem": "/etc/ssl/certs/ca.pem"}, ConfigurationError, "ca_pem: .*path"),
        ({"pat": PAT, "user_agent": "a\nb"}, InvalidArgumentError, "user_agent"),
        ({"token_file": 1}, TypeError, "token_file: expected str or os.PathLike, not int"),
        ({"token_file": b"token"}, TypeError, "token_file: expected str or os.PathLike, not bytes"),
        ({"token_file": Path("/no/such/file")}, ConfigurationError, "token_file /no/such/file cannot be read"),
        ({"token_file": PAT}, InvalidArgumentError, "token_file is the path of a file"),
        ({"pat": PAT, "token_file": "/no/such/file"}, InvalidArgumentError, "credential and token_file are both given"),
        ({"pat": PAT, "on_unknown": "guess"}, InvalidArgumentError, 'on_unknown is "guess"'),
        ({"pat": PAT, "retries": 3}, TypeError, "unexpected keyword argument 'retries'"),
        ({"pat": PAT, "management_url": "http://example.com"}, InvalidArgumentError, "http"),
        ({}, ConfigurationError, "no credential"),
        ({"pat": None}, ConfigurationError, "no credential"),
    ],
)
def test_options(options: dict[str, Any], error: type[Exception] | None, message: str) -> None:
    for make in (Client, Client.from_env):
        if error is None:
            make(**options).close()
        else:
            with pytest.raises(error, match=message):
                make(**options)


def test_options_are_keyword_only() -> None:
    with pytest.raises(TypeError, match="positional"):
        Client(PAT)  # type: ignore[call-arg]


@pytest.mark.parametrize("options", [{"pat": "x", "timout": 3}, {"timout": 3, "pat": "x"}, {"timout": 3}])
def test_an_unknown_keyword_is_a_type_error_whatever_the_order(options: dict[str, Any]) -> None:
    for make in (Client, Client.from_env):
        with pytest.raises(TypeError, match="unexpected keyword argument 'timout'"):
            make(**options)


def test_times_are_seconds_or_a_timedelta(netbird_mock: MockNetBird) -> None:
    for time in (5, 5.0, timedelta(seconds=5)):
        with netbird_mock.client(timeout=time, connect_timeout=time, read_timeout=time) as client:
            assert client.list_tokens()


def test_a_whole_number_of_another_type_is_a_number(netbird_client: Client) -> None:
    class Days:
        def __index__(self) -> int:
            return 7

    created = netbird_client.create_token("week", expires_in_days=Days())  # type: ignore[arg-type]
    assert created.token.days_left(created.token.created_at) == 7


@pytest.mark.parametrize("name", ["pat", "bearer", "credential"])
def test_a_credential_that_cannot_be_one_is_not_shown(name: str) -> None:
    for text in ("nbp_ekhpKGqNnLYiZJmGUiRWRzBkfrFnbE000000", "nbp_ekhpKGqNnLYiZJmGUiRWRzBkfrFnb\ud800"):
        with pytest.raises(InvalidCredentialError) as refused:
            Client(**{name: text})  # type: ignore[arg-type]
        told = f"{refused.value!r} {refused.value} {vars(refused.value)} {refused.value.args}"
        assert "ekhp" not in told
        assert refused.value.__cause__ is None
        assert refused.value.__context__ is None
