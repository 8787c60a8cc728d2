r"""Families: random objectives of one kind, each with the facts that theorems ask for.

A `Family` draws an objective with its smoothness constant and, where there is one, its minimizer;
`ravine.theorems` tries its theorems on them. The objectives take a point of shape (n,) or a batch of
shape (n, draws), as everywhere in `ravine.convexity`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from ravine._arguments import array, not_negative, positive, real
from ravine._batches import Array, Function
from ravine._functions import alike, column, cos, exp, is_tensor, sin
from ravine.constructions import log_sum_exp
from ravine.objectives import Formula, Number, Objective, least_squares, maker, quadratic_form


@dataclass(frozen=True)
class Family:
    """Random objectives of one kind.

    Parameters
    ----------
    name : str
        What they are.
    convex : bool
        Whether all of them are convex.
    draw : callable
        ``draw(rng, n)`` gives one `Objective` of n variables.

    Examples
    --------
    >>> objective = LOGISTIC.draw(np.random.default_rng(0), 3)
    >>> objective.convex, objective.smoothness > 0
    (True, True)
    """

    name: str
    convex: bool
    draw: Callable[[np.random.Generator, int], Objective]

    def __repr__(self) -> str:
        """Name the family; its function has no readable form."""
        return f"<Family: {self.name}>"


@maker
def huber(tau: float, centre: npt.ArrayLike | None = None) -> Objective:
    r"""Return Huber's loss, parabolas with straight arms.

    .. math:: \sum_i h(x_i - c_i), \qquad h(x) = \begin{cases}
        \tfrac12 x^2 & |x| \le \tau \\ \tau|x| - \tfrac12\tau^2 & |x| > \tau \end{cases}

    (Huber, *Robust Estimation of a Location Parameter*, 1964). Started at distance 1 with
    :math:`\alpha = 1` and :math:`\tau = 1/(2K+1)`, gradient descent attains
    `ravine.theory.sharp_sublinear_bound` at update K.

    Parameters
    ----------
    tau : float
        :math:`\tau > 0`.
    centre : array of shape (n,), optional
        The minimizer. Without it the loss is one of a single number, with minimizer 0.

    Returns
    -------
    Objective

    Raises
    ------
    TypeError, ValueError
        When `tau` is not positive and finite, or `centre` no finite array.

    Examples
    --------
    >>> from ravine import gradient_descent, minimize
    >>> run = minimize(huber(tau=1 / 21), 1.0, gradient_descent(1.0), max_updates=10)
    >>> round(run.value, 7), round(1 / (4 * 10 + 2), 7)
    (0.0238095, 0.0238095)
    """
    tau = positive("tau", tau)
    c = None if centre is None else array("centre", centre, dimensions=1)

    def away(x: Number) -> Number:
        return x if c is None else cast("Number", _minus(cast("Array", x), c))

    def clipped(x: Number) -> Number:
        return (abs(x + tau) - abs(x - tau)) / 2

    def value(x: Number) -> Number:
        x = away(x)
        terms = clipped(x) * (x - clipped(x) / 2)
        return terms if c is None else cast("Number", cast("Array", terms).sum(0))

    return Objective(
        name=f"Huber loss (tau {tau:.3g})",
        value=value,
        slope=lambda x: clipped(away(x)),
        minimizers=(0.0 if c is None else c,),
        optimal_value=0.0,
        smoothness=1.0,
        convex=True,
        strong_convexity=0.0,
        dimension=1 if c is None else len(c),
    )


@maker
def bent_parabola(outer_curvature: float = 1.5) -> Objective:
    r"""Return the parabola :math:`x^2` whose arms are a little less bent beyond :math:`\pm1`.

    .. math:: f(x) = x^2 - \left(1 - \tfrac s2\right) \max(|x| - 1, 0)^2 ,

    so :math:`f'' = 2` inside and :math:`f'' = s` outside. On it the rule of
    `ravine.stepsize.simple_decrease` accepts the step size 1 for ever from any :math:`|x_0| > 1`,
    and :math:`|x_k| - 1` shrinks by the factor :math:`s - 1`, so that the iterates approach -1 and 1
    in turn and never the minimizer 0. In floats this ends when rounding hides the decrease.

    Parameters
    ----------
    outer_curvature : float
        :math:`1 < s \le 2`. An exact fraction gives exact values at exact fractions.

    Returns
    -------
    Objective

    Raises
    ------
    TypeError, ValueError
        When `outer_curvature` is not what is said above.

    Examples
    --------
    >>> from ravine import gradient_descent, minimize, simple_decrease
    >>> run = minimize(bent_parabola(), 2.0, gradient_descent(simple_decrease()), max_updates=5)
    >>> print(run.iterates, run.value)
    [ 2.      -1.5      1.25    -1.125    1.0625  -1.03125] 1.063232421875
    """
    if not 1 < real("outer_curvature", outer_curvature) <= 2:
        raise ValueError(
            f"outer_curvature must be greater than 1 and at most 2, got {outer_curvature}"
        )
    missing = 2 - outer_curvature

    def beyond(x: Number) -> Number:
        return x - (abs(x + 1) - abs(x - 1)) / 2

    return Objective(
        name=f"bent parabola (outer curvature {outer_curvature})",
        value=lambda x: x * x - missing * (beyond(x) * beyond(x)) / 2,
        slope=lambda x: 2 * x - missing * beyond(x),
        minimizers=(0.0,),
        optimal_value=0.0,
        smoothness=2.0,
        convex=True,
        strong_convexity=float(outer_curvature),
        dimension=1,
    )


@maker
def logistic_loss(A: npt.ArrayLike, ridge: float = 0.0) -> Objective:  # noqa: N803
    r"""Return :math:`\sum_i \log(1 + e^{-a_i^\top x}) + \lambda\|x\|^2`.

    It is what logistic regression makes small when the row :math:`a_i` holds the features of case i
    times its label, 1 or -1. The smoothness constant is :math:`\tfrac14\|A\|_2^2 + 2\lambda`.

    Parameters
    ----------
    A : array of shape (m, n)
        One row for each case.
    ridge : float
        :math:`\lambda \ge 0`. If it is positive the minimizer is computed, by Newton's method.

    Returns
    -------
    Objective

    Raises
    ------
    TypeError, ValueError
        When `A` is not a finite array, or `ridge` is negative.

    Examples
    --------
    >>> loss = logistic_loss([[1.0], [3.0], [-1.0]], ridge=0.1)
    >>> loss.minimizers[0].round(4), float(loss.slope(loss.minimizers[0])[0].round(12)) == 0
    (array([0.6082]), True)
    """
    a, ridge = array("A", A, dimensions=2), not_negative("ridge", ridge)

    def value(x: Any) -> Any:
        margins = alike(a, x) @ x
        return _softplus(-margins).sum(0) + ridge * (x * x).sum(0)

    def slope(x: Any) -> Any:
        margins = alike(a, x) @ x
        return -(alike(a.T, x) @ _sigmoid(-margins)) + 2 * ridge * x

    def value_and_slope(x: Any) -> tuple[Any, Any]:
        margins = alike(a, x) @ x
        penalty = ridge * (x * x).sum(0)
        gradient = -(alike(a.T, x) @ _sigmoid(-margins)) + 2 * ridge * x
        return _softplus(-margins).sum(0) + penalty, gradient

    def curvature(x: Array) -> Array:
        margins = a @ x
        weights = _sigmoid(margins) * _sigmoid(-margins)
        return _weighted(a, weights) + _for_each_point(2 * ridge * np.eye(a.shape[1]), x)

    return _smooth(
        f"logistic loss ({len(a)} case{'s' * (len(a) > 1)}"
        + (f", ridge {ridge:g})" if ridge else ")"),
        (value, slope, curvature),
        smoothness=float(np.linalg.norm(a, 2)) ** 2 / 4 + 2 * ridge,
        dimension=a.shape[1],
        start=np.zeros(a.shape[1]) if ridge else None,
        value_and_slope=value_and_slope,
    )


@maker
def soft_maximum(A: npt.ArrayLike, b: npt.ArrayLike) -> Objective:  # noqa: N803
    r"""Return :math:`\log\sum_i e^{a_i^\top x + b_i}`, with smoothness constant :math:`\|A\|_2^2`.

    Parameters
    ----------
    A : array of shape (m, n)
        Slopes. If they come in pairs a, -a that span everything, there is one minimizer.
    b : array of shape (m,)
        Offsets.

    Returns
    -------
    Objective
        Its minimizer, computed by Newton's method, if the rows are such pairs.

    Raises
    ------
    TypeError, ValueError
        When `A` and `b` are not finite arrays that fit each other.

    Examples
    --------
    >>> float(soft_maximum([[1.0], [-1.0]], [0.0, 0.0]).minimizers[0][0])
    0.0
    """
    a, offsets = array("A", A, dimensions=2), array("b", b, dimensions=1)
    if offsets.shape != a.shape[:1]:
        raise ValueError(f"b must have one entry for each row of A, got shape {offsets.shape}")
    half = len(a) // 2
    has_minimizer = np.array_equal(a[:half], -a[half:]) and np.linalg.matrix_rank(a) == a.shape[1]

    def exponents(x: Any) -> Any:
        return _minus(alike(a, x) @ x, -offsets)

    def weights(x: Any) -> Any:
        return exp(exponents(x) - log_sum_exp(exponents(x)))

    def curvature(x: Any) -> Any:
        mean = a.T @ weights(x)
        return _weighted(a, weights(x)) - mean[:, None] * mean[None, :]

    return _smooth(
        f"soft maximum of {len(a)} affine functions",
        (lambda x: log_sum_exp(exponents(x)), lambda x: alike(a.T, x) @ weights(x), curvature),
        smoothness=float(np.linalg.norm(a, 2)) ** 2,
        dimension=a.shape[1],
        start=np.zeros(a.shape[1]) if has_minimizer else None,
    )


@maker
def cosine_sum(frequencies: npt.ArrayLike) -> Objective:
    r"""Return :math:`\sum_i \cos(\omega_i x_i)`, not convex, with smoothness :math:`\max_i\omega_i^2`.

    Parameters
    ----------
    frequencies : array of shape (n,)
        :math:`\omega_i`, none of them zero.

    Returns
    -------
    Objective

    Raises
    ------
    TypeError, ValueError
        When `frequencies` is not a finite array, or one of them is zero.

    Examples
    --------
    >>> cosine_sum([1.0, 3.0]).smoothness
    9.0
    """
    w = array("frequencies", frequencies, dimensions=1)
    if not w.all():
        raise ValueError(f"frequencies must not be zero, got {w.tolist()}")

    def angles(x: Any) -> Any:
        return column(w, x) * x

    def value(x: Any) -> Any:
        return cast("Any", cos(angles(x))).sum(0)

    def slope(x: Any) -> Any:
        return -column(w, x) * sin(angles(x))

    def curvature(x: Array) -> Array:
        return np.asarray(np.einsum("ij,j,j...->ij...", np.eye(len(w)), -w * w, np.cos(angles(x))))

    return Objective(
        name=f"sum of {len(w)} cosine{'s' * (len(w) > 1)}",
        value=cast("Formula", value),
        slope=cast("Formula", slope),
        curvature=cast("Formula", curvature),
        minimizers=(np.pi / w,),
        optimal_value=-float(len(w)),
        smoothness=float((w * w).max()),
        convex=False,
        dimension=len(w),
    )


def scaled(objective: Objective, factor: float) -> Objective:
    r"""Return :math:`c f` with its facts: curvatures grow by the factor, minimizers stay.

    Parameters
    ----------
    objective : Objective
        f.
    factor : float
        :math:`c > 0`.

    Returns
    -------
    Objective

    Raises
    ------
    TypeError, ValueError
        When `factor` is not positive and finite.

    Examples
    --------
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


def _smooth(
    name: str,
    formulas: tuple[Function, Function, Function],
    *,
    smoothness: float,
    dimension: int,
    start: Array | None,
    value_and_slope: Callable[[Any], tuple[Any, Any]] | None = None,
) -> Objective:
    """Return a convex objective; its minimizer too if there is a point to start Newton's method."""
    value, slope, curvature = formulas
    best = None if start is None else _newton(value, slope, curvature, start)
    return Objective(
        name=name,
        value=cast("Formula", value),
        slope=cast("Formula", slope),
        curvature=cast("Formula", curvature),
        minimizers=() if best is None else (best,),
        optimal_value=None if best is None else float(value(best)),
        smoothness=smoothness,
        convex=True,
        dimension=dimension,
        value_and_slope=value_and_slope,
    )


def _newton(value: Function, slope: Function, curvature: Function, x: Array) -> Array:
    """Return the minimizer of a strictly convex function, to rounding."""
    for _ in range(100):
        step = np.linalg.solve(curvature(x), slope(x))
        fraction = 1.0
        while fraction > 1e-6 and value(x - fraction * step) > value(x):
            fraction /= 2
        x = x - fraction * step
        if np.linalg.norm(step) <= 1e-13 * (1 + np.linalg.norm(x)):
            break
    return x


def _softplus(x: Array) -> Array:
    """Return log(1 + e^x), of the kind of x, without overflow."""
    if is_tensor(x):
        return cast("Array", x.logaddexp(x.new_zeros(())))
    return np.asarray(np.logaddexp(0, x))


def _sigmoid(x: Array) -> Array:
    """Return 1 / (1 + e^-x), of the kind of x, without overflow."""
    return cast("Array", exp(-_softplus(-x)))


def _minus(x: Array, c: Array) -> Array:
    """Return x - c, for every point of a batch."""
    return cast("Array", x - column(c, x))


def _weighted(a: Array, weights: Array) -> Array:
    """Return the sum of weight times a_i a_i^T over the rows, for every point of a batch."""
    return np.asarray(np.einsum("ij,ik,i...->jk...", a, a, weights))


def _for_each_point(matrix: Array, x: Array) -> Array:
    return matrix.reshape(*matrix.shape, *(1 for _ in x.shape[1:]))


def _quadratic(rng: np.random.Generator, n: int, signs: tuple[float, ...] = (1.0,)) -> Objective:
    basis, _ = np.linalg.qr(rng.standard_normal((n, n)))
    eigenvalues = 10 ** rng.uniform(-1, 1, n) * rng.choice(signs, n)
    eigenvalues[0] = min(signs) * abs(eigenvalues[0])  # of both signs one is negative
    matrix = (basis * eigenvalues) @ basis.T
    return quadratic_form((matrix + matrix.T) / 2, rng.uniform(-3, 3, n))


def _indefinite(rng: np.random.Generator, n: int) -> Objective:
    return _quadratic(rng, n, signs=(1.0, -1.0))


def _least_squares(rng: np.random.Generator, n: int) -> Objective:
    m = int(rng.integers(n, 3 * n + 1))
    return least_squares(rng.standard_normal((m, n)), rng.standard_normal(m))


def _logistic(rng: np.random.Generator, n: int, ridge: float = 0.0) -> Objective:
    return logistic_loss(rng.standard_normal((int(rng.integers(n, 4 * n + 1)), n)), ridge)


def _ridge_logistic(rng: np.random.Generator, n: int) -> Objective:
    return _logistic(rng, n, ridge=0.1)


def _soft_maximum(rng: np.random.Generator, n: int) -> Objective:
    a = rng.standard_normal((n + 1, n))
    return soft_maximum(np.vstack([a, -a]), rng.standard_normal(2 * n + 2))


def _huber(rng: np.random.Generator, n: int) -> Objective:
    return huber(10 ** rng.uniform(-3, 0), rng.uniform(-3, 3, n))


def _cosines(rng: np.random.Generator, n: int) -> Objective:
    return cosine_sum(10 ** rng.uniform(-1, 1, n))


QUADRATIC = Family("convex quadratics", True, _quadratic)
INDEFINITE = Family("quadratics with a negative eigenvalue", False, _indefinite)
LEAST_SQUARES = Family("least squares", True, _least_squares)
LOGISTIC = Family("logistic losses", True, _logistic)
RIDGE_LOGISTIC = Family("logistic losses with ridge", True, _ridge_logistic)
SOFT_MAXIMUM = Family("soft maxima", True, _soft_maximum)
HUBER = Family("Huber losses", True, _huber)
COSINES = Family("sums of cosines", False, _cosines)

FAMILIES = (
    QUADRATIC,
    INDEFINITE,
    LEAST_SQUARES,
    LOGISTIC,
    RIDGE_LOGISTIC,
    SOFT_MAXIMUM,
    HUBER,
    COSINES,
)
