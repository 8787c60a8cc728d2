"""Losses: makers of objectives, each formula once, with the facts that are known about it.

The formulas of one number use ``+ - * /``, so that floats, arrays and tensors give the same digits.
Those of several numbers take a point of shape (n,), or points in the columns of shape (n, ...), as
arrays or as tensors, and compute in their dtype.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from ravine._arguments import array, not_negative, positive, real
from ravine._batches import Array, Function
from ravine._functions import alike, column, cos, exp, is_tensor, log, sin
from ravine.objective import Formula, Number, Objective, StationaryPoint, maker

__all__ = [
    "bent_parabola",
    "cosine_sum",
    "huber",
    "least_squares",
    "log_sum_exp",
    "logistic_loss",
    "quadratic",
    "quadratic_form",
    "soft_maximum",
]


@maker
def quadratic(curvature: float, minimizer: float = 0.0) -> Objective:
    r"""Return the parabola :math:`\tfrac{\lambda}{2}(w-c)^2` with all its facts.

    Parameters
    ----------
    curvature : float
        :math:`\lambda > 0`, the second derivative everywhere.
    minimizer : float
        :math:`c`, the only minimizer.

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


def _extremes(eigenvalues: npt.NDArray[np.floating]) -> tuple[float, float]:
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
        return x if c is None else _minus(x, c)

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


def log_sum_exp(x: Array) -> Array:
    r"""Return :math:`\log\sum_i e^{x_i}`, a smooth and convex stand-in for the maximum.

    Parameters
    ----------
    x : array of shape (n,) or (n, draws)

    Returns
    -------
    array
        One value for each point.

    Examples
    --------
    >>> round(float(log_sum_exp(np.array([1000.0, 1000.0]))), 4)
    1000.6931
    """
    most = x.max(0).values if is_tensor(x) else x.max(axis=0)
    return cast("Array", most + log(exp(x - most).sum(0)))


@maker
def cosine_sum(frequencies: npt.ArrayLike) -> Objective:
    r"""Return :math:`\sum_i \cos(\omega_i x_i)`, not convex, with smoothness :math:`\max_i\omega_i^2`.

    Parameters
    ----------
    frequencies : array of shape (n,)
        :math:`\omega_i`, none of them zero.

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


def _weighted(a: Array, weights: Array) -> Array:
    """Return the sum of weight times a_i a_i^T over the rows, for every point of a batch."""
    return np.asarray(np.einsum("ij,ik,i...->jk...", a, a, weights))


def _for_each_point(matrix: Array, x: Array) -> Array:
    return matrix.reshape(*matrix.shape, *(1 for _ in x.shape[1:]))
