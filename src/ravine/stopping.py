"""Stopping rules: written once, tested for one run, for many runs side by side, and in compiled code.

The rules of `StoppingRules` are asked in the order of `ravine.StopReason`. A rule of one's own is asked by
`ravine.minimize`, after the plateau and before the cap. A line search that finds no step ends a run only when
an update is tried, after all rules.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from ravine.objective import Number
from ravine.trace import StopReason

__all__ = ["Moment", "StoppingRules"]

Test: TypeAlias = "Callable[[Any, Any, Any, Any, Any], Any]"


@dataclass(frozen=True)
class Moment:
    """What a stopping rule of one's own sees of a run.

    Parameters
    ----------
    updates : int
        How many updates were made since the start of this run, also of one that goes on from another.
    x, gradient : float, array or tensor
        The point and the gradient there.
    value : float
        The objective there.
    gradient_norm : float
        Its norm, as in `Trace.gradient_norms`.
    """

    updates: int
    x: Number
    value: float
    gradient: Number
    gradient_norm: float


@dataclass(frozen=True)
class StoppingRules:
    """When to stop.

    Parameters
    ----------
    max_updates, eps_grad, eps_obj, eps_plateau, patience, escape_radius
        As in `ravine.minimize`.
    optimal_value : float
        What the objective gap is measured from; not a number when it is not known.
    """

    max_updates: int
    eps_grad: float | None
    eps_obj: float | None
    eps_plateau: float | None
    patience: int
    escape_radius: float
    optimal_value: float

    def tests(self) -> list[tuple[StopReason, Test]]:
        """Return the rules that are on, in the order in which they are asked.

        A test takes the number of updates, the size of x, the value, the gradient norm and the recent
        fall of the best value. Numbers give a bool; arrays, one entry for each run, an array of bools;
        recorded numbers a recorded test. So `&` and `^` stand for `and` and `not`.
        """
        rules: list[tuple[bool, StopReason, Test]] = [
            (True, StopReason.NOT_FINITE, _is_not_finite),
            (
                self.escape_radius < math.inf,
                StopReason.ESCAPED,
                lambda _k, size, _value, _norm, _fall: size > self.escape_radius,
            ),
            (
                self.eps_grad is not None,
                StopReason.GRADIENT,
                lambda _k, _size, _value, norm, _fall: norm <= self.eps_grad,
            ),
            (
                self.eps_obj is not None,
                StopReason.OBJECTIVE,
                lambda _k, _size, value, _norm, _fall: value - self.optimal_value <= self.eps_obj,
            ),
            (
                self.eps_plateau is not None,
                StopReason.PLATEAU,
                lambda _k, _size, _value, _norm, fall: fall <= self.eps_plateau,
            ),
            (True, StopReason.CAP, lambda k, _size, _value, _norm, _fall: k >= self.max_updates),
        ]
        return [(reason, test) for is_on, reason, test in rules if is_on]


def _is_not_finite(_k: Any, size: Any, value: Any, norm: Any, _fall: Any) -> Any:
    is_finite = (-math.inf < value) & (value < math.inf) & (size < math.inf) & (norm < math.inf)
    return is_finite ^ True


def first_met(  # noqa: PLR0917 (in the order of a test)
    tests: list[tuple[StopReason, Test]],
    updates: int,
    size: float,
    value: float,
    gradient_norm: float,
    recent_fall: float,
) -> StopReason | None:
    """Return the reason of the first test that is met."""
    for reason, test in tests:
        if test(updates, size, value, gradient_norm, recent_fall):
            return reason
    return None


class RecentFall:
    """By how much the best value fell over the last updates, for the plateau rule."""

    def __init__(self, patience: int) -> None:
        self.best: deque[float] = deque(maxlen=patience + 1)

    def after(self, value: float) -> float:
        """Return the fall after one more value; infinite while there were fewer updates."""
        self.best.append(min(value, self.best[-1]) if self.best else value)
        is_full = len(self.best) == self.best.maxlen
        return self.best[0] - self.best[-1] if is_full else math.inf
