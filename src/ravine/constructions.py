r"""Constructions: convex functions and sets from simpler ones, and how the rules fail.

`combination`, `affine`, `maximum` and `p_norm` keep functions convex under the conditions that their
docstrings state; `minimum` and the rest without their conditions do not. A set is described by its
slack, which is at most 0 at its members, so `maximum` intersects sets and `minimum` unites them.
`CONVEX_FUNCTIONS`, `NONCONVEX_FUNCTIONS`, `CONVEX_SETS` and `NONCONVEX_SETS` hold specimens to be
tested, the nonconvex ones with counterexamples. Batches of points are as in `ravine.convexity`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
import numpy.typing as npt

from ravine._arguments import array, positive, radius, real, whole
from ravine._batches import Array, Function
from ravine._functions import exp, is_tensor, log
from ravine.convexity import (
    Box,
    Comparison,
    Pairs,
    Point,
    Verdict,
    chord,
    chord_test,
    segment,
    set_test,
)
from ravine.objectives import COSINE_VALLEYS, Objective


def combination(functions: Sequence[Function], weights: Sequence[float]) -> Function:
    r"""Return the sum of functions times weights; convex if they are and no weight is negative.

    Parameters
    ----------
    functions : sequence of callable
        Functions of a batch of points.
    weights : sequence of float
        One for each of them, of any sign.

    Returns
    -------
    callable

    Raises
    ------
    TypeError, ValueError
        When the weights are not finite numbers, one for each function.

    Examples
    --------
    >>> f = combination([np.square, np.square], weights=[1, -2])
    >>> print(chord(f, -1.0, 1.0))
    f(0) = 0 > -1 = chord between -1 and 1 (theta = 0.5)
    """
    factors = [real("weights", weight) for weight in weights]
    pairs = list(zip(factors, functions, strict=True))
    return lambda x: np.sum([weight * f(x) for weight, f in pairs], axis=0)


def affine(f: Function, A: npt.ArrayLike, b: npt.ArrayLike) -> Function:  # noqa: N803
    r"""Return :math:`x \mapsto f(Ax + b)`, convex if f is.

    Parameters
    ----------
    f : callable
        A function of a batch of points with m coordinates.
    A : array of shape (m, n)
        Square or not.
    b : array of shape (m,)
        The shift.

    Returns
    -------
    callable
        A function of a batch of points with n coordinates.

    Raises
    ------
    TypeError, ValueError
        When `A` and `b` are not finite arrays that fit each other.

    Examples
    --------
    >>> f = affine(p_norm(1), [[1.0, -1.0]], [2.0])
    >>> float(f(np.array([3.0, 1.0])))
    4.0
    """
    matrix, shift = array("A", A, dimensions=2), array("b", b, dimensions=1)
    if shift.shape != matrix.shape[:1]:
        raise ValueError(f"b must have one entry for each row of A, got shape {shift.shape}")
    return lambda x: f(matrix @ x + shift.reshape(-1, *(1 for _ in x.shape[1:])))


def maximum(*functions: Function) -> Function:
    r"""Return the largest of some functions, convex if they all are.

    Of slacks it is the slack of the intersection, convex if all the sets are.

    Parameters
    ----------
    *functions : callable
        Functions of a batch of points.

    Returns
    -------
    callable

    Examples
    --------
    >>> f = maximum(np.square, lambda x: 3 * x + 1)
    >>> f(np.array([-1.0, 0.0, 4.0]))
    array([ 1.,  1., 16.])
    """
    return lambda x: np.max([f(x) for f in functions], axis=0)


def minimum(*functions: Function) -> Function:
    r"""Return the least of some functions, in general not convex even if they all are.

    Of slacks it is the slack of the union.

    Parameters
    ----------
    *functions : callable
        Functions of a batch of points.

    Returns
    -------
    callable

    Examples
    --------
    >>> f = minimum(lambda x: (x + 1) ** 2, lambda x: (x - 1) ** 2)
    >>> print(chord(f, -1.0, 1.0))
    f(0) = 1 > 0 = chord between -1 and 1 (theta = 0.5)
    """
    return lambda x: np.min([f(x) for f in functions], axis=0)


def p_norm(p: float) -> Function:
    r"""Return :math:`\|x\|_p = \left(\sum_i |x_i|^p\right)^{1/p}`, convex for :math:`p \ge 1`.

    Parameters
    ----------
    p : float
        Positive; ``math.inf`` gives :math:`\max_i |x_i|`.

    Returns
    -------
    callable
        Of points with coordinates, an array of shape (n,) or (n, draws).

    Raises
    ------
    TypeError, ValueError
        When `p` is not positive.

    Examples
    --------
    >>> print(chord(p_norm(0.5), (1, 0), (0, 1)))
    f(0.5, 0.5) = 2 > 1 = chord between (1, 0) and (0, 1) (theta = 0.5)
    """
    p = radius("p", p)
    if math.isinf(p):
        return lambda x: np.abs(x).max(axis=0)
    return lambda x: (np.abs(x) ** p).sum(axis=0) ** (1 / p)


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


def negative_log_det(x: Array) -> Array:
    r"""Return :math:`-\log\det X` where the determinant is positive, else infinity.

    It is convex on the positive definite matrices, but not on all with a positive determinant
    (Boyd and Vandenberghe, *Convex Optimization*, 2004, section 3.1.5).

    Parameters
    ----------
    x : array of shape (n, n) or (n, n, draws)
        Symmetric matrices.

    Returns
    -------
    array
        One value for each matrix.

    Examples
    --------
    >>> print(chord(negative_log_det, np.eye(2), -np.eye(2)))
    f([(0, 0), (0, 0)]) = inf > 0 = chord between [(1, 0), (0, 1)] and [(-1, 0), (0, -1)] (theta = 0.5)
    """
    sign, logarithm = np.linalg.slogdet(x.T)
    return np.where(sign > 0, -logarithm, math.inf)


def halfspace(normal: npt.ArrayLike, offset: float) -> Function:
    r"""Return the slack of :math:`\{x : a^\top x \le b\}`.

    Parameters
    ----------
    normal : array of shape (n,)
        :math:`a \ne 0`.
    offset : float
        b.

    Returns
    -------
    callable

    Raises
    ------
    TypeError, ValueError
        When `normal` is zero or an argument is not finite.

    Examples
    --------
    >>> float(halfspace([1, 2], 2)(np.array([1.0, 0.0])))
    -1.0
    """
    a, b = array("normal", normal, dimensions=1), real("offset", offset)
    if not a.any():
        raise ValueError(f"normal must not be zero, got {a.tolist()}")
    return lambda x: a @ x - b


def polyhedron(A: npt.ArrayLike, b: npt.ArrayLike) -> Function:  # noqa: N803
    r"""Return the slack of :math:`\{x : Ax \le b\}`, an intersection of halfspaces.

    Parameters
    ----------
    A : array of shape (m, n)
        One normal in each row, none of them zero.
    b : array of shape (m,)
        The offsets.

    Returns
    -------
    callable

    Raises
    ------
    TypeError, ValueError
        When `A` and `b` are not finite arrays that fit each other, or a row is zero.

    Examples
    --------
    >>> triangle = polyhedron([[-1, 0], [0, -1], [1, 1]], [0, 0, 1])
    >>> float(triangle(np.array([0.25, 0.25])))
    -0.25
    """
    rows, offsets = array("A", A, dimensions=2), array("b", b, dimensions=1)
    return maximum(*(halfspace(a, float(o)) for a, o in zip(rows, offsets, strict=True)))


def ball(centre: npt.ArrayLike, radius: float) -> Function:
    r"""Return the slack of :math:`\{x : \|x-c\|_2 \le r\}`.

    Parameters
    ----------
    centre : array of shape (n,)
        c.
    radius : float
        :math:`r > 0`.

    Returns
    -------
    callable

    Raises
    ------
    TypeError, ValueError
        When an argument is not what is said above.

    Examples
    --------
    >>> float(ball([0, 0], 1)(np.array([3.0, 4.0])))
    4.0
    """
    c, r = array("centre", centre, dimensions=1), positive("radius", radius)
    distance = affine(p_norm(2), np.eye(len(c)), -c)
    return lambda x: distance(x) - r


def semidefinite_cone(x: Array) -> Array:
    r"""Return the slack of the positive semidefinite matrices: minus the least eigenvalue.

    Parameters
    ----------
    x : array of shape (n, n) or (n, n, draws)
        Symmetric matrices.

    Returns
    -------
    array
        One value for each matrix.

    Examples
    --------
    >>> float(semidefinite_cone(np.array([[1.0, 2.0], [2.0, 1.0]]))).__round__(12)
    1.0
    """
    return np.asarray(-np.linalg.eigvalsh(x.T)[..., 0])


def semidefinite_pairs(size: int, *, definite: bool = False) -> Pairs:
    r"""Return a sampler of pairs of positive semidefinite matrices :math:`GG^\top`.

    Parameters
    ----------
    size : int
        How many rows, at least 1.
    definite : bool
        Whether all of them shall be positive definite. By default the rank is random, from 1 on.

    Returns
    -------
    callable
        ``sampler(rng, draws)`` gives two arrays of shape (size, size, draws), scaled at random
        from 1e-3 to 1e2.

    Raises
    ------
    TypeError, ValueError
        When `size` is not a positive integer.

    Examples
    --------
    >>> x, y = semidefinite_pairs(3)(np.random.default_rng(0), 5)
    >>> x.shape, np.linalg.matrix_rank(x.T)
    ((3, 3, 5), array([1, 3, 1, 1, 3]))
    """
    size = whole("size", size, at_least=1)
    columns = 2 * size if definite else size  # twice as many: then hardly ever close to singular

    def matrices(rng: np.random.Generator, draws: int) -> Array:
        g = rng.standard_normal((size, columns, draws))
        if not definite:
            g *= np.arange(columns)[:, None] < rng.integers(1, size + 1, draws)
        products: Array = np.einsum("ijd,kjd->ikd", g, g)
        return products * 10 ** rng.uniform(-3, 2, draws)

    return lambda rng, draws: (matrices(rng, draws), matrices(rng, draws))


@dataclass(frozen=True, eq=False)
class Specimen:
    """A function or a set to be tested, and what is known about it.

    Parameters
    ----------
    kind : {"function", "set"}
        Whether `value` is a function, or the slack of a set.
    name : str
        What people call it, or its formula, in plain text.
    formula : str
        The formula as LaTeX.
    value : callable
        A function of a batch of points, as in `ravine.convexity`.
    where : box or sampler of pairs
        The domain, or where to look for pairs.
    convex : bool
        Whether it is convex there.
    witnesses : tuple of pairs of points
        Pairs that violate the definition half-way between them.

    Examples
    --------
    >>> for specimen in NONCONVEX_FUNCTIONS[:3]:
    ...     print(specimen.name, specimen.cases()[0], sep=": ")
    -x^2: f(0) = 0 > -1 = chord between -1 and 1 (theta = 0.5)
    sin x: f(1.5708) = 1 > 6.12323e-17 = chord between 0 and 3.14159 (theta = 0.5)
    x^3: f(-0.5) = -0.125 > -0.5 = chord between -1 and 0 (theta = 0.5)
    """

    kind: Literal["function", "set"]
    name: str
    formula: str
    value: Function | Objective
    where: Box | Pairs
    convex: bool
    witnesses: tuple[tuple[Point, Point], ...] = ()

    def cases(self) -> tuple[Comparison, ...]:
        """Return the definition at each of the witnesses, half-way between the two points."""
        compare = chord if self.kind == "function" else segment
        return tuple(compare(self.value, x, y) for x, y in self.witnesses)  # type: ignore[arg-type]

    def test(self, *, draws: int = 100_000, rng: np.random.Generator) -> Verdict:
        """Try the definition on random pairs; see `ravine.convexity.chord_test`."""
        if self.kind == "function":
            return chord_test(self.value, self.where, draws=draws, rng=rng)
        return set_test(self.value, self.where, draws=draws, rng=rng)  # type: ignore[arg-type]


def _function(
    name: str,
    formula: str,
    value: Function | Objective,
    where: Box | Pairs,
    *witnesses: tuple[Point, Point],
) -> Specimen:
    return Specimen("function", name, formula, value, where, not witnesses, witnesses)


def _set(
    name: str,
    formula: str,
    value: Function,
    where: Box | Pairs,
    *witnesses: tuple[Point, Point],
) -> Specimen:
    return Specimen("set", name, formula, value, where, not witnesses, witnesses)


def _either_sign(rng: np.random.Generator, draws: int) -> tuple[Array, Array]:
    """Draw 2 x 2 matrices with a positive determinant: positive definite or negative definite."""
    x, y = semidefinite_pairs(2, definite=True)(rng, draws)
    return x * rng.choice([-1.0, 1.0], draws), y * rng.choice([-1.0, 1.0], draws)


def _rank_one(rng: np.random.Generator, draws: int) -> tuple[Array, Array]:
    g, h = rng.standard_normal((2, 2, draws))
    return g[:, None] * g[None, :], h[:, None] * h[None, :]


def _on_the_circle(rng: np.random.Generator, draws: int) -> tuple[Array, Array]:
    one, other = rng.uniform(0, 2 * np.pi, (2, draws))
    return np.stack([np.cos(one), np.sin(one)]), np.stack([np.cos(other), np.sin(other)])


def _integers(rng: np.random.Generator, draws: int) -> tuple[Array, Array]:
    one, other = rng.integers(-10, 10, (2, draws)).astype(float)
    return one, other


def _exponential_saddle(x: Array) -> Array:
    return np.asarray(np.exp(x[0]) + x[1] ** 2 + 2 * x[0] * x[1])


LINE = (-10.0, 10.0)
PLANE = [LINE, LINE]
SPACE = [LINE, LINE, LINE]
LN_2 = math.log(2)
HALF = 1 / math.sqrt(2)

CONVEX_FUNCTIONS = (
    _function("x^2", "x^2", np.square, LINE),
    _function("e^x", "e^x", np.exp, LINE),
    _function("|x|", r"\lvert x\rvert", np.abs, LINE),
    _function("norm", r"\|x\|_2", p_norm(2), SPACE),
    _function("linear", r"c^\top x", lambda x: np.array([1.0, -2.0, 3.0]) @ x, SPACE),
    _function(
        "-log det X on positive definite X",
        r"-\log\det X",
        negative_log_det,
        semidefinite_pairs(3, definite=True),
    ),
    _function("1-norm", r"\|x\|_1", p_norm(1), SPACE),
    _function("1.5-norm", r"\|x\|_{1.5}", p_norm(1.5), SPACE),
    _function("maximum norm", r"\|x\|_\infty", p_norm(math.inf), SPACE),
    _function(
        "max(x^2, 3x + 1)", r"\max(x^2, 3x+1)", maximum(np.square, lambda x: 3 * x + 1), LINE
    ),
    _function("log-sum-exp", r"\log\sum_i e^{x_i}", log_sum_exp, SPACE),
    _function("x^4", "x^4", lambda x: x**4, LINE),
    _function(
        "e^x1 + x2^2 + 2 x1 x2 on x1 >= ln 2",
        "e^{x_1}+x_2^2+2x_1x_2",
        _exponential_saddle,
        [(LN_2, 10.0), LINE],
    ),
)

NONCONVEX_FUNCTIONS = (
    _function("-x^2", "-x^2", lambda x: -(x**2), LINE, (-1, 1)),
    _function("sin x", r"\sin x", np.sin, LINE, (0, np.pi)),
    _function("x^3", "x^3", lambda x: x**3, LINE, (-1, 0)),
    _function(
        "x1 x2",
        "x_1x_2",
        lambda x: x[0] * x[1],
        PLANE,
        ((1, -1), (-1, 1)),
        ((1, 0), (0, 1)),
    ),
    _function(
        "cos 5x - x^2/10 on [0, 6]",
        r"\cos 5x-\tfrac{1}{10}x^2",
        COSINE_VALLEYS,
        (0.0, 6.0),
        (COSINE_VALLEYS.stationary_points[-3].x, COSINE_VALLEYS.stationary_points[-1].x),
    ),
    _function(
        "x1^4 - x1^2 + x2^2",
        "x_1^4-x_1^2+x_2^2",
        lambda x: x[0] ** 4 - x[0] ** 2 + x[1] ** 2,
        PLANE,
        ((-HALF, 0), (HALF, 0)),
    ),
    _function(
        "e^x1 + x2^2 + 2 x1 x2",
        "e^{x_1}+x_2^2+2x_1x_2",
        _exponential_saddle,
        PLANE,
        ((1, -1), (-1, 1)),
        ((0, 0), (0.6, -0.6)),
    ),
    _function(
        "-log det X on det X > 0",
        r"-\log\det X",
        negative_log_det,
        _either_sign,
        (np.eye(2), -np.eye(2)),
    ),
    _function("p-norm with p = 1/2", r"\|x\|_{1/2}", p_norm(0.5), PLANE, ((1, 0), (0, 1))),
    _function(
        "min((x + 1)^2, (x - 1)^2)",
        r"\min\left((x+1)^2, (x-1)^2\right)",
        minimum(lambda x: (x + 1) ** 2, lambda x: (x - 1) ** 2),
        LINE,
        (-1, 1),
    ),
    _function("(x^2 - 1)^2", "(x^2-1)^2", lambda x: (x**2 - 1) ** 2, LINE, (-1, 1)),
    _function("x times x^2", r"x\cdot x^2", lambda x: x * x**2, LINE, (-1, 0)),
    _function("x^2 - 2 x^2", "x^2-2x^2", combination([np.square] * 2, [1, -2]), LINE, (-1, 1)),
    _function(
        "one sigmoid neuron",
        r"(\sigma(w)-1)^2",
        lambda w: (1 / (1 + np.exp(-w)) - 1) ** 2,
        LINE,
        (-8, 0),
    ),
)

CONVEX_SETS = (
    _set("halfspace", r"x_1+2x_2\le2", halfspace([1, 2], 2), PLANE),
    _set(
        "polyhedron",
        r"Ax\le b",
        polyhedron([[1, 0], [0, 1], [-1, 1], [-1, -2]], [2, 1, 2, 2]),
        [(-3, 3), (-3, 3)],
    ),
    _set("ball", r"\|x\|_2\le1", ball([0, 0, 0], 1), [(-1, 1)] * 3),
    _set("positive semidefinite cone", r"X\succeq0", semidefinite_cone, semidefinite_pairs(3)),
)

NONCONVEX_SETS = (
    _set(
        "union of two intervals",
        r"[0,1]\cup[2,3]",
        minimum(lambda x: np.abs(x - 0.5) - 0.5, lambda x: np.abs(x - 2.5) - 0.5),
        (0.0, 3.0),
        (1, 2),
    ),
    _set(
        "annulus",
        r"1\le\|x\|_2\le2",
        maximum(ball([0, 0], 2), lambda x: 1 - p_norm(2)(x)),
        [(-2, 2), (-2, 2)],
        ((1.5, 0), (-1.5, 0)),
    ),
    _set(
        "sphere",
        r"\|x\|_2=1",
        lambda x: np.abs(p_norm(2)(x) - 1),
        _on_the_circle,
        ((1, 0), (-1, 0)),
    ),
    _set("integers", r"\mathbb{Z}", lambda x: np.abs(x - np.round(x)), _integers, (0, 1)),
    _set(
        "semidefinite matrices of rank at most 1",
        r"X\succeq0,\ \operatorname{rank}X\le1",
        # of two rows: the least eigenvalue must be zero
        maximum(semidefinite_cone, lambda x: -semidefinite_cone(x)),
        _rank_one,
        (np.diag([1.0, 0.0]), np.diag([0.0, 1.0])),
    ),
    _set(
        "crescent",
        r"\|x\|_2\le1,\ \|x-(0.6,0)\|_2\ge0.7",
        maximum(ball([0, 0], 1), lambda x: -ball([0.6, 0], 0.7)(x)),
        [(-1, 1), (-1, 1)],
        ((0.1, 0.9), (0.1, -0.9)),
    ),
)
