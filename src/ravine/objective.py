"""Objectives: a formula, its slope, and what is known about it.

Whatever a formula is made of, Python floats, NumPy arrays, torch tensors and SymPy symbols flow through it
as long as it is plain arithmetic.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial, wraps
from typing import Any, Literal, ParamSpec, Protocol, SupportsIndex, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from ravine._arguments import positive, whole
from ravine._values import Value, same

__all__ = [
    "Formula",
    "Number",
    "Objective",
    "StationaryPoint",
    "negated",
    "scaled",
]


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


Array: TypeAlias = "npt.NDArray[np.floating]"


Formula = Callable[[Number], Number]


Arguments = ParamSpec("Arguments")


@dataclass(frozen=True, eq=False, repr=False)
class StationaryPoint(Value):
    """A point where the slope is zero, what the objective is there, and of which kind it is.

    Parameters
    ----------
    x : float or array
        Where the slope vanishes.
    value : float
        The objective there.
    kind : {"minimum", "maximum", "saddle"}
        Local minimum, local maximum, or neither (in one dimension: a flat spot on a slope).
    """

    x: float | Array
    value: float
    kind: Literal["minimum", "maximum", "saddle"]


@dataclass(frozen=True, eq=False, repr=False)
class Objective(Value):
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
        The second derivative :math:`L''(w)`, by hand; of several numbers the Hessian matrix.
    minimizers : tuple of float or of arrays
        All global minimizers that are known.
    optimal_value : float, optional
        :math:`L^\ast = \inf L`; None when it is not known.
    stationary_points : tuple of StationaryPoint
        All known points with :math:`L'(w) = 0`, from left to right.
    smoothness : float, optional
        Lipschitz constant of the slope, :math:`\sup |L''|` on the domain; ``math.inf`` when there is none,
        None when it is not known.
    convex : bool, optional
        None when it is not known.
    strong_convexity : float, optional
        The largest :math:`\mu` with :math:`L'' \ge \mu` everywhere, 0 for a convex objective that
        is not strongly convex; None when it is not known or the objective not convex.
    degree : int, optional
        The degree of the polynomial that it is; None when it is none.
    view : tuple of float
        The interval worth drawing.
    domain : tuple of float
        The closed interval on which the formula makes sense. Outside it the value counts as
        infinite, as usual in convex analysis (Boyd and Vandenberghe, *Convex Optimization*, 3.1.2).
    dimension : int, optional
        Of how many numbers it is a function: of n in an array of shape (n,), where 1 is also a function of
        a plain number. None when it takes any number of them, or it is not known.
    value_and_slope : callable, optional
        ``value_and_slope(w)`` gives both, where they share work that value and slope apart would do twice.

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
    minimizers: tuple[float | Array, ...] = ()
    optimal_value: float | None = None
    stationary_points: tuple[StationaryPoint, ...] = ()
    smoothness: float | None = None
    convex: bool | None = None
    strong_convexity: float | None = None
    degree: int | None = None
    view: tuple[float, float] = (-2.5, 2.5)
    domain: tuple[float, float] = (-math.inf, math.inf)
    dimension: int | None = None
    value_and_slope: Callable[[Number], tuple[Number, Number]] | None = None

    def __post_init__(self) -> None:
        """Refuse what is no formula, and intervals that are empty or written the wrong way round."""
        for name in ("value", "slope", "curvature", "value_and_slope"):
            formula = getattr(self, name)
            if not (callable(formula) or (formula is None and name != "value")):
                raise TypeError(f"{name} must be a callable formula, got {formula!r}")
        if self.dimension is not None:
            whole("dimension", self.dimension, at_least=1)
        if self.value_and_slope is not None and self.slope is None:
            both = self.value_and_slope
            object.__setattr__(self, "slope", lambda w: both(w)[1])
        for name in ("view", "domain"):
            left, right = getattr(self, name)
            if not left < right:
                raise ValueError(
                    f"{name} must be (left, right) with left < right, got {left, right}"
                )

    def __call__(self, w: Number) -> Number:
        """Return the value of the formula at w."""
        return self.value(w)

    def __reduce_ex__(self, protocol: SupportsIndex) -> str | tuple[Any, ...]:
        """Cross to another process by name, as functions do, or as the call that made it.

        Formulas written with `lambda` cannot be sent; there the same name, or call, has the same ones.
        """
        from ravine import named  # here, since it is made of objectives

        # where its formula was written, in case the module was loaded twice, as test tools do
        places = (vars(named), getattr(self.value, "__globals__", {}))
        for place in places:
            if place.get("__name__") == named.__name__:
                for name, known in place.items():
                    if known is self:
                        return _named, (name,)
        if made := self.__dict__.get("_made"):
            make, args, settings = made
            return partial(make, **dict(settings)), args
        return super().__reduce_ex__(protocol)

    def __eq__(self, other: object) -> bool:
        """Say whether the other was made by the same call, or has the same formulas and facts."""
        made, theirs = (getattr(each, "_made", None) for each in (self, other))
        if made is not None and theirs is not None:
            return same(made, theirs)
        return super().__eq__(other)

    def __hash__(self) -> int:
        """Return the same number for equal objectives."""
        return hash((self.name, self.dimension, self.degree))

    def __repr__(self) -> str:
        """Name the objective; the formulas themselves have no readable form here (see `latex`)."""
        return f"<Objective: {self.name}>"


def _named(name: str) -> Objective:
    """Return the objective that has this name in `ravine.named`."""
    from ravine import named

    return cast("Objective", getattr(named, name))


def point_shape(objective: object) -> tuple[int, ...]:
    """Return the shape of a point of an objective that says its dimension; () for a plain number.

    A function of one number, w**2, answers a batch of shape (1, 2) in that shape. One of points of shape
    (1,), such as a quadratic form with a 1 x 1 matrix, has summed over its coordinates: shape (2,).
    """
    n = objective.dimension if isinstance(objective, Objective) else None
    if n != 1:
        return () if n is None else (n,)
    try:
        with np.errstate(all="ignore"):
            answer = np.shape(cast("Any", objective).value(np.ones((1, 2))))
    except Exception:  # noqa: BLE001 (a formula of plain numbers only may raise anything)
        return ()
    return (1,) if answer == (2,) else ()


def maker(make: Callable[Arguments, Objective]) -> Callable[Arguments, Objective]:
    """Let the objectives that a function makes remember the call, so that they can be sent and compared.

    `dataclasses.replace` makes an objective that nobody's call has made: it forgets.
    """

    @wraps(make)
    def remembering(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Objective:
        objective = make(*args, **kwargs)
        object.__setattr__(objective, "_made", (remembering, args, tuple(sorted(kwargs.items()))))
        return objective

    return remembering


def negated(objective: Objective) -> Objective:
    """Return the objective with its sign turned: its minimizers are the maximizers of the other.

    What is known about it turns along: a maximum is a minimum now, and the smoothness stays. What the
    other knows about its own minimizers says nothing here.

    Parameters
    ----------
    objective : Objective
        What is to become large.

    Examples
    --------
    The hill between the two wells is the highest point around:

    >>> from ravine.named import DOUBLE_WELL
    >>> from ravine import gradient_descent, minimize
    >>> run = minimize(negated(DOUBLE_WELL), 0.5, gradient_descent(0.2))
    >>> print(f"{run.x:.6f} {-run.value:.6f}")
    0.000000 0.500000
    """
    if not isinstance(objective, Objective):
        raise TypeError(f"objective must be an Objective, got {objective!r}")
    turned = {"minimum": "maximum", "maximum": "minimum", "saddle": "saddle"}
    both = objective.value_and_slope
    return replace(
        objective,
        name=f"negated {objective.name}",
        value=_Negated(objective.value),
        slope=None if objective.slope is None else _Negated(objective.slope),
        curvature=None if objective.curvature is None else _Negated(objective.curvature),
        value_and_slope=None if both is None else _NegatedPair(both),
        minimizers=(),
        optimal_value=None,
        stationary_points=tuple(
            StationaryPoint(point.x, -point.value, cast("Any", turned[point.kind]))
            for point in objective.stationary_points
        ),
        convex=None,
        strong_convexity=None,
    )


@dataclass(frozen=True)
class _Negated:
    formula: Formula

    def __call__(self, w: Number) -> Number:
        return -self.formula(w)


@dataclass(frozen=True)
class _NegatedPair:
    formula: Callable[[Number], tuple[Number, Number]]

    def __call__(self, w: Number) -> tuple[Number, Number]:
        value, slope = self.formula(w)
        return -value, -slope


def scaled(objective: Objective, factor: float) -> Objective:
    r"""Return :math:`c f` with its facts: curvatures grow by the factor, minimizers stay.

    Parameters
    ----------
    objective : Objective
        f.
    factor : float
        :math:`c > 0`.

    Raises
    ------
    TypeError, ValueError
        When `factor` is not positive and finite.

    Examples
    --------
    >>> from ravine.losses import quadratic_form
    >>> steep = scaled(quadratic_form([[2.0, 0.0], [0.0, 4.0]]), 10.0)
    >>> steep.smoothness, steep.strong_convexity, steep.minimizers[0]
    (40.0, 20.0, array([0., 0.]))
    """
    factor = positive("factor", factor)

    def times(formula: Formula | None) -> Formula | None:
        return None if formula is None else lambda x: factor * formula(x)

    def grown(fact: float | None) -> float | None:
        return None if fact is None else factor * fact

    return replace(
        objective,
        name=f"{factor:g} times {objective.name}",
        value=cast("Formula", times(objective.value)),
        slope=times(objective.slope),
        curvature=times(objective.curvature),
        value_and_slope=None,
        optimal_value=grown(objective.optimal_value),
        stationary_points=tuple(
            replace(point, value=factor * point.value) for point in objective.stationary_points
        ),
        smoothness=grown(objective.smoothness),
        strong_convexity=grown(objective.strong_convexity),
    )
