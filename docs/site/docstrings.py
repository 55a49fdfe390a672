"""Reads the Python package for the reference as its users meet it. Loaded by griffe, the reader of mkdocstrings."""

from __future__ import annotations

import re
from typing import Any

import griffe


class Docstrings(griffe.Extension):
    """Adapts what griffe read of each class and docstring."""

    def on_class(self, *, cls: griffe.Class, **kwargs: Any) -> None:
        """A class of the compiled module takes its arguments in __new__; the reference shows those of __init__."""
        made = cls.members.get("__new__")
        if isinstance(made, griffe.Function) and "__init__" not in cls.members:
            first, *others = made.parameters
            self_ = griffe.Parameter("self", kind=first.kind)
            cls.set_member(
                "__init__",
                griffe.Function("__init__", parameters=griffe.Parameters(self_, *others), returns="None", parent=cls),
            )

    def on_object(self, *, obj: griffe.Object, **kwargs: Any) -> None:
        """Docstrings are plain text, where __cause__ is a name and not a bold word."""
        if obj.docstring:
            obj.docstring.value = re.sub(r"(?<![`\w])(__\w+__)(?![`\w])", r"`\1`", obj.docstring.value)
