r"""The definition of convexity and its tests, made to be tried on random cases.

`chord`, `tangent` and `segment` give the numbers of one case; `chord_test`, `tangent_test`, `hessian_test`
and `set_test` try many random ones.
"""

from __future__ import annotations

import numpy as np

from ravine._arguments import whole
from ravine._batches import Array, Function, gradients, hessians, norms, shown, values
from ravine.convexity.pairs import (
    Box,
    Pairs,
    Point,
    _point,
    _two_points,
    mixed_pairs,
    uniform_pairs,
)
from ravine.convexity.verdict import TOLERANCE, Comparison, Verdict, judge
from ravine.objective import Objective


def chord(f: Function | Objective, x: Point, y: Point, theta: float = 0.5) -> Comparison:
    r"""Compare a function with its chord at one point.

    f is convex if for all points x, y of its convex domain and all :math:`\theta \in [0, 1]`

    .. math:: f(\theta x + (1-\theta) y) \le \theta f(x) + (1-\theta) f(y)

    (Boyd and Vandenberghe, *Convex Optimization*, 2004, equation 3.1).

    Parameters
    ----------
    f : callable
        A function of a point.
    x, y : float or array-like of one shape
        The ends of the chord.
    theta : float
        The weight of `x`, from 0 to 1.

    Returns
    -------
    Comparison
        `left` is the function, `right` the chord.

    Raises
    ------
    ValueError
        When `x` and `y` differ in shape, or `theta` is not in [0, 1].

    Examples
    --------
    >>> print(chord(lambda x: x**2, -1.0, 2.0))
    f(0.5) = 0.25 <= 2.5 = chord between -1 and 2 (theta = 0.5)
    >>> print(chord(lambda x: x[0] * x[1], (1, -1), (-1, 1)))
    f(0, 0) = 0 > -1 = chord between (1, -1) and (-1, 1) (theta = 0.5)
    """
    start, end = _two_points(x, y)
    return _chords(f, start, end, _one_theta(theta)).worst


def chord_test(
    f: Function | Objective,
    where: Box | Pairs,
    *,
    draws: int = 100_000,
    theta: float | None = None,
    rng: np.random.Generator,
) -> Verdict:
    r"""Try the definition of a convex function on random chords.

    Parameters
    ----------
    f : callable
        A function of a batch of points: of an array of shape (draws,) when points are numbers, of
        shape (n, draws) when they have n coordinates. It returns an array of shape (draws,).
    where : box or callable
        An interval ``(low, high)``, or one for each coordinate, ``[(low, high), (low, high)]``:
        then the chords are `mixed_pairs`. Or a sampler of pairs such as ``uniform_pairs(box)``.
    draws : int
        How many chords.
    theta : float, optional
        The same weight for every chord. By default it is uniform on [0, 1].
    rng : numpy.random.Generator
        Where the random numbers come from.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> print(chord_test(lambda x: -(x**2), uniform_pairs((-10, 10)), draws=500, rng=rng).share)
    1.0
    >>> bool(chord_test(lambda x: abs(x[0]) + abs(x[1]), [(-10, 10), (-10, 10)], rng=rng))
    True
    """
    x, y = _drawn(where, draws, rng)
    weights = rng.random(draws) if theta is None else np.repeat(_one_theta(theta), draws)
    return _chords(f, x, y, weights)


def tangent(
    f: Function | Objective, x: Point, y: Point, gradient: Function | None = None
) -> Comparison:
    r"""Compare a function with its tangent plane at one point.

    A differentiable f on a convex open domain is convex exactly when for all x, y

    .. math:: f(x) + \nabla f(x)^\top (y - x) \le f(y)

    (Boyd and Vandenberghe, *Convex Optimization*, 2004, equation 3.2).

    Parameters
    ----------
    f : callable
        A function of a point.
    x, y : float or array-like of one shape
        Where the plane touches, and where it is compared.
    gradient : callable, optional
        The gradient of f. By default the slope of an `Objective`, or else torch differentiates,
        and f must accept a tensor.

    Returns
    -------
    Comparison
        `left` is the tangent plane at y, `right` the function.

    Raises
    ------
    TypeError, ValueError
        When `x` and `y` differ in shape, or torch cannot differentiate f.

    Examples
    --------
    >>> print(tangent(lambda x: x**2, 1.0, 2.0))
    tangent at 1, read at 2: 3 <= 4 = f(2)
    >>> print(tangent(np.sin, np.pi / 2, 3 * np.pi / 2, gradient=np.cos))
    tangent at 1.5708, read at 4.71239: 1 > -1 = f(4.71239)
    """
    return _tangents(f, *_two_points(x, y), gradient).worst


def tangent_test(
    f: Function | Objective,
    where: Box | Pairs,
    *,
    gradient: Function | None = None,
    draws: int = 100_000,
    rng: np.random.Generator,
) -> Verdict:
    r"""Try the gradient inequality on random pairs of points.

    Parameters
    ----------
    f, where, draws, rng
        As in `chord_test`.
    gradient : callable, optional
        As in `tangent`; it gives an array of the shape of the batch of points.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> bool(tangent_test(lambda x: x[0] ** 4 + x[1] ** 2, [(-5, 5), (-5, 5)], rng=rng))
    True
    >>> bool(tangent_test(np.cos, (-5, 5), gradient=lambda x: -np.sin(x), rng=rng))
    False
    """
    return _tangents(f, *_drawn(where, draws, rng), gradient)


def hessian_test(
    f: Function | Objective,
    where: Box | Pairs,
    *,
    hessian: Function | None = None,
    draws: int = 100_000,
    rng: np.random.Generator,
) -> Verdict:
    r"""Try at random points whether the Hessian is positive semidefinite.

    A twice differentiable f on a convex open domain is convex exactly when
    :math:`\nabla^2 f(x) \succeq 0` everywhere, that is, when no eigenvalue is negative (Boyd and
    Vandenberghe, *Convex Optimization*, 2004, section 3.1.4). An eigenvalue counts as negative
    below :math:`-10^{-9}` times the largest absolute one.

    Parameters
    ----------
    f, where, draws, rng
        As in `chord_test`; the points are uniform on a box, or the first ones of the pairs.
    hessian : callable, optional
        The Hessian, an array of shape (n, n, draws), or (n, n) if it is the same everywhere; the
        second derivative, of shape (draws,), when points are numbers. By default the curvature
        of an `Objective`, or else torch differentiates twice, and f must accept a tensor.

    Returns
    -------
    Verdict
        The right sides are the least eigenvalues.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> print(
    ...     hessian_test(
    ...         lambda x: x[0] ** 2 - x[1] ** 2, [(-1, 1), (-1, 1)], draws=9, rng=rng
    ...     ).worst
    ... )
    0 > -2 = least eigenvalue of the Hessian at (0.273923, 0.870145)
    """
    x, _ = _drawn(where if callable(where) else uniform_pairs(where), draws, rng)
    matrices = hessians(f, x, hessian)
    if x.ndim == 1:
        matrices = np.broadcast_to(matrices, x.shape)[None, None]
    eigenvalues = np.linalg.eigvalsh(matrices.T)  # the transpose brings the batch to the front
    least = np.broadcast_to(eigenvalues[..., 0], x.shape[-1:])
    size = np.broadcast_to(np.abs(eigenvalues).max(-1), x.shape[-1:])
    sentence = "{left} {sign} {right} = least eigenvalue of the Hessian at {x}"
    return judge(
        "hessian", sentence, left=0.0, right=least, scale=np.where(size > 0, size, 1.0), x=x
    )


def segment(slack: Function, x: Point, y: Point, theta: float = 0.5) -> Comparison:
    r"""Say whether a point of the segment between two members is a member.

    A set C is convex if for all :math:`x, y \in C` and :math:`\theta \in [0, 1]` it holds
    :math:`\theta x + (1-\theta) y`, too (Boyd and Vandenberghe, *Convex Optimization*, 2004,
    section 2.1.4).

    Parameters
    ----------
    slack : callable
        What describes the set: x is a member when ``slack(x) <= 0``.
    x, y : float or array-like of one shape
        Two members.
    theta : float
        The weight of `x`, from 0 to 1.

    Returns
    -------
    Comparison
        `left` is the slack of the point between, `right` is 0.

    Raises
    ------
    ValueError
        When `x` or `y` is no member, they differ in shape, or `theta` is not in [0, 1].

    Examples
    --------
    >>> print(segment(lambda x: abs(x) - 1, -1.0, 0.5))
    slack at -0.25 = -0.75 <= 0, between the members -1 and 0.5 (theta = 0.5)
    >>> print(segment(lambda x: np.abs(np.hypot(x[0], x[1]) - 1), (1, 0), (-1, 0)))
    slack at (0, 0) = 1 > 0, between the members (1, 0) and (-1, 0) (theta = 0.5)
    """
    return _segments(slack, *_two_points(x, y), _one_theta(theta)).worst


def set_test(
    slack: Function,
    where: Box | Pairs,
    *,
    draws: int = 100_000,
    theta: float | None = None,
    rng: np.random.Generator,
) -> Verdict:
    r"""Try the definition of a convex set on random segments between members.

    Parameters
    ----------
    slack : callable
        What describes the set: x is a member when ``slack(x) <= 0``. It takes a batch of points,
        as `f` in `chord_test`, and returns an array of shape (draws,).
    where : box or callable
        A box, as in `chord_test`, from which members are drawn by trial; or a sampler of pairs of
        members, which a set without volume needs.
    draws, theta, rng
        As in `chord_test`.

    Raises
    ------
    TypeError, ValueError
        When an argument is not what is said above, or the box holds hardly any members.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> bool(set_test(lambda x: x[0] + 2 * x[1] - 2, [(-3, 3), (-3, 3)], rng=rng))
    True
    >>> bool(set_test(lambda x: np.abs(np.hypot(*x) - 1.5) - 0.5, [(-2, 2), (-2, 2)], rng=rng))
    False
    """
    draws = whole("draws", draws, at_least=1)
    if callable(where):
        x, y = _drawn(where, draws, rng)
    else:
        x, y = _members(slack, where, draws, rng)
    weights = rng.random(draws) if theta is None else np.repeat(_one_theta(theta), draws)
    return _segments(slack, x, y, weights)


def _chords(f: Function | Objective, x: Array, y: Array, theta: Array) -> Verdict:
    at_x, at_y = values(f, x), values(f, y)
    left = values(f, theta * x + (1 - theta) * y)
    # 0 * inf would be nan: an end of weight zero does not count, even where f is infinite
    right = np.where(theta > 0, _times(theta, at_x), 0) + np.where(
        theta < 1, _times(1 - theta, at_y), 0
    )
    sentence = "f{at_z} = {left} {sign} {right} = chord between {x} and {y} (theta = {theta})"
    scale = 1 + np.abs(at_x) + np.abs(at_y)
    return judge("chord", sentence, left=left, right=right, scale=scale, x=x, y=y, theta=theta)


def _tangents(f: Function | Objective, x: Array, y: Array, gradient: Function | None) -> Verdict:
    at_x, at_y = values(f, x), values(f, y)
    rises = (gradients(f, x, gradient) * (y - x)).reshape(-1, x.shape[-1])
    scale = 1 + np.abs(at_x) + np.abs(at_y) + np.abs(rises).sum(0)
    sentence = "tangent at {x}, read at {y}: {left} {sign} {right} = f{at_y}"
    return judge("tangent", sentence, left=at_x + rises.sum(0), right=at_y, scale=scale, x=x, y=y)


def _segments(slack: Function, x: Array, y: Array, theta: Array) -> Verdict:
    size = 1 + norms(x) + norms(y)
    for ends in (x, y):
        outside = values(slack, ends) > TOLERANCE * size
        if outside.any():
            stranger = _point(ends[..., outside.argmax()])
            raise ValueError(f"x and y must be members of the set, got {shown(stranger)}")
    left = values(slack, theta * x + (1 - theta) * y)
    sentence = "slack at {z} = {left} {sign} 0, between the members {x} and {y} (theta = {theta})"
    return judge("segment", sentence, left=left, right=0.0, scale=size, x=x, y=y, theta=theta)


def _members(
    slack: Function, box: Box, draws: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Draw pairs of members from a box by trial."""
    sampler, found = uniform_pairs(box), 0
    rounds = max(50, 500_000 // draws)  # members may be rare
    members: list[Array] = []
    for _ in range(rounds):
        points = np.concatenate(sampler(rng, draws), axis=-1)
        members.append(points[..., values(slack, points) <= 0])
        found += members[-1].shape[-1]
        if found >= 2 * draws:
            chosen = np.concatenate(members, axis=-1)
            return chosen[..., :draws], chosen[..., draws : 2 * draws]
    raise ValueError(
        f"where must be a box with members in it, got {found} members in {2 * rounds * draws} "
        "points; pass a sampler of pairs of members instead"
    )


def _drawn(where: Box | Pairs, draws: int, rng: np.random.Generator) -> tuple[Array, Array]:
    draws = whole("draws", draws, at_least=1)
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, got {rng!r}")
    sampler = where if callable(where) else mixed_pairs(where)
    x, y = (np.asarray(points, float) for points in sampler(rng, draws))
    if x.shape != y.shape or x.shape[-1:] != (draws,):
        raise ValueError(
            f"where must give two arrays of one shape (..., {draws}), got {x.shape} and {y.shape}"
        )
    return x, y


def _one_theta(theta: float) -> Array:
    if not 0 <= theta <= 1:
        raise ValueError(f"theta must be between 0 and 1, got {theta}")
    return np.array([float(theta)])


def _times(weights: Array, values: Array) -> Array:
    with np.errstate(invalid="ignore"):
        return weights * values
