"""The fixtures that pytest finds once netbird_tokens is installed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from . import Client
    from .testing import MockNetBird


@pytest.fixture
def netbird_mock() -> Iterator[MockNetBird]:
    """A fresh NetBird token server in this process: see netbird_tokens.testing.MockNetBird."""
    # Here and not above, so that test runs that do not use it do not load the library.
    from .testing import MockNetBird

    with MockNetBird() as mock:
        yield mock


@pytest.fixture
def netbird_client(netbird_mock: MockNetBird) -> Iterator[Client]:
    """A client of the fixture netbird_mock, as its owner."""
    with netbird_mock.client() as client:
        yield client
