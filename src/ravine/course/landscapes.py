"""Landscapes: objectives of two variables, each formula once, with a view worth drawing.

The formulas take a point ``(x, y)`` and use ``+ - * /`` in a fixed order, nothing else. So floats, arrays,
tensors and symbols flow through them, and the site's explorer, whose formulas are generated from
these, gives the same digits in the browser.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, cast

import numpy as np
import numpy.typing as npt

from ravine import named
from ravine.objective import Number, Objective

Interval: TypeAlias = tuple[float, float]
Point: TypeAlias = tuple[float, float]


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


WIDE = (-3.2, 3.2), (-2.2, 2.2)
CLOSE = (-2.4, 2.4), (-1.65, 1.65)

RAVINE = Landscape(
    key="ravine",
    objective=named.RAVINE,
    view=WIDE,
    levels=(0.05, 0.2, 0.5, 1, 2, 4, 8, 16, 32, 48),
    start=(1.8, 0.5),
    step_size=0.04,
    largest_step_size=0.15,
    momentum=0.7,
)

BOWL = Landscape(
    key="bowl",
    objective=named.BOWL,
    view=WIDE,
    levels=(0.05, 0.2, 0.5, 1, 1.5, 2, 3, 4, 5, 6.5),
    start=(1.8, 0.5),
    step_size=0.5,
    largest_step_size=2.2,
    momentum=0.9,
)

STEEP_RAVINE = Landscape(
    key="ravine100",
    objective=named.STEEP_RAVINE,
    view=WIDE,
    levels=(0.1, 0.5, 1, 3, 8, 20, 50, 100, 160, 230),
    start=(1.8, 0.5),
    step_size=0.01,
    largest_step_size=0.03,
    momentum=0.8,
    max_updates=4000,
)


# The narrow ravine turned by the angle with cosine 0.8: what works coordinate by coordinate fails here.
TILTED_RAVINE = Landscape(
    key="tilted",
    objective=named.TILTED_RAVINE,
    view=WIDE,
    levels=(0.05, 0.2, 0.5, 1, 2, 4, 8, 16, 32, 48),
    start=(1.14, 1.48),
    step_size=0.04,
    largest_step_size=0.15,
    momentum=0.7,
)

TWO_BASINS = Landscape(
    key="doublewell",
    objective=named.TWO_BASINS,
    view=CLOSE,
    levels=(0.05, 0.15, 0.3, 0.5, 0.8, 1.5, 3, 5, 8, 12),
    start=(0.2, 1.2),
    step_size=0.1,
    largest_step_size=1.1,
    momentum=0.9,
)

SADDLE = Landscape(
    key="saddle",
    objective=named.SADDLE,
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
    objective=named.ROSENBROCK,
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
    objective=named.HIMMELBLAU,
    view=((-8.0, 8.0), (-5.5, 5.5)),
    levels=(2, 10, 25, 50, 80, 120, 170, 300, 700, 1500),
    start=(0.0, 0.0),
    step_size=0.01,
    largest_step_size=0.042,
    momentum=0.9,
)


# Beale, On an iterative method for finding a local minimum of a function of more than one variable, 1958.
BEALE = Landscape(
    key="beale",
    objective=named.BEALE,
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
