r"""Step sizes: line searches, which choose one anew at every point.

A line search looks at the objective along the ray of a gradient step,
:math:`\alpha \mapsto f(x - \alpha\nabla f(x))` for :math:`\alpha > 0`, and asks for no smoothness
constant. The trial steps begin anew in every update.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import numpy.typing as npt

from ravine._arguments import inner_fraction, positive, whole
from ravine._functions import norm
from ravine.objectives import Number, Objective

GOLDEN_RATIO = (1 + math.sqrt(5)) / 2


@dataclass(frozen=True)
class Choice:
    """What a line search answers.

    Parameters
    ----------
    step_size : float or None
        The step size it accepts; None when it accepts none.
    evaluations : int
        How many values of the objective it took, the one at the present point included.
    """

    step_size: float | npt.NDArray[np.floating] | None
    evaluations: int

    @property
    def accepted(self) -> bool:
        """Whether there is a step size to go with."""
        return self.step_size is not None


@dataclass(frozen=True)
class LineSearch:
    """A rule that chooses a step size.

    Parameters
    ----------
    name : str
        What people call it.
    choose : callable
        ``choose(objective, x, gradient)`` gives the `Choice` at the point `x`, a float, an array or
        a tensor, where the gradient is neither zero nor infinite.

    Examples
    --------
    On the double well from 2 the trials 1 and 1/2 lead up, and 1/4 leads to the minimizer -1:

    >>> from ravine import DOUBLE_WELL
    >>> armijo().choose(DOUBLE_WELL, 2.0, DOUBLE_WELL.slope(2.0))
    Choice(step_size=0.25, evaluations=4)
    """

    name: str
    choose: Callable[[Objective, Number, Number], Choice]

    def __repr__(self) -> str:
        """Name the rule; its function has no readable form."""
        return f"<LineSearch: {self.name}>"


@dataclass(frozen=True)
class LineSearchDescent:
    """Gradient descent whose step size a line search chooses.

    Parameters
    ----------
    search : LineSearch
        What chooses it.
    """

    search: LineSearch

    def __repr__(self) -> str:
        """Name the method."""
        return f"<LineSearchDescent: {self.search.name}>"


def line_search_descent(search: LineSearch) -> LineSearchDescent:
    r"""Return gradient descent :math:`x_{k+1} = x_k - \alpha_k\nabla f(x_k)` with a line search.

    Parameters
    ----------
    search : LineSearch
        For example ``armijo()``.

    Returns
    -------
    LineSearchDescent
        For `ravine.descent.minimize`, whose `ravine.trace.Trace` then holds the accepted
        `step_sizes` and the `evaluations` they took. A line search that accepts no step size ends
        the run with ``StopReason.NO_STEP``.

    Raises
    ------
    TypeError
        When `search` is not a `LineSearch`.

    Examples
    --------
    >>> from ravine import QUARTIC, minimize
    >>> run = minimize(QUARTIC, -2.5, line_search_descent(armijo(sufficient=0.3)), eps_grad=1e-6)
    >>> run.step_sizes[:4]
    array([0.03125, 0.125  , 0.0625 , 0.0625 ])
    >>> run.updates, run.evaluations
    (12, 72)
    """
    if not isinstance(search, LineSearch):
        raise TypeError(f"search must be a LineSearch such as armijo(), got {search!r}")
    return LineSearchDescent(search)


def simple_decrease(first: float = 1.0, shrink: float = 0.5, max_shrinks: int = 60) -> LineSearch:
    r"""Return the rule that shrinks the step size until the objective falls.

    Of the trials :math:`\alpha = s, s\beta, s\beta^2, \dots` it accepts the first with

    .. math:: f(x - \alpha\nabla f(x)) < f(x) .

    Where the gradient is not zero there is one. Yet the falls can shrink so quickly that the
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

    Returns
    -------
    LineSearch

    Raises
    ------
    TypeError, ValueError
        When an argument is not what is said above.

    Examples
    --------
    From 0.5 on :math:`4w^2` the trials 1, 1/2 and 1/4 lead no lower, and 1/8 to the minimizer:

    >>> from ravine.objectives import quadratic
    >>> simple_decrease().choose(quadratic(8.0), 0.5, 4.0)
    Choice(step_size=0.125, evaluations=5)
    """
    trials = _trials(first, shrink, max_shrinks)

    def choose(objective: Objective, x: Number, gradient: Number) -> Choice:
        along = _Ray(objective, x, gradient)
        value = along(0.0)
        for step_size in trials:
            if along(step_size) < value:
                return Choice(step_size, along.evaluations)
        return Choice(None, along.evaluations)

    return LineSearch("simple decrease", choose)


def armijo(
    first: float = 1.0, shrink: float = 0.5, sufficient: float = 1e-4, max_shrinks: int = 60
) -> LineSearch:
    r"""Return backtracking until the objective falls by enough.

    Of the trials :math:`\alpha = s, s\beta, s\beta^2, \dots` it accepts the first with

    .. math:: f(x - \alpha\nabla f(x)) \le f(x) - c\,\alpha\,\|\nabla f(x)\|^2 ,

    a share c of what the slope promises (Armijo, *Minimization of functions having Lipschitz
    continuous first partial derivatives*, 1966; Nocedal and Wright, *Numerical Optimization*, 2006,
    algorithm 3.1). How small the step can get, says `ravine.theory.armijo_least_step`.

    Parameters
    ----------
    first, shrink, max_shrinks
        :math:`s`, :math:`\beta` and the cap on shrinkings, as in `simple_decrease`.
    sufficient : float
        :math:`0 < c < 1`. Above 1/2 the best step on a parabola is refused.

    Returns
    -------
    LineSearch

    Raises
    ------
    TypeError, ValueError
        When an argument is not what is said above.

    Notes
    -----
    The fall must also be visible: close to a minimizer :math:`c\,\alpha\|\nabla f\|^2` is lost in the
    rounding of f, and a step that changes nothing would pass.

    Examples
    --------
    Half of the promise is kept by no longer step than 1/8 on :math:`4w^2`, and a larger share only
    by a shorter one:

    >>> from ravine.objectives import quadratic
    >>> [armijo(sufficient=c).choose(quadratic(8.0), 0.5, 4.0).step_size for c in (0.5, 0.6)]
    [0.125, 0.0625]
    """
    trials = _trials(first, shrink, max_shrinks)
    sufficient = inner_fraction("sufficient", sufficient)

    def choose(objective: Objective, x: Number, gradient: Number) -> Choice:
        along = _Ray(objective, x, gradient)
        value, promise = along(0.0), norm(gradient) * norm(gradient)
        for step_size in trials:
            fall = value - along(step_size)
            if fall > 0 and fall >= sufficient * step_size * promise:
                return Choice(step_size, along.evaluations)
        return Choice(None, along.evaluations)

    return LineSearch("Armijo backtracking", choose)


def exact_line_search() -> LineSearch:
    r"""Return the rule that goes to the lowest point of the ray, by a closed form.

    For a quadratic with Hessian M and gradient g that is

    .. math:: \alpha = \frac{g^\top g}{g^\top M g}

    (Cauchy 1847; Nocedal and Wright, *Numerical Optimization*, 2006, equation 3.26). A function of
    one number is lowest at one of its stationary points or at the end of its domain; of several
    equally low ones the rule takes the nearest. So in one dimension it knows the answer before it
    starts, and one update is enough.

    Returns
    -------
    LineSearch
        It raises a ValueError when the objective is neither a quadratic with a hand-written
        `curvature`, nor a function of one number that knows its stationary points. It accepts no
        step size where the ray goes down for ever.

    Examples
    --------
    >>> from ravine import QUARTIC, line_search_descent, minimize
    >>> run = minimize(QUARTIC, -2.5, line_search_descent(exact_line_search()))
    >>> run.updates, run.x == QUARTIC.minimizers[0]
    (1, True)
    """

    def choose(objective: Objective, x: Number, gradient: Number) -> Choice:
        if objective.degree == 2 and objective.curvature is not None:
            return Choice(_to_the_vertex(gradient, objective.curvature(x)), evaluations=0)
        if objective.stationary_points and np.ndim(cast("float", x)) == 0:
            return _to_the_lowest(objective, float(cast("float", x)), _single(gradient))
        raise ValueError(
            "objective must be a quadratic, or a function of one number that knows its stationary "
            f"points, got {objective}; golden_section asks for neither"
        )

    return LineSearch("exact line search", choose)


def golden_section(
    first: float = 0.01, tolerance: float = 1e-8, max_ratios: int = 100
) -> LineSearch:
    r"""Return the line search that closes in on a lowest point of the ray by golden sections.

    From a step size that lowers the objective it walks down the ray, each step longer, or shorter,
    by the golden ratio, until the objective rises; the minimum is then enclosed, and every further
    value cuts the enclosure by the golden ratio (Kiefer, *Sequential minimax search for a maximum*,
    1953). Where the ray has several valleys, it does not say which one it found.

    Parameters
    ----------
    first : float
        The step size it tries first.
    tolerance : float
        The enclosure's width, relative to the step size, at which the search ends. Below 1e-8 the
        objective's rounding decides.
    max_ratios : int
        The cap on how often the walk lengthens or shortens the step; a ray that goes down for ever
        never rises, and then no step size is accepted.

    Returns
    -------
    LineSearch

    Raises
    ------
    TypeError, ValueError
        When an argument is not what is said above.

    Examples
    --------
    >>> from ravine import QUARTIC, line_search_descent, minimize
    >>> run = minimize(QUARTIC, -2.5, line_search_descent(golden_section()), eps_grad=1e-6)
    >>> print(f"{run.updates} update, {run.evaluations} evaluations, x = {run.x:.6f}")
    1 update, 45 evaluations, x = -1.224745
    """
    first, tolerance = positive("first", first), inner_fraction("tolerance", tolerance)
    max_ratios = whole("max_ratios", max_ratios, at_least=1)

    def choose(objective: Objective, x: Number, gradient: Number) -> Choice:
        along = _Ray(objective, x, gradient)
        enclosed = _walk_down(along, first, max_ratios)
        step_size = None if enclosed is None else _close_in(along, *enclosed, tolerance)
        return Choice(step_size, along.evaluations)

    return LineSearch("golden section", choose)


@dataclass
class _Ray:
    """The objective along a gradient step, and how often it was asked for."""

    objective: Objective
    x: Number
    gradient: Number
    evaluations: int = field(default=0, init=False)

    def __call__(self, step_size: float) -> float:
        self.evaluations += 1
        return _single(self.objective(self.x - step_size * self.gradient))


def _trials(first: float, shrink: float, max_shrinks: int) -> list[float]:
    first, shrink = positive("first", first), inner_fraction("shrink", shrink)
    most = whole("max_shrinks", max_shrinks, at_least=0)
    return [first * shrink**shrinks for shrinks in range(most + 1)]


def _to_the_vertex(gradient: Number, hessian: Number) -> float | None:
    """Return g.g / g.Mg, or None where the parabola along the ray has no lowest point."""
    g = np.atleast_1d(np.asarray(gradient, dtype=np.float64))
    m = np.asarray(hessian, dtype=np.float64)
    bend = float(g @ (m @ g if m.ndim == 2 else m * g))
    return float(g @ g) / bend if bend > 0 else None


def _to_the_lowest(objective: Objective, x: float, gradient: float) -> Choice:
    """Compare the stationary points downhill, and the end of the domain if it has one."""
    if gradient == 0:
        return Choice(None, evaluations=0)
    ends = [end for end in objective.domain if math.isfinite(end)]
    low = [(point.value, float(point.x)) for point in objective.stationary_points]
    low += [(_single(objective(cast("Number", end))), end) for end in ends]
    value = _single(objective(cast("Number", x)))
    ahead = [(low_value, (x - t) / gradient) for low_value, t in low if (x - t) / gradient > 0]
    lowest, step_size = min(ahead, default=(math.inf, math.inf))
    return Choice(step_size if lowest < value else None, evaluations=1 + len(ends))


def _walk_down(along: _Ray, first: float, most: int) -> tuple[float, float] | None:
    """Return a step size, and the value there, that both golden neighbours are not below."""
    start, step_size = along(0.0), first
    value = along(step_size)
    while not value < start:
        if step_size < first * GOLDEN_RATIO**-most:
            return None
        step_size /= GOLDEN_RATIO
        value = along(step_size)
    for ratio in (GOLDEN_RATIO, 1 / GOLDEN_RATIO):
        for _ in range(most):
            following = along(step_size * ratio)
            if not following < value:
                break
            step_size, value = step_size * ratio, following
        else:
            return None
    return step_size, value


def _close_in(along: _Ray, middle: float, value: float, tolerance: float) -> float:
    """Return the lowest step size found between the golden neighbours of the middle one."""
    left, right = middle / GOLDEN_RATIO, middle * GOLDEN_RATIO
    while right - left > tolerance * middle:
        wider = right if right - middle > middle - left else left
        probe = middle + (wider - middle) / GOLDEN_RATIO**2
        probed = along(probe)
        if probed < value:
            left, right = (middle, right) if probe > middle else (left, middle)
            middle, value = probe, probed
        else:
            left, right = (left, probe) if probe > middle else (probe, right)
    return middle


def _single(number: Number) -> float:
    return float(cast("float", number))
