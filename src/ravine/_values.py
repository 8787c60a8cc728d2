"""Values: what is the same when its parts are the same, arrays among them, and prints as it is written."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, ClassVar

import numpy as np


class Value:
    """Gives a frozen dataclass equality, a hash and a short text, also where a part is an array."""

    def __eq__(self, other: object) -> bool:
        """Say whether the other is of the same class and has the same parts."""
        if type(other) is not type(self):
            return NotImplemented
        return all(_same(mine, theirs) for (_, mine), (_, theirs) in zip(_parts(self), _parts(other), strict=True))

    def __hash__(self) -> int:
        """Return the same number for equal values."""
        return hash((type(self), *(_hashable(part) for _, part in _parts(self))))

    def __repr__(self) -> str:
        """Write the value as one would make it; what is as by default is left out."""
        defaults = {entry.name: entry.default for entry in fields(self)}  # type: ignore[arg-type]
        told = [
            part_as_text if defaults[name] is MISSING and not kept_by_name else f"{name}={part_as_text}"
            for kept_by_name, (name, part) in enumerate(_parts(self))
            if not _same(part, defaults[name])
            for part_as_text in [_shown(part)]
        ]
        return f"{type(self).__name__}({', '.join(told)})"


class Named(Value):
    """A value of a kind that people have a name for; by default that of its class."""

    name: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Name the class, unless it says what it is called."""
        super().__init_subclass__(**kwargs)
        if "name" not in vars(cls):
            cls.name = cls.__name__.replace("_", " ")


def _parts(value: Any) -> list[tuple[str, Any]]:
    return [(entry.name, getattr(value, entry.name)) for entry in fields(value)]


def _same(mine: object, theirs: object) -> bool:
    if isinstance(mine, np.ndarray) or isinstance(theirs, np.ndarray):
        alike = isinstance(mine, np.ndarray) and isinstance(theirs, np.ndarray)
        return alike and mine.dtype == theirs.dtype and np.array_equal(mine, theirs, equal_nan=mine.dtype.kind == "f")
    if isinstance(mine, tuple) and isinstance(theirs, tuple):
        return len(mine) == len(theirs) and all(map(_same, mine, theirs))
    return mine is theirs or bool(mine == theirs)


def _hashable(part: object) -> object:
    if isinstance(part, np.ndarray):
        return part.shape, part.dtype.str, (part + 0).tobytes()  # + 0: -0.0 equals 0.0
    if isinstance(part, tuple):
        return tuple(map(_hashable, part))
    return part


def _shown(part: object) -> str:
    if isinstance(part, np.ndarray):
        return np.array2string(part, separator=", ", threshold=6)
    return getattr(part, "__name__", "") if callable(part) and hasattr(part, "__name__") else repr(part)
