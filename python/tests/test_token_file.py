"""The credential in a file that is followed."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import pytest

from netbird_tokens import Client, ConfigurationError, InvalidArgumentError, UnauthorizedError
from netbird_tokens.testing import MockNetBird


def client(mock: MockNetBird, token_file: Any, **options: Any) -> Client:
    return Client(token_file=token_file, management_url=mock.url, proxy_from_env=False, **options)


class Anywhere:
    """An os.PathLike that is no Path."""

    def __init__(self, path: Any) -> None:
        self.path = path

    def __fspath__(self) -> Any:
        return self.path


@pytest.mark.parametrize("kind", [str, Path, Anywhere])
def test_a_rotated_file_is_followed(
    netbird_mock: MockNetBird, tmp_path: Path, kind: Any, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "token"
    old = netbird_mock.add_token("deploy")
    file.write_text(old.plain + "\n")
    with client(netbird_mock, kind(str(file))) as following, netbird_mock.client() as admin:
        assert following.current_user().id == "owner"
        with admin.rotate_token(old.token_id) as rotation:
            file.write_text(rotation.plain_token.expose())
            plain = rotation.plain_token.expose()
        with caplog.at_level(logging.DEBUG, logger="netbird_tokens"):
            assert following.current_user().id == "owner"
    messages = [record.getMessage() for record in caplog.records]
    assert any(str(file) in message and record.levelno == logging.DEBUG for message, record in zip(messages, caplog.records))
    assert not any(secret in message for message in messages for secret in (plain, old.plain))


def test_a_file_that_still_holds_it(netbird_mock: MockNetBird, tmp_path: Path) -> None:
    file = tmp_path / "token"
    old = netbird_mock.add_token("deploy")
    file.write_text(old.plain)
    with client(netbird_mock, file) as following, netbird_mock.client() as admin:
        admin.delete_token(old.token_id)
        with pytest.raises(UnauthorizedError, match="still holds") as raised:
            following.current_user()
    assert old.plain not in str(raised.value)


def test_a_file_that_cannot_be_read(netbird_mock: MockNetBird, tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    for unreadable in (missing, tmp_path):
        with pytest.raises(ConfigurationError, match=str(unreadable)):
            client(netbird_mock, unreadable)


def test_a_path_that_is_bytes_or_no_text_is_refused(netbird_mock: MockNetBird) -> None:
    with pytest.raises(TypeError, match="token_file: expected str or os.PathLike"):
        client(netbird_mock, Anywhere(b"token"))
    with pytest.raises(InvalidArgumentError, match="token_file"):
        client(netbird_mock, os.fsdecode(b"\xff"))
