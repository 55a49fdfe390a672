"""Mistakes that a type checker must find. An ignore that hides nothing is itself an error in both checkers."""

from __future__ import annotations

from netbird_tokens import Client, Token, start_login

client = Client.from_env()
client.create_token("x", 30)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
client.create_token("x", expires_in_days=1.5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
client.get_token(b"id")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
client.list_tokens("me", 1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
Client("nbp_")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
Client(pat="nbp_", retries=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
client.with_cancel(True)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
client.check_credential().state = "working"  # type: ignore[misc, assignment]  # pyright: ignore[reportAttributeAccessIssue]
Client(pat="nbp_", on_unknown="guess")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
client.rotate_token("x", "y")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
client.rotate_token("x").commit(True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
client.rotate_token("x").record()["secret"]  # type: ignore[typeddict-item]  # pyright: ignore[reportGeneralTypeIssues]
client.resume_rotation("{}")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
client.audit_tokens(expiring_within="30d")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
client.audit_tokens().summary().users = 1  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
Client(token_file=b"token")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
start_login("https://x", "issuer")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
start_login("https://x", pat="nbp_")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
start_login("https://x", cancel=True)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
start_login("https://x", timeout="5s")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
Client(bearer=start_login("https://x").wait())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
start_login("https://x").poll().export()  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]
start_login("https://x").wait().needs_refresh()  # type: ignore[operator]  # pyright: ignore[reportCallIssue]


def change(token: Token) -> None:
    token.name = "other"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


def leak(token: Token) -> str:
    return client.create_token("x").plain_token  # type: ignore[return-value]  # pyright: ignore[reportReturnType]


{client.create_token("x").plain_token}  # pyright: ignore[reportUnhashable, reportUnusedExpression]
