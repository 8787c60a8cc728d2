"""What a numeric argument may be; the errors say argument, value and what is accepted."""

from __future__ import annotations

import math
import operator
from numbers import Real

import numpy as np


def number(name: str, value: object, accepted: str = "a real number") -> float:
    """Return a real number as a Python float, infinite or not; a bool is not a number here."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        raise TypeError(f"{name} must be {accepted}, got {_shown(value)}")
    try:
        return float(value)
    except OverflowError:  # a Python int beyond the largest double; refused as not finite
        return math.inf


def real(name: str, value: object) -> float:
    """Return a finite real number as a Python float."""
    checked = number(name, value)
    if not math.isfinite(checked):
        raise ValueError(f"{name} must be finite, got {value}")
    return checked


def positive(name: str, value: object) -> float:
    """Return a positive, finite real number as a Python float."""
    checked = number(name, value)
    if not 0 < checked < math.inf:
        raise ValueError(f"{name} must be positive and finite, got {value}")
    return checked


def radius(name: str, value: object) -> float:
    """Return a positive real number, possibly infinite, as a Python float."""
    checked = number(name, value)
    if not checked > 0:
        raise ValueError(f"{name} must be positive, got {value}")
    return checked


def tolerance(name: str, value: object) -> float | None:
    """Return a finite number >= 0, or None, which switches the rule off."""
    if value is None:
        return None
    checked = number(name, value)
    if not 0 <= checked < math.inf:
        raise ValueError(f"{name} must be None or a finite number >= 0, got {value}")
    return checked


def whole(name: str, value: object, at_least: int) -> int:
    """Return an integer that is at least `at_least`; 10.0 and True are not integers here."""
    accepted = f"{name} must be an integer >= {at_least}, got {value!r}"
    if isinstance(value, bool | np.bool_) or not hasattr(value, "__index__"):
        raise TypeError(accepted)
    checked = operator.index(value)
    if checked < at_least:
        raise ValueError(accepted)
    return checked


def _shown(value: object) -> str:
    return repr(value) if isinstance(value, bool) else f"{value!r} ({type(value).__name__})"
