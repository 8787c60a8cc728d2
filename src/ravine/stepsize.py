r"""Line searches: step sizes that are chosen anew at every point.

A line search looks at the objective along the ray of an update,
:math:`\alpha \mapsto f(x - \alpha d)` for :math:`\alpha > 0`, with d the direction of the method: the
gradient itself in gradient descent. It asks for no smoothness constant. The trial steps begin anew in
every update. A projection bends the ray: then :math:`\alpha \mapsto f(P(x - \alpha d))`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from ravine._arguments import inner_fraction, positive, whole
from ravine._values import Named
from ravine.objective import Number, Objective

__all__ = [
    "Choice",
    "LineSearch",
    "Ray",
    "Trial",
    "armijo",
    "exact_line_search",
    "golden_section",
    "simple_decrease",
]

GOLDEN_RATIO = (1 + math.sqrt(5)) / 2


@dataclass(frozen=True)
class Choice:
    """What a line search answers.

    Parameters
    ----------
    step_size : float or None
        The step size it accepts; None when it accepts none.
    evaluations : int
        How many values of the objective it took, that at the present point included if it was needed.
    """

    step_size: float | None
    evaluations: int

    @property
    def accepted(self) -> bool:
        """Whether there is a step size to go with."""
        return self.step_size is not None


@dataclass(frozen=True)
class Trial:
    """A point that a line search looked at.

    Parameters
    ----------
    step_size : float
        How far along the ray it lies.
    x : float, array or tensor
        The point.
    value : float
        The objective there.
    record : object
        What whoever evaluated the objective wants to find again if the trial is accepted.
    """

    step_size: float
    x: Number
    value: float
    record: object = None


class Ray:
    r"""The objective along the direction of an update.

    Call it with a step size to get the `Trial` there.

    Parameters
    ----------
    objective : Objective or callable
        What is looked at, with what it knows about itself.
    x, gradient, direction : float, array or tensor
        Where the ray begins, the gradient there, and where the ray goes: to :math:`x - \alpha d`.
    value : float, optional
        The objective at x; evaluated when it is asked for and not given.
    look : callable, optional
        ``look(x)`` gives the value at a point and a record for `Trial`. By default the objective is called.
    project : callable, optional
        Takes points to the allowed ones.
    """

    def __init__(  # noqa: PLR0917
        self,
        objective: Any,
        x: Number,
        gradient: Number,
        direction: Number | None = None,
        value: float | None = None,
        look: Callable[[Number], tuple[float, object]] | None = None,
        project: Callable[[Number], Number] | None = None,
    ) -> None:
        self.objective, self.x, self.gradient = objective, x, gradient
        self.direction = gradient if direction is None else direction
        self.look = look or (lambda point: (_single(objective(point)), None))
        self.project = project
        self.evaluations = 0
        self._value = value

    def __call__(self, step_size: float) -> Trial:
        """Return the trial at a step size."""
        x = self.x - step_size * self.direction
        if self.project is not None:
            x = self.project(x)
        self.evaluations += 1
        value, record = self.look(x)
        return Trial(step_size, x, value, record)

    @property
    def value(self) -> float:
        """The objective where the ray begins."""
        if self._value is None:
            self.evaluations += 1
            self._value = self.look(self.x)[0]
        return self._value

    def promised(self, trial: Trial) -> float:
        r"""Return by how much the objective would fall up to a trial if it were linear.

        That is :math:`\alpha\,\nabla f(x)^\top d`, or :math:`\nabla f(x)^\top(x - P(x - \alpha d))` on a
        ray that a projection bends.
        """
        if self.project is None:
            return trial.step_size * _dot(self.gradient, self.direction)
        return _dot(self.gradient, self.x - trial.x)

    def leads_up(self) -> bool:
        """Whether the objective rises at the beginning of the ray, as its slope says."""
        return _dot(self.gradient, self.direction) < 0


class LineSearch(Named, ABC):
    """A rule that chooses a step size: give it to a method in place of a number.

    A rule of your own needs one function, `search`. When it returns None, the run ends with
    `StopReason.NO_STEP`. It is not asked where the direction leads up; the run then ends with `NO_DESCENT`.

    Examples
    --------
    On the double well from 2 the trials 1 and 1/2 lead up, and 1/4 leads to the minimizer -1:

    >>> from ravine import DOUBLE_WELL, gradient_descent, minimize
    >>> armijo().choose(DOUBLE_WELL, 2.0, DOUBLE_WELL.slope(2.0))
    Choice(step_size=0.25, evaluations=4)
    >>> minimize(DOUBLE_WELL, 2.0, gradient_descent(armijo())).step_sizes
    array([0.25])
    """

    @abstractmethod
    def search(self, ray: Ray) -> Trial | None:
        """Return the trial on the ray to go to, or None when there is none."""

    def choose(
        self, objective: Objective, x: Number, gradient: Number, direction: Number | None = None
    ) -> Choice:
        """Return the step size at a point where the gradient is neither zero nor infinite.

        Parameters
        ----------
        objective : Objective or callable
            What is to become small.
        x, gradient : float, array or tensor
            The point and the gradient there.
        direction : float, array or tensor, optional
            The update goes to ``x - step_size * direction``; by default along the gradient.
        """
        ray = Ray(objective, x, gradient, direction)
        trial = self.search(ray)
        return Choice(None if trial is None else trial.step_size, ray.evaluations)


@dataclass(frozen=True, eq=False, repr=False)
class simple_decrease(LineSearch):
    r"""Shrinks the step size until the objective falls.

    Of the trials :math:`\alpha = s, s\beta, s\beta^2, \dots` it accepts the first with

    .. math:: f(x - \alpha d) < f(x) .

    Where the direction descends there is one. Yet the falls can shrink so quickly that the
    iterates never come near a stationary point, even if f is smooth and strongly convex; `armijo`
    mends that (Dennis and Schnabel, *Numerical Methods for Unconstrained Optimization and Nonlinear
    Equations*, 1983, section 6.3).

    Parameters
    ----------
    first : float
        :math:`s > 0`, tried first in every update.
    shrink : float
        :math:`0 < \beta < 1`.
    max_shrinks : int
        After so many shrinkings in one update the search gives up: at a stationary point, and
        close to one, no step lowers the value that floating point shows.

    Examples
    --------
    From 0.5 on :math:`4w^2` the trials 1, 1/2 and 1/4 lead no lower, and 1/8 to the minimizer:

    >>> from ravine.losses import quadratic
    >>> simple_decrease().choose(quadratic(8.0), 0.5, 4.0)
    Choice(step_size=0.125, evaluations=5)
    """

    first: float = 1.0
    shrink: float = 0.5
    max_shrinks: int = 60

    def __post_init__(self) -> None:
        """Refuse what gives no trials."""
        _check_backtracking(self)

    def search(self, ray: Ray) -> Trial | None:
        """Return the first trial that is lower than where the ray begins."""
        return _first(ray, self, lambda trial: trial.value < ray.value)


@dataclass(frozen=True, eq=False, repr=False)
class armijo(LineSearch):
    r"""Shrinks the step size until the objective falls by enough.

    Of the trials :math:`\alpha = s, s\beta, s\beta^2, \dots` it accepts the first with

    .. math:: f(x - \alpha d) \le f(x) - c\,\alpha\,\nabla f(x)^\top d ,

    a share c of what the slope promises, along the gradient :math:`c\,\alpha\|\nabla f(x)\|^2` (Armijo,
    *Minimization of functions having Lipschitz continuous first partial derivatives*, 1966; Nocedal and
    Wright, *Numerical Optimization*, 2006, algorithm 3.1). How small the step can get, says
    `ravine.theory.armijo_least_step`.

    Parameters
    ----------
    first, shrink, max_shrinks
        :math:`s`, :math:`\beta` and the cap on shrinkings, as in `simple_decrease`.
    sufficient : float
        :math:`0 < c < 1`. Above 1/2 the best step on a parabola is refused.

    Notes
    -----
    The fall must also be visible: close to a minimizer what the slope promises is lost in the
    rounding of f, and a step that changes nothing would pass.

    Examples
    --------
    Half of the promise is kept by no longer step than 1/8 on :math:`4w^2`, and a larger share only
    by a shorter one:

    >>> from ravine.losses import quadratic
    >>> [armijo(sufficient=c).choose(quadratic(8.0), 0.5, 4.0).step_size for c in (0.5, 0.6)]
    [0.125, 0.0625]
    """

    name = "Armijo backtracking"

    first: float = 1.0
    shrink: float = 0.5
    sufficient: float = 1e-4
    max_shrinks: int = 60

    def __post_init__(self) -> None:
        """Refuse what gives no trials."""
        _check_backtracking(self)
        object.__setattr__(self, "sufficient", inner_fraction("sufficient", self.sufficient))

    def search(self, ray: Ray) -> Trial | None:
        """Return the first trial that is lower by enough."""

        def is_lower_by_enough(trial: Trial) -> bool:
            fall = ray.value - trial.value
            return fall > 0 and fall >= self.sufficient * ray.promised(trial)

        return _first(ray, self, is_lower_by_enough)


@dataclass(frozen=True, eq=False, repr=False)
class exact_line_search(LineSearch):
    r"""Goes to the lowest point of the ray, by a closed form.

    For a quadratic with Hessian M and gradient g that is

    .. math:: \alpha = \frac{g^\top d}{d^\top M d}

    (Cauchy 1847; Nocedal and Wright, *Numerical Optimization*, 2006, equation 3.26). A function of
    one number is lowest at one of its stationary points or at the end of its domain; of several
    equally low ones the rule takes the nearest. So in one dimension it knows the answer before it
    starts, and one update is enough. It accepts no step size where the ray goes down for ever.

    Raises
    ------
    ValueError
        In `search`, when the objective is neither a quadratic with a hand-written `curvature`, nor a
        function of one number that knows its stationary points, or when a projection bends the ray.

    Examples
    --------
    >>> from ravine import QUARTIC, gradient_descent, minimize
    >>> run = minimize(QUARTIC, -2.5, gradient_descent(exact_line_search()))
    >>> run.updates, run.x == QUARTIC.minimizers[0]
    (1, True)
    """

    def search(self, ray: Ray) -> Trial | None:
        """Return the lowest point of the ray."""
        objective = ray.objective
        known = isinstance(objective, Objective) and ray.project is None
        if known and objective.degree == 2 and objective.curvature is not None:
            step_size = _to_the_vertex(ray, objective.curvature(ray.x))
        elif known and objective.stationary_points and np.ndim(cast("float", ray.x)) == 0:
            step_size = _to_the_lowest(ray)
        else:
            bent = ", on rays that no projection bends" if ray.project is not None else ""
            raise ValueError(
                "objective must be a quadratic, or a function of one number that knows its stationary "
                f"points{bent}, got {objective}; golden_section asks for neither"
            )
        return None if step_size is None else ray(step_size)


@dataclass(frozen=True, eq=False, repr=False)
class golden_section(LineSearch):
    r"""Closes in on a lowest point of the ray by golden sections.

    From a step size that lowers the objective it walks down the ray, each step longer, or shorter,
    by the golden ratio, until the objective rises; the minimum is then enclosed, and every further
    value cuts the enclosure by the golden ratio (Kiefer, *Sequential minimax search for a maximum*,
    1953). Where the ray has several valleys, it does not say which one it found.

    Parameters
    ----------
    first : float
        The step size it tries first.
    tolerance : float
        The enclosure's width, relative to the step size, at which the search ends, or earlier where
        no further number lies between its ends. Below 1e-8 the objective's rounding decides.
    max_ratios : int
        The cap on how often the walk lengthens or shortens the step; a ray that goes down for ever
        never rises, and then no step size is accepted.

    Examples
    --------
    >>> from ravine import QUARTIC, gradient_descent, minimize
    >>> run = minimize(QUARTIC, -2.5, gradient_descent(golden_section()), eps_grad=1e-6)
    >>> print(f"{run.updates} update, {run.value_calls} values, x = {run.x:.6f}")
    1 update, 45 values, x = -1.224745
    """

    first: float = 0.01
    tolerance: float = 1e-8
    max_ratios: int = 100

    def __post_init__(self) -> None:
        """Refuse what gives no walk."""
        object.__setattr__(self, "first", positive("first", self.first))
        object.__setattr__(self, "tolerance", inner_fraction("tolerance", self.tolerance))
        object.__setattr__(self, "max_ratios", whole("max_ratios", self.max_ratios, at_least=1))

    def search(self, ray: Ray) -> Trial | None:
        """Return the lowest trial that was found."""
        enclosed = _walk_down(ray, self.first, self.max_ratios)
        return None if enclosed is None else _close_in(ray, enclosed, self.tolerance)


def _check_backtracking(search: Any) -> None:
    object.__setattr__(search, "first", positive("first", search.first))
    object.__setattr__(search, "shrink", inner_fraction("shrink", search.shrink))
    object.__setattr__(search, "max_shrinks", whole("max_shrinks", search.max_shrinks, at_least=0))


def _first(ray: Ray, search: Any, is_accepted: Callable[[Trial], bool]) -> Trial | None:
    """Return the first of the shrinking trials that is accepted."""
    ray.value  # noqa: B018 (evaluated first, as one does by hand)
    for shrinks in range(search.max_shrinks + 1):
        trial = ray(search.first * search.shrink**shrinks)
        if is_accepted(trial):
            return trial
    return None


def _to_the_vertex(ray: Ray, hessian: Number) -> float | None:
    """Return g.d / d.Md, or None where the parabola along the ray has no lowest point."""
    g, d = (np.atleast_1d(np.asarray(v, dtype=np.float64)) for v in (ray.gradient, ray.direction))
    m = np.asarray(hessian, dtype=np.float64)
    bend = float(d @ (m @ d if m.ndim == 2 else m * d))
    return float(g @ d) / bend if bend > 0 else None


def _to_the_lowest(ray: Ray) -> float | None:
    """Compare the stationary points ahead, and the end of the domain if it has one."""
    x, direction = _single(ray.x), _single(ray.direction)
    if direction == 0:
        return None
    low = [(point.value, float(point.x)) for point in ray.objective.stationary_points]
    low += [(_looked(ray, end), end) for end in ray.objective.domain if math.isfinite(end)]
    ahead = [(value, (x - t) / direction) for value, t in low if (x - t) / direction > 0]
    lowest, step_size = min(ahead, default=(math.inf, math.inf))
    return step_size if lowest < ray.value else None


def _looked(ray: Ray, end: float) -> float:
    ray.evaluations += 1
    return ray.look(cast("Number", end))[0]


def _walk_down(ray: Ray, first: float, most: int) -> Trial | None:
    """Return a trial that both its golden neighbours are not below."""
    start, lowest = ray.value, ray(first)
    while not lowest.value < start:
        if lowest.step_size < first * GOLDEN_RATIO**-most:
            return None
        lowest = ray(lowest.step_size / GOLDEN_RATIO)
    for ratio in (GOLDEN_RATIO, 1 / GOLDEN_RATIO):
        for _ in range(most):
            following = ray(lowest.step_size * ratio)
            if not following.value < lowest.value:
                break
            lowest = following
        else:
            return None
    return lowest


def _close_in(ray: Ray, lowest: Trial, tolerance: float) -> Trial:
    """Return the lowest trial found between the golden neighbours of the one so far."""
    left, right = lowest.step_size / GOLDEN_RATIO, lowest.step_size * GOLDEN_RATIO
    while right - left > tolerance * lowest.step_size:
        middle = lowest.step_size
        wider = right if right - middle > middle - left else left
        probe = middle + (wider - middle) / GOLDEN_RATIO**2
        if probe in (left, middle, right):  # no number lies between
            break
        trial = ray(probe)
        if trial.value < lowest.value:
            left, right = (middle, right) if probe > middle else (left, middle)
            lowest = trial
        else:
            left, right = (left, probe) if probe > middle else (probe, right)
    return lowest


def _dot(a: Number, b: Number) -> float:
    """Return the sum of the products of the coordinates."""
    if isinstance(a, float):
        return float(cast("float", a * b))
    return float((cast("Any", a) * b).sum())


def _single(number: Number) -> float:
    return float(cast("float", number))
