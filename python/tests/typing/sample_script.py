"""A program as users write it: must be clean under mypy --strict and pyright strict."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from typing import NoReturn

from netbird_tokens import (
    CancelToken,
    Client,
    CreatedToken,
    CredentialCheck,
    CredentialState,
    NetBirdError,
    OutcomeUnknownError,
    Secret,
    Token,
    TokenList,
    User,
)


def never(state: NoReturn) -> NoReturn:
    raise AssertionError(state)


def advise(check: CredentialCheck) -> str:
    match check.state:
        case CredentialState.WORKING:
            return f"works until {check.expires_at}" if check.token is None else check.token.name
        case CredentialState.UNKNOWN | CredentialState.REFUSED:
            return str(check.error)
        case CredentialState.BLOCKED | CredentialState.PENDING_APPROVAL | CredentialState.FORBIDDEN:
            return str(check.state)
        case _:
            # A checker knows that all states are handled.
            never(check.state)


def expiring(tokens: Sequence[Token], within: timedelta) -> list[str]:
    limit = datetime.now(timezone.utc) + within
    return [token.name for token in tokens if token.is_expired(limit)]


def describe(token: Token) -> str:
    match token:
        case Token(id=token_id, name=name, last_used=None):
            return f"{name} ({token_id}), never used"
        case Token(name=name, last_used=used):
            return f"{name}, used {used:%Y-%m-%d}"


def store(secret: Secret) -> int:
    return len(secret.expose())


def main(pat: str | Secret) -> int:
    with Client(pat=pat, timeout=timedelta(seconds=10), max_retries=3, on_unknown="report") as client:
        tokens: TokenList = client.list_tokens()
        first: Token = tokens[0]
        rest: TokenList = tokens[1:]
        created: CreatedToken = client.create_token("x", expires_in_days=30, tag=True, user_id=first.user_id)
        cancel = CancelToken()
        me: User = client.with_cancel(cancel).current_user()
        print(advise(client.check_credential()), cancel.is_cancelled)
        print(describe(first), len(rest), me.email or me.id, *expiring(tokens, timedelta(days=14)))
        try:
            client.delete_token(created.token.id)
        except OutcomeUnknownError as error:
            candidates: tuple[str, ...] = error.candidate_token_ids
            name: str | None = error.token_name
            print(candidates, name)
        except NetBirdError as error:
            status: int | None = error.status
            wait: float | None = error.retry_after
            print(error.kind, error.code, status, wait)
        return store(created.plain_token)
