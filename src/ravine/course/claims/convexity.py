r"""Claims about convex sets and functions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import cast

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
    set_test,
    tangent_test,
    uniform_pairs,
)
from ravine.course.claims.claim import Claim
from ravine.course.families import INDEFINITE, QUADRATIC, Subject, drawn, stationary_point
from ravine.losses import log_sum_exp, quadratic_form
from ravine.objective import Objective

BOYD = "Boyd and Vandenberghe, *Convex Optimization*, 2004"
SQUARE = [(-2, 2), (-2, 2)]


def bowl(x: Array) -> Array:
    """Return x_1^2 + 2 x_2^2, which is convex."""
    return cast("Array", x[0] ** 2 + 2 * x[1] ** 2)


def tilted_wells(x: Array) -> Array:
    """Return x_1^4 - x_1^2 + x_1/5 + x_2^2, which has a good minimum and a better one."""
    return cast("Array", x[0] ** 4 - x[0] ** 2 + x[0] / 5 + x[1] ** 2)


Builder = Callable[[np.random.Generator], Function]

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


def _rule(
    name: str, statement: str, section: str, build: Builder, *, without: str, twin: Builder
) -> Claim:
    """Make the claim of a rule that builds new convex functions; it is tried on what it builds."""

    def trial(rng: np.random.Generator, draws: int, build: Builder = build) -> Verdict:
        return chord_test(build(rng), [(-3, 3), (-3, 3)], draws=draws, rng=rng)

    source, lifted = f"{BOYD}, section {section}", {"build": twin}
    return Claim(name, statement, source, trial, without, lifted, draws=20_000, together=200)


RULES = (
    _rule(
        "weights that are not negative",
        r"w_1 f + w_2 g \text{ is convex for } w_1, w_2 \ge 0",
        "3.2.1",
        _weighted_sum,
        without="a negative weight",
        twin=_weighted_difference,
    ),
    _rule(
        "affine inside",
        r"f(Ax + b) \text{ is convex}",
        "3.2.2",
        _after_affine,
        without="a convex function inside",
        twin=_after_convex,
    ),
    _rule(
        "maximum",
        r"\max(f, g) \text{ is convex}",
        "3.2.3",
        _largest,
        without="minimum",
        twin=_least,
    ),
    _rule(
        "p-norm, p >= 1",
        r"\|x\|_p \text{ is convex for } p \ge 1",
        "3.1.5",
        lambda rng: p_norm(rng.uniform(1, 10)),
        without="p-norm, p < 1",
        twin=lambda rng: p_norm(rng.uniform(0.3, 0.9)),
    ),
)


def _intersection(
    rng: np.random.Generator, draws: int, combine: Callable[..., Function] = maximum
) -> Verdict:
    """Combine a random ball and a polyhedron of four halfspaces, both around the origin of space."""
    flat = [halfspace(rng.standard_normal(3), rng.uniform(0.5, 2)) for _ in range(4)]
    rounded = ball(rng.uniform(-0.3, 0.3, 3), rng.uniform(1, 1.5))
    return set_test(combine(rounded, maximum(*flat)), [(-2, 2)] * 3, draws=draws, rng=rng)


INTERSECTION = Claim(
    "convex sets intersect in a convex set",
    r"x, y \in C \cap D \implies \theta x + (1-\theta) y \in C \cap D",
    f"{BOYD}, section 2.3.1",
    _intersection,
    "their union",
    {"combine": minimum},
    draws=20_000,
    together=1000,
)


def _agreement(rng: np.random.Generator, draws: int, cases: int = 2000) -> Verdict:
    """Ask all tests about random quadratics of 1 to 3 variables, none of them nearly flat.

    A violation is a function that one test refutes and another does not. The points are the least
    eigenvalues.
    """
    least, refuted = [], []
    for _ in range(draws):
        n = int(rng.integers(1, 4))
        basis, _ = np.linalg.qr(rng.standard_normal((n, n)))
        eigenvalues = rng.uniform(0.05, 3, n) * np.where(rng.random(n) < 0.2, -1, 1)
        matrix = (basis * eigenvalues) @ basis.T
        f, box = quadratic_form((matrix + matrix.T) / 2), [(-5, 5)] * n
        tests = (chord_test, tangent_test, hessian_test)
        refuted.append([not test(f, box, draws=cases, rng=rng) for test in tests])
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


AGREEMENT = Claim(
    "chords, tangents and the Hessian agree",
    r"\text{all chords lie above} \iff \text{all tangents lie below} \iff \nabla^2 f \succeq 0",
    f"{BOYD}, sections 3.1.3 and 3.1.4",
    _agreement,
    "one chord, one tangent, one Hessian",
    {"cases": 1},
    draws=40,
)


def _local_is_global(
    rng: np.random.Generator,
    draws: int,
    f: Function | Objective = bowl,
    box: Box = SQUARE,
    gradient: Function | None = None,
) -> Verdict:
    """Search from random points of a box by gradient descent that stays in it; compare the ends."""
    x, _ = uniform_pairs(box)(rng, whole("draws", draws, at_least=2))
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


LOCAL_IS_GLOBAL = Claim(
    "every local minimum of a convex function is a global one",
    r"f(x) \le f(y) \text{ for all } y \text{ near } x \implies f(x) \le f(y) \text{ for all } y",
    f"{BOYD}, section 4.2.2",
    _local_is_global,
    "a function that is not convex",
    {"f": tilted_wells},
    draws=50,
)


def _toward_better(
    _rng: np.random.Generator,
    draws: int,
    f: Function | Objective = np.exp,
    x: Point = 2.0,
    y: Point = -1.0,
) -> Verdict:
    """Go from x a short way toward a better point y, ever shorter: theta = 0.9, 0.99, 0.999, ..."""
    start, end = (np.asarray(point, float)[..., None] for point in (x, y))
    (at_x,), (at_y,) = values(f, start), values(f, end)
    if not at_y < at_x:
        raise ValueError(f"y must be better than x, got f(y) = {at_y} and f(x) = {at_x}")
    theta = np.asarray(1 - 10.0 ** -np.arange(1, draws + 1), np.float64)
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


TOWARD_BETTER = Claim(
    "a convex function falls at once on the way to a better point",
    r"f(y) < f(x) \implies f(\theta x + (1-\theta) y) < f(x) \text{ for all } \theta < 1",
    f"{BOYD}, section 4.2.2",
    _toward_better,
    "from a local minimum",
    {"f": lambda x: x**4 - x**2 + x / 5, "x": 0.650488, "y": -0.752619},
    draws=6,
)


def _zero_gradient(
    rng: np.random.Generator,
    draws: int,
    subject: Subject | Function = QUADRATIC,
    x: Point | None = None,
) -> Verdict:
    """Look for a better point than a stationary one, at distances of about 0.001, 1 and 10."""
    f = cast("Function | Objective", drawn(subject, rng))
    point = np.asarray(stationary_point(f) if x is None else x, float)[..., None]
    shape = (*point.shape[:-1], draws)
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


ZERO_GRADIENT = Claim(
    "where the gradient of a convex function is zero is its minimum",
    r"\nabla f(x) = 0 \implies f(x) \le f(y) \text{ for all } y",
    f"{BOYD}, section 3.1.3",
    _zero_gradient,
    "a function that is not convex",
    {"subject": INDEFINITE},
    together=30,
)


def _steepest_ascent(
    rng: np.random.Generator,
    draws: int,
    f: Function | Objective = bowl,
    x: Point = (1.0, 1.0),
    gradient: Function | None = None,
) -> Verdict:
    """Measure slopes in random directions, by central differences: 1e-6 of the norm is rounding."""
    point = np.asarray(x, float)[..., None]
    directions = rng.standard_normal((*point.shape[:-1], draws))
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


STEEPEST_ASCENT = Claim(
    "no direction rises faster than the gradient",
    r"\lim_{h\to0} \frac{f(x + hu) - f(x - hu)}{2h} \le \|\nabla f(x)\|_2 , \qquad \|u\|_2 = 1",
    f"{BOYD}, section 9.4",
    _steepest_ascent,
    "a gradient that is too short",
    {"gradient": lambda x: x},
    draws=10_000,
)


def _vectors(rng: np.random.Generator, draws: int) -> tuple[Array, Array]:
    """Draw vectors of one random size, of lengths from 0.001 to 100, and their squared lengths."""
    x = rng.standard_normal((int(rng.integers(1, 6)), draws))
    x *= 10 ** rng.uniform(-3, 2, draws) / norms(x)
    return x, norms(x) ** 2


def _cone(rng: np.random.Generator, draws: int, side: float = 1.0) -> Verdict:
    """Ask both conditions; the left sides are by how much they differ, 0 where they agree."""
    u, squares = _vectors(rng, draws)
    s = squares * 10 ** rng.uniform(-0.5, 0.5, draws) * rng.choice([1, 1, 1, -1], draws)
    cone = np.sqrt(4 * squares + (s - side) ** 2) - (s + side)
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


CONE = Claim(
    "a quadratic inequality is one of a second-order cone",
    r"\|u\|^2 \le s \iff \|(2u, s - 1)\| \le s + 1",
    "Lobo, Vandenberghe, Boyd and Lebret, *Applications of second-order cone programming*, 1998, section 2.3",
    _cone,
    "the cone with 2 in place of 1",
    {"side": 2.0},
    draws=20_000,
    together=1000,
)


def _arrow(rng: np.random.Generator, draws: int, corner: float = 1.0) -> Verdict:
    r"""Compare the least eigenvalue of the matrix with t - |x|, which it is exactly."""
    x, squares = _vectors(rng, draws)
    length = np.sqrt(squares)
    t = length * 10 ** rng.uniform(-0.5, 0.5, draws) * rng.choice([1, 1, 1, -1], draws)
    n = len(x)
    arrows = np.zeros((draws, n + 1, n + 1))
    arrows[:, range(n + 1), range(n + 1)] = t[:, None]
    arrows[:, n, n] *= corner
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


ARROW = Claim(
    "the second-order cone is a slice of the semidefinite cone",
    r"\|x\| \le t \iff \begin{bmatrix} tI & x \\ x^\top & t \end{bmatrix} \succeq 0",
    f"{BOYD}, exercise 4.43 and section 4.6.2",
    _arrow,
    "another corner than t",
    {"corner": 2.0},
    draws=20_000,
    together=1000,
)
