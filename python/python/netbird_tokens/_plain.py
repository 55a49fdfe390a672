"""Dataclasses of results as plain data."""

from __future__ import annotations

from dataclasses import fields
from typing import Any


class Plain:
    """A dataclass whose fields are plain, have as_dict(), or are tuples of such."""

    __slots__ = ()

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data.

        Returns:
            A dict with the attributes under their names.
        """
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}  # type: ignore[arg-type]


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        items: tuple[Any, ...] = value  # pyright: ignore[reportUnknownVariableType]
        return [_plain(each) for each in items]
    return value.as_dict() if hasattr(value, "as_dict") else value
