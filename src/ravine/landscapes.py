"""Landscapes: objectives of two variables, each formula once, with a view worth drawing.

The formulas take a point ``(x, y)`` and use ``+ - * /`` in a fixed order, nothing else. So floats, arrays,
tensors and symbols flow through them, and the site's explorer, whose formulas are generated from
these, gives the same digits in the browser.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from ravine._functions import is_tensor
from ravine.methods import Method, State
from ravine.objectives import Number, Objective, StationaryPoint

Interval: TypeAlias = tuple[float, float]
Point: TypeAlias = tuple[float, float]
Surface: TypeAlias = Callable[[Number, Number], Number]
Pair: TypeAlias = Callable[[Number, Number], tuple[Number, Number]]
Matrix: TypeAlias = Callable[[Number, Number], tuple[tuple[Number, Number], tuple[Number, Number]]]


@dataclass(frozen=True)
class Landscape:
    """An objective of two variables, and how to look at it and walk on it.

    Parameters
    ----------
    key : str
        Its short name in links.
    objective : Objective
        Of an array or tensor of shape (2,), or (2, ...) for all points of a grid, or of a pair.
    view : pair of intervals
        The part of the plane worth drawing, as 16 to 11, so that scales are equal on both axes.
    levels : tuple of float
        Values whose contour lines show both the floor and the walls.
    start : pair of float
        A start from which something can be seen.
    step_size, largest_step_size : float
        A step size that settles from this start, and the end of the range worth trying.
    momentum : float
        A momentum worth comparing with none, at the same step size.
    max_updates : int
        Enough updates for plain gradient descent to settle, or to be given up.
    """

    key: str
    objective: Objective
    view: tuple[Interval, Interval]
    levels: tuple[float, ...]
    start: Point
    step_size: float
    largest_step_size: float
    momentum: float
    max_updates: int = 2000

    def __repr__(self) -> str:
        """Name the landscape."""
        return f"<Landscape: {self.objective.name}>"


def hessian_eigenvalues(
    objective: Objective, point: Point | npt.NDArray[np.float64]
) -> tuple[float, float]:
    """Return the smaller and the larger curvature at a point.

    Parameters
    ----------
    objective : Objective
        Of two variables, with a hand-written curvature.
    point : pair of float, or array of shape (2,)
        Where.

    Returns
    -------
    pair of float
        The eigenvalues of the Hessian in rising order.

    Raises
    ------
    ValueError
        When the objective has no curvature formula.

    Examples
    --------
    >>> hessian_eigenvalues(RAVINE.objective, (0.0, 0.0))
    (1.0, 20.0)
    """
    if objective.curvature is None:
        raise ValueError(f"objective must have a curvature formula, got {objective}")
    hessian = np.asarray(objective.curvature(cast("Number", np.array(point, dtype=float))))
    least, most = np.linalg.eigvalsh(hessian)
    return float(least), float(most)


def settling_times(
    objective: Objective,
    method: Method[State],
    starts: npt.NDArray[np.float64],
    *,
    max_updates: int,
    target: float = 1e-6,
) -> npt.NDArray[np.float64]:
    r"""Return, for many runs at once, the first k from which a run stays within a target to the end.

    "First within the target" would flatter methods that shoot past the minimizer and come back.

    Parameters
    ----------
    objective : Objective
        Of two variables, with a known optimal value.
    method : Method
        Its step size may be an array, one entry for each run.
    starts : array of shape (2,) or (2, runs)
        One start for all runs, or one for each.
    max_updates : int
        How long to look.
    target : float
        What the objective gap :math:`L(w_k) - L^\ast` has to stay within.

    Returns
    -------
    array of shape (runs,)
        Not a number where a run is not within the target at its end.

    Examples
    --------
    >>> from ravine import heavy_ball
    >>> for momentum in (0.0, 0.7, 0.9):
    ...     method = heavy_ball(RAVINE.step_size, momentum)
    ...     print(momentum, settling_times(RAVINE.objective, method, RAVINE.start, max_updates=400))
    0.0 [176.]
    0.7 [42.]
    0.9 [143.]
    """
    if objective.optimal_value is None or objective.slope is None:
        raise ValueError(f"objective must know its optimal value and slope, got {objective}")
    x = cast("Number", np.array(starts, dtype=float).reshape(2, -1))
    state = method.init(x)
    settled = np.zeros(1)
    with np.errstate(over="ignore", invalid="ignore"):
        for k in range(max_updates + 1):
            gap = np.asarray(objective(x)) - objective.optimal_value
            settled = np.where(gap <= target, settled, k + 1.0)
            x, state = method.step(x, objective.slope(x), state)
    return np.where(settled <= max_updates, settled, np.nan)


def _stacked(point: object, parts: tuple[object, ...]) -> Number:
    """Return the parts as the kind of thing the point is: array, tensor, or plain tuple."""
    if isinstance(point, np.ndarray):
        return cast("Number", np.stack(cast("tuple[np.ndarray, ...]", parts)))
    if is_tensor(point):
        import torch

        return cast("Number", torch.stack(cast("tuple[torch.Tensor, ...]", parts)))
    return cast("Number", parts)


def _objective(
    name: str,
    surface: Surface,
    gradient: Pair,
    hessian: Matrix,
    points: tuple[tuple[float, float, float, Literal["minimum", "maximum", "saddle"]], ...],
    *,
    convex: bool = False,
) -> Objective:
    """Return an objective of one argument, a point, from formulas of two, x and y."""

    def slope(w: Number) -> Number:
        x, y = cast("tuple[Number, Number]", w)
        return _stacked(w, gradient(x, y))

    def curvature(w: Number) -> Number:
        x, y = cast("tuple[Number, Number]", w)
        return _stacked(w, tuple(_stacked(w, row) for row in hessian(x, y)))

    least = min(value for *_, value, _ in points)
    eigenvalues = np.linalg.eigvalsh(np.array(hessian(cast("Number", 0.0), cast("Number", 0.0))))
    return Objective(
        name=name,
        value=lambda w: surface(*cast("tuple[Number, Number]", w)),
        slope=slope,
        curvature=curvature,
        minimizers=tuple(np.array([x, y]) for x, y, v, _ in points if v == least),
        optimal_value=least,
        stationary_points=tuple(
            StationaryPoint(np.array([x, y]), value, kind) for x, y, value, kind in points
        ),
        smoothness=float(eigenvalues[-1]) if convex else math.inf,
        convex=convex,
        strong_convexity=float(eigenvalues[0]) if convex else None,
        dimension=2,
    )


WIDE = (-3.2, 3.2), (-2.2, 2.2)
CLOSE = (-2.4, 2.4), (-1.65, 1.65)

RAVINE = Landscape(
    key="ravine",
    objective=_objective(
        "narrow ravine",
        lambda x, y: 0.5 * x * x + 10 * y * y,
        lambda x, y: (x, 20 * y),
        lambda x, y: ((1.0 + 0 * x, 0 * x), (0 * x, 20.0 + 0 * y)),
        ((0.0, 0.0, 0.0, "minimum"),),
        convex=True,
    ),
    view=WIDE,
    levels=(0.05, 0.2, 0.5, 1, 2, 4, 8, 16, 32, 48),
    start=(1.8, 0.5),
    step_size=0.04,
    largest_step_size=0.15,
    momentum=0.7,
)

BOWL = Landscape(
    key="bowl",
    objective=_objective(
        "round bowl",
        lambda x, y: 0.5 * x * x + 0.5 * y * y,
        lambda x, y: (x, y),
        lambda x, y: ((1.0 + 0 * x, 0 * x), (0 * x, 1.0 + 0 * y)),
        ((0.0, 0.0, 0.0, "minimum"),),
        convex=True,
    ),
    view=WIDE,
    levels=(0.05, 0.2, 0.5, 1, 1.5, 2, 3, 4, 5, 6.5),
    start=(1.8, 0.5),
    step_size=0.5,
    largest_step_size=2.2,
    momentum=0.9,
)

STEEP_RAVINE = Landscape(
    key="ravine100",
    objective=_objective(
        "steep ravine",
        lambda x, y: 0.5 * x * x + 50 * y * y,
        lambda x, y: (x, 100 * y),
        lambda x, y: ((1.0 + 0 * x, 0 * x), (0 * x, 100.0 + 0 * y)),
        ((0.0, 0.0, 0.0, "minimum"),),
        convex=True,
    ),
    view=WIDE,
    levels=(0.1, 0.5, 1, 3, 8, 20, 50, 100, 160, 230),
    start=(1.8, 0.5),
    step_size=0.01,
    largest_step_size=0.03,
    momentum=0.8,
    max_updates=4000,
)


def _along(x: Number, y: Number) -> Number:
    return 0.8 * x + 0.6 * y


def _across(x: Number, y: Number) -> Number:
    return 0.8 * y - 0.6 * x


# The narrow ravine turned by the angle with cosine 0.8: what works coordinate by coordinate fails here.
TILTED_RAVINE = Landscape(
    key="tilted",
    objective=_objective(
        "tilted ravine",
        lambda x, y: 0.5 * _along(x, y) * _along(x, y) + 10 * _across(x, y) * _across(x, y),
        lambda x, y: (
            0.8 * _along(x, y) - 12 * _across(x, y),
            0.6 * _along(x, y) + 16 * _across(x, y),
        ),
        lambda x, y: ((7.84 + 0 * x, -9.12 + 0 * x), (-9.12 + 0 * x, 13.16 + 0 * y)),
        ((0.0, 0.0, 0.0, "minimum"),),
        convex=True,
    ),
    view=WIDE,
    levels=(0.05, 0.2, 0.5, 1, 2, 4, 8, 16, 32, 48),
    start=(1.14, 1.48),
    step_size=0.04,
    largest_step_size=0.15,
    momentum=0.7,
)

TWO_BASINS = Landscape(
    key="doublewell",
    objective=_objective(
        "double well in the plane",
        lambda x, y: 0.5 * ((x * x - 1) * (x * x - 1)) + y * y,
        lambda x, y: (2 * x * (x * x - 1), 2 * y),
        lambda x, y: ((6 * (x * x) - 2, 0 * x), (0 * x, 2.0 + 0 * y)),
        (
            (-1.0, 0.0, 0.0, "minimum"),
            (0.0, 0.0, 0.5, "saddle"),
            (1.0, 0.0, 0.0, "minimum"),
        ),
    ),
    view=CLOSE,
    levels=(0.05, 0.15, 0.3, 0.5, 0.8, 1.5, 3, 5, 8, 12),
    start=(0.2, 1.2),
    step_size=0.1,
    largest_step_size=1.1,
    momentum=0.9,
)

SADDLE = Landscape(
    key="saddle",
    objective=_objective(
        "saddle",
        lambda x, y: 0.5 * x * x - 0.5 * y * y + 0.25 * (y * y) * (y * y),
        lambda x, y: (x, y * y * y - y),
        lambda x, y: ((1.0 + 0 * x, 0 * x), (0 * x, 3 * (y * y) - 1)),
        (
            (0.0, -1.0, -0.25, "minimum"),
            (0.0, 0.0, 0.0, "saddle"),
            (0.0, 1.0, -0.25, "minimum"),
        ),
    ),
    view=CLOSE,
    levels=(-0.2, -0.1, -0.03, 0, 0.1, 0.3, 0.7, 1.2, 2, 3),
    start=(1.8, 0.01),
    step_size=0.2,
    largest_step_size=2.1,
    momentum=0.9,
)

# Rosenbrock, An automatic method for finding the greatest or least value of a function, 1960.
ROSENBROCK = Landscape(
    key="rosenbrock",
    objective=_objective(
        "Rosenbrock",
        lambda x, y: (1 - x) * (1 - x) + 100 * ((y - x * x) * (y - x * x)),
        lambda x, y: (-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)),
        lambda x, y: ((2 - 400 * (y - 3 * (x * x)), -400 * x), (-400 * x, 200.0 + 0 * y)),
        ((1.0, 1.0, 0.0, "minimum"),),
    ),
    view=((-2.2, 2.2), (-0.75, 2.275)),
    levels=(0.1, 0.5, 2, 8, 25, 70, 150, 300, 700, 1500),
    start=(-1.2, 1.0),
    step_size=0.001,
    largest_step_size=0.0065,
    momentum=0.9,
    max_updates=20000,
)

# Himmelblau, Applied Nonlinear Programming, 1972. Four minimizers, four speed limits.
HIMMELBLAU = Landscape(
    key="himmelblau",
    objective=_objective(
        "Himmelblau",
        lambda x, y: (x * x + y - 11) * (x * x + y - 11) + (x + y * y - 7) * (x + y * y - 7),
        lambda x, y: (
            4 * x * (x * x + y - 11) + 2 * (x + y * y - 7),
            2 * (x * x + y - 11) + 4 * y * (x + y * y - 7),
        ),
        lambda x, y: (
            (12 * (x * x) + 4 * y - 42, 4 * (x + y)),
            (4 * (x + y), 12 * (y * y) + 4 * x - 26),
        ),
        (
            (-3.779310253377747, -3.2831859912861696, 0.0, "minimum"),
            (-3.0730257507643897, -0.08135304428796751, 104.0151629175581, "saddle"),
            (-2.805118086952745, 3.131312518250573, 0.0, "minimum"),
            (-0.2708445906673476, -0.9230385564799815, 181.6165215225827, "maximum"),
            (-0.12796134673068008, -1.9537149802445763, 178.33723920192747, "saddle"),
            (0.08667750455539636, 2.884254701174776, 67.71915008752615, "saddle"),
            (3.0, 2.0, 0.0, "minimum"),
            (3.385154183607021, 0.07385187983774928, 13.31192627040559, "saddle"),
            (3.5844283403304917, -1.8481265269644036, 0.0, "minimum"),
        ),
    ),
    view=((-8.0, 8.0), (-5.5, 5.5)),
    levels=(2, 10, 25, 50, 80, 120, 170, 300, 700, 1500),
    start=(0.0, 0.0),
    step_size=0.01,
    largest_step_size=0.042,
    momentum=0.9,
)


def _beale(x: Number, y: Number, n: int) -> Number:
    """Return the residual 1.5 - x + xy, 2.25 - x + xy^2 or 2.625 - x + xy^3."""
    power = {1: x * y, 2: x * y * y, 3: x * y * y * y}[n]
    return {1: 1.5, 2: 2.25, 3: 2.625}[n] - x + power


def _beale_mixed(x: Number, y: Number) -> Number:
    """Return the mixed second derivative of Beale's function."""
    return (
        2 * (x * (y - 1) + _beale(x, y, 1))
        + 2 * (2 * (x * y) * (y * y - 1) + 2 * (_beale(x, y, 2) * y))
        + 2 * (3 * (x * y * y) * (y * y * y - 1) + 3 * (_beale(x, y, 3) * (y * y)))
    )


# Beale, On an iterative method for finding a local minimum of a function of more than one variable, 1958.
BEALE = Landscape(
    key="beale",
    objective=_objective(
        "Beale",
        lambda x, y: (
            _beale(x, y, 1) * _beale(x, y, 1)
            + _beale(x, y, 2) * _beale(x, y, 2)
            + _beale(x, y, 3) * _beale(x, y, 3)
        ),
        lambda x, y: (
            2 * _beale(x, y, 1) * (y - 1)
            + 2 * _beale(x, y, 2) * (y * y - 1)
            + 2 * _beale(x, y, 3) * (y * y * y - 1),
            2 * _beale(x, y, 1) * x + 4 * _beale(x, y, 2) * x * y + 6 * _beale(x, y, 3) * x * y * y,
        ),
        lambda x, y: (
            (
                2 * ((y - 1) * (y - 1) + (y * y - 1) * (y * y - 1))
                + 2 * ((y * y * y - 1) * (y * y * y - 1)),
                _beale_mixed(x, y),
            ),
            (
                _beale_mixed(x, y),
                2 * (x * x)
                + 4 * _beale(x, y, 2) * x
                + 8 * (x * y) * (x * y)
                + 12 * _beale(x, y, 3) * x * y
                + 18 * (x * y * y) * (x * y * y),
            ),
        ),
        ((3.0, 0.5, 0.0, "minimum"),),
    ),
    view=((-4.8, 4.8), (-3.3, 3.3)),
    levels=(0.1, 0.5, 1.5, 4, 10, 30, 100, 500, 3000, 20000),
    start=(1.0, 1.0),
    step_size=0.01,
    largest_step_size=0.08,
    momentum=0.9,
    max_updates=5000,
)

LANDSCAPES = (
    RAVINE,
    BOWL,
    STEEP_RAVINE,
    TILTED_RAVINE,
    TWO_BASINS,
    SADDLE,
    ROSENBROCK,
    HIMMELBLAU,
    BEALE,
)
