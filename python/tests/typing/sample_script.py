"""A program as users write it: must be clean under mypy --strict and pyright strict."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from netbird_tokens import Client, CreatedToken, NetBirdError, OutcomeUnknownError, Secret, Token, TokenList, User


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
        created: CreatedToken = client.create_token("x", expires_in_days=30, user_id=first.user_id)
        me: User = client.current_user()
        print(describe(first), len(rest), me.email or me.id, *expiring(tokens, timedelta(days=14)))
        try:
            client.delete_token(created.token.id)
        except OutcomeUnknownError as error:
            candidates: tuple[str, ...] = error.candidate_token_ids
            print(candidates)
        except NetBirdError as error:
            status: int | None = error.status
            wait: float | None = error.retry_after
            print(error.kind, error.code, status, wait)
        return store(created.plain_token)
