"""What a numeric argument may be; the errors say argument, value and what is accepted."""

from __future__ import annotations

import math
import operator
from numbers import Real

import numpy as np
import numpy.typing as npt


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


def not_negative(name: str, value: object) -> float:
    """Return a finite number >= 0 as a Python float."""
    checked = number(name, value)
    if not 0 <= checked < math.inf:
        raise ValueError(f"{name} must be a finite number >= 0, got {value}")
    return checked


def inner_fraction(name: str, value: object) -> float:
    """Return a number strictly between 0 and 1 as a Python float."""
    checked = number(name, value)
    if not 0 < checked < 1:
        raise ValueError(f"{name} must lie strictly between 0 and 1, got {value}")
    return checked


def fraction(name: str, value: object) -> float:
    """Return a number that is at least 0 and less than 1 as a Python float."""
    checked = number(name, value)
    if not 0 <= checked < 1:
        raise ValueError(f"{name} must be at least 0 and less than 1, got {value}")
    return checked


def positives(name: str, value: object) -> float | npt.NDArray[np.floating]:
    """Return a positive, finite number, or an array of such, one for each run of a batch."""
    if not isinstance(value, np.ndarray) or value.ndim == 0:
        return positive(name, value.item() if isinstance(value, np.ndarray) else value)
    return step_sizes(name, value)


def fractions(name: str, value: object) -> float | npt.NDArray[np.floating]:
    """Return a number that is at least 0 and less than 1, or an array of such, one for each run."""
    if not isinstance(value, np.ndarray) or value.ndim == 0:
        return fraction(name, value.item() if isinstance(value, np.ndarray) else value)
    bad = ~((value >= 0) & (value < 1))
    if bad.any():
        raise ValueError(
            f"{name} must be at least 0 and less than 1, got {value[bad][0]} in the array"
        )
    return value


def pair_of_fractions(name: str, value: object) -> tuple[float, float]:
    """Return two numbers that are at least 0 and less than 1 as Python floats."""
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise TypeError(f"{name} must be a pair of numbers, got {value!r}")
    first, second = (fraction(name, part) for part in value)
    return first, second


def tolerance(name: str, value: object) -> float | None:
    """Return a finite number >= 0, or None, which switches the rule off."""
    if value is None:
        return None
    checked = number(name, value)
    if not 0 <= checked < math.inf:
        raise ValueError(f"{name} must be None or a finite number >= 0, got {value}")
    return checked


def array(name: str, value: object, dimensions: int) -> npt.NDArray[np.float64]:
    """Return a read-only copy of a finite array with this many dimensions, in float64."""
    checked = np.array(value)
    if checked.dtype.kind not in "iuf":
        raise TypeError(f"{name} must hold real numbers, got an array of {checked.dtype}")
    if checked.ndim != dimensions or not checked.size:
        raise ValueError(
            f"{name} must have {dimensions} dimension{'s' * (dimensions > 1)}, none of them empty, "
            f"got shape {checked.shape}"
        )
    if not np.isfinite(checked).all():
        raise ValueError(f"{name} must be finite, got {checked[~np.isfinite(checked)][0]} in it")
    checked = checked.astype(np.float64)
    checked.setflags(write=False)
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


def step_sizes(name: str, given: object) -> float | npt.NDArray[np.floating]:
    """Return a step size that is positive and finite: a Python float, or an array of floats.

    A NumPy scalar becomes a Python float, which leaves float32 iterates in float32.
    """
    if not isinstance(given, np.ndarray) or given.ndim == 0:
        return positive(name, given.item() if isinstance(given, np.ndarray) else given)
    if not np.issubdtype(given.dtype, np.floating):
        raise TypeError(f"{name} must hold floats, got an array of {given.dtype}")
    bad = ~((given > 0) & (given < np.inf))
    if bad.any():
        raise ValueError(f"{name} must be positive and finite, got {given[bad][0]} in the array")
    return given


def _shown(value: object) -> str:
    return repr(value) if isinstance(value, bool) else f"{value!r} ({type(value).__name__})"
