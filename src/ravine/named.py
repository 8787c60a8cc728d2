"""Named objectives: the functions of the lectures and of the literature, each formula once.

Those of one number take a float, an array or a tensor. Those of the plane take a point ``(x, y)`` as
an array or tensor of shape (2,), or (2, ...) for all points of a grid, or as a pair. All use
``+ - * /`` in a fixed order (only the cosine valleys need a cosine), so that the site's explorer, whose
formulas are generated from these, gives the same digits in the browser.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Literal, TypeAlias, cast

import numpy as np

from ravine._functions import cos, is_tensor, sin
from ravine.losses import quadratic
from ravine.objective import Number, Objective, StationaryPoint

__all__ = [
    "BEALE",
    "BOWL",
    "CATALOGUE",
    "CENTRED_QUADRATIC",
    "COSINE_VALLEYS",
    "DOUBLE_WELL",
    "HIMMELBLAU",
    "QUARTIC",
    "RAVINE",
    "ROSENBROCK",
    "SADDLE",
    "SHIFTED_QUADRATIC",
    "STEEP_RAVINE",
    "TILTED_RAVINE",
    "TWO_BASINS",
]

CENTRED_QUADRATIC = replace(quadratic(1.0), name="centred quadratic")
r""":math:`\tfrac12 w^2`, lowest at 0."""


SHIFTED_QUADRATIC = replace(quadratic(1.0, minimizer=1.0), name="shifted quadratic")
r""":math:`\tfrac12 (w-1)^2`, lowest at 1."""


# w * w and not w**2: a Python float raises OverflowError in 1e200**2, while 1e200 * 1e200 is inf,
# as in NumPy, torch and JavaScript; and a product rounds alike everywhere, a power need not.
DOUBLE_WELL = Objective(
    name="double well",
    value=lambda w: (w * w - 1) * (w * w - 1) / 2,
    slope=lambda w: 2 * w * (w * w - 1),
    curvature=lambda w: 6 * w * w - 2,
    minimizers=(-1.0, 1.0),
    optimal_value=0.0,
    stationary_points=(
        StationaryPoint(-1.0, 0.0, "minimum"),
        StationaryPoint(0.0, 0.5, "maximum"),
        StationaryPoint(1.0, 0.0, "minimum"),
    ),
    smoothness=math.inf,
    convex=False,
    degree=4,
    dimension=1,
)
r""":math:`\tfrac12 (w^2-1)^2`, with two wells and a hill between them.

When runs diverge on it, says `ravine.theory.ON_DOUBLE_WELL`.
"""


# w^4 - 3 w^2 + 2 with the square completed: this form overflows to inf, not to inf - inf, and shows
# at once that nothing is below -1/4. Torch differentiates it to the last digit of the slope.
QUARTIC = Objective(
    name="quartic",
    value=lambda w: (w * w - 1.5) * (w * w - 1.5) - 0.25,
    slope=lambda w: 4 * w * (w * w - 1.5),
    curvature=lambda w: 12 * w * w - 6,
    minimizers=(-math.sqrt(1.5), math.sqrt(1.5)),
    optimal_value=-0.25,
    stationary_points=(
        StationaryPoint(-math.sqrt(1.5), -0.25, "minimum"),
        StationaryPoint(0.0, 2.0, "maximum"),
        StationaryPoint(math.sqrt(1.5), -0.25, "minimum"),
    ),
    smoothness=math.inf,
    convex=False,
    degree=4,
    dimension=1,
)
""":math:`w^4 - 3w^2 + 2`, with wells at both roots of 3/2."""


# Its slope -5 sin 5w - w/5 vanishes close to every multiple of pi/5, at the numbers below rounded to
# doubles. On the whole line it would have no least value.
COSINE_VALLEYS = Objective(
    name="cosine valleys",
    value=lambda w: cos(5 * w) - 0.1 * (w * w),
    slope=lambda w: -5 * sin(5 * w) - 0.2 * w,
    curvature=lambda w: -25 * cos(5 * w) - 0.2,
    minimizers=(5.700878612417155,),
    optimal_value=-4.223654596992759,
    stationary_points=(
        StationaryPoint(0.0, 1.0, "maximum"),
        StationaryPoint(0.6333861622539372, -1.0397968091104937, "minimum"),
        StationaryPoint(1.2466596462812936, 0.8433398705194121, "maximum"),
        StationaryPoint(1.9001716399541932, -1.3581725204465103, "minimum"),
        StationaryPoint(2.4932945517423963, 0.37336258533223593, "maximum"),
        StationaryPoint(3.1669968871793475, -1.9949305805437345, "minimum"),
        StationaryPoint(3.739879418381191, -0.4099224761424802, "maximum"),
        StationaryPoint(4.433889470665933, -2.9500844217643625, "minimum"),
        StationaryPoint(4.986387798448531, -1.5064994449543214, "maximum"),
        StationaryPoint(5.700878612417155, -4.223654596992759, "minimum"),
    ),
    smoothness=25.2,
    convex=False,
    view=(0.0, 6.0),
    domain=(0.0, 6.0),
    dimension=1,
)
r""":math:`\cos 5w - \tfrac{1}{10} w^2` on the interval from 0 to 6, with five valleys."""


CATALOGUE = (CENTRED_QUADRATIC, SHIFTED_QUADRATIC, DOUBLE_WELL, QUARTIC)
"""What is defined on the whole line by plain arithmetic."""


Surface: TypeAlias = Callable[[Number, Number], Number]


Pair: TypeAlias = Callable[[Number, Number], tuple[Number, Number]]


Matrix: TypeAlias = Callable[[Number, Number], tuple[tuple[Number, Number], tuple[Number, Number]]]


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


RAVINE = _objective(
    "narrow ravine",
    lambda x, y: 0.5 * x * x + 10 * y * y,
    lambda x, y: (x, 20 * y),
    lambda x, y: ((1.0 + 0 * x, 0 * x), (0 * x, 20.0 + 0 * y)),
    ((0.0, 0.0, 0.0, "minimum"),),
    convex=True,
)
r""":math:`\tfrac12 x^2 + 10 y^2`, with condition number 20."""


BOWL = _objective(
    "round bowl",
    lambda x, y: 0.5 * x * x + 0.5 * y * y,
    lambda x, y: (x, y),
    lambda x, y: ((1.0 + 0 * x, 0 * x), (0 * x, 1.0 + 0 * y)),
    ((0.0, 0.0, 0.0, "minimum"),),
    convex=True,
)
r""":math:`\tfrac12 x^2 + \tfrac12 y^2`."""


STEEP_RAVINE = _objective(
    "steep ravine",
    lambda x, y: 0.5 * x * x + 50 * y * y,
    lambda x, y: (x, 100 * y),
    lambda x, y: ((1.0 + 0 * x, 0 * x), (0 * x, 100.0 + 0 * y)),
    ((0.0, 0.0, 0.0, "minimum"),),
    convex=True,
)
r""":math:`\tfrac12 x^2 + 50 y^2`, with condition number 100."""


def _along(x: Number, y: Number) -> Number:
    return 0.8 * x + 0.6 * y


def _across(x: Number, y: Number) -> Number:
    return 0.8 * y - 0.6 * x


TILTED_RAVINE = _objective(
    "tilted ravine",
    lambda x, y: 0.5 * _along(x, y) * _along(x, y) + 10 * _across(x, y) * _across(x, y),
    lambda x, y: (
        0.8 * _along(x, y) - 12 * _across(x, y),
        0.6 * _along(x, y) + 16 * _across(x, y),
    ),
    lambda x, y: ((7.84 + 0 * x, -9.12 + 0 * x), (-9.12 + 0 * x, 13.16 + 0 * y)),
    ((0.0, 0.0, 0.0, "minimum"),),
    convex=True,
)
"""The narrow ravine turned by the angle with cosine 0.8, so that no coordinate can be treated by itself."""


TWO_BASINS = _objective(
    "double well in the plane",
    lambda x, y: 0.5 * ((x * x - 1) * (x * x - 1)) + y * y,
    lambda x, y: (2 * x * (x * x - 1), 2 * y),
    lambda x, y: ((6 * (x * x) - 2, 0 * x), (0 * x, 2.0 + 0 * y)),
    (
        (-1.0, 0.0, 0.0, "minimum"),
        (0.0, 0.0, 0.5, "saddle"),
        (1.0, 0.0, 0.0, "minimum"),
    ),
)
r""":math:`\tfrac12 (x^2-1)^2 + y^2`, a double well in the plane."""


SADDLE = _objective(
    "saddle",
    lambda x, y: 0.5 * x * x - 0.5 * y * y + 0.25 * (y * y) * (y * y),
    lambda x, y: (x, y * y * y - y),
    lambda x, y: ((1.0 + 0 * x, 0 * x), (0 * x, 3 * (y * y) - 1)),
    (
        (0.0, -1.0, -0.25, "minimum"),
        (0.0, 0.0, 0.0, "saddle"),
        (0.0, 1.0, -0.25, "minimum"),
    ),
)
r""":math:`\tfrac12 x^2 - \tfrac12 y^2 + \tfrac14 y^4`, with a saddle at the origin."""


ROSENBROCK = _objective(
    "Rosenbrock",
    lambda x, y: (1 - x) * (1 - x) + 100 * ((y - x * x) * (y - x * x)),
    lambda x, y: (-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)),
    lambda x, y: ((2 - 400 * (y - 3 * (x * x)), -400 * x), (-400 * x, 200.0 + 0 * y)),
    ((1.0, 1.0, 0.0, "minimum"),),
)
""":math:`(1-x)^2 + 100(y - x^2)^2` (Rosenbrock, *An automatic method for finding the greatest or least
value of a function*, 1960)."""


HIMMELBLAU = _objective(
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
)
""":math:`(x^2 + y - 11)^2 + (x + y^2 - 7)^2` with four minimizers (Himmelblau, *Applied
Nonlinear Programming*, 1972)."""


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


BEALE = _objective(
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
)
r""":math:`\sum_{n=1}^{3} (c_n - x + x y^n)^2` with c = 1.5, 2.25, 2.625 (Beale, *On an iterative method
for finding a local minimum of a function of more than one variable*, 1958)."""
