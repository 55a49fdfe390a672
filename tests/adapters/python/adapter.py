"""The conformance adapter of the Python package: the protocol of tests/adapters/README.md, one JSON object a line each way.

It calls the public API as any Python program would, and prints the result.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

from netbird_tokens import (
    AsyncClient,
    AsyncDeviceLogin,
    AsyncRotation,
    AuditSummary,
    Client,
    CredentialCheck,
    DeviceLogin,
    InvalidArgumentError,
    LoginSession,
    NetBirdError,
    Rotation,
    Secret,
    Token,
    User,
    UserAudit,
    __version__,
    start_login,
)

OPERATIONS = (
    "list_tokens",
    "get_token",
    "create_token",
    "delete_token",
    "current_user",
    "list_users",
    "check_credential",
    "rotate_token",
    "resume_rotation",
    "audit_tokens",
    "rotation_create",
    "rotation_mark_stored",
    "rotation_commit",
    "rotation_abort",
    "rotation_record",
    "rotation_drop",
    "set_credential",
    "expose",
    "secret_equals",
    "start_login",
    "login_poll",
    "login_wait",
    "session_refresh",
    "session_export",
    "session_restore",
)
# How often the file that interrupts a call is looked for, in seconds.
POLL = 0.005
# The protocol's names, and the package's where they differ.
OPTIONS = {
    "management_url": "management_url",
    "pat": "pat",
    "bearer": "bearer",
    "detect": "credential",
    "session": "credential",
    "token_file": "token_file",
    "connect_timeout_ms": "connect_timeout",
    "read_timeout_ms": "read_timeout",
    "timeout_ms": "timeout",
    "max_retries": "max_retries",
    "retry_base_delay_ms": "retry_base_delay",
    "retry_max_delay_ms": "retry_max_delay",
    "max_response_bytes": "max_response_bytes",
    "allow_insecure_http": "allow_insecure_http",
    "ca_pem": "ca_pem",
    "proxy": "proxy",
    "proxy_from_env": "proxy_from_env",
    "user_agent": "user_agent",
    "on_unknown": "on_unknown",
}

clients: dict[str, Client | AsyncClient] = {}
secrets: dict[str, Secret] = {}
rotations: dict[str, Rotation | AsyncRotation] = {}
logins: dict[str, DeviceLogin | AsyncDeviceLogin] = {}
sessions: dict[str, LoginSession] = {}


class Unsupported(Exception):
    pass


def hello(command: dict[str, Any]) -> Any:
    return {
        "adapter": "python",
        "version": __version__,
        "operations": OPERATIONS,
        "options": [*OPTIONS, "from_env", "cancel_after_ms", "cancel_file", "fork"],
    }


def new_client(command: dict[str, Any]) -> Any:
    given = dict(command.get("options") or {})
    make = Client.from_env if given.pop("from_env", False) else Client
    clients[command["client"]] = make(**renamed(given))
    return {}


def renamed(given: dict[str, Any]) -> dict[str, Any]:
    options = {}
    for name, value in given.items():
        if name not in OPTIONS:
            raise Unsupported(f"there is no option {name}")
        if name == "session":
            value = known_session(value)
        options[OPTIONS[name]] = milliseconds(value) if name.endswith("_ms") else value
    return options


def connection(options: dict[str, Any] | None) -> dict[str, Any]:
    """The options of a login, which take those of a client."""
    given = dict(options or {})
    return {"from_env": given.pop("from_env", False), **renamed(given)}


def milliseconds(value: Any) -> Any:
    """Seconds; what is no number goes to the library as it is."""
    return value / 1000 if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def call(command: dict[str, Any]) -> Any:
    operation, args, now = asked(command)
    if operation in LOCAL:
        return LOCAL[operation](**args)
    if operation.startswith("rotation_"):
        return rotation(operation.removeprefix("rotation_"), now, **args)
    with interrupted(command.get("cancel_after_ms"), command.get("cancel_file")):
        if operation in LOGIN:
            return LOGIN[operation](**args)
        client = known_client(command)
        result = getattr(client, operation)(**args)
        if operation == "audit_tokens":
            return audit(list(result), result.summary(), now)
    return shown(operation, result, now)


def asked(command: dict[str, Any]) -> tuple[str, dict[str, Any], str | None]:
    """The operation, its arguments as the package takes them, and the instant to compute for."""
    operation, args = command["operation"], dict(command.get("args") or {})
    if operation not in OPERATIONS:
        raise Unsupported(f"there is no operation {operation}")
    now = args.pop("now", None)
    if operation == "set_credential":
        args = renamed(args)
    if operation == "audit_tokens":
        times = {name for name in args if name.endswith("_ms")}
        args |= {name.removesuffix("_ms"): milliseconds(args.pop(name)) for name in times}
    return operation, args, now


def known_client(command: dict[str, Any]) -> Any:
    if command["client"] not in clients:
        raise InvalidArgumentError("there is no such client")
    return clients[command["client"]]


def shown(operation: str, result: Any, now: str | None) -> Any:
    match operation:
        case "list_tokens":
            return [token(each, now) for each in result]
        case "get_token":
            return token(result, now)
        case "create_token":
            return created(result.token, result.plain_token, now)
        case "rotate_token":
            handle = str(len(rotations))
            rotations[handle] = result
            return {"rotation": handle, "old_token": token(result.old_token, now), **successor(result, now)}
        case "resume_rotation":
            return {"record": result}
        case "current_user":
            return user(result)
        case "list_users":
            return [user(each) for each in result]
        case "check_credential":
            return check(result, now)
        case _:
            return {}


# What is asked of a Secret.
LOCAL: dict[str, Callable[..., Any]] = {
    "expose": lambda secret: secrets[secret].expose(),
    "secret_equals": lambda secret, other: secrets[secret] == secrets[other],
}


def begin_login(options: dict[str, Any] | None = None, **args: Any) -> Any:
    return begun(start_login(**connection(options), **args))


def begun(login: DeviceLogin | AsyncDeviceLogin) -> Any:
    handle = str(len(logins))
    logins[handle] = login
    return {
        "login": handle,
        "verification_uri": login.verification_uri,
        "verification_uri_complete": login.verification_uri_complete,
        "user_code": login.user_code,
        "expires_at": time(login.expires_at),
        "interval_ms": round(login.interval * 1000),
    }


def known_login(handle: str) -> Any:
    if handle not in logins:
        raise InvalidArgumentError("there is no such login")
    return logins[handle]


def known_session(handle: str) -> LoginSession:
    if handle not in sessions:
        raise InvalidArgumentError("there is no such session")
    return sessions[handle]


def session(session: LoginSession | None) -> Any:
    """Gives it a handle."""
    if session is None:
        return None
    handle = str(len(sessions))
    sessions[handle] = session
    return session_shown(handle)


def session_shown(handle: str) -> Any:
    known = known_session(handle)
    return {
        "session": handle,
        "management_url": known.management_url,
        "issuer": known.issuer,
        "expires_at": time(known.expires_at),
        "needs_refresh": known.needs_refresh,
    }


def refresh(session: str) -> Any:
    known_session(session).refresh()
    return session_shown(session)


def export(session: str) -> Any:
    exported = known_session(session).export()
    handle = f"s{len(secrets)}"
    secrets[handle] = exported
    return {"text": str(exported), "secret": handle}


def restore(secret: str | None = None, text: str = "", options: dict[str, Any] | None = None) -> Any:
    exported = text if secret is None else secrets[secret]
    return session(LoginSession.restore(exported, **connection(options)))


# The operations of logins and sessions.
LOGIN: dict[str, Callable[..., Any]] = {
    "start_login": begin_login,
    "login_poll": lambda login: session(known_login(login).poll()),
    "login_wait": lambda login: session(known_login(login).wait()),
    "session_refresh": refresh,
    "session_export": export,
    "session_restore": restore,
}


def rotation(command: str, now: str | None, rotation: str, **args: Any) -> Any:
    known = known_rotation(rotation)
    if command == "drop":
        del rotations[rotation]
        return {}
    if command != "record":
        getattr(known, command)(**args)
    return stepped(command, known, now)


def known_rotation(handle: str) -> Any:
    if handle not in rotations:
        raise InvalidArgumentError("there is no such rotation")
    return rotations[handle]


def stepped(command: str, rotation: Rotation | AsyncRotation, now: str | None) -> Any:
    return successor(rotation, now) if command == "create" else {"record": rotation.record()}


def successor(rotation: Rotation | AsyncRotation, now: str | None) -> Any:
    record = rotation.record()
    none = {"token": None, "plain_token": None, "secret": None}
    made = none if record["stage"] == "planned" else created(rotation.token, rotation.plain_token, now)
    return {**made, "record": record}


def close(command: dict[str, Any]) -> Any:
    known_client(command).close()
    return {}


def fork(command: dict[str, Any]) -> Any:
    if child := os.fork():
        os.waitpid(child, 0)
        sys.exit()
    return {"pid": os.getpid()}


@contextmanager
def interrupted(milliseconds: int | None, file: str | None) -> Iterator[None]:
    """Presses Ctrl-C after that time, or as soon as that file exists."""
    if milliseconds is None and file is None:
        yield
        return
    ended = threading.Event()

    def press() -> None:
        while not ended.wait(POLL if milliseconds is None else milliseconds / 1000):
            if file is None or os.path.exists(file):
                os.kill(os.getpid(), signal.SIGINT)
                return

    presser = threading.Thread(target=press)
    presser.start()
    try:
        yield
    except KeyboardInterrupt as interrupt:
        if interrupt.__cause__ is None:
            raise
        raise interrupt.__cause__ from None
    finally:
        ended.set()
        presser.join()


def created(made: Token, plain_token: Secret, now: str | None) -> Any:
    handle = f"s{len(secrets)}"
    secrets[handle] = plain_token
    return {"token": token(made, now), "plain_token": str(plain_token), "secret": handle}


def token(token: Token, now: str | None) -> Any:
    shown: dict[str, Any] = {
        "id": token.id,
        "name": token.name,
        "expiration_date": time(token.expiration_date),
        "created_at": time(token.created_at),
        "created_by": token.created_by,
        "last_used": time(token.last_used),
        "user_id": token.user_id,
    }
    if now is not None:
        at = datetime.fromisoformat(now.replace("Z", "+00:00"))
        shown |= {"is_expired": token.is_expired(at), "days_left": token.days_left(at)}
    return shown


def user(user: User) -> Any:
    return {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "role": user.role,
        "status": user.status,
        "is_current": user.is_current,
        "is_service_user": user.is_service_user,
        "is_blocked": user.is_blocked,
        "pending_approval": user.pending_approval,
        "last_login": time(user.last_login),
    }


def check(check: CredentialCheck, now: str | None) -> Any:
    return {
        "state": check.state,
        "kind": check.kind,
        "user": user(check.user) if check.user else None,
        "token": token(check.token, now) if check.token else None,
        "expires_at": time(check.expires_at),
        "error": error(check.error) if check.error else None,
    }


def audit(results: list[UserAudit], summary: AuditSummary, now: str | None) -> Any:
    users = [
        {
            "user": user(each.user),
            "tokens": [
                {"token": token(one.token, now), "state": one.state, "findings": one.findings, "reason": one.reason}
                for one in each.tokens
            ],
            "error": error(each.error) if each.error else None,
        }
        for each in sorted(results, key=lambda each: each.user.id)
    ]
    return {"users": users, "summary": asdict(summary)}


def time(time: datetime | None) -> str | None:
    return time.isoformat(timespec="microseconds").replace("+00:00", "Z") if time else None


def error(error: NetBirdError) -> Any:
    return {
        "kind": error.kind,
        "code": error.code,
        "message": str(error),
        "status": error.status,
        "server_message": error.server_message,
        "request_id": error.request_id,
        "retryable": error.retryable,
        "attempts": error.attempts,
        "candidate_token_ids": error.candidate_token_ids,
        "token_name": error.token_name,
        "retry_after_ms": None if error.retry_after is None else round(error.retry_after * 1000),
    }


# A front may have others for some of them.
COMMANDS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "hello": hello,
    "new_client": new_client,
    "call": call,
    "close": close,
    "fork": fork,
}


def answer(command: dict[str, Any], commands: dict[str, Callable[[dict[str, Any]], Any]]) -> Any:
    try:
        if command["cmd"] not in commands:
            raise Unsupported(f"there is no command {command['cmd']}")
        return {"id": command["id"], "ok": commands[command["cmd"]](command)}
    except NetBirdError as refused:
        return {"id": command["id"], "error": error(refused)}
    except TypeError as refused:
        # How Python refuses an argument of the wrong type.
        return {"id": command["id"], "error": error(InvalidArgumentError(str(refused)))}
    except Unsupported as missing:
        return {"id": command["id"], "error": {"kind": "unsupported", "code": 0, "message": str(missing)}}


def serve(commands: dict[str, Callable[[dict[str, Any]], Any]]) -> None:
    # What could not be cleaned up after an interruption is only in the log. Standard error is for that.
    logging.basicConfig(level=logging.WARNING)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line), commands)), flush=True)


def main() -> None:
    # Even if whoever started us ignores Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    serve(COMMANDS)


if __name__ == "__main__":
    main()
