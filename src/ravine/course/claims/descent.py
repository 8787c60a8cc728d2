r"""Claims about gradient descent: what smoothness and convexity promise.

Step sizes are given as their product with the smoothness constant, :math:`\alpha L`, drawn uniformly from
`products`; starts lie at distances from 0.01 to 20.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, cast

import numpy as np

from ravine._batches import Array, Function, gradients, norms, values
from ravine.convexity import Box, Pairs, Verdict, hessian_test, judge, uniform_pairs
from ravine.course.claims.claim import Claim
from ravine.course.families import (
    HUBER,
    INDEFINITE,
    LEAST_SQUARES,
    QUADRATIC,
    Subject,
    drawn,
    stationary_point,
)
from ravine.descent import minimize
from ravine.losses import bent_parabola, quadratic
from ravine.methods import gradient_descent
from ravine.objective import Number, Objective, scaled
from ravine.stepsize import LineSearch, armijo, simple_decrease
from ravine.sweeps import sweep
from ravine.theory import (
    Measure,
    descent_lemma_bound,
    linear_distance_bound,
    sharp_sublinear_bound,
    sublinear_bound,
)

Range: TypeAlias = tuple[float, float]

BOYD = "Boyd and Vandenberghe, *Convex Optimization*, 2004"
NESTEROV = "Nesterov, *Introductory Lectures on Convex Optimization*, 2004"
ANYTHING_UP_TO_1 = (0.01, 1.0)


@dataclass(frozen=True, eq=False)
class _Case:
    """One random objective, with starts of shape (n, runs) and a step size for each."""

    objective: Objective
    x: Array
    products: Array
    smoothness: float

    @property
    def step_sizes(self) -> Array:
        return self.products / self.smoothness

    @property
    def minimizer(self) -> Array:
        return np.asarray(stationary_point(self.objective), float)

    @property
    def radii(self) -> Array:
        return norms(self.x - self.minimizer[..., None])

    def iterates(self, updates: int) -> Array:
        """Return the points of gradient descent, of shape (updates + 1, n, runs)."""
        return _iterates(self.objective, self.x, self.step_sizes, updates)

    def bounds(self, of: Callable[[float, float], Measure]) -> Array:
        """Return the bound of each run, given its radius and step size, of shape (updates, runs)."""
        pairs = zip(self.radii.tolist(), self.step_sizes.tolist(), strict=True)
        return np.array([of(radius, alpha) for radius, alpha in pairs]).T


def _case(subject: Subject, rng: np.random.Generator, draws: int, products: Range) -> _Case:
    """Draw one objective, and starts around its stationary point if it has one, else around zero."""
    objective = drawn(subject, rng)
    if objective is subject or objective.minimizers or objective.stationary_points:
        centre = np.asarray(stationary_point(objective), float)
    else:
        centre = np.zeros(objective.dimension or 1)
    directions = rng.standard_normal((*centre.shape, draws))
    distances = 10 ** rng.uniform(-2, np.log10(20), draws)
    x = centre[..., None] + directions / norms(directions) * distances
    return _Case(objective, x, rng.uniform(*products, draws), _smoothness(objective))


def _iterates(f: Objective, x: Array, step_sizes: Array, updates: int) -> Array:
    """Return the points of gradient descent from each start, an array of shape (updates + 1, n, runs)."""
    runs = sweep(f, step_size=step_sizes, start=x, max_updates=updates, keep_iterates=True)
    return cast("Array", runs.iterates)


def _smoothness(objective: Objective) -> float:
    if objective.smoothness is None or not np.isfinite(objective.smoothness):
        raise ValueError(f"subject must know its smoothness constant, got {objective}")
    return objective.smoothness


def _descent(
    rng: np.random.Generator,
    draws: int,
    subject: Subject = QUADRATIC,
    products: Range = ANYTHING_UP_TO_1,
    sufficient: float = 0.5,
) -> Verdict:
    """Make one gradient step; `sufficient` is the factor 1/2, and 0 asks only that f does not rise."""
    case = _case(subject, rng, draws, products)
    f, alpha, x = case.objective, case.step_sizes, case.x
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


DESCENT = Claim(
    "a step of at most 1/L descends, convex or not",
    r"f(x - \alpha\nabla f(x)) \le f(x) - \tfrac\alpha2 \|\nabla f(x)\|^2 , \qquad \alpha \le 1/L",
    f"{NESTEROV}, section 1.2.3",
    _descent,
    "steps from 1.2/L to 1.99/L",
    {"products": (1.2, 1.99)},
    together=30,
)


def _descent_lemma(
    rng: np.random.Generator,
    draws: int,
    subject: Subject = QUADRATIC,
    products: Range = (0.01, 4.0),
    share: float = 1.0,
) -> Verdict:
    """Compare with `ravine.theory.descent_lemma_bound`, given a share of the smoothness constant."""
    case = _case(subject, rng, draws, products)
    f, alpha, x = case.objective, case.step_sizes, case.x
    at_x, g = values(f, x), gradients(f, x)
    bounds = [
        descent_lemma_bound(float(value), float(size), float(step), share * case.smoothness)
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


DESCENT_LEMMA = Claim(
    "the descent lemma, for every step size",
    r"f(x - \alpha\nabla f(x)) \le f(x) - \alpha\left(1 - \tfrac{\alpha L}{2}\right)\|\nabla f(x)\|^2",
    f"{NESTEROV}, section 1.2.3",
    _descent_lemma,
    "half of the smoothness constant",
    {"share": 0.5},
    together=30,
)


def _lipschitz(
    rng: np.random.Generator,
    draws: int,
    objective: Objective | None = None,
    where: Box | Pairs = (-5.0, 5.0),
    share: float = 1.0,
) -> Verdict:
    """Compare gradients at random pairs; the left sides are the ratios, so the worst is the largest."""
    f = quadratic(4.0) if objective is None else objective
    x, y = (where if callable(where) else uniform_pairs(where))(rng, draws)
    smoothness = share * _smoothness(f)
    ratios = norms(gradients(f, x) - gradients(f, y)) / norms(x - y)
    sentence = "gradients at {x} and {y} differ by {left} {sign} {right} times the distance"
    return judge("Lipschitz", sentence, left=ratios, right=smoothness, scale=smoothness, x=x, y=y)


LIPSCHITZ = Claim(
    "gradients differ by at most L times the distance",
    r"\|\nabla f(x) - \nabla f(y)\| \le L\,\|x - y\|",
    f"{NESTEROV}, section 1.2.2",
    _lipschitz,
    "half of the smoothness constant",
    {"share": 0.5},
    draws=100_000,
)


def _scaling(
    rng: np.random.Generator,
    draws: int,
    subject: Subject = QUADRATIC,
    *,
    products: Range = ANYTHING_UP_TO_1,
    compensated: bool = True,
    updates: int = 50,
) -> Verdict:
    """Run f and cf, c from 0.1 to 10; the left sides are the largest differences of the two runs."""
    case = _case(subject, rng, draws, products)
    factor = float(10 ** rng.uniform(-1, 1))
    shorter = case.step_sizes / factor if compensated else case.step_sizes
    one = case.iterates(updates)
    other = _iterates(scaled(case.objective, factor), case.x, shorter, updates)
    reached = np.max([norms(x) for x in one], axis=0)
    return judge(
        "scaling",
        f"{case.objective.name} and {factor:.3g} times it, from {{x}}: largest distance between "
        "the two runs = {left} {sign} {right}",
        left=np.max([norms(x) for x in one - other], axis=0),
        right=0.0,
        scale=np.maximum(1.0, reached),  # a run that diverges rounds at its own size
        x=case.x,
    )


SCALING = Claim(
    "f and cf run alike when the step size is divided by c",
    r"x - \tfrac\alpha c\,\nabla(cf)(x) = x - \alpha\nabla f(x)",
    "the gradient of cf is c times that of f",
    _scaling,
    "the step size left as it is",
    {"compensated": False},
    draws=300,
    together=30,
)


def _sublinear(
    rng: np.random.Generator,
    draws: int,
    subject: Subject = HUBER,
    *,
    products: Range = ANYTHING_UP_TO_1,
    sharp: bool = True,
    updates: int = 100,
) -> Verdict:
    """Compare gap and bound at every update; the left sides are the largest quotients of each run."""
    case = _case(subject, rng, draws, products)
    f, k = case.objective, np.arange(1, updates + 1)
    if f.optimal_value is None:
        raise ValueError(f"subject must know its optimal value, got {f}")
    gaps = np.array([values(f, x) for x in case.iterates(updates)[1:]]) - f.optimal_value

    def bound(radius: float, alpha: float) -> Measure:
        if sharp:
            return sharp_sublinear_bound(radius, alpha, case.smoothness, k)
        return sublinear_bound(radius, alpha, k)

    quotients = gaps / case.bounds(bound)
    return judge(
        "sublinear rate",
        f"{f.name}, step size {{product}}/L from {{x}}: gap / bound at update {{k}} = {{left}} "
        "{sign} {right}",
        left=quotients.max(axis=0),
        right=1.0,
        scale=1.0,
        x=case.x,
        notes={"product": case.products, "k": k[quotients.argmax(axis=0)]},
    )


SUBLINEAR = Claim(
    "the gap of a smooth convex objective falls like 1/k",
    r"f(x_k) - f^\ast \le \frac{R^2}{4\alpha k + 2/L} \le \frac{R^2}{2\alpha k} , \qquad \alpha \le 1/L",
    "`ravine.theory.sharp_sublinear_bound` and `ravine.theory.sublinear_bound` name them",
    _sublinear,
    "steps of 1.9/L",
    {"products": (1.9, 1.9)},
    draws=300,
    together=30,
)


def _linear(
    rng: np.random.Generator,
    draws: int,
    subject: Subject = QUADRATIC,
    products: Range = ANYTHING_UP_TO_1,
    updates: int = 100,
) -> Verdict:
    """Compare distance and bound at every update, where the excess of each run is largest."""
    case = _case(subject, rng, draws, products)
    f, k = case.objective, np.arange(1, updates + 1)
    mu = f.strong_convexity
    if not mu:
        raise ValueError(f"subject must be strongly convex and know it, got {f}")
    best = case.minimizer[..., None]
    limits = case.bounds(lambda radius, alpha: linear_distance_bound(radius, alpha, mu, k))
    distances = np.array([norms(x - best) for x in case.iterates(updates)[1:]])
    worst = (distances - limits).argmax(axis=0), np.arange(draws)
    return judge(
        "linear rate",
        f"{f.name}, step size {{product}}/L from {{x}}: distance to the minimizer at "
        "update {k} = {left} {sign} {right} = bound",
        left=distances[worst],
        right=limits[worst],
        scale=case.radii + norms(best),
        x=case.x,
        notes={"product": case.products, "k": k[worst[0]]},
    )


LINEAR = Claim(
    "strongly convex objectives converge at a linear rate",
    r"\|x_k - x^\ast\| \le (1 - \alpha\mu)^k \|x_0 - x^\ast\| , \qquad \alpha \le 1/L",
    "`ravine.theory.linear_distance_bound` names it",
    _linear,
    "steps from 1.9/L to 1.99/L",
    {"products": (1.9, 1.99)},
    draws=300,
    together=30,
)


def _line_search(
    rng: np.random.Generator,
    draws: int,
    subject: Subject = QUADRATIC,
    search: LineSearch = simple_decrease(max_shrinks=200),  # noqa: B008 (a value that cannot be changed)
) -> Verdict:
    """Search once where the gradient is not zero; without an accepted step the left side is infinite."""
    case = _case(subject, rng, draws, (1.0, 1.0))
    f = case.objective
    x = case.x[..., norms(gradients(f, case.x)) >= 1e-6]
    value, slope = cast("Function", f.value), cast("Function", f.slope)

    def after(point: Array) -> float:
        g = slope(point)
        step_size = search.choose(f, cast("Number", point), cast("Number", g)).step_size
        return np.inf if step_size is None else float(value(point - step_size * g))

    before = np.array([float(value(point)) for point in x.T])
    return judge(
        "line search",
        f"{f.name}, {search.name} from {{x}}: new value = {{left}} {{sign}} {{right}} = old value",
        left=np.array([after(point) for point in x.T]),
        right=before,
        scale=1 + np.abs(before),
        x=x,
        tolerance=0.0,
    )


LINE_SEARCH = Claim(
    "a line search ends, and lowers the objective",
    r"\nabla f(x) \ne 0 \implies f(x - \alpha\nabla f(x)) < f(x) \text{ for some trial } \alpha = s\beta^j",
    "Armijo, *Minimization of functions having Lipschitz continuous first partial derivatives*, 1966",
    _line_search,
    "one shrinking at most",
    {"search": simple_decrease(max_shrinks=1)},
    draws=600,
    together=30,
)


def _approach(
    rng: np.random.Generator,
    draws: int,
    search: LineSearch = armijo(sufficient=0.1),  # noqa: B008 (a value that cannot be changed)
    updates: int = 40,
) -> Verdict:
    """Minimize bent parabolas, smooth and strongly convex, of outer curvatures from 1.5 to 1.95.

    The left sides are the least gradient norms of each run, the right sides a thousandth of the first.
    """
    curvatures = rng.uniform(1.5, 1.95, draws)
    starts = 10 ** rng.uniform(np.log10(1.5), np.log10(50), draws)
    norms_of_runs = [
        minimize(
            bent_parabola(float(curvature)),
            float(start),
            gradient_descent(search),
            max_updates=updates,
            eps_grad=None,
        ).gradient_norms
        for curvature, start in zip(curvatures, starts, strict=True)
    ]
    first = np.array([found[0] for found in norms_of_runs])
    return judge(
        "approach",
        "bent parabola with outer curvature {s} from {x}: least gradient norm = {left} {sign} {right} "
        "= a thousandth of the first",
        left=np.array([found.min() for found in norms_of_runs]),
        right=first / 1000,
        scale=first,
        x=starts,
        notes={"s": curvatures},
    )


APPROACH = Claim(
    "with sufficient decrease, gradients go to zero",
    r"f(x_{k+1}) \le f(x_k) - c\,\alpha_k\|\nabla f(x_k)\|^2 \implies \nabla f(x_k) \to 0",
    "Nocedal and Wright, *Numerical Optimization*, 2006, section 3.2",
    _approach,
    "any decrease will do",
    {"search": simple_decrease()},
    draws=30,
)


def _squares_gradient(
    rng: np.random.Generator, draws: int, subject: Subject = LEAST_SQUARES, factor: float = 1.0
) -> Verdict:
    case = _case(subject, rng, draws, (1.0, 1.0))
    f, x = case.objective, case.x
    formula = factor * gradients(f, x)
    return judge(
        "gradient",
        "at {x} torch's gradient and the formula's differ by {left} {sign} {right}",
        left=norms(gradients(cast("Function", f.value), x) - formula),
        right=0.0,
        scale=1 + norms(formula),
        x=x,
        tolerance=1e-12,
    )


def _squares_hessian(
    rng: np.random.Generator, draws: int, subject: Subject = LEAST_SQUARES
) -> Verdict:
    case = _case(subject, rng, draws, (1.0, 1.0))
    return hessian_test(case.objective, lambda *_: (case.x, case.x), draws=draws, rng=rng)


def _normal_equations(
    rng: np.random.Generator, draws: int, subject: Subject = LEAST_SQUARES, away: float = 0.0
) -> Verdict:
    """Measure the gradient at the solution, or at a distance from it."""
    case = _case(subject, rng, draws, (1.0, 1.0))
    x = case.minimizer[..., None] + away * (case.x - case.minimizer[..., None]) / case.radii
    return judge(
        "normal equations",
        "at the solution {x} the gradient has the norm {left} {sign} {right}",
        left=norms(gradients(case.objective, x)),
        right=0.0,
        scale=1 + case.smoothness * (1 + norms(x)),
        x=x,
    )


FACTS_OF_LEAST_SQUARES = tuple(
    Claim(name, statement, f"{BOYD}, section 1.2.1", trial, without, lifted, draws=30, together=1)
    for name, statement, trial, without, lifted in (
        (
            "gradient of least squares",
            r"\nabla\|Ax-b\|^2 = 2A^\top(Ax-b)",
            _squares_gradient,
            "the gradient without its 2",
            {"factor": 0.5},
        ),
        (
            "Hessian of least squares",
            r"\nabla^2\|Ax-b\|^2 = 2A^\top A \succeq 0",
            _squares_hessian,
            "any quadratic",
            {"subject": INDEFINITE},
        ),
        (
            "normal equations",
            r"A^\top(Ax^\ast-b) = 0",
            _normal_equations,
            "beside the solution",
            {"away": 0.1},
        ),
    )
)
