"""Audits: one result per user, as it arrives."""

from __future__ import annotations

import gc
import pickle
import threading
import time
from contextlib import closing
from dataclasses import FrozenInstanceError, fields
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from interrupting import ANSWERED_WITHIN, ctrl_c
from netbird_tokens import (
    AuditSummary,
    CancelledError,
    CancelToken,
    Client,
    ForbiddenError,
    InvalidArgumentError,
    ServerError,
    TokenState,
    UserAudit,
    _native,
)
from netbird_tokens.testing import MockNetBird

pytestmark = pytest.mark.usefixtures("default_handler")


def bots(mock: MockNetBird, count: int, tokens: int = 1) -> None:
    for number in range(count):
        each = [{"name": f"t{index}"} for index in range(tokens)]
        mock.add_user(f"bot{number:04}", is_service_user=True, tokens=each)


def lists(mock: MockNetBird) -> int:
    return sum(request.target.endswith("/tokens") for request in mock.requests)


def test_the_states_are_those_of_the_core() -> None:
    _, _, _, enums = _native.vocabulary()
    assert [state.value for state in TokenState] == dict(enums)["TokenState"]


def test_an_audit(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    now = datetime.now(timezone.utc)
    year = timedelta(days=365)
    netbird_mock.add_user("bot", is_service_user=True)
    netbird_mock.add_user("ada")
    netbird_mock.add_token("soon", user_id="bot", expiration_date=now + timedelta(days=3, hours=1), last_used=now)
    netbird_mock.add_token("late", user_id="bot", expiration_date=now - timedelta(days=2), created_at=now - year)
    netbird_mock.add_token("idle", user_id="bot", expiration_date=now + year, created_at=now - year)
    netbird_mock.add_token("new", user_id="bot", expiration_date=now + year)
    netbird_mock.add_token("fine", user_id="bot", expiration_date=now + year, last_used=now)
    # The client's own token lives 30 days, which is the default.
    audit = netbird_client.audit_tokens(expiring_within=timedelta(days=10))
    assert audit.user_count == 2
    assert not audit.summary().is_complete
    results = {result.user.id: result for result in audit}
    assert set(results) == {"owner", "bot"}
    found = {audited.token.name: audited for audited in results["bot"].tokens}
    assert {name: audited.state for name, audited in found.items()} == {
        "soon": TokenState.EXPIRING,
        "late": TokenState.EXPIRED,
        "idle": TokenState.UNUSED,
        "new": TokenState.NEVER_USED,
        "fine": TokenState.HEALTHY,
    }
    assert found["late"].findings == (TokenState.EXPIRED, TokenState.UNUSED)
    assert found["fine"].findings == ()
    assert found["soon"].reason == "expires in 3 days"
    assert abs(results["bot"].as_of - now) < timedelta(minutes=1)
    assert results["bot"].error is None
    summary = audit.summary()
    assert (summary.users, summary.audited, summary.other_people, summary.tokens) == (2, 2, 1, 6)
    assert (summary.expired, summary.expiring, summary.unused, summary.failed, summary.not_reached) == (1, 1, 1, 0, 0)
    assert summary.is_complete
    assert list(audit) == []


def test_the_limits(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    def state(**limits: Any) -> TokenState:
        (result,) = netbird_client.audit_tokens(**limits)
        return result.tokens[0].state

    # Of the one token of the client, which the audit uses.
    assert state(expiring_within=timedelta(0)) is TokenState.HEALTHY
    assert state(expiring_within=timedelta(days=400)) is TokenState.EXPIRING
    assert state(expiring_within=400 * 86_400.0, unused_for=1, concurrency=64, time_limit=60) is TokenState.EXPIRING


@pytest.mark.parametrize("name", ["expiring_within", "unused_for", "time_limit"])
@pytest.mark.parametrize(
    "value", [timedelta(seconds=-1), timedelta.max, -0.5, 1e300, 10**400, float("nan"), float("inf")]
)
def test_a_length_of_time_that_cannot_be_meant(
    netbird_mock: MockNetBird, netbird_client: Client, name: str, value: Any
) -> None:
    with pytest.raises(InvalidArgumentError, match=name):
        netbird_client.audit_tokens(**{name: value})
    assert netbird_mock.requests == []


@pytest.mark.parametrize("concurrency", [0, -1, 65, 10**30])
def test_a_concurrency_that_cannot_be_meant(netbird_client: Client, concurrency: int) -> None:
    with pytest.raises(InvalidArgumentError, match="concurrency"):
        netbird_client.audit_tokens(concurrency=concurrency)


def test_the_wrong_type_is_refused(netbird_client: Client) -> None:
    for arguments in ({"expiring_within": "30d"}, {"concurrency": 1.0}, {"time_limit": True}):
        with pytest.raises(TypeError):
            netbird_client.audit_tokens(**arguments)


def test_the_users_must_be_listed(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    netbird_mock.fault("answer", target_contains="/api/users", status=500, times=0)
    with pytest.raises(ServerError):
        netbird_client.audit_tokens()


def test_one_user_may_fail(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    bots(netbird_mock, 2)
    body = '{"message": "permission denied", "code": 403}'
    headers = [["Content-Type", "application/json"]]
    netbird_mock.fault("answer", target_contains="bot0001", status=403, headers=headers, body=body, times=0)
    with closing(netbird_client.audit_tokens()) as audit:
        results = {result.user.id: result for result in audit}
    assert isinstance(results["bot0001"].error, ForbiddenError)
    assert results["bot0001"].tokens == ()
    assert len(results["bot0000"].tokens) == 1
    assert (audit.summary().audited, audit.summary().failed) == (2, 1)
    assert pickle.loads(pickle.dumps(results)) == results


def test_results_are_values(netbird_client: Client) -> None:
    # The client's own token lives 30 days, which is the default.
    audit = netbird_client.audit_tokens(expiring_within=timedelta(days=10))
    (result,) = audit
    summary = audit.summary()
    assert isinstance(result, UserAudit) and isinstance(summary, AuditSummary)
    for value in (result, result.tokens[0], summary):
        assert pickle.loads(pickle.dumps(value)) == value
        assert len({value, value}) == 1
        with pytest.raises(FrozenInstanceError):
            setattr(value, fields(value)[0].name, None)
    assert f"{TokenState.NEVER_USED}" == str(TokenState.NEVER_USED) == "never_used"
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(audit)


def settled(mock: MockNetBird) -> int:
    """The number of lists of tokens that were requested, once it no longer grows."""
    seen = -1
    while seen != lists(mock):
        seen = lists(mock)
        threading.Event().wait(0.3)
    return seen


def test_it_runs_only_a_little_ahead(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    bots(netbird_mock, 100)
    audit = netbird_client.audit_tokens(concurrency=2)
    next(audit)
    assert settled(netbird_mock) < 20
    assert len(list(audit)) == 100


def test_break_ends_it(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    bots(netbird_mock, 100)
    for result in netbird_client.audit_tokens(concurrency=2):
        assert result.error is None
        break
    gc.collect()
    netbird_mock.take_requests()
    # What was under way at most.
    assert settled(netbird_mock) <= 2


def test_close_ends_it(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    bots(netbird_mock, 20)
    with netbird_client.audit_tokens(concurrency=1) as audit:
        next(audit)
    assert repr(audit) == "Audit(1 of 21 users)"
    assert list(audit) == []
    assert (audit.user_count, audit.summary().audited, audit.summary().is_complete) == (21, 1, False)
    audit.close()
    assert audit.summary().audited == 1


def test_it_outlives_its_client(netbird_mock: MockNetBird) -> None:
    bots(netbird_mock, 20)
    with netbird_mock.client() as client:
        audit = client.audit_tokens(concurrency=1)
    assert len(list(audit)) == 21


@pytest.mark.parametrize("with_cancel", [False, True])
def test_ctrl_c_is_answered_in_time_and_loses_nothing(
    netbird_mock: MockNetBird, netbird_client: Client, with_cancel: bool
) -> None:
    bots(netbird_mock, 3)
    client = netbird_client.with_cancel(CancelToken()) if with_cancel else netbird_client
    netbird_mock.fault("hold", target_contains="/tokens", times=0)
    audit = client.audit_tokens()
    with ctrl_c(after=0.2) as interrupt:
        with pytest.raises(KeyboardInterrupt) as raised:
            next(audit)
        took = time.monotonic() - interrupt.sent_at
    assert took < ANSWERED_WITHIN
    assert isinstance(raised.value.__cause__, CancelledError)
    netbird_mock.clear_faults()
    netbird_mock.release_held()
    assert len({result.user.id for result in audit}) == 4


def test_a_cancel_token_ends_the_wait(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    netbird_mock.fault("hold", target_contains="/tokens", times=0)
    cancel = CancelToken()
    audit = netbird_client.with_cancel(cancel).audit_tokens()
    timer = threading.Timer(0.2, cancel.cancel)
    timer.start()
    with pytest.raises(CancelledError):
        next(audit)
    timer.join()
    netbird_mock.release_held()


def test_the_time_limit_gives_what_there_is(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    bots(netbird_mock, 3)
    netbird_mock.fault("hold", target_contains="bot0001", times=0)
    audit = netbird_client.audit_tokens(time_limit=timedelta(seconds=1))
    assert {result.user.id for result in audit} == {"owner", "bot0000", "bot0002"}
    assert (audit.summary().not_reached, audit.summary().is_complete) == (1, False)
    netbird_mock.release_held()


def test_threads_share_it(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    bots(netbird_mock, 40)
    audit = netbird_client.audit_tokens(concurrency=4)
    seen: list[str] = []
    threads = [
        threading.Thread(target=lambda: seen.extend(result.user.id for result in audit)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == len(set(seen)) == 41
    assert audit.summary().is_complete
