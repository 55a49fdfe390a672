"""netbird_tokens.testing, and the fixtures that pytest finds by itself."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Literal

import pytest

from netbird_tokens import Client
from netbird_tokens.testing import MockNetBird


def test_the_fixtures_are_found_by_themselves(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(
        """
def test_with_the_client(netbird_client, netbird_mock):
    netbird_client.create_token("mine")
    assert [token.name for token in netbird_mock.tokens()] == ["default", "mine"]

def test_each_test_has_a_server_of_its_own(netbird_client):
    assert [token.name for token in netbird_client.list_tokens()] == ["default"]

def test_the_library_is_not_loaded_for_nothing():
    pass
"""
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--fixtures-per-test", "."]
    listed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=50)
    assert "A fresh NetBird token server in this process" in listed.stdout
    command.remove("--fixtures-per-test")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=50, env={**os.environ})
    assert "3 passed" in done.stdout, done.stdout


def test_what_was_put_there_is_there(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    created = datetime(2026, 1, 1, tzinfo=timezone.utc)
    token = netbird_mock.add_token("old", created_at=created, expiration_date=created + timedelta(days=1),
                                   last_used=created + timedelta(hours=1))
    seen = netbird_client.get_token(token.token_id)
    assert (seen.name, seen.created_at, seen.is_expired()) == ("old", created, True)
    assert seen.last_used == created + timedelta(hours=1)
    stored = {token.id: token for token in netbird_mock.tokens()}[token.token_id]
    assert (stored.name, stored.created_by, stored.last_used) == ("old", "owner", "2026-01-01T01:00:00Z")
    assert netbird_mock.plain_of(token.token_id) == token.plain
    assert netbird_mock.plain_of("none") is None
    assert token.plain not in repr(token)


def test_requests_are_recorded(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    netbird_client.create_token("x", user_id="owner")
    (request,) = netbird_mock.take_requests()
    assert (request.method, request.target, request.status) == ("POST", "/api/users/owner/tokens", 200)
    assert '"x"' in request.body
    assert request.headers["authorization"] == f"Token {netbird_mock.pat}"
    assert netbird_mock.pat not in repr(request)
    assert netbird_mock.requests == []


def test_the_clock(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    netbird_mock.set_clock(datetime(2030, 1, 1, tzinfo=timezone.utc))
    assert netbird_mock.now.startswith("2030-01-01T00:00:0")
    netbird_mock.advance_clock(timedelta(days=1))
    netbird_mock.advance_clock(3600)
    assert netbird_mock.now.startswith("2030-01-02T01:00:0")
    with pytest.raises(ValueError, match="no time zone"):
        netbird_mock.set_clock(datetime(2030, 1, 1))


def test_a_held_request_waits_until_it_is_released(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    netbird_mock.fault("hold_answer", method="POST")
    with ThreadPoolExecutor(1) as pool:
        create = pool.submit(netbird_client.create_token, "held")
        while "held" not in [token.name for token in netbird_mock.tokens()]:
            pass
        assert not create.done()
        netbird_mock.release_held()
        assert create.result().token.name == "held"


def test_a_coarse_clock(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    netbird_mock.set_clock_step(timedelta(hours=1))
    created = netbird_client.create_token("x").token.created_at
    assert (created.minute, created.second, created.microsecond) == (0, 0, 0)


@pytest.mark.parametrize("version", ["0.40", "0.59", "current"])
def test_servers_of_other_versions(version: Literal["0.40", "0.59", "current"]) -> None:
    with MockNetBird(server_version=version) as mock, mock.client() as client:
        assert [token.name for token in client.list_tokens()] == ["default"]
        assert client.current_user().id == "owner"
        requested = {request.target: request.status for request in mock.requests}
        assert requested["/api/users/current"] == (405 if version == "0.40" else 200)


def test_wrong_worlds_are_refused(netbird_mock: MockNetBird) -> None:
    with pytest.raises(ValueError, match="unknown field"):
        MockNetBird(world={"people": []})
    with pytest.raises(ValueError, match="taken"):
        netbird_mock.add_user("owner")
    with pytest.raises(ValueError, match="nobody"):
        netbird_mock.add_token(user_id="nobody")
    with pytest.raises(ValueError, match="explode"):
        netbird_mock.fault("explode")  # type: ignore[arg-type]


def test_a_stopped_server_is_gone(netbird_mock: MockNetBird) -> None:
    netbird_mock.close()
    netbird_mock.close()
    with pytest.raises(RuntimeError, match="stopped"):
        netbird_mock.add_user("x")


def test_faults_can_be_cleared_and_connections_closed(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    netbird_mock.fault("answer", status=500, times=0)
    netbird_mock.clear_faults()
    assert netbird_client.list_tokens()
    assert netbird_mock.close_idle_connections() == 1
    assert netbird_client.list_tokens()
    assert {request.connection for request in netbird_mock.requests} == {0, 1}
