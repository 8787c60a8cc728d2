r"""Theorems of gradient descent: what smoothness and convexity promise, tried in random cases.

Each trial checks one promise and answers with a `ravine.convexity.Verdict`. What the theorem assumes
can be taken away by an argument: with step sizes beyond its limit, or on a family of
`ravine.course.families` that is not convex, the same trial finds a counterexample.

Step sizes are given as their product with the smoothness constant, :math:`\alpha L`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias, cast

import numpy as np

from ravine._arguments import whole
from ravine._batches import Array, Function, gradients, norms, values
from ravine.convexity import Box, Pairs, Verdict, hessian_test, judge, pooled, uniform_pairs
from ravine.course.families import LEAST_SQUARES, Family
from ravine.course.theorems import zero_gradient_trial
from ravine.descent import minimize
from ravine.losses import bent_parabola
from ravine.methods import gradient_descent
from ravine.objective import Number, Objective, scaled
from ravine.stepsize import LineSearch, simple_decrease
from ravine.theory import (
    Measure,
    descent_lemma_bound,
    linear_distance_bound,
    sharp_sublinear_bound,
    sublinear_bound,
)

Range: TypeAlias = tuple[float, float]
Subject: TypeAlias = "Family | Objective"

# How many random cases share one random objective.
TOGETHER = 30


def descent_trial(
    subject: Subject,
    *,
    products: Range = (0.01, 1.0),
    sufficient: float = 0.5,
    draws: int = 3000,
    rng: np.random.Generator,
) -> Verdict:
    r"""Try how far one gradient step descends.

    If the gradient has the Lipschitz constant L and :math:`\alpha \le 1/L`, then

    .. math:: f(x - \alpha\nabla f(x)) \le f(x) - \tfrac\alpha2 \|\nabla f(x)\|^2 ,

    whether f is convex or not (Nesterov, *Introductory Lectures on Convex Optimization*, 2004,
    section 1.2.3). For :math:`\alpha < 2/L` it still falls.

    Parameters
    ----------
    subject : Family or Objective
        What to try it on.
    products : pair of float
        :math:`\alpha L` is drawn uniformly from this range.
    sufficient : float
        The factor :math:`\tfrac12`; 0 asks only that f does not rise.
    draws : int
        How many points, at distances from 0.01 to 20.
    rng : numpy.random.Generator
        Where the random numbers come from.

    Raises
    ------
    TypeError, ValueError
        When an argument is not what is said above, or an objective's smoothness is not known.

    Examples
    --------
    >>> from ravine.course.families import QUADRATIC
    >>> rng = np.random.default_rng(0)
    >>> bool(descent_trial(QUADRATIC, rng=rng))
    True
    >>> bool(descent_trial(QUADRATIC, products=(1.2, 1.99), rng=rng))
    False
    >>> bool(descent_trial(QUADRATIC, products=(1.2, 1.99), sufficient=0, rng=rng))
    True
    """

    def one(case: _Case) -> Verdict:
        f, alpha, x = case.objective, case.step_sizes, case.starts
        at_x, g = values(f, x), gradients(f, x)
        squares = norms(g) ** 2
        return judge(
            "descent",
            f"{f.name}, step size {{product}}/L from {{x}}: f{{at_y}} = {{left}} {{sign}} {{right}} = "
            f"f{{at_x}} - {sufficient:g} times the step size times the squared gradient norm",
            left=values(f, x - alpha * g),
            right=at_x - sufficient * alpha * squares,
            scale=1 + np.abs(at_x) + alpha * squares,
            x=x,
            y=x - alpha * g,
            notes={"product": case.products},
        )

    return pooled(one(case) for case in _cases(subject, products, draws, rng))


def descent_lemma_trial(
    subject: Subject,
    *,
    products: Range = (0.01, 4.0),
    draws: int = 3000,
    rng: np.random.Generator,
) -> Verdict:
    r"""Try `ravine.theory.descent_lemma_bound`, which holds for every step size.

    .. math:: f(x - \alpha\nabla f(x)) \le
        f(x) - \alpha\left(1 - \tfrac{\alpha L}{2}\right)\|\nabla f(x)\|^2

    Parameters
    ----------
    subject, products, draws, rng
        As in `descent_trial`.

    Examples
    --------
    >>> from ravine.course.families import COSINES
    >>> bool(descent_lemma_trial(COSINES, rng=np.random.default_rng(0)))
    True
    """

    def one(case: _Case) -> Verdict:
        f, alpha, x = case.objective, case.step_sizes, case.starts
        at_x, g = values(f, x), gradients(f, x)
        bounds = [
            descent_lemma_bound(float(value), float(size), float(step), case.smoothness)
            for value, size, step in zip(at_x, norms(g), alpha, strict=True)
        ]  # one by one, because a bound is for one step size
        return judge(
            "descent lemma",
            f"{f.name}, step size {{product}}/L from {{x}}: f{{at_y}} = {{left}} {{sign}} {{right}}",
            left=values(f, x - alpha * g),
            right=np.array(bounds),
            scale=1 + np.abs(at_x) + alpha * (1 + case.products) * norms(g) ** 2,
            x=x,
            y=x - alpha * g,
            notes={"product": case.products},
        )

    return pooled(one(case) for case in _cases(subject, products, draws, rng))


def lipschitz_trial(
    objective: Objective, where: Box | Pairs, *, draws: int = 100_000, rng: np.random.Generator
) -> Verdict:
    r"""Try the smoothness constant of an objective on random pairs of points.

    .. math:: \frac{\|\nabla f(x) - \nabla f(y)\|}{\|x - y\|} \le L

    Parameters
    ----------
    objective : Objective
        It must know its smoothness.
    where, draws, rng
        As in `ravine.convexity.chord_test`; the pairs of a box are uniform.

    Returns
    -------
    Verdict
        The left sides are the ratios, so ``worst.left`` is the largest of them.

    Examples
    --------
    >>> from ravine import quadratic_form
    >>> f = scaled(quadratic_form([[2.0, 0.0], [0.0, 4.0]]), 3.0)
    >>> print(
    ...     f.smoothness, lipschitz_trial(f, [(-5, 5), (-5, 5)], rng=np.random.default_rng(0)).worst
    ... )
    12.0 gradients at (-0.386093, 3.50965) and (-0.386261, -4.44844) differ by 12 <= 12 times the distance
    """
    sampler = where if callable(where) else uniform_pairs(where)
    x, y = sampler(rng, whole("draws", draws, at_least=1))
    smoothness = _smoothness(objective)
    ratios = norms(gradients(objective, x) - gradients(objective, y)) / norms(x - y)
    sentence = "gradients at {x} and {y} differ by {left} {sign} {right} times the distance"
    return judge("Lipschitz", sentence, left=ratios, right=smoothness, scale=smoothness, x=x, y=y)


def scaling_trial(
    subject: Subject,
    *,
    factors: Range = (0.1, 10.0),
    products: Range = (0.01, 1.0),
    compensated: bool = True,
    updates: int = 50,
    draws: int = 300,
    rng: np.random.Generator,
) -> Verdict:
    r"""Try whether f and :math:`cf` run alike when the step size is divided by c.

    The gradient of cf is c times that of f, so the iterates are the same; and the smoothness
    constant is cL, so the step sizes that are safe shrink from 1/L to 1/(cL).

    Parameters
    ----------
    subject, products, draws, rng
        As in `descent_trial`; the products are those of the step size on f.
    factors : pair of float
        c is drawn from this range, uniformly on the logarithmic scale.
    compensated : bool
        Whether the step size on cf is divided by c. If not, the trial must fail.
    updates : int
        How many.

    Returns
    -------
    Verdict
        The left sides are the largest differences between the two runs.

    Examples
    --------
    >>> from ravine.course.families import QUADRATIC
    >>> rng = np.random.default_rng(0)
    >>> bool(scaling_trial(QUADRATIC, rng=rng))
    True
    >>> bool(scaling_trial(QUADRATIC, compensated=False, rng=rng))
    False
    """

    def one(case: _Case) -> Verdict:
        factor = float(10 ** rng.uniform(*np.log10(factors)))
        steep = scaled(case.objective, factor)
        step_sizes = case.step_sizes / factor if compensated else case.step_sizes
        apart, reached = np.zeros_like(case.step_sizes), np.ones_like(case.step_sizes)
        runs = zip(
            _run(case.objective, case.starts, case.step_sizes, updates),
            _run(steep, case.starts, step_sizes, updates),
            strict=True,
        )
        for one_x, other_x in runs:
            apart = np.maximum(apart, norms(one_x - other_x))
            reached = np.maximum(reached, norms(one_x))
        return judge(
            "scaling",
            f"{case.objective.name} and {factor:.3g} times it, from {{x}}: largest distance between "
            "the two runs = {left} {sign} {right}",
            left=apart,
            right=0.0,
            scale=reached,  # a run that diverges rounds at its own size
            x=case.starts,
        )

    return pooled(one(case) for case in _cases(subject, products, draws, rng))


def sublinear_trial(
    subject: Subject,
    *,
    products: Range = (0.01, 1.0),
    updates: int = 100,
    sharp: bool = True,
    draws: int = 300,
    rng: np.random.Generator,
) -> Verdict:
    r"""Try the bounds on the objective gap of a smooth convex objective after k updates.

    .. math:: f(x_k) - f^\ast \le \frac{R^2}{4\alpha k + 2/L} \le \frac{R^2}{2\alpha k} ,
        \qquad \alpha \le 1/L

    See `ravine.theory.sharp_sublinear_bound` and `ravine.theory.sublinear_bound`.

    Parameters
    ----------
    subject, products, draws, rng
        As in `descent_trial`; the objectives must know a minimizer.
    updates : int
        The bound is compared after each of them.
    sharp : bool
        Which of the two bounds.

    Returns
    -------
    Verdict
        The left sides are the largest quotients of gap and bound in each run, the right sides 1.

    Examples
    --------
    >>> from ravine.course.families import HUBER
    >>> rng = np.random.default_rng(0)
    >>> bool(sublinear_trial(HUBER, rng=rng))
    True
    >>> bool(sublinear_trial(HUBER, products=(1.9, 1.9), rng=rng))
    False
    """
    counts = np.arange(1, updates + 1)

    def bounds(case: _Case, radius: float, alpha: float) -> Measure:
        if sharp:
            return sharp_sublinear_bound(radius, alpha, case.smoothness, counts)
        return sublinear_bound(radius, alpha, counts)

    def one(case: _Case) -> Verdict:
        f = case.objective
        runs = list(_run(f, case.starts, case.step_sizes, updates))
        gaps = np.array([values(f, x) for x in runs[1:]]) - _optimal_value(f)
        quotients = gaps / case.each(bounds)
        return judge(
            "sublinear rate",
            f"{f.name}, step size {{product}}/L from {{x}}: gap / bound at update {{k}} = {{left}} "
            "{sign} {right}",
            left=quotients.max(axis=0),
            right=1.0,
            scale=1.0,
            x=case.starts,
            notes={"product": case.products, "k": counts[quotients.argmax(axis=0)]},
        )

    return pooled(one(case) for case in _cases(subject, products, draws, rng))


def linear_trial(
    subject: Subject,
    *,
    products: Range = (0.01, 1.0),
    updates: int = 100,
    draws: int = 300,
    rng: np.random.Generator,
) -> Verdict:
    r"""Try the bound on the distance to the minimizer of a strongly convex objective.

    .. math:: \|x_k - x^\ast\| \le (1 - \alpha\mu)^k \|x_0 - x^\ast\| , \qquad \alpha \le 1/L

    See `ravine.theory.linear_distance_bound`.

    Parameters
    ----------
    subject, products, updates, draws, rng
        As in `sublinear_trial`; the objectives must know their strong convexity :math:`\mu`.

    Examples
    --------
    >>> from ravine.course.families import QUADRATIC
    >>> rng = np.random.default_rng(0)
    >>> bool(linear_trial(QUADRATIC, rng=rng))
    True
    >>> bool(linear_trial(QUADRATIC, products=(1.9, 1.99), rng=rng))
    False
    """
    counts = np.arange(1, updates + 1)

    def bounds(case: _Case, radius: float, alpha: float) -> Measure:
        mu = case.objective.strong_convexity
        if not mu:
            raise ValueError(f"subject must be strongly convex and know it, got {case.objective}")
        return linear_distance_bound(radius, alpha, mu, counts)

    def one(case: _Case) -> Verdict:
        best = case.minimizer[..., None]
        limits = case.each(bounds)
        runs = list(_run(case.objective, case.starts, case.step_sizes, updates))
        distances = np.array([norms(x - best) for x in runs[1:]])
        worst = (distances - limits).argmax(axis=0), np.arange(case.starts.shape[-1])
        return judge(
            "linear rate",
            f"{case.objective.name}, step size {{product}}/L from {{x}}: distance to the minimizer at "
            "update {k} = {left} {sign} {right} = bound",
            left=distances[worst],
            right=limits[worst],
            scale=case.radii + norms(best),
            x=case.starts,
            notes={"product": case.products, "k": counts[worst[0]]},
        )

    return pooled(one(case) for case in _cases(subject, products, draws, rng))


def line_search_trial(
    subject: Subject,
    search: LineSearch | None = None,
    *,
    draws: int = 600,
    rng: np.random.Generator,
) -> Verdict:
    r"""Try whether a line search ends and lowers the objective wherever the gradient is not zero.

    Parameters
    ----------
    subject, draws, rng
        As in `descent_trial`.
    search : LineSearch
        By default ``simple_decrease(max_shrinks=200)``.

    Returns
    -------
    Verdict
        The left sides are the values at the new points, infinite when no step size is accepted.

    Examples
    --------
    >>> from ravine.course.families import LOGISTIC
    >>> bool(line_search_trial(LOGISTIC, rng=np.random.default_rng(0)))
    True
    """
    rule = simple_decrease(max_shrinks=200) if search is None else search

    def after(f: Objective, x: Array) -> float:
        g = cast("Function", f.slope)(x)
        step_size = rule.choose(f, cast("Number", x), cast("Number", g)).step_size
        return np.inf if step_size is None else float(cast("Function", f)(x - step_size * g))

    def one(case: _Case) -> Verdict:
        f = case.objective
        steep = norms(gradients(f, case.starts)) >= 1e-6
        x = case.starts[..., steep]
        before = np.array([float(cast("Function", f)(point)) for point in x.T])
        return judge(
            "line search",
            f"{f.name}, {rule.name} from {{x}}: new value = {{left}} {{sign}} {{right}} = old value",
            left=np.array([after(f, point) for point in x.T]),
            right=before,
            scale=1 + np.abs(before),
            x=x,
            tolerance=0.0,
        )

    return pooled(one(case) for case in _cases(subject, (1.0, 1.0), draws, rng))


def approach_trial(
    search: LineSearch, *, updates: int = 40, draws: int = 30, rng: np.random.Generator
) -> Verdict:
    r"""Try whether gradient descent with a line search approaches a stationary point.

    The objectives are `ravine.losses.bent_parabola` with outer curvatures from 1.5 to 1.95, the
    starts lie between 1.5 and 50. Smooth and strongly convex as they are, a rule that asks only for
    a decrease keeps bouncing between two points.

    Parameters
    ----------
    search : LineSearch
        Such as ``simple_decrease()`` or ``armijo(sufficient=0.1)``.
    updates : int
        How many it has to shrink the gradient to a thousandth.
    draws : int
        How many runs.
    rng : numpy.random.Generator
        Where the random numbers come from.

    Returns
    -------
    Verdict
        The left sides are the least gradient norms of each run, the right sides a thousandth of
        the first ones.

    Examples
    --------
    >>> from ravine.stepsize import armijo
    >>> rng = np.random.default_rng(0)
    >>> bool(approach_trial(armijo(sufficient=0.1), rng=rng))
    True
    >>> approach_trial(simple_decrease(), rng=rng).share
    1.0
    """
    curvatures = rng.uniform(1.5, 1.95, whole("draws", draws, at_least=1))
    starts = 10 ** rng.uniform(np.log10(1.5), np.log10(50), draws)
    runs = [
        minimize(
            bent_parabola(float(curvature)),
            float(start),
            gradient_descent(search),
            max_updates=whole("updates", updates, at_least=1),
            eps_grad=None,
        )
        for curvature, start in zip(curvatures, starts, strict=True)
    ]
    first = np.array([run.gradient_norms[0] for run in runs])
    return judge(
        "approach",
        "bent parabola with outer curvature {s} from {x}: least gradient norm = {left} {sign} {right} "
        "= a thousandth of the first",
        left=np.array([run.gradient_norms.min() for run in runs]),
        right=first / 1000,
        scale=first,
        x=starts,
        notes={"s": curvatures},
    )


def least_squares_trials(*, draws: int = 30, rng: np.random.Generator) -> dict[str, Verdict]:
    r"""Try the facts of :math:`\|Ax-b\|^2` on random data.

    Parameters
    ----------
    draws : int
        How many random problems, of 1 to 5 variables.
    rng : numpy.random.Generator
        Where the random numbers come from.

    Returns
    -------
    dict of Verdict
        Under ``"gradient"`` whether torch's gradient is :math:`2A^\top(Ax-b)`, ``"Hessian"``
        whether :math:`2A^\top A` has no negative eigenvalue, ``"normal equations"`` whether the
        residual of the solution is orthogonal to the columns of A, ``"minimum"`` whether random
        changes make the sum of squares no smaller.

    Raises
    ------
    TypeError, ValueError
        When `draws` is not a positive integer.

    Examples
    --------
    >>> for name, verdict in least_squares_trials(rng=np.random.default_rng(0)).items():
    ...     print(name, verdict.violations)
    gradient 0
    Hessian 0
    normal equations 0
    minimum 0
    """
    found: dict[str, list[Verdict]] = {}
    for case in _cases(LEAST_SQUARES, (1.0, 1.0), whole("draws", draws, at_least=1), rng, 1):
        for name, verdict in _least_squares_verdicts(case, rng):
            found.setdefault(name, []).append(verdict)
    return {name: pooled(verdicts) for name, verdicts in found.items()}


def _least_squares_verdicts(case: _Case, rng: np.random.Generator) -> Iterator[tuple[str, Verdict]]:
    f, x, best = case.objective, case.starts, case.minimizer[..., None]
    by_hand = gradients(f, x)
    yield (
        "gradient",
        judge(
            "gradient",
            "at {x} torch's gradient and the formula's differ by {left} {sign} {right}",
            left=norms(gradients(cast("Function", f.value), x) - by_hand),
            right=0.0,
            scale=1 + norms(by_hand),
            x=x,
            tolerance=1e-12,
        ),
    )
    yield "Hessian", hessian_test(f, lambda *_: (x, x), draws=x.shape[-1], rng=rng)
    yield (
        "normal equations",
        judge(
            "normal equations",
            "at the solution {x} the gradient has the norm {left} {sign} {right}",
            left=norms(gradients(f, best)),
            right=0.0,
            scale=1 + case.smoothness * (1 + norms(best)),
            x=best,
        ),
    )
    yield "minimum", zero_gradient_trial(f, case.minimizer, draws=30, rng=rng)


@dataclass(frozen=True, eq=False)
class _Case:
    """One random objective, with starts and step sizes for it."""

    objective: Objective
    starts: Array
    products: Array

    @property
    def smoothness(self) -> float:
        return _smoothness(self.objective)

    @property
    def step_sizes(self) -> Array:
        return self.products / self.smoothness

    @property
    def minimizer(self) -> Array:
        return _stationary_point(self.objective)

    @property
    def radii(self) -> Array:
        return norms(self.starts - self.minimizer[..., None])

    def each(self, bounds: Callable[[_Case, float, float], Measure]) -> Array:
        """Return the bounds of each run, an array of shape (updates, runs)."""
        pairs = zip(self.radii.tolist(), self.step_sizes.tolist(), strict=True)
        return np.array([bounds(self, radius, alpha) for radius, alpha in pairs]).T


def _cases(
    subject: Subject,
    products: Range,
    draws: int,
    rng: np.random.Generator,
    together: int = TOGETHER,
) -> Iterator[_Case]:
    """Draw objectives, with so many starts together at distances from 0.01 to 20 for each."""
    remaining = whole("draws", draws, at_least=1)
    while remaining:
        together = min(together, remaining)
        remaining -= together
        if isinstance(subject, Objective):
            objective, centre = subject, _stationary_point(subject)
        else:
            n = int(rng.integers(1, 6))
            objective = subject.draw(rng, n)
            known = objective.minimizers or objective.stationary_points
            centre = _stationary_point(objective) if known else np.zeros(n)
        directions = rng.standard_normal((*centre.shape, together))
        distances = 10 ** rng.uniform(-2, np.log10(20), together)
        yield _Case(
            objective,
            centre[..., None] + directions / norms(directions) * distances,
            rng.uniform(*products, together),
        )


def _run(f: Objective, x: Array, step_sizes: Array, updates: int) -> Iterator[Array]:
    """Run gradient descent from many starts at once, each with its own step size."""
    yield x
    for _ in range(updates):
        x = x - step_sizes * gradients(f, x)
        yield x


def _smoothness(objective: Objective) -> float:
    if objective.smoothness is None or not np.isfinite(objective.smoothness):
        raise ValueError(f"subject must know its smoothness constant, got {objective}")
    return objective.smoothness


def _optimal_value(objective: Objective) -> float:
    if objective.optimal_value is None:
        raise ValueError(f"subject must know its optimal value, got {objective}")
    return objective.optimal_value


def _stationary_point(objective: Objective) -> Array:
    if objective.minimizers:
        return np.asarray(objective.minimizers[0], float)
    if objective.stationary_points:
        return np.asarray(objective.stationary_points[0].x, float)
    raise ValueError(f"subject must know a stationary point, got {objective}")
