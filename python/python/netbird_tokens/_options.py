"""The options of a client as types. Loaded when they are first needed: typing takes longer than the package."""

from __future__ import annotations

from datetime import timedelta
from os import PathLike
from typing import Literal, TypedDict

from ._native import Credential, LoginSession, Secret


class ConnectionOptions(TypedDict, total=False):
    """The options of Client that start_login and LoginSession.restore take, too. Client describes them."""

    connect_timeout: float | timedelta | None
    read_timeout: float | timedelta | None
    timeout: float | timedelta | None
    max_retries: int | None
    retry_base_delay: float | timedelta | None
    retry_max_delay: float | timedelta | None
    max_response_bytes: int | None
    allow_insecure_http: bool | None
    ca_pem: str | bytes | None
    proxy: str | None
    proxy_from_env: bool | None
    user_agent: str | None


class _Whose(TypedDict, total=False):
    """Who the client is, and on which server."""

    pat: str | Secret | None
    bearer: str | Secret | None
    credential: str | Secret | Credential | LoginSession | None
    token_file: str | PathLike[str] | None
    management_url: str | None


class ClientOptions(_Whose, ConnectionOptions, total=False):
    """The options of Client and AsyncClient, which Client describes. For functions that pass them on:

    def connect(**options: Unpack[ClientOptions]) -> Client:
        return Client.from_env(**options)
    """

    on_unknown: Literal["report", "revoke_and_retry"] | None


# Users import them from there.
for _class in (ClientOptions, ConnectionOptions):
    _class.__module__ = "netbird_tokens"
