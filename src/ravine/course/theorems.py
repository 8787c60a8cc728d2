r"""Theorems of convexity: rules and consequences of the definition, tried in random cases.

Each trial answers with a `ravine.convexity.Verdict`. Given something that is not convex, or a rule
without its condition, the same trial finds a counterexample.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ravine._arguments import whole
from ravine._batches import Array, Function, gradients, norms, values
from ravine.convexity import (
    Box,
    Point,
    Verdict,
    affine,
    ball,
    chord_test,
    combination,
    halfspace,
    hessian_test,
    judge,
    maximum,
    minimum,
    p_norm,
    pooled,
    set_test,
    tangent_test,
    uniform_pairs,
)
from ravine.course.families import Family
from ravine.losses import log_sum_exp, quadratic_form
from ravine.objective import Objective


@dataclass(frozen=True)
class Rule:
    """A rule that makes new convex functions, and the same without its condition.

    Parameters
    ----------
    name : str
        What it says.
    without : str
        What the twin does instead.
    build : callable
        ``build(rng)`` applies it to random convex functions and gives a function of two variables.
    twin : callable
        The same in violation of the condition.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> for rule in RULES:
    ...     right, wrong = rule_trial(rule.build, rng=rng), rule_trial(rule.twin, rng=rng)
    ...     print(f"{rule.name}: {bool(right)}; {rule.without}: {bool(wrong)}")
    weights that are not negative: True; a negative weight: False
    affine inside: True; a convex function inside: False
    maximum: True; minimum: False
    p-norm, p >= 1: True; p-norm, p < 1: False
    """

    name: str
    without: str
    build: Callable[[np.random.Generator], Function]
    twin: Callable[[np.random.Generator], Function]


def rule_trial(
    build: Callable[[np.random.Generator], Function],
    *,
    builds: int = 30,
    draws: int = 1000,
    rng: np.random.Generator,
) -> Verdict:
    """Try the definition of a convex function on functions that a rule has built.

    Parameters
    ----------
    build : callable
        Such as the `build` or the `twin` of a `Rule`.
    builds : int
        How many functions.
    draws : int
        How many chords of each.
    rng : numpy.random.Generator
        Where the random numbers come from.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> print(rule_trial(lambda rng: p_norm(rng.uniform(1, 3)), rng=rng).violations)
    0
    """
    square = [(-3, 3), (-3, 3)]
    return pooled(
        chord_test(build(rng), square, draws=draws, rng=rng)
        for _ in range(whole("builds", builds, at_least=1))
    )


def intersection_trial(
    combine: Callable[..., Function] = maximum,
    *,
    sets: int = 20,
    draws: int = 1000,
    rng: np.random.Generator,
) -> Verdict:
    r"""Try whether convex sets intersect in a convex set.

    The sets are a random ball and a polyhedron of four random halfspaces in :math:`\mathbb{R}^3`,
    both around the origin.

    Parameters
    ----------
    combine : callable
        What makes one slack of two: `ravine.convexity.maximum` intersects the sets,
        `ravine.convexity.minimum` unites them.
    sets : int
        How many intersections.
    draws : int
        How many segments in each.
    rng : numpy.random.Generator
        Where the random numbers come from.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> bool(intersection_trial(rng=rng)), bool(intersection_trial(minimum, rng=rng))
    (True, False)
    """

    def one() -> Verdict:
        flat = [halfspace(rng.standard_normal(3), rng.uniform(0.5, 2)) for _ in range(4)]
        round_one = ball(rng.uniform(-0.3, 0.3, 3), rng.uniform(1, 1.5))
        return set_test(combine(round_one, maximum(*flat)), [(-2, 2)] * 3, draws=draws, rng=rng)

    return pooled(one() for _ in range(whole("sets", sets, at_least=1)))


def agreement_trial(*, functions: int = 40, draws: int = 2000, rng: np.random.Generator) -> Verdict:
    """Try whether the tests by chord, by tangent and by Hessian agree.

    The functions are random quadratics of 1 to 3 variables, about two thirds of them convex, none
    of them flat in a direction.

    Parameters
    ----------
    functions : int
        How many.
    draws : int
        How many cases of each test on each function.
    rng : numpy.random.Generator
        Where the random numbers come from.

    Returns
    -------
    Verdict
        One case for each function; a violation is a function that one test refutes and another
        does not. The points are the least eigenvalues.

    Examples
    --------
    >>> agreement_trial(rng=np.random.default_rng(0)).violations
    0
    """
    least, refuted = [], []
    for _ in range(whole("functions", functions, at_least=1)):
        n = int(rng.integers(1, 4))
        basis, _ = np.linalg.qr(rng.standard_normal((n, n)))
        eigenvalues = rng.uniform(0.05, 3, n) * np.where(rng.random(n) < 0.2, -1, 1)
        matrix = (basis * eigenvalues) @ basis.T
        f, box = quadratic_form((matrix + matrix.T) / 2), [(-5, 5)] * n
        tests = (chord_test, tangent_test, hessian_test)
        refuted.append([not test(f, box, draws=draws, rng=rng) for test in tests])
        least.append(eigenvalues.min())
    by = np.array(refuted, float).T
    return judge(
        "agreement",
        "quadratic with least eigenvalue {x}: refuted by chord {chord}, tangent {tangent}, Hessian "
        "{hessian} (1 is yes)",
        left=by.max(axis=0),
        right=by.min(axis=0),
        scale=1.0,
        x=np.array(least),
        notes=dict(zip(("chord", "tangent", "hessian"), by, strict=True)),
    )


def local_is_global_trial(
    f: Function | Objective,
    box: Box,
    *,
    gradient: Function | None = None,
    starts: int = 50,
    rng: np.random.Generator,
) -> Verdict:
    r"""Try whether all local searches on a box end at the same value.

    Every local minimum of a convex function on a convex set is a global one (Boyd and Vandenberghe,
    *Convex Optimization*, 2004, section 4.2.2). The local search is gradient descent that stays in
    the box and shrinks its steps as needed.

    Parameters
    ----------
    f : callable
        As in `ravine.convexity.tangent_test`.
    box : pair of float, or one pair for each coordinate
        The set.
    gradient : callable, optional
        As in `ravine.convexity.tangent_test`.
    starts : int
        How many searches, from random points of the box.
    rng : numpy.random.Generator
        Where the random numbers come from.

    Returns
    -------
    Verdict
        The left sides are the final values, the right sides the least of them.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> square = [(-2, 2), (-2, 2)]
    >>> bool(local_is_global_trial(lambda x: (x[0] - x[1]) ** 2 + x[0] ** 2 / 4, square, rng=rng))
    True
    >>> bool(
    ...     local_is_global_trial(
    ...         lambda x: x[0] ** 4 - x[0] ** 2 + x[0] / 5 + x[1] ** 2, square, rng=rng
    ...     )
    ... )
    False
    """
    x, _ = uniform_pairs(box)(rng, whole("starts", starts, at_least=2))
    ends = _local_search(f, box, x, gradient)
    found = values(f, ends)
    return judge(
        "local minimum",
        "search from {x} ends at {y}: {left} {sign} {right} = best end",
        left=found,
        right=found.min(),
        scale=1 + np.abs(found),
        x=x,
        y=ends,
        tolerance=1e-6,
    )


def toward_better_trial(f: Function | Objective, x: Point, y: Point) -> Verdict:
    r"""Try whether a function falls at once on the way from x to a better point y.

    If f is convex and :math:`f(y) < f(x)`, then :math:`f(\theta x + (1-\theta)y) < f(x)` for every
    :math:`\theta < 1`, however close to 1. So no point with a better one anywhere is a local
    minimum.

    Parameters
    ----------
    f : callable
        A function of a batch of points.
    x, y : float or array-like of one shape
        A point, and a better one.

    Returns
    -------
    Verdict
        Over :math:`\theta = 1 - 10^{-j}`, j = 1 to 6.

    Raises
    ------
    ValueError
        When y is no better than x.

    Examples
    --------
    >>> print(toward_better_trial(np.square, 2.0, -1.0))
    tried 6 cases, no violation; closest call: relative excess -2.4e-06
    >>> print(toward_better_trial(lambda x: x**4 - x**2 + x / 5, 0.650488, -0.752619).worst)
    f(0.510177) = -0.0904993 > -0.113994 = f(0.650488)
    """
    start, end = (np.asarray(point, float)[..., None] for point in (x, y))
    (at_x,), (at_y,) = values(f, start), values(f, end)
    if not at_y < at_x:
        raise ValueError(f"y must be better than x, got f(y) = {at_y} and f(x) = {at_x}")
    theta = np.asarray(1 - 10.0 ** -np.arange(1, 7), np.float64)
    between = theta * start + (1 - theta) * end
    x_repeated, y_repeated = (np.broadcast_to(point, between.shape) for point in (start, end))
    return judge(
        "toward better",
        "f{at_z} = {left} {sign} {right} = f{at_x}",
        left=values(f, between),
        right=at_x,
        scale=1 + abs(at_x),
        x=x_repeated,
        y=y_repeated,
        theta=theta,
        tolerance=0.0,
    )


def zero_gradient_trial(
    f: Function | Objective, x: Point, *, draws: int = 900, rng: np.random.Generator
) -> Verdict:
    r"""Try whether random points are any better than a stationary one.

    Where the gradient of a convex function is zero is its minimum (Boyd and Vandenberghe, *Convex
    Optimization*, 2004, section 3.1.3).

    Parameters
    ----------
    f : callable
        A function of a batch of points.
    x : float or array-like
        The stationary point.
    draws : int
        How many points, a third of them each at distances of about 0.001, 1 and 10.
    rng : numpy.random.Generator
        Where the random numbers come from.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> bool(zero_gradient_trial(lambda x: x[0] ** 2 + 2 * x[1] ** 2, (0, 0), rng=rng))
    True
    >>> bool(zero_gradient_trial(lambda x: x[0] ** 4 - x[0] ** 2 + x[1] ** 2, (0, 0), rng=rng))
    False
    """
    point = np.asarray(x, float)[..., None]
    shape = (*point.shape[:-1], whole("draws", draws, at_least=1))
    others = point + rng.standard_normal(shape) * rng.choice([1e-3, 1.0, 10.0], draws)
    at_x, elsewhere = values(f, point), values(f, others)
    return judge(
        "zero gradient",
        "f{at_x} = {left} {sign} {right} = f{at_y}",
        left=at_x[0],
        right=elsewhere,
        scale=1 + np.abs(at_x) + np.abs(elsewhere),
        x=np.broadcast_to(point, shape),
        y=others,
    )


def optimality_trial(family: Family, *, draws: int = 3000, rng: np.random.Generator) -> Verdict:
    r"""Try `zero_gradient_trial` on random objectives, at the points where they are stationary.

    Parameters
    ----------
    family : Family
        Its objectives must know a stationary point.
    draws : int
        How many points, 30 for each objective.
    rng : numpy.random.Generator
        Where the random numbers come from.

    Examples
    --------
    >>> from ravine.course.families import INDEFINITE, RIDGE_LOGISTIC
    >>> rng = np.random.default_rng(0)
    >>> bool(optimality_trial(RIDGE_LOGISTIC, rng=rng)), bool(optimality_trial(INDEFINITE, rng=rng))
    (True, False)
    """
    together = 30
    remaining, verdicts = whole("draws", draws, at_least=1), []
    while remaining:
        f = family.draw(rng, int(rng.integers(1, 6)))
        count = min(together, remaining)
        stationary = f.minimizers[0] if f.minimizers else f.stationary_points[0].x
        verdicts.append(zero_gradient_trial(f, stationary, draws=count, rng=rng))
        remaining -= count
    return pooled(verdicts)


def steepest_ascent_trial(
    f: Function | Objective,
    x: Point,
    *,
    gradient: Function | None = None,
    draws: int = 10_000,
    rng: np.random.Generator,
) -> Verdict:
    r"""Try whether any direction rises faster than the gradient promises.

    .. math:: \lim_{h\to0} \frac{f(x + hu) - f(x - hu)}{2h} \le \|\nabla f(x)\|_2 ,
        \qquad \|u\|_2 = 1

    Parameters
    ----------
    f, gradient
        As in `ravine.convexity.tangent_test`.
    x : array-like of shape (n,)
        The point.
    draws : int
        How many random directions.
    rng : numpy.random.Generator
        Where the random numbers come from.

    Returns
    -------
    Verdict
        ``worst.y`` is the direction that rises fastest. The slopes are central differences with
        h = 1e-6, so an excess of 1e-6 of the gradient norm counts as rounding.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> verdict = steepest_ascent_trial(lambda x: x[0] ** 2 + 2 * x[1] ** 2, (1, 1), rng=rng)
    >>> print(verdict.worst)
    along (0.447248, 0.89441) the slope at (1, 1) is 4.47214 <= 4.47214 = norm of the gradient
    """
    point = np.asarray(x, float)[..., None]
    directions = rng.standard_normal((*point.shape[:-1], whole("draws", draws, at_least=1)))
    directions = directions / norms(directions)
    h = 1e-6
    slopes = (values(f, point + h * directions) - values(f, point - h * directions)) / (2 * h)
    steepest = norms(gradients(f, point, gradient))
    return judge(
        "steepest ascent",
        "along {y} the slope at {x} is {left} {sign} {right} = norm of the gradient",
        left=slopes,
        right=steepest[0],
        scale=np.where(steepest > 0, steepest, 1.0)[0],
        x=np.broadcast_to(point, directions.shape),
        y=directions,
        tolerance=1e-6,
    )


def _local_search(f: Function | Objective, box: Box, x: Array, gradient: Function | None) -> Array:
    """Return where gradient descent ends that stays in a box, from many starts at once."""
    limits = np.asarray(box, float)
    low, high = limits[..., 0, None], limits[..., 1, None]
    step_sizes = np.ones(x.shape[-1])
    for _ in range(2000):
        at_x, g = values(f, x), gradients(f, x, gradient)
        step_sizes = 2 * step_sizes
        while True:
            new = np.clip(x - step_sizes * g, low, high)
            at_new = values(f, new)
            # half of what a straight line promises; rounding may hide it at the end
            enough = at_x - norms(new - x) ** 2 / (2 * step_sizes) + 1e-15 * (1 + np.abs(at_x))
            if (at_new <= enough).all():
                break
            step_sizes = np.where(at_new <= enough, step_sizes, step_sizes / 2)
        x = new
        if (at_x - at_new <= 1e-13 * (1 + np.abs(at_x))).all():
            break
    return x


def cone_trial(*, draws: int = 20_000, rng: np.random.Generator) -> Verdict:
    r"""Try that a quadratic inequality is one of a second-order cone.

    .. math:: \|u\|^2 \le s \iff \|(2u, s - 1)\| \le s + 1

    So quadratic programs are second-order cone programs (Lobo, Vandenberghe, Boyd and Lebret,
    *Applications of second-order cone programming*, 1998, section 2.3).

    Parameters
    ----------
    draws : int
        How many random u, of 1 to 5 entries, and s.
    rng : numpy.random.Generator
        Where the random numbers come from.

    Returns
    -------
    Verdict
        A violation is a case in which one side holds and the other does not; the left sides are
        by how much, 0 where they agree.

    Raises
    ------
    TypeError, ValueError
        When `draws` is not a positive integer.

    Examples
    --------
    >>> cone_trial(rng=np.random.default_rng(0)).violations
    0
    """
    u, squares = _vectors(rng, whole("draws", draws, at_least=1))
    s = squares * 10 ** rng.uniform(-0.5, 0.5, draws) * rng.choice([1, 1, 1, -1], draws)
    cone = np.sqrt(4 * squares + (s - 1) ** 2) - (s + 1)
    apart = np.where((squares <= s) == (cone <= 0), 0.0, np.minimum(abs(squares - s), abs(cone)))
    return judge(
        "second-order cone",
        "u = {x}, s = {s}: the two conditions differ by {left} {sign} {right}",
        left=apart,
        right=0.0,
        scale=1 + np.abs(s) + squares,
        x=u,
        notes={"s": s},
    )


def arrow_trial(*, draws: int = 20_000, rng: np.random.Generator) -> Verdict:
    r"""Try that the second-order cone is a slice of the semidefinite cone.

    .. math:: \|x\| \le t \iff \begin{bmatrix} tI & x \\ x^\top & t \end{bmatrix} \succeq 0 ,

    because the least eigenvalue of the matrix is exactly :math:`t - \|x\|`. So second-order cone
    programs are semidefinite programs (Boyd and Vandenberghe, *Convex Optimization*, 2004, exercise
    4.43 and section 4.6.2).

    Parameters
    ----------
    draws : int
        How many random x, of 1 to 5 entries, and t.
    rng : numpy.random.Generator
        Where the random numbers come from.

    Returns
    -------
    Verdict
        The left sides are the differences between the eigenvalue and :math:`t - \|x\|`.

    Raises
    ------
    TypeError, ValueError
        When `draws` is not a positive integer.

    Examples
    --------
    >>> arrow_trial(rng=np.random.default_rng(0)).violations
    0
    """
    x, squares = _vectors(rng, whole("draws", draws, at_least=1))
    length = np.sqrt(squares)
    t = length * 10 ** rng.uniform(-0.5, 0.5, draws) * rng.choice([1, 1, 1, -1], draws)
    n = len(x)
    arrows = np.zeros((draws, n + 1, n + 1))
    arrows[:, range(n + 1), range(n + 1)] = t[:, None]
    arrows[:, :n, n] = arrows[:, n, :n] = x.T
    least = np.linalg.eigvalsh(arrows)[:, 0]
    return judge(
        "semidefinite cone",
        "x = {x}, t = {t}: least eigenvalue and t - |x| differ by {left} {sign} {right}",
        left=np.abs(least - (t - length)),
        right=0.0,
        scale=1 + np.abs(t) + length,
        x=x,
        notes={"t": t},
    )


def _vectors(rng: np.random.Generator, draws: int) -> tuple[Array, Array]:
    """Draw vectors of one random size, of lengths from 0.001 to 100, and their squared lengths."""
    x = rng.standard_normal((int(rng.integers(1, 6)), draws))
    x *= 10 ** rng.uniform(-3, 2, draws) / norms(x)
    return x, norms(x) ** 2


# What the rules are tried on: convex functions of points with any number of coordinates.
BLOCKS: tuple[Function, ...] = (
    lambda x: np.asarray((x * x).sum(axis=0)),
    lambda x: np.asarray(np.exp(x).sum(axis=0)),
    lambda x: np.asarray((x**4).sum(axis=0)),
    lambda x: np.asarray(np.maximum(x * x, 3 * x + 1).sum(axis=0)),
    lambda x: np.asarray(x.sum(axis=0)),
    log_sum_exp,
    p_norm(1),
    p_norm(1.5),
    p_norm(2),
    p_norm(math.inf),
)


def _block(rng: np.random.Generator) -> Function:
    return BLOCKS[rng.integers(len(BLOCKS))]


def _weighted_sum(rng: np.random.Generator) -> Function:
    return combination([_block(rng), _block(rng)], rng.uniform(0, 10, 2).tolist())


def _weighted_difference(rng: np.random.Generator) -> Function:
    plus, minus = rng.uniform(0, 10, 2)
    return combination([_block(rng), _block(rng)], [plus, -minus])


def _after_affine(rng: np.random.Generator) -> Function:
    rows = int(rng.integers(1, 5))
    return affine(_block(rng), rng.standard_normal((rows, 2)), rng.standard_normal(rows))


def _after_convex(rng: np.random.Generator) -> Function:
    inner, level = _block(rng), rng.uniform(0.5, 2)
    return lambda x: (inner(x) - level) ** 2


def _largest(rng: np.random.Generator) -> Function:
    return maximum(_after_affine(rng), _after_affine(rng))


def _least(rng: np.random.Generator) -> Function:
    return minimum(_after_affine(rng), _after_affine(rng))


RULES = (
    Rule("weights that are not negative", "a negative weight", _weighted_sum, _weighted_difference),
    Rule("affine inside", "a convex function inside", _after_affine, _after_convex),
    Rule("maximum", "minimum", _largest, _least),
    Rule(
        "p-norm, p >= 1",
        "p-norm, p < 1",
        lambda rng: p_norm(rng.uniform(1, 10)),
        lambda rng: p_norm(rng.uniform(0.3, 0.9)),
    ),
)
