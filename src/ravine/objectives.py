"""Objectives: each formula once, with the facts that are known about it.

The formulas use ``+ - * /`` and nothing else, so that Python floats, NumPy arrays, torch tensors
and SymPy symbols all flow through them, and the first three give the same digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from ravine._arguments import positive, real


class Number(Protocol):
    """Whatever a formula is evaluated at: a float, a NumPy array, a torch tensor, a SymPy symbol.

    The other operand is left open, because each of these brings its own rule for it.
    """

    def __add__(self, other: Any, /) -> Number: ...
    def __radd__(self, other: Any, /) -> Number: ...
    def __sub__(self, other: Any, /) -> Number: ...
    def __rsub__(self, other: Any, /) -> Number: ...
    def __mul__(self, other: Any, /) -> Number: ...
    def __rmul__(self, other: Any, /) -> Number: ...
    def __truediv__(self, other: Any, /) -> Number: ...
    def __neg__(self) -> Number: ...
    def __abs__(self) -> Number: ...


Formula = Callable[[Number], Number]


@dataclass(frozen=True)
class StationaryPoint:
    """A point where the slope is zero, what the objective is there, and of which kind it is.

    Parameters
    ----------
    x : float
        Where the slope vanishes.
    value : float
        The objective there.
    kind : {"minimum", "maximum", "saddle"}
        Local minimum, local maximum, or neither (in one dimension: a flat spot on a slope).
    """

    x: float
    value: float
    kind: Literal["minimum", "maximum", "saddle"]


@dataclass(frozen=True)
class Objective:
    r"""A function to be made small, and what is known about it.

    Parameters
    ----------
    name : str
        What people call it.
    value : callable
        The formula :math:`L(w)`. Use plain arithmetic, then every kind of number flows through it.
    slope : callable, optional
        The derivative :math:`L'(w)`, by hand. Without it, torch differentiates `value`.
    curvature : callable, optional
        The second derivative :math:`L''(w)`, by hand.
    minimizers : tuple of float
        All global minimizers that are known.
    optimal_value : float, optional
        :math:`L^\ast = \inf L`; None when it is not known.
    stationary_points : tuple of StationaryPoint
        All known points with :math:`L'(w) = 0`, from left to right.
    smoothness : float, optional
        Lipschitz constant of the slope, :math:`\sup |L''|`; ``math.inf`` when there is none,
        None when it is not known.
    convex : bool, optional
        None when it is not known.
    view : tuple of float
        The interval worth drawing.
    domain : tuple of float
        The closed interval on which the formula makes sense. Outside it the value counts as
        infinite, as usual in convex analysis (Boyd and Vandenberghe, *Convex Optimization*, 3.1.2).

    Examples
    --------
    >>> hyperbola = Objective("hyperbola", value=lambda w: w + 1 / w, domain=(0.1, 10.0))
    >>> hyperbola(2.0)
    2.5
    """

    name: str
    value: Formula
    slope: Formula | None = None
    curvature: Formula | None = None
    minimizers: tuple[float, ...] = ()
    optimal_value: float | None = None
    stationary_points: tuple[StationaryPoint, ...] = ()
    smoothness: float | None = None
    convex: bool | None = None
    view: tuple[float, float] = (-2.5, 2.5)
    domain: tuple[float, float] = (-math.inf, math.inf)

    def __post_init__(self) -> None:
        """Refuse intervals that are empty or written the wrong way round."""
        for name in ("view", "domain"):
            left, right = getattr(self, name)
            if not left < right:
                raise ValueError(
                    f"{name} must be (left, right) with left < right, got {left, right}"
                )

    def __call__(self, w: Number) -> Number:
        """Return the value of the formula at w."""
        return self.value(w)

    def __repr__(self) -> str:
        """Name the objective; the formulas themselves have no readable form here (see `latex`)."""
        return f"<Objective: {self.name}>"


def quadratic(curvature: float, minimizer: float = 0.0) -> Objective:
    r"""Return the parabola :math:`\tfrac{\lambda}{2}(w-c)^2` with all its facts.

    Parameters
    ----------
    curvature : float
        :math:`\lambda > 0`, the second derivative everywhere.
    minimizer : float
        :math:`c`, the only minimizer.

    Returns
    -------
    Objective

    Raises
    ------
    TypeError, ValueError
        When `curvature` is not positive and finite, or `minimizer` not finite.

    Examples
    --------
    >>> steep = quadratic(curvature=4.0, minimizer=1.0)
    >>> steep(3.0), steep.slope(3.0), steep.smoothness
    (8.0, 8.0, 4.0)
    """
    curvature = positive("curvature", curvature)
    minimizer = real("minimizer", minimizer)
    return Objective(
        name=f"quadratic (curvature {curvature:g}, minimizer {minimizer:g})",
        value=lambda w: curvature / 2 * ((w - minimizer) * (w - minimizer)),
        slope=lambda w: curvature * (w - minimizer),
        curvature=lambda w: curvature + 0 * w,  # 0 * w: an array asks for an array of curvatures
        minimizers=(minimizer,),
        optimal_value=0.0,
        stationary_points=(StationaryPoint(minimizer, 0.0, "minimum"),),
        smoothness=curvature,
        convex=True,
        view=(minimizer - 2.5, minimizer + 2.5),
    )


CENTRED_QUADRATIC = replace(quadratic(1.0), name="centred quadratic")

SHIFTED_QUADRATIC = replace(quadratic(1.0, minimizer=1.0), name="shifted quadratic")

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
)

CATALOGUE = (CENTRED_QUADRATIC, SHIFTED_QUADRATIC, DOUBLE_WELL)


def latex(objective: Objective, derivative: Literal[0, 1, 2] = 0) -> str:
    r"""Return the formula of an objective, or of its slope or curvature, as LaTeX.

    SymPy reads it off the formula itself, so it cannot differ from what is computed.

    Parameters
    ----------
    objective : Objective
        Its formulas must accept a SymPy symbol, as plain arithmetic does.
    derivative : {0, 1, 2}
        0 for the value, 1 for the slope, 2 for the curvature.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        When the objective has no hand-written formula for this derivative.

    Examples
    --------
    >>> print(latex(SHIFTED_QUADRATIC))
    \frac{1}{2} \left(w - 1\right)^{2}
    >>> print(latex(DOUBLE_WELL, derivative=1))
    2 w \left(w^{2} - 1\right)
    """
    import sympy  # here, so that `import ravine` stays light

    formulas = (objective.value, objective.slope, objective.curvature)
    if derivative not in range(len(formulas)):
        raise ValueError(f"derivative must be 0, 1 or 2, got {derivative}")
    formula = formulas[derivative]
    if formula is None:
        raise ValueError(
            f"objective must have a formula for derivative {derivative}, got {objective}"
        )
    exact = sympy.nsimplify(formula(sympy.Symbol("w", real=True)), rational=True)
    factor, rest = exact.as_coeff_Mul()
    if factor.is_Integer:
        return str(sympy.latex(exact))
    return f"{sympy.latex(factor)} {sympy.latex(rest)}"  # a half in front, not a long fraction
