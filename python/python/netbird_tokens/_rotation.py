"""What Rotation.record gives. Loaded when it is first needed: typing takes longer than the package."""

from __future__ import annotations

from typing import Literal, TypedDict


class RotationRecord(TypedDict):
    """All that is needed to finish a rotation in another process: a plain dict, which json can write and read. No secret."""

    version: int
    """The version of this form."""

    management_url: str
    """The server."""

    user_id: str
    """The user who owns both tokens."""

    old_token_id: str
    """The token to be replaced."""

    token_name: str
    """The name that the successor is created under, with its tag."""

    is_tagged: bool
    """Whether that name has a tag of this rotation."""

    token_id: str | None
    """The successor, once its id is known."""

    keep_old: bool
    """Whether the old token is to be kept."""

    stage: Literal["planned", "created", "stored", "committed", "kept", "aborted"]
    """How far it has come. planned: the successor may have been created already. created: its secret was handed out. stored:
    the caller has stored that. committed: the old token is revoked. kept: it is kept on purpose. aborted: there is no
    successor.
    """


# Users import it from there.
RotationRecord.__module__ = "netbird_tokens"
