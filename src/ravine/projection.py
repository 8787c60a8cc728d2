r"""Projections: where an iterate goes that has left a set of allowed points.

A projection :math:`P` takes each point to the nearest point of a closed convex set, and a method
with one goes on from there: :math:`x_{k+1} = P(x_k - \eta_k d_k)` (Bertsekas, *Nonlinear
Programming*, 1999, section 2.3). The coordinates stand along the first axis, so a batch of points,
one in each column, is projected column by column.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from ravine._arguments import number, positive
from ravine._functions import is_tensor
from ravine._values import Value
from ravine.objective import Number

__all__ = ["Projection", "ball", "box", "half_line", "simplex"]


class Projection(Value, ABC):
    """A set of allowed points, told by the nearest of them.

    Call it with a float, an array or a tensor; it returns a new one, or the same if it is allowed.
    """

    @abstractmethod
    def __call__(self, x: Number) -> Number:
        """Return the allowed point that is nearest to x."""


@dataclass(frozen=True, eq=False, repr=False)
class box(Projection):
    r"""The points between two limits, coordinate by coordinate: :math:`l_i \le x_i \le u_i`.

    Parameters
    ----------
    low, high : float or array of shape (n,)
        The limits, the same for all coordinates or one each. They may be infinite.

    Examples
    --------
    >>> box(-1.0, 2.0)(np.array([-3.0, 0.5, 9.0]))
    array([-1. ,  0.5,  2. ])
    >>> box(np.array([0.0, -np.inf]), 1.0)(np.array([-3.0, -3.0]))
    array([ 0., -3.])
    """

    low: float | npt.NDArray[np.floating]
    high: float | npt.NDArray[np.floating]

    def __post_init__(self) -> None:
        """Refuse limits that leave nothing between them."""
        low, high = _limit("low", self.low), _limit("high", self.high)
        if not np.all(low <= high):
            raise ValueError(f"low must be at most high, got {self.low} and {self.high}")
        object.__setattr__(self, "low", low)
        object.__setattr__(self, "high", high)

    def __call__(self, x: Number) -> Number:
        """Return the nearest point between the limits."""
        return _at_most(_at_least(x, self.low), self.high)


@dataclass(frozen=True, eq=False, repr=False)
class half_line(Projection):
    r"""The numbers from a limit on, :math:`x \ge l`; of several numbers, each of them.

    Parameters
    ----------
    low : float
        The limit, 0 for what must not be negative.

    Examples
    --------
    >>> half_line(1.0)(-0.5), half_line(1.0)(1.5)
    (1.0, 1.5)
    """

    low: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what is no number."""
        object.__setattr__(self, "low", _limit("low", self.low))

    def __call__(self, x: Number) -> Number:
        """Return the nearest number from the limit on."""
        return _at_least(x, self.low)


@dataclass(frozen=True, eq=False, repr=False)
class ball(Projection):
    r"""The points no further than a radius from a centre, :math:`\|x - c\| \le r`.

    Parameters
    ----------
    radius : float
        :math:`r > 0`.
    centre : float or array of shape (n,)
        :math:`c`, the origin by default.

    Examples
    --------
    >>> ball(2.0)(np.array([3.0, 4.0]))
    array([1.2, 1.6])
    >>> ball(2.0)(np.array([0.3, 0.4]))
    array([0.3, 0.4])
    """

    radius: float
    centre: float | npt.NDArray[np.floating] = 0.0

    def __post_init__(self) -> None:
        """Refuse what is no ball."""
        object.__setattr__(self, "radius", positive("radius", self.radius))
        centre = _limit("centre", self.centre)
        if not np.all(np.isfinite(centre)):
            raise ValueError(f"centre must be finite, got {self.centre}")
        object.__setattr__(self, "centre", centre)

    def __call__(self, x: Number) -> Number:
        """Return the nearest point of the ball."""
        if isinstance(x, float):
            return _at_most(_at_least(x, self.centre - self.radius), self.centre + self.radius)
        points: Any = x
        centre = _beside(self.centre, points)
        away = points - centre
        distance = (away * away).sum(0) ** 0.5 if points.ndim else abs(away)
        too_far = distance > self.radius
        if not too_far.any():
            return x
        where = np.where if isinstance(points, np.ndarray) else _torch_where
        nearest = centre + away * (self.radius / where(too_far, distance, self.radius))
        return cast("Number", where(too_far, nearest, points))


@dataclass(frozen=True, eq=False, repr=False)
class simplex(Projection):
    r"""The shares of a whole: :math:`x_i \ge 0`, :math:`\sum_i x_i = s`.

    The nearest one lowers all coordinates by the same amount and cuts off what falls below zero; which
    amount, sorting tells (Duchi, Shalev-Shwartz, Singer and Chandra, *Efficient projections onto the
    l1-ball for learning in high dimensions*, 2008, figure 1).

    Parameters
    ----------
    total : float
        :math:`s > 0`, 1 for probabilities.

    Examples
    --------
    >>> simplex()(np.array([0.9, 0.5, -0.2])).round(12)
    array([0.7, 0.3, 0. ])
    """

    total: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what nothing sums up to."""
        object.__setattr__(self, "total", positive("total", self.total))

    def __call__(self, x: Number) -> Number:
        """Return the nearest shares."""
        points: Any = x
        if isinstance(x, float) or points.ndim == 0:
            raise TypeError(f"simplex needs points of at least one coordinate in an array, got {x}")
        if is_tensor(points):
            return cast("Number", points.new_tensor(self(points.detach().numpy())))
        falling = -np.sort(-points, axis=0)
        count = np.arange(1, len(points) + 1).reshape(-1, *(1 for _ in points.shape[1:]))
        excess = (np.cumsum(falling, axis=0) - self.total) / count.astype(points.dtype)
        last = np.count_nonzero(falling > excess, axis=0) - 1
        lowered = np.take_along_axis(excess, np.expand_dims(last, 0), axis=0)
        return cast("Number", np.maximum(points - lowered, 0))


def _limit(name: str, given: object) -> float | npt.NDArray[np.floating]:
    """Return a number as a float and an array as a read-only copy; nan is no limit."""
    if isinstance(given, np.ndarray):
        if given.dtype.kind not in "iuf" or given.ndim != 1:
            raise TypeError(
                f"{name} must be a number or an array of shape (n,), got {given.dtype} of shape {given.shape}"
            )
        limit = given.astype(np.float64)
        limit.setflags(write=False)
    else:
        limit = number(name, given, "a number or an array of shape (n,)")  # type: ignore[assignment]
    if np.isnan(limit).any():
        raise ValueError(f"{name} must be a number, got {given}")
    return limit


def _at_least(x: Number, low: float | npt.NDArray[np.floating]) -> Number:
    if isinstance(x, float):
        return max(x, low)  # nan stays nan
    if is_tensor(x):
        return x.clamp(min=_beside(low, x))
    return np.maximum(x, _beside(low, x))  # type: ignore[call-overload, no-any-return]


def _at_most(x: Number, high: float | npt.NDArray[np.floating]) -> Number:
    if isinstance(x, float):
        return min(x, high)
    if is_tensor(x):
        return x.clamp(max=_beside(high, x))
    return np.minimum(x, _beside(high, x))  # type: ignore[call-overload, no-any-return]


def _beside(limit: float | npt.NDArray[np.floating], x: Any) -> Any:
    """Return a limit in the kind and dtype of x, and in its shape but for the runs of a batch."""
    if not isinstance(limit, np.ndarray):
        return x.new_tensor(limit) if is_tensor(x) else limit
    column = limit.reshape(-1, *(1 for _ in x.shape[1:]))
    return x.new_tensor(column) if is_tensor(x) else column.astype(x.dtype)


def _torch_where(condition: Any, these: Any, those: Any) -> Any:
    import torch

    return torch.where(condition, these, those)
