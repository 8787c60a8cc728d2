"""Trace: what one run did, and why it stopped."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import numpy.typing as npt

__all__ = [
    "Best",
    "StopReason",
    "Trace",
]


class StopReason(IntEnum):
    """Why a run stopped: the rules in the order in which they are tested, then what an update may meet."""

    NOT_FINITE = 1
    ESCAPED = 2
    GRADIENT = 3
    OBJECTIVE = 4
    PLATEAU = 5
    STOPPED = 6
    CAP = 7
    NO_DESCENT = 8
    NO_STEP = 9

    @property
    def converged(self) -> bool:
        """Whether a tolerance was met, that of the gradient norm or that of the objective gap."""
        return self in (StopReason.GRADIENT, StopReason.OBJECTIVE)

    def __str__(self) -> str:
        """Say the reason in words."""
        return _IN_WORDS[self]

    def __format__(self, spec: str) -> str:
        """Format the words, not the number behind them."""
        return format(str(self), spec)


_IN_WORDS = {
    StopReason.NOT_FINITE: "a value is not finite",
    StopReason.ESCAPED: "the iterate left the escape radius",
    StopReason.GRADIENT: "the gradient norm is within its tolerance",
    StopReason.OBJECTIVE: "the objective gap is within its tolerance",
    StopReason.PLATEAU: "the best value has stopped falling",
    StopReason.STOPPED: "the stopping rule of the caller asked for it",
    StopReason.CAP: "the cap on updates is reached",
    StopReason.NO_DESCENT: "the objective rises along the direction of the method",
    StopReason.NO_STEP: "the line search accepts no step size",
}


@dataclass(frozen=True)
class Best:
    """The lowest point of a run, logged or not.

    Parameters
    ----------
    updates : int
        After how many updates it was reached, the first time.
    x : float or array of shape (n,)
        The point.
    value : float
        The objective there.
    """

    updates: int
    x: float | npt.NDArray[np.floating]
    value: float


@dataclass(frozen=True, eq=False, repr=False)
class Trace:
    """The log of one run: a value that cannot be changed.

    Entry k of each array belongs to the point after k updates; entry 0 is the start. The last
    point is logged too, so points logged = updates + 1. Of a run that logged only every n-th
    point, `logged_at` says which points the entries belong to.

    Parameters
    ----------
    iterates : array of shape (points,) or (points, n)
        In the dtype of the run.
    values : array of shape (points,)
        The objective at each point, in float64, which holds every narrower float exactly.
    gradient_norms : array of shape (points,)
        The Euclidean norm of the gradient at each point, in one dimension the absolute slope. With a
        projection P that of the projected gradient, ``x - P(x - gradient)``, which is zero where no
        allowed point close by is lower.
    stop : StopReason
        The rule that ended the run.
    step_sizes : array of shape (points - 1,) or (points - 1, n)
        The step size of the update from each point but the last. Empty when none was logged.
    value_calls, gradient_calls : int
        How many values and how many gradients of the objective the run took. A line search takes a
        value at each trial, and no gradient: a run has one for each point.
    best : Best, optional
        The lowest point, logged or not; None when no value was finite.
    state : object
        What the method remembered at the end, with which `minimize` can go on from this trace.
    began_at : int
        How many updates had been made before the start, by the run that this one went on from.
    logged_at : array of int of shape (points,), optional
        After how many updates each point was logged, from the start at 0 to the last point. By
        default, or when empty, every point was: 0, 1, 2, ...

    Examples
    --------
    >>> from ravine import CENTRED_QUADRATIC, gradient_descent, minimize
    >>> run = minimize(CENTRED_QUADRATIC, 5.0, gradient_descent(0.5), max_updates=3)
    >>> print(run.iterates)
    [5.    2.5   1.25  0.625]
    >>> print(run)
    3 updates, 4 points: x = 0.625, value = 1.953e-01, gradient norm = 6.250e-01; stopped because \
the cap on updates is reached
    """

    iterates: npt.NDArray[np.floating]
    values: npt.NDArray[np.float64]
    gradient_norms: npt.NDArray[np.float64]
    stop: StopReason
    step_sizes: npt.NDArray[np.float64] = field(default_factory=lambda: np.array([]))
    value_calls: int = 0
    gradient_calls: int = 0
    best: Best | None = None
    state: object = None
    began_at: int = 0
    logged_at: npt.NDArray[np.int64] = field(default_factory=lambda: np.array([], dtype=np.int64))

    def __post_init__(self) -> None:
        """Copy the arrays that somebody could change, and refuse those that do not fit each other."""
        if not self.logged_at.size:
            object.__setattr__(self, "logged_at", np.arange(len(self.iterates)))
        for name in ("iterates", "values", "gradient_norms", "step_sizes", "logged_at"):
            array = np.asarray(getattr(self, name))
            if array.flags.writeable or array.base is not None:
                array = np.array(array)
                array.setflags(write=False)
            object.__setattr__(self, name, array)
        points = len(self.iterates)
        for name in ("values", "gradient_norms", "logged_at"):
            if len(getattr(self, name)) != points:
                raise ValueError(
                    f"{name} must have one entry for each of the {points} iterates, "
                    f"got {len(getattr(self, name))}"
                )
        if len(self.step_sizes) not in (0, points - 1):
            raise ValueError(
                f"step_sizes must be empty or have {points - 1} entries, one for each iterate but the "
                f"last, got {len(self.step_sizes)}"
            )

    @property
    def updates(self) -> int:
        """How many updates were made."""
        return int(self.logged_at[-1])

    @property
    def converged(self) -> bool:
        """Whether a tolerance was met.

        This does not say that a minimizer was found: the gradient also vanishes at a maximum.
        """
        return self.stop.converged

    @property
    def x(self) -> float | npt.NDArray[np.floating]:
        """The last iterate, a float or an array of shape (n,)."""
        last: npt.NDArray[np.floating] = self.iterates[-1]
        return float(last) if last.ndim == 0 else last

    @property
    def value(self) -> float:
        """The objective at the last iterate."""
        return float(self.values[-1])

    @property
    def gradient_norm(self) -> float:
        """The gradient norm at the last iterate."""
        return float(self.gradient_norms[-1])

    @property
    def not_finite(self) -> tuple[str, ...]:
        """Which of "point", "value" and "gradient" are not finite at the end."""
        last = {"point": self.iterates[-1], "value": self.value, "gradient": self.gradient_norm}
        return tuple(name for name, number in last.items() if not np.isfinite(number).all())

    @property
    def still_since(self) -> int | None:
        """The first k from which the logged points are all the same, or None if the last two differ.

        A run that stands still need not have converged: a step may be too small to move a float.

        Examples
        --------
        In float32, 2**24 + 1 is rounded to 2**24:

        >>> from ravine import gradient_descent, minimize
        >>> run = minimize(lambda w: -w, np.float32(2.0**24), gradient_descent(1.0), max_updates=5)
        >>> run.still_since
        0
        >>> print(run)
        5 updates, 6 points: x = 1.67772e+07, value = -1.678e+07, gradient norm = 1.000e+00; stopped \
because the cap on updates is reached, and the point has stood still since update 0
        """
        differ = self.iterates[1:] != self.iterates[:-1]
        moves = np.flatnonzero(differ.any(axis=tuple(range(1, differ.ndim))))
        first = int(moves[-1]) + 1 if moves.size else 0
        return int(self.logged_at[first]) if first < len(self.iterates) - 1 else None

    def gaps(self, optimal_value: float = 0.0) -> npt.NDArray[np.float64]:
        """Return the objective gap, value minus optimal value, at each point."""
        return self.values - optimal_value

    def time_to_result(self, target: float, optimal_value: float = 0.0) -> int | None:
        """Return the first k whose objective gap is at most `target`, or None if there is none.

        Only logged points are looked at: of a run that logged every n-th one, the answer may be
        later than the first such k, and None does not say that there was none.

        Parameters
        ----------
        target : float
            The objective gap to reach.
        optimal_value : float
            What the gap is measured from.

        Examples
        --------
        >>> from ravine import CENTRED_QUADRATIC, gradient_descent, minimize
        >>> run = minimize(CENTRED_QUADRATIC, 5.0, gradient_descent(0.5))
        >>> run.time_to_result(1e-5)
        11
        """
        hits = np.flatnonzero(self.gaps(optimal_value) <= target)
        return int(self.logged_at[hits[0]]) if hits.size else None

    def settling_time(self, target: float, optimal_value: float = 0.0) -> int | None:
        """Return the first k from which the objective gap stays at most `target`, to the end of the run.

        A run that shoots past a minimizer and comes back has not settled; `time_to_result` would count it.
        Only logged points are looked at: what happens between two of them is not seen.

        Parameters
        ----------
        target : float
            The objective gap to stay within.
        optimal_value : float
            What the gap is measured from.

        Returns
        -------
        int or None
            None if the last gap is larger than that, or not a number.

        Examples
        --------
        >>> from ravine import CENTRED_QUADRATIC, heavy_ball, minimize
        >>> run = minimize(
        ...     CENTRED_QUADRATIC, 5.0, heavy_ball(0.1, 0.9), max_updates=300, eps_grad=None
        ... )
        >>> run.time_to_result(1e-2), run.settling_time(1e-2)
        (34, 62)
        """
        return self._first_to_stay(self.gaps(optimal_value) <= target)

    def settled_from(self, points: npt.ArrayLike, within: float) -> int | None:
        """Return the first k from which the run stays close to one of some points.

        A run that comes close and leaves again has not settled; `time_to_result` would count it.
        Only logged points are looked at: what happens between two of them is not seen.

        Parameters
        ----------
        points : array of shape (m,) or (m, n)
            For example the minimizers of an objective of one number, or of n.
        within : float
            The Euclidean distance that is allowed.

        Returns
        -------
        int or None
            None if the last iterate is further away than that, or not a number.

        Examples
        --------
        >>> from ravine import QUARTIC, gradient_descent, minimize
        >>> run = minimize(QUARTIC, -2.5, gradient_descent(0.1), max_updates=100, eps_grad=None)
        >>> run.settled_from(QUARTIC.minimizers, within=1e-2)
        4
        """
        offsets = self.iterates[:, None] - np.asarray(points)[None]
        distances = np.abs(offsets) if offsets.ndim == 2 else np.linalg.norm(offsets, axis=-1)
        return self._first_to_stay(distances.min(axis=1) <= within)

    def _first_to_stay(self, inside: npt.NDArray[np.bool_]) -> int | None:
        outside = np.flatnonzero(~inside)
        settled = int(outside[-1]) + 1 if outside.size else 0
        return int(self.logged_at[settled]) if settled < len(self.logged_at) else None

    def __str__(self) -> str:
        """Tell the run in one line."""
        return (
            f"{_counted(self.updates, 'update')}, {_counted(len(self.iterates), 'point')}: "
            f"x = {_shown(self.x)}, value = {self.value:.3e}, "
            f"gradient norm = {self.gradient_norm:.3e}; stopped because {self._why()}"
        )

    def _why(self) -> str:
        """Say why the run stopped, and what else one would look for."""
        if self.stop is StopReason.NOT_FINITE and self.not_finite:
            parts = " and ".join(f"the {name}" for name in self.not_finite)
            return f"{parts} {'is' if len(self.not_finite) == 1 else 'are'} not finite"
        if self.stop is StopReason.CAP and (since := self.still_since) is not None:
            return f"{self.stop}, and the point has stood still since update {since}"
        return str(self.stop)

    def __repr__(self) -> str:
        """Tell the run in one line."""
        return f"<Trace: {self}>"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _shown(x: float | npt.NDArray[np.floating]) -> str:
    if isinstance(x, float):
        return f"{x:.6g}"
    return np.array2string(x, precision=6, separator=", ", threshold=6).replace("\n", "")
