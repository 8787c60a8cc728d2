"""Specimens: convex functions and sets to be tested, and others with their counterexamples."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ravine._batches import Array, Function
from ravine.convexity import (
    Box,
    Comparison,
    Pairs,
    Point,
    Verdict,
    ball,
    chord,
    chord_test,
    segment,
    set_test,
)
from ravine.convexity.constructions import (
    combination,
    halfspace,
    maximum,
    minimum,
    negative_log_det,
    p_norm,
    polyhedron,
    semidefinite_cone,
    semidefinite_pairs,
)
from ravine.losses import log_sum_exp
from ravine.named import COSINE_VALLEYS
from ravine.objective import Objective


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
