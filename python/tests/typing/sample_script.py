"""A program as users write it: must be clean under mypy --strict and pyright strict."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from netbird_tokens import (
    AsyncClient,
    AsyncDeviceLogin,
    Audit,
    AuditSummary,
    CancelToken,
    Client,
    CreatedToken,
    CredentialCheck,
    CredentialState,
    DeviceLogin,
    LoginSession,
    NetBirdError,
    OutcomeUnknownError,
    Rotation,
    RotationRecord,
    Secret,
    Token,
    TokenList,
    TokenState,
    User,
    UserAudit,
    start_login,
    start_login_async,
)

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from netbird_tokens import ConnectionOptions


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


def rotate(client: Client, journal: Path) -> RotationRecord:
    record: RotationRecord = json.loads(journal.read_text())
    if record["stage"] == "created" and record["token_id"] is not None:
        record = client.resume_rotation(record, Secret("nbp_"))
    with client.rotate_token(name="deploy", expires_in_days=30, prepare_only=True) as rotation:
        store(rotation.plain_token)
        rotation.commit(keep_old=True)
    left: Rotation = client.rotate_token(rotation.token.id, adopt=True, tag=False)
    journal.write_text(json.dumps(left.record()))
    left.abort()
    return client.resume_rotation({**record})


def audit(client: Client) -> list[str]:
    with client.audit_tokens(expiring_within=timedelta(days=14), unused_for=86_400, concurrency=32) as audit:
        return [line for user in audit for line in lines(user)] + [progress(audit)]


def lines(found: UserAudit) -> list[str]:
    if found.error is not None:
        return [f"{found.user.id}: {found.error.kind}"]
    return [f"{each.token.name}: {each.reason}" for each in found.tokens if TokenState.EXPIRED in each.findings]


def progress(audit: Audit) -> str:
    summary: AuditSummary = audit.summary()
    return f"{summary.audited} of {audit.user_count}, complete: {summary.is_complete}"


def log_in(stored: Path, **options: Unpack[ConnectionOptions]) -> Client:
    login: DeviceLogin = start_login("https://netbird.example.com", client_id="netbird-cli", cancel=CancelToken(), **options)
    link: str = login.verification_uri_complete or login.verification_uri
    print(link, login.user_code, login.expires_at - datetime.now(timezone.utc), login.interval / 2)
    session: LoginSession | None = login.poll()
    if session is None:
        session = login.wait()
    restored = LoginSession.restore(session.export(), from_env=True, **options)
    if restored.needs_refresh:
        restored.refresh()
    stored.write_text(restored.export().expose())
    client = Client(credential=restored)
    client.set_credential(credential=session.with_cancel(CancelToken()).credential)
    return client


async def log_in_async() -> AsyncClient:
    login: AsyncDeviceLogin = await start_login_async(from_env=True, timeout=5)
    session: LoginSession = await login.poll() or await login.wait()
    await session.refresh_async()
    return AsyncClient(credential=session)


def main(pat: str | Secret) -> int:
    with Client(pat=pat, timeout=timedelta(seconds=10), max_retries=3, on_unknown="report") as client:
        tokens: TokenList = client.list_tokens()
        first: Token = tokens[0]
        rest: TokenList = tokens[1:]
        created: CreatedToken = client.create_token("x", expires_in_days=30, tag=True, user_id=first.user_id)
        cancel = CancelToken()
        me: User = client.with_cancel(cancel).current_user()
        print(advise(client.check_credential()), cancel.is_cancelled)
        print(rotate(client, Path("journal.json"))["stage"], *audit(Client(token_file=Path("token"))))
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
