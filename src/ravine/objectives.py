"""Objectives: each formula once, with the facts that are known about it.

The formulas of one number use ``+ - * /``, so that Python floats, NumPy arrays, torch tensors and
SymPy symbols all flow through them, and the first three give the same digits. Only the cosine valleys
need a function of the number's own library, and only the quadratics of several numbers sum up terms;
libraries may differ in the last digit of both.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial, wraps
from typing import Any, Literal, ParamSpec, Protocol, SupportsIndex, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from ravine._arguments import array, not_negative, positive, real, whole
from ravine._functions import alike, column, cos, norm, sin
from ravine._values import Value, same


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
        Of how many numbers it is a function: of 1, or of n in an array of shape (n,). None when it takes
        any number of them, or it is not known.
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
        for name, known in globals().items():
            if known is self:
                return name
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


@maker
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
        strong_convexity=curvature,
        degree=2,
        view=(minimizer - 2.5, minimizer + 2.5),
        dimension=1,
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
    degree=4,
    dimension=1,
)

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

# What is defined on the whole line by plain arithmetic.
CATALOGUE = (CENTRED_QUADRATIC, SHIFTED_QUADRATIC, DOUBLE_WELL, QUARTIC)


@maker
def quadratic_form(matrix: npt.ArrayLike, minimizer: npt.ArrayLike | None = None) -> Objective:
    r"""Return :math:`\tfrac12 (x-c)^\top M (x-c)` with all its facts.

    Parameters
    ----------
    matrix : array of shape (n, n)
        :math:`M`, symmetric; it is the Hessian everywhere.
    minimizer : array of shape (n,), optional
        :math:`c`, the origin by default. It minimizes if no eigenvalue of M is negative.

    Returns
    -------
    Objective
        Of an array or a tensor x of shape (n,), in the dtype of x. Arrays of shape (n, ...) give
        one value for each point of a grid, as contour lines need it. The smoothness constant is
        the largest absolute eigenvalue, the strong convexity the least eigenvalue.

    Raises
    ------
    TypeError, ValueError
        When `matrix` is not a symmetric array of finite numbers, or `minimizer` does not fit.

    Examples
    --------
    >>> bowl = quadratic_form([[2.0, 0.0], [0.0, 4.0]])
    >>> x = np.array([2.0, 1.5])
    >>> float(bowl(x)), bowl.slope(x), bowl.smoothness, bowl.strong_convexity
    (8.5, array([4., 6.]), 4.0, 2.0)
    """
    m = array("matrix", matrix, dimensions=2)
    n = len(m)
    if m.shape != (n, n) or np.abs(m - m.T).max() > 1e-12 * np.abs(m).max():
        raise ValueError(f"matrix must be square and symmetric, got {m.tolist()}")
    c = array("minimizer", np.zeros(n) if minimizer is None else minimizer, dimensions=1)
    if c.shape != (n,):
        raise ValueError(f"minimizer must have shape {(n,)}, got shape {c.shape}")
    least, most = _extremes(np.linalg.eigvalsh(m))
    convex = least >= 0

    def value(x: Number) -> Number:
        away = _minus(x, c)
        return _sum(away * _times(m, away)) / 2

    return Objective(
        name=f"quadratic form (eigenvalues {least:g} to {most:g})",
        value=value,
        slope=lambda x: _times(m, _minus(x, c)),
        curvature=lambda _: cast("Number", m),
        minimizers=(c,) if convex else (),
        optimal_value=0.0 if convex else -math.inf,
        stationary_points=(
            StationaryPoint(c, 0.0, "minimum" if convex else "saddle" if most > 0 else "maximum"),
        ),
        smoothness=max(abs(least), abs(most)),
        convex=convex,
        strong_convexity=least if convex else None,
        degree=2,
        view=(float(c.min()) - 2.5, float(c.max()) + 2.5),
        dimension=n,
    )


@maker
def least_squares(A: npt.ArrayLike, b: npt.ArrayLike, ridge: float = 0.0) -> Objective:  # noqa: N803
    r"""Return :math:`\|Ax-b\|^2 + \lambda\|x\|^2`, the sum of squares, with all its facts.

    The slope is :math:`2A^\top(Ax-b) + 2\lambda x`. With the largest and the least singular value
    of A the smoothness constant is :math:`2\sigma_{\max}^2 + 2\lambda` and the strong convexity
    :math:`2\sigma_{\min}^2 + 2\lambda` (Boyd and Vandenberghe, *Convex Optimization*, 2004,
    section 1.2.1 and equation 9.7).

    Parameters
    ----------
    A : array of shape (m, n)
        One row for each equation.
    b : array of shape (m,)
        The right-hand sides.
    ridge : float
        :math:`\lambda \ge 0`.

    Returns
    -------
    Objective
        Of an array or a tensor x of shape (n,), or (n, ...) for a grid of points, in the dtype of
        x. Its minimizer is computed by `numpy.linalg.lstsq`; of many it is the one of least norm.

    Raises
    ------
    TypeError, ValueError
        When `A` and `b` are not finite arrays that fit each other, or `ridge` is negative.

    Examples
    --------
    The straight line closest to five points:

    >>> A = np.stack([np.ones(5), np.arange(5.0)], axis=1)
    >>> line = least_squares(A, [1.0, 3.0, 2.0, 5.0, 4.0])
    >>> line.minimizers[0].round(12), round(line.optimal_value, 12)
    (array([1.4, 0.8]), 3.6)
    """
    a, b = array("A", A, dimensions=2), array("b", b, dimensions=1)
    m, n = a.shape
    if b.shape != (m,):
        raise ValueError(f"b must have one entry for each row of A, {m}, got shape {b.shape}")
    ridge = not_negative("ridge", ridge)
    hessian = 2 * (a.T @ a) + 2 * ridge * np.eye(n)

    def value(x: Number) -> Number:
        residual = _minus(_times(a, x), b)
        return _sum(residual * residual) + ridge * _sum(x * x)

    def slope(x: Number) -> Number:
        return 2 * _times(a.T, _minus(_times(a, x), b)) + 2 * ridge * x

    def value_and_slope(x: Number) -> tuple[Number, Number]:
        residual = _minus(_times(a, x), b)
        penalty = ridge * _sum(x * x)
        return _sum(residual * residual) + penalty, 2 * _times(a.T, residual) + 2 * ridge * x

    # the penalty is n more equations, sqrt(lambda) x = 0
    rows = np.vstack([a, math.sqrt(ridge) * np.eye(n)])
    best, _, rank, singular_values = np.linalg.lstsq(rows, np.append(b, np.zeros(n)))
    best.setflags(write=False)
    optimal_value = float(cast("float", value(cast("Number", best))))
    return Objective(
        name=f"least squares ({m} x {n}" + (f", ridge {ridge:g})" if ridge else ")"),
        value=value,
        slope=slope,
        curvature=lambda _: cast("Number", hessian),
        minimizers=(best,),
        optimal_value=optimal_value,
        stationary_points=(StationaryPoint(best, optimal_value, "minimum"),),
        smoothness=2 * float(singular_values[0]) ** 2,
        convex=True,
        strong_convexity=2 * float(singular_values[-1]) ** 2 if rank == n else 0.0,
        degree=2,
        dimension=n,
        value_and_slope=value_and_slope,
    )


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


@dataclass(frozen=True, eq=False)
class SlopeCheck(Value):
    """Whether a slope by hand is the derivative of its value, at one point.

    Parameters
    ----------
    x, by_hand, by_differences : float or array of shape (n,)
        The point, the slope there, and what differences of the value say it is.
    error : float
        The Euclidean norm of the difference of the two, relative to 1 or to the larger norm.
    tolerance : float
        The largest error that passes.
    """

    x: float | Array
    by_hand: float | Array
    by_differences: float | Array
    error: float
    tolerance: float

    def __bool__(self) -> bool:
        """Whether the two agree."""
        return bool(self.error <= self.tolerance)

    def __str__(self) -> str:
        """Say it in a sentence."""
        verdict = "agree" if self else "DIFFER"
        return (
            f"slope and differences {verdict} at {self.x}: {self.by_hand} by hand, "
            f"{self.by_differences} by differences, relative error {self.error:.1e}"
        )


def check_slope(
    objective: Objective, x: float | npt.ArrayLike, tolerance: float = 1e-5
) -> SlopeCheck:
    r"""Compare a slope that was written by hand with differences of the value.

    Each partial derivative is approximated by :math:`(f(x + h e_i) - f(x - h e_i)) / 2h` with
    :math:`h = \sqrt[3]{u}\,\max(1, |x_i|)`, u the spacing of float64 at 1, where truncation and rounding
    are about equally large (Nocedal and Wright, *Numerical Optimization*, 2006, section 8.1).

    Parameters
    ----------
    objective : Objective
        It must have a slope.
    x : float or array of shape (n,)
        Where to compare. One point proves nothing; take one without zeros and ones in it.
    tolerance : float
        The relative error that still passes.

    Examples
    --------
    >>> bool(check_slope(DOUBLE_WELL, 1.3))
    True
    >>> print(check_slope(Objective("wrong", lambda w: w * w, lambda w: -2 * w), 3.0))
    slope and differences DIFFER at 3.0: -6.0 by hand, 6.0 by differences, relative error 2.0e+00
    """
    slope = getattr(objective, "slope", None)
    if slope is None:
        raise TypeError(f"objective must be an Objective with a slope, got {objective!r}")
    tolerance = positive("tolerance", tolerance)
    point = np.asarray(x, np.float64)
    if not np.isfinite(point).all():
        raise ValueError(f"x must be finite, got {point}")
    single = point.ndim == 0

    def value(at: Array) -> float:
        return float(cast("float", objective(cast("Number", float(at) if single else at))))

    width = np.cbrt(np.finfo(np.float64).eps) * np.maximum(1, np.abs(point))
    found = np.empty_like(point)
    for i in np.ndindex(point.shape):
        ahead, behind = point.copy(), point.copy()
        ahead[i], behind[i] = point[i] + width[i], point[i] - width[i]
        found[i] = (value(ahead) - value(behind)) / (ahead[i] - behind[i])
    by_hand = np.asarray(slope(float(point) if single else point), float)
    if by_hand.shape != point.shape:
        raise ValueError(f"slope must have the shape of x, {point.shape}, got {by_hand.shape}")
    larger = max(1.0, norm(cast("Number", by_hand)), norm(cast("Number", found)))
    error = norm(cast("Number", by_hand - found)) / larger
    if single:
        return SlopeCheck(point.item(), by_hand.item(), round(found.item(), 9), error, tolerance)
    return SlopeCheck(point, by_hand, found, error, tolerance)


def _extremes(eigenvalues: Array) -> tuple[float, float]:
    """Return the least and the largest eigenvalue; what rounding leaves of a zero is a zero."""
    noise = 1e-12 * np.abs(eigenvalues).max()
    least, most = np.where(np.abs(eigenvalues) > noise, eigenvalues, 0.0)[[0, -1]]
    return float(least), float(most)


def _times(matrix: Array, x: Number) -> Number:
    """Return the matrix times x, for every point of a grid."""
    at = cast("Any", x)
    product = alike(matrix, at) @ at.reshape(len(at), -1)
    return cast("Number", product.reshape(-1, *at.shape[1:]))


def _minus(x: Number, c: Array) -> Number:
    """Return x - c, for every point of a grid."""
    return cast("Number", cast("Any", x) - column(c, x))


def _sum(terms: Number) -> Number:
    """Return the sum over the coordinates, for every point of a grid."""
    return cast("Number", cast("Any", terms).sum(0))


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
