"""What goes to logging.getLogger("netbird_tokens")."""

from __future__ import annotations

import logging
import re
import subprocess
from collections.abc import Callable, Iterator

import pytest

from netbird_tokens import Client, NetBirdError
from netbird_tokens.testing import MockNetBird


@pytest.fixture(autouse=True)
def debug_level(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.DEBUG, logger="netbird_tokens"):
        yield


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """Level and message of each record, times replaced by T."""
    return [
        (record.levelname, re.sub(r"\d+(\.\d+)? ms", "T", record.getMessage()))
        for record in caplog.records
        if record.name == "netbird_tokens"
    ]


def test_one_debug_line_a_request(netbird_client: Client, caplog: pytest.LogCaptureFixture) -> None:
    made = netbird_client.create_token("100% ci").token
    netbird_client.delete_token(made.id)
    with pytest.raises(NetBirdError):
        netbird_client.get_token("a%b")
    assert lines(caplog) == [
        ("DEBUG", "GET /api/users/current -> 200 (attempt 1, T)"),
        ("DEBUG", "POST /api/users/owner/tokens -> 200 (attempt 1, T)"),
        ("DEBUG", f"DELETE /api/users/owner/tokens/{made.id} -> 200 (attempt 1, T)"),
        ("DEBUG", "GET /api/users/owner/tokens/a%25b -> 404 not_found (attempt 1, T)"),
    ]


def test_a_warning_a_retry(
    netbird_mock: MockNetBird, netbird_client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    netbird_mock.fault("answer", status=503, times=2)
    netbird_client.list_tokens("owner")
    assert lines(caplog) == [
        ("DEBUG", "GET /api/users/owner/tokens -> 503 server_error (attempt 1, T)"),
        ("WARNING", "GET /api/users/owner/tokens: server_error, attempt 2 in T"),
        ("DEBUG", "GET /api/users/owner/tokens -> 503 server_error (attempt 2, T)"),
        ("WARNING", "GET /api/users/owner/tokens: server_error, attempt 3 in T"),
        ("DEBUG", "GET /api/users/owner/tokens -> 200 (attempt 3, T)"),
    ]


def test_a_warning_when_an_answer_was_lost(
    netbird_mock: MockNetBird, netbird_client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    netbird_mock.fault("drop_after", method="POST")
    with pytest.raises(NetBirdError):
        netbird_client.create_token("lost")
    warnings = [message for level, message in lines(caplog) if level == "WARNING"]
    assert len(warnings) == 1
    assert "was lost" in warnings[0]


def test_warnings_come_without_debug(
    netbird_mock: MockNetBird, netbird_client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    netbird_mock.fault("answer", status=503)
    with caplog.at_level(logging.INFO, logger="netbird_tokens"):
        netbird_client.list_tokens("owner")
    assert [level for level, _ in lines(caplog)] == ["WARNING"]


def test_never_a_secret(netbird_mock: MockNetBird, netbird_client: Client, caplog: pytest.LogCaptureFixture) -> None:
    jwt = netbird_mock.issue_jwt()
    made = netbird_client.create_token("x")
    with netbird_mock.client(bearer=jwt) as client:
        client.list_tokens()
    for record in caplog.records:
        text = f"{record.getMessage()} {record.__dict__}"
        for secret in (netbird_mock.pat, jwt, made.plain_token.expose()):
            assert secret not in text
            assert secret[-12:] not in text


def test_the_record_names_the_line_that_called(netbird_client: Client, caplog: pytest.LogCaptureFixture) -> None:
    netbird_client.current_user()
    (record,) = caplog.records
    assert (record.filename, record.funcName) == ("test_logging.py", "test_the_record_names_the_line_that_called")


def test_a_handler_that_calls_the_client(netbird_client: Client) -> None:
    class Curious(logging.Handler):
        users: list[str] = []

        def emit(self, record: logging.LogRecord) -> None:
            if not self.users:
                self.users.append("")
                self.users.append(netbird_client.current_user().id)

    logger = logging.getLogger("netbird_tokens")
    handler = Curious()
    logger.addHandler(handler)
    try:
        assert netbird_client.list_tokens()
    finally:
        logger.removeHandler(handler)
    assert handler.users == ["", "owner"]


def test_a_filter_that_fails_does_not_fail_the_call(
    netbird_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(record: logging.LogRecord) -> bool:
        raise ZeroDivisionError("in a filter")

    reported: list[str] = []
    monkeypatch.setattr("sys.unraisablehook", lambda report: reported.append(str(report.exc_value)))
    logger = logging.getLogger("netbird_tokens")
    logger.addFilter(broken)
    try:
        assert netbird_client.list_tokens("owner")
    finally:
        logger.removeFilter(broken)
    assert reported == ["in a filter"]


def test_nothing_is_loaded_or_printed_for_a_script_that_does_not_log(
    netbird_mock: MockNetBird, run_script: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    netbird_mock.fault("answer", status=503, times=2)
    source = """
import sys
from netbird_tokens import Client
client = Client(management_url=sys.argv[1], pat=sys.argv[2], retry_base_delay=0.01, proxy_from_env=False)
client.list_tokens()
assert "logging" not in sys.modules
import logging
client.list_tokens()
"""
    done = run_script(source, netbird_mock.url, netbird_mock.pat)
    assert (done.stdout, done.stderr) == ("", "")
