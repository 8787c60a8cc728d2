r"""Convexity: its definition and its tests, made to be tried on random cases.

Each of them is an inequality, left :math:`\le` right. `chord`, `tangent` and `segment` give the
numbers of one case; `chord_test`, `tangent_test`, `hessian_test` and `set_test` try many random
ones and answer with a `Verdict`: how many were tried, how close it came, and a counterexample if
there is one. One counterexample disproves convexity. Any number of cases without one proves nothing.

Points are numbers, or arrays whose **first** axis runs over the coordinates. A batch of points has
one more axis, the **last**: numbers come as an array of shape ``(draws,)``, points of
:math:`\mathbb{R}^n` as one of shape ``(n, draws)``, matrices as ``(n, n, draws)``. So ``x[0]`` is the
first coordinate either way, ``lambda x: x[0] ** 2 + 2 * x[1] ** 2`` serves one point and many, and
so do the objectives of `ravine.objectives`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ravine._arguments import array, whole
from ravine._batches import Array, Function, argument, gradients, hessians, norms, shown, values
from ravine.objectives import Objective

Point: TypeAlias = "float | npt.ArrayLike"
Box: TypeAlias = "npt.ArrayLike"
Pairs: TypeAlias = "Callable[[np.random.Generator, int], tuple[Array, Array]]"

# An excess below this times the size of the terms is taken for rounding, which reaches 3e-15.
TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class Comparison:
    """One case of an inequality, left <= right, with its numbers.

    Parameters
    ----------
    kind : str
        Which inequality, for example ``"chord"``.
    x, y : float or array
        The points it is about; `y` is None when there is only one.
    theta : float or None
        The weight of `x` in the point between them.
    left, right : float
        The two sides.
    scale : float
        The size of the terms, to tell an excess from rounding.
    sentence : str
        How it reads, with the names of the other fields in braces; ``{sign}`` is <= or >, and
        ``f{at_x}``, ``f{at_y}``, ``f{at_z}`` are the values of a function at the points.
    tolerance : float
        An excess up to this times the scale counts as rounding.
    notes : mapping of str to float
        Further numbers that the sentence names.

    Examples
    --------
    >>> case = chord(lambda x: -(x**2), -1.0, 1.0)
    >>> print(case)
    f(0) = 0 > -1 = chord between -1 and 1 (theta = 0.5)
    >>> case.left, case.right, case.excess, case.holds
    (-0.0, -1.0, 1.0, False)
    """

    kind: str
    x: float | Array
    y: float | Array | None
    theta: float | None
    left: float
    right: float
    scale: float
    sentence: str
    tolerance: float = TOLERANCE
    notes: Mapping[str, float] = field(default_factory=dict)

    @property
    def z(self) -> float | Array:
        """The point between, theta x + (1 - theta) y, or x itself when there is no theta."""
        if self.theta is None or self.y is None:
            return self.x
        return self.theta * self.x + (1 - self.theta) * self.y

    @property
    def excess(self) -> float:
        """Left minus right, which is positive where the inequality is violated."""
        return float(_excess(self.left, self.right))

    @property
    def relative_excess(self) -> float:
        """The excess as a multiple of the size of the terms."""
        return float(_relative(_excess(self.left, self.right), self.scale))

    @property
    def holds(self) -> bool:
        """Whether left <= right, up to rounding."""
        return self.relative_excess <= self.tolerance

    def __str__(self) -> str:
        """Write the case as one line."""
        return self.sentence.format(
            x=shown(self.x),
            y=shown(self.y),
            z=shown(self.z),
            at_x=argument(self.x),
            at_y=argument(self.y),
            at_z=argument(self.z),
            theta=shown(self.theta),
            left=shown(self.left),
            right=shown(self.right),
            sign="<=" if self.holds else ">",
            **{name: shown(value) for name, value in self.notes.items()},
        )

    def __repr__(self) -> str:
        """Name the kind of inequality and write the case."""
        return f"<Comparison ({self.kind}): {self}>"


@dataclass(frozen=True, eq=False)
class Verdict:
    """What many cases of one inequality came to. It counts as true when none violates it.

    Parameters
    ----------
    tried : int
        How many cases were tried.
    violations : int
        How many of them violate the inequality.
    worst : Comparison
        The case with the largest excess relative to the size of its terms.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> verdict = chord_test(np.sin, (-10, 10), draws=1000, rng=rng)
    >>> bool(verdict), verdict.tried, verdict.counterexample is verdict.worst
    (False, 1000, True)
    """

    tried: int
    violations: int
    worst: Comparison

    @property
    def closest(self) -> float:
        """The largest relative excess, which says how close the inequality came to be violated."""
        return self.worst.relative_excess

    @property
    def counterexample(self) -> Comparison | None:
        """The worst case if it violates the inequality, else None."""
        return self.worst if self.violations else None

    @property
    def share(self) -> float:
        """The share of the cases that violate the inequality."""
        return self.violations / self.tried

    def __bool__(self) -> bool:
        """Return whether no case violates the inequality."""
        return not self.violations

    def __str__(self) -> str:
        """Write the verdict as one line."""
        if self:
            return (
                f"tried {self.tried} cases, no violation; "
                f"closest call: relative excess {self.closest:.1e}"
            )
        return f"tried {self.tried} cases, {self.violations} violations; worst: {self.worst}"

    def __repr__(self) -> str:
        """Write the verdict."""
        return f"<Verdict: {self}>"


def judge(
    kind: str,
    sentence: str,
    *,
    left: npt.ArrayLike,
    right: npt.ArrayLike,
    scale: npt.ArrayLike,
    x: Array,
    y: Array | None = None,
    theta: Array | None = None,
    tolerance: float = TOLERANCE,
    notes: Mapping[str, npt.ArrayLike] | None = None,
) -> Verdict:
    """Return the verdict on many cases of an inequality, left <= right.

    Parameters
    ----------
    kind, sentence : str
        As in `Comparison`.
    left, right, scale : array of shape (draws,)
        The two sides and the size of the terms of each case, or one number for all.
    x, y : array of shape (..., draws)
        The points of each case.
    theta : array of shape (draws,), optional
        The weight of `x` in each case.
    tolerance : float
        An excess up to this times the scale counts as rounding.
    notes : mapping of str to array of shape (draws,) or number, optional
        Further numbers that the sentence names.

    Returns
    -------
    Verdict

    Raises
    ------
    ValueError
        When there is no case or a side is not a number.

    Examples
    --------
    Is the sine at most its argument?

    >>> x = np.linspace(-2, 2, 5)
    >>> sentence = "sin {x} = {left} {sign} {right}"
    >>> print(judge("sine", sentence, left=np.sin(x), right=x, scale=1.0, x=x))
    tried 5 cases, 2 violations; worst: sin -2 = -0.909297 > -2
    """
    draws = x.shape[-1]
    if not draws:
        raise ValueError("x must hold at least one case, got none")
    lefts, rights, scales = (_one_each(side, draws) for side in (left, right, scale))
    undefined = np.isnan([lefts, rights, scales]).any(axis=0)
    if undefined.any():
        where = x[..., undefined.argmax()]
        raise ValueError(f"both sides must be numbers, got nan in the case x = {shown(where)}")
    relative = _relative(_excess(lefts, rights), scales)
    worst = int(relative.argmax())
    return Verdict(
        tried=draws,
        violations=int((relative > tolerance).sum()),
        worst=Comparison(
            kind=kind,
            x=_point(x[..., worst]),
            y=None if y is None else _point(y[..., worst]),
            theta=None if theta is None else float(theta[worst]),
            left=float(lefts[worst]),
            right=float(rights[worst]),
            scale=float(scales[worst]),
            sentence=sentence,
            tolerance=tolerance,
            notes={name: float(_one_each(n, draws)[worst]) for name, n in (notes or {}).items()},
        ),
    )


def pooled(verdicts: Iterable[Verdict]) -> Verdict:
    """Return one verdict for several, with the worst case of them all.

    Parameters
    ----------
    verdicts : iterable of Verdict
        At least one.

    Returns
    -------
    Verdict

    Raises
    ------
    ValueError
        When there is none.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> verdict = pooled(chord_test(f, (0, 3), draws=50, rng=rng) for f in (np.exp, np.square))
    >>> verdict.tried, bool(verdict)
    (100, True)
    """
    parts = list(verdicts)
    if not parts:
        raise ValueError("verdicts must hold at least one, got none")
    return Verdict(
        tried=sum(part.tried for part in parts),
        violations=sum(part.violations for part in parts),
        # a violation before what only seems larger because it is allowed a larger tolerance
        worst=max(parts, key=lambda part: (bool(part.violations), part.closest)).worst,
    )


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

    Returns
    -------
    Verdict

    Raises
    ------
    TypeError, ValueError
        When an argument is not what is said above.

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

    Returns
    -------
    Verdict

    Raises
    ------
    TypeError, ValueError
        When an argument is not what is said above.

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

    Raises
    ------
    TypeError, ValueError
        When an argument is not what is said above.

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

    Returns
    -------
    Verdict

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


def uniform_pairs(box: Box) -> Pairs:
    """Return a sampler of pairs of points, all of them uniform on a box.

    Parameters
    ----------
    box : pair of float, or one pair for each coordinate
        ``(low, high)`` or ``[(low, high), ...]``.

    Returns
    -------
    callable
        ``sampler(rng, draws)`` gives two arrays of shape (draws,) or (n, draws).

    Raises
    ------
    TypeError, ValueError
        When `box` is not what is said above.

    Examples
    --------
    >>> x, y = uniform_pairs([(-1, 1), (-1, 1), (0, 5)])(np.random.default_rng(0), 10)
    >>> x.shape, y.shape
    ((3, 10), (3, 10))
    """
    low, high = _limits(box)

    def sampler(rng: np.random.Generator, draws: int) -> tuple[Array, Array]:
        shape = (*low.shape[:-1], draws)
        return rng.uniform(low, high, shape), rng.uniform(low, high, shape)

    return sampler


def close_pairs(box: Box) -> Pairs:
    """Return a sampler of pairs whose distance is log-uniform, from 1e-4 to 1 times the box.

    A dent that is small beside the box hides from pairs drawn far apart.

    Parameters
    ----------
    box : pair of float, or one pair for each coordinate
        ``(low, high)`` or ``[(low, high), ...]``.

    Returns
    -------
    callable
        ``sampler(rng, draws)`` gives two arrays of shape (draws,) or (n, draws). The midpoint is
        uniform on the box, the direction is random; what would lie outside is moved to the edge.

    Raises
    ------
    TypeError, ValueError
        When `box` is not what is said above.

    Examples
    --------
    >>> x, y = close_pairs((0, 100))(np.random.default_rng(0), 10_000)
    >>> bool(np.median(abs(x - y)) < 2), bool(x.min() >= 0), bool(y.max() <= 100)
    (True, True, True)
    """
    low, high = _limits(box)

    def sampler(rng: np.random.Generator, draws: int) -> tuple[Array, Array]:
        shape = (*low.shape[:-1], draws)
        middle = rng.uniform(low, high, shape)
        direction = rng.standard_normal(shape)
        direction /= np.abs(direction) if low.ndim == 1 else np.linalg.norm(direction, axis=0)
        half = direction * (high - low) / 2 * 10 ** rng.uniform(-4, 0, draws)
        return np.clip(middle - half, low, high), np.clip(middle + half, low, high)

    return sampler


def mixed_pairs(box: Box) -> Pairs:
    """Return a sampler of pairs, half of them uniform on a box and half of them close together.

    Parameters
    ----------
    box : pair of float, or one pair for each coordinate
        ``(low, high)`` or ``[(low, high), ...]``.

    Returns
    -------
    callable
        ``sampler(rng, draws)`` gives the pairs of `uniform_pairs`, then those of `close_pairs`.

    Raises
    ------
    TypeError, ValueError
        When `box` is not what is said above.

    Examples
    --------
    >>> x, y = mixed_pairs((0, 100))(np.random.default_rng(0), 10_001)
    >>> x.shape, bool(np.median(abs(x - y)[:5_000]) > 20), bool(np.median(abs(x - y)[5_000:]) < 2)
    ((10001,), True, True)
    """
    far, close = uniform_pairs(box), close_pairs(box)

    def sampler(rng: np.random.Generator, draws: int) -> tuple[Array, Array]:
        halves = zip(far(rng, draws // 2), close(rng, draws - draws // 2), strict=True)
        x, y = (np.concatenate(parts, axis=-1) for parts in halves)
        return x, y

    return sampler


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


def _limits(box: Box) -> tuple[Array, Array]:
    """Return the least and largest coordinates, each of shape (1,) or (n, 1)."""
    ends = array("box", box, dimensions=1 if np.ndim(box) == 1 else 2)
    if ends.shape[-1] != 2 or not (ends[..., 0] < ends[..., 1]).all():
        raise ValueError(
            f"box must be (low, high) or one such pair for each coordinate, low < high, got {box!r}"
        )
    return ends[..., 0, None], ends[..., 1, None]


def _two_points(x: Point, y: Point) -> tuple[Array, Array]:
    start, end = np.asarray(x, float), np.asarray(y, float)
    if start.shape != end.shape:
        raise ValueError(f"x and y must have one shape, got {start.shape} and {end.shape}")
    return start[..., None], end[..., None]


def _one_theta(theta: float) -> Array:
    if not 0 <= theta <= 1:
        raise ValueError(f"theta must be between 0 and 1, got {theta}")
    return np.array([float(theta)])


def _times(weights: Array, values: Array) -> Array:
    with np.errstate(invalid="ignore"):
        return weights * values


def _one_each(side: npt.ArrayLike, draws: int) -> Array:
    return np.broadcast_to(np.asarray(side, float), (draws,))


def _excess(left: npt.ArrayLike, right: npt.ArrayLike) -> Array:
    """Return left - right; of two equal infinities neither exceeds the other."""
    with np.errstate(invalid="ignore"):
        difference = np.subtract(left, right)
    return np.where(np.equal(left, right), 0.0, difference)


def _relative(excess: Array, scale: npt.ArrayLike) -> Array:
    with np.errstate(invalid="ignore"):
        return np.where(np.isinf(excess), excess, excess / np.asarray(scale))


def _point(x: Array) -> float | Array:
    return float(x) if x.ndim == 0 else x
