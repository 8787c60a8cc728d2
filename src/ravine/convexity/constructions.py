r"""Convex functions and sets from simpler ones, and how the rules fail.

`combination`, `affine`, `maximum` and `p_norm` keep functions convex under the conditions that their
docstrings state; `minimum` and the rest without their conditions do not. A set is described by its
slack, which is at most 0 at its members, so `maximum` intersects sets and `minimum` unites them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ravine._arguments import array, positive, radius, real, whole
from ravine._batches import Array, Function
from ravine.convexity.pairs import Pairs


def combination(functions: Sequence[Function], weights: Sequence[float]) -> Function:
    r"""Return the sum of functions times weights; convex if they are and no weight is negative.

    Parameters
    ----------
    functions : sequence of callable
        Functions of a batch of points.
    weights : sequence of float
        One for each of them, of any sign.

    Raises
    ------
    TypeError, ValueError
        When the weights are not finite numbers, one for each function.

    Examples
    --------
    >>> from ravine.convexity import chord
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

    Examples
    --------
    >>> from ravine.convexity import chord
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
    >>> from ravine.convexity import chord
    >>> print(chord(p_norm(0.5), (1, 0), (0, 1)))
    f(0.5, 0.5) = 2 > 1 = chord between (1, 0) and (0, 1) (theta = 0.5)
    """
    p = radius("p", p)
    if math.isinf(p):
        return lambda x: np.abs(x).max(axis=0)
    return lambda x: (np.abs(x) ** p).sum(axis=0) ** (1 / p)


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
    >>> from ravine.convexity import chord
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
