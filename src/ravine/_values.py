"""Values: what is the same when its parts are the same, arrays among them, and prints as it is written."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, ClassVar, cast

import numpy as np


class Value:
    """Gives a frozen dataclass equality, a hash and a short text, also where a part is an array."""

    def __eq__(self, other: object) -> bool:
        """Say whether the other is of the same class and has the same parts."""
        if type(other) is not type(self):
            return NotImplemented
        return same(_parts(self), _parts(other))

    def __hash__(self) -> int:
        """Return the same number for equal values."""
        return hash((type(self), _hashable(_parts(self))))

    def __repr__(self) -> str:
        """Write the value as one would make it; what is as by default is left out."""
        told: list[str] = []
        for entry in sorted(fields(cast("Any", self)), key=lambda entry: entry.kw_only is True):
            part = getattr(self, entry.name)
            if entry.default is MISSING and len(told) == 0:
                told.append(_shown(part))
            elif entry.default is MISSING or not same(part, entry.default):
                told.append(f"{entry.name}={_shown(part)}")
        return f"{type(self).__name__}({', '.join(told)})"


class Named(Value):
    """A value of a kind that people have a name for; by default that of its class."""

    name: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Name the class, unless it says what it is called."""
        super().__init_subclass__(**kwargs)
        if "name" not in vars(cls):
            cls.name = cls.__name__.replace("_", " ")


def _parts(value: object) -> tuple[object, ...]:
    return tuple(getattr(value, entry.name) for entry in fields(cast("Any", value)))


def same(mine: object, theirs: object) -> bool:
    """Say whether two parts are equal, in tuples and in arrays too."""
    if isinstance(mine, tuple) and isinstance(theirs, tuple):
        return len(mine) == len(theirs) and all(map(same, mine, theirs))
    if isinstance(mine, np.ndarray) and isinstance(theirs, np.ndarray):
        return mine.dtype == theirs.dtype and np.array_equal(mine, theirs)
    if isinstance(mine, np.ndarray) or isinstance(theirs, np.ndarray):
        return False
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
    return str(getattr(part, "__name__", repr(part)))  # a function by its name
