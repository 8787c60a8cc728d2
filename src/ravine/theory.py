r"""Theory: what gradient descent with a constant step size must do, before it is run.

On :math:`\tfrac{\lambda}{2} w^2` everything is known exactly; on the double well and the quartic the
step size at which runs begin to diverge is; for whole classes of objectives there are bounds.
"""

from __future__ import annotations

import math
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from ravine._arguments import fraction, inner_fraction, not_negative, positive, real

if TYPE_CHECKING:
    from ravine.objectives import Number, Objective

Count: TypeAlias = "int | npt.NDArray[np.integer]"
Measure: TypeAlias = "float | npt.NDArray[np.floating]"


class Regime(Enum):
    r"""The five ways of gradient descent near a point of curvature :math:`\lambda`."""

    MONOTONE = "monotone"
    ONE_STEP = "one step"
    OSCILLATING = "oscillating"
    NEUTRAL = "neutral"
    DIVERGENT = "divergent"

    def __str__(self) -> str:
        """Return the regime in words."""
        return self.value


def contraction_factor(curvature: float, step_size: float) -> float:
    r"""Return the factor by which one update multiplies the distance to the minimizer.

    On :math:`L(w) = \tfrac{\lambda}{2} w^2` the slope is :math:`\lambda w`, so

    .. math:: w_{k+1} = w_k - \eta \lambda w_k = (1 - \eta\lambda)\, w_k .

    Near a minimizer of any smooth objective, with :math:`\lambda = L''(w^\ast)`, this holds in the
    limit (Polyak, *Introduction to Optimization*, 1987, section 1.4).

    Parameters
    ----------
    curvature : float
        :math:`\lambda`; negative at a local maximum.
    step_size : float
        :math:`\eta > 0`.

    Returns
    -------
    float
        :math:`1 - \eta\lambda`.

    Raises
    ------
    TypeError, ValueError
        When `curvature` is not finite, or `step_size` not positive and finite.

    Examples
    --------
    >>> contraction_factor(curvature=4.0, step_size=0.125)
    0.5
    >>> contraction_factor(curvature=1.0, step_size=3.0)
    -2.0
    """
    return 1 - positive("step_size", step_size) * real("curvature", curvature)


def regime(curvature: float, step_size: float) -> Regime:
    r"""Return how gradient descent behaves on a parabola of this curvature.

    With :math:`p = \eta\lambda` the factor per update is :math:`1 - p`: monotone for
    :math:`0 < p < 1`, one step for :math:`p = 1`, oscillating for :math:`1 < p < 2`, neutral for
    :math:`p = 2` (the sign alternates, the distance stays) and :math:`p = 0` (nothing moves),
    divergent for :math:`p > 2` and, near a maximum, :math:`p < 0`.

    Parameters
    ----------
    curvature : float
        :math:`\lambda`.
    step_size : float
        :math:`\eta > 0`.

    Returns
    -------
    Regime

    Raises
    ------
    TypeError, ValueError
        As in `contraction_factor`.

    Notes
    -----
    The boundaries are met exactly, without a tolerance, by the product as floating point rounds
    it: ``regime(3.0, 1 / 3)`` is one step because ``3.0 * (1 / 3) == 1.0``. So a product may
    count as 1 or 2 that misses it by less than one rounding error, which one update cannot show.

    Examples
    --------
    >>> [str(regime(1.0, step_size)) for step_size in (0.5, 1.0, 1.5, 2.0, 3.0)]
    ['monotone', 'one step', 'oscillating', 'neutral', 'divergent']
    >>> print(regime(-2.0, 0.1))
    divergent
    """
    product = positive("step_size", step_size) * real("curvature", curvature)
    if product in (0, 2):
        return Regime.NEUTRAL
    if product == 1:
        return Regime.ONE_STEP
    if not 0 < product < 2:
        return Regime.DIVERGENT
    return Regime.MONOTONE if product < 1 else Regime.OSCILLATING


def step_size_threshold(curvature: float) -> float:
    r"""Return the step size below which gradient descent converges: :math:`2/\lambda`.

    It solves :math:`|1 - \eta\lambda| = 1`. For a convex objective with smoothness constant
    :math:`\lambda` no smaller step size diverges either (Nesterov, *Introductory Lectures on Convex
    Optimization*, 2004, theorem 2.1.14).

    Parameters
    ----------
    curvature : float
        :math:`\lambda > 0`.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        When `curvature` is not positive and finite.

    Examples
    --------
    The minimizers of the double well have curvature 4, so they attract for step sizes below

    >>> step_size_threshold(4.0)
    0.5
    """
    return 2 / positive("curvature", curvature)


def updates_to_target(
    curvature: float, step_size: float, start: float, target: float
) -> int | float:
    r"""Return the first k with :math:`L(w_k) \le` target on :math:`\tfrac{\lambda}{2}w^2`.

    From :math:`L(w_k) = \tfrac{\lambda}{2} w_0^2 (1-\eta\lambda)^{2k}`, with target :math:`t`,

    .. math:: k = \left\lceil
        \frac{\ln\left(\sqrt{2t/\lambda} \,/\, |w_0|\right)}{\ln|1 - \eta\lambda|} \right\rceil ,

    with k = 0 when the start meets the target and k = 1 when one update lands on the minimizer.

    Parameters
    ----------
    curvature, step_size : float
        :math:`\lambda` and :math:`\eta`, both positive.
    start : float
        :math:`w_0`, measured from the minimizer.
    target : float
        The objective gap to reach, positive.

    Returns
    -------
    int or float
        The number of updates; ``math.inf`` when the target is never reached.

    Raises
    ------
    TypeError, ValueError
        When an argument is not what is said above.

    Examples
    --------
    >>> updates_to_target(curvature=1.0, step_size=0.5, start=5.0, target=1e-5)
    11
    >>> updates_to_target(curvature=1.0, step_size=2.0, start=5.0, target=1e-5)
    inf
    """
    product = positive("step_size", step_size) * positive("curvature", curvature)
    distance = abs(real("start", start))
    goal = math.sqrt(2 * positive("target", target) / curvature)
    if distance <= goal:
        return 0
    if product >= 2:
        return math.inf
    if product == 1:
        return 1
    # ln|1 - product|; 1 - product would round what a small step takes away
    log_factor = math.log1p(-product) if product < 1 else math.log(product - 1)
    k = math.ceil(math.log(goal / distance) / log_factor)
    # The quotient of logarithms can be off by a rounding error just where k jumps. A power with a large
    # exponent would be off by more.
    return k - 1 if k < 1000 and distance * abs(1 - product) ** (k - 1) <= goal else k


def double_well_divergence_threshold(start: float) -> float:
    r"""Return the largest step size that keeps gradient descent on the double well bounded.

    On :math:`L(w) = \tfrac12 (w^2-1)^2` one update multiplies w by :math:`1 - 2\eta(w^2-1)`. That
    is below -1 exactly when :math:`|w| > B = \sqrt{1 + 1/\eta}`, so out there :math:`|w|` grows
    with every update. Inside, the update reaches at most
    :math:`\tfrac23 (1+2\eta)\sqrt{(1+2\eta)/(6\eta)}`, which is at most B exactly when
    :math:`\eta \le 1`: then nothing leaves. Hence a start with :math:`|w_0| \ge \sqrt2` diverges
    exactly when :math:`|w_0| > B`, that is when

    .. math:: \eta > \frac{1}{w_0^2 - 1} .

    Parameters
    ----------
    start : float
        :math:`w_0` with :math:`|w_0| \ge \sqrt2`.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        When `start` is not a real number.
    ValueError
        When :math:`|w_0| < \sqrt2`: there the formula gives more than 1, and beyond a step size of
        1 the argument above breaks down.

    Examples
    --------
    >>> double_well_divergence_threshold(3.0)
    0.125
    """
    start = real("start", start)
    if start * start < 2:
        raise ValueError(
            f"start must have absolute value >= sqrt(2), got {start}: closer to 0 the threshold "
            "1/(start**2 - 1) would exceed 1, up to which it is proved"
        )
    return 1 / (start * start - 1)


def double_well_trapping_radius(step_size: float) -> float:
    r"""Return :math:`B = \sqrt{1 + 1/\eta}`, beyond which the double well repels every run.

    For :math:`\eta \le 1` no run that begins within B leaves; see
    `double_well_divergence_threshold` for the proof.

    Parameters
    ----------
    step_size : float
        :math:`\eta > 0`.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        When `step_size` is not positive and finite.

    Examples
    --------
    >>> double_well_trapping_radius(1 / 3)
    2.0
    """
    return math.sqrt(1 + 1 / positive("step_size", step_size))


def double_well_one_step(start: float, target: float) -> float:
    r"""Return the step size whose first update on the double well lands on a target.

    Solving :math:`t = w_0 - 2\eta w_0 (w_0^2-1)` for the step size gives

    .. math:: \eta = \frac{w_0 - t}{2 w_0 (w_0^2 - 1)} ,

    which is :math:`1/(2w_0(w_0+1))` for :math:`t=1`, :math:`1/(2(w_0^2-1))` for the maximum
    :math:`t=0`, :math:`1/(2w_0(w_0-1))` for :math:`t=-1` and :math:`1/(w_0^2-1)` for
    :math:`t=-w_0`, from where the run cycles for ever.

    Parameters
    ----------
    start : float
        :math:`w_0`, not a stationary point.
    target : float
        Any point on the downhill side of the start.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        When an argument is not a real number.
    ValueError
        When the start is stationary or the target does not lie downhill.

    Examples
    --------
    >>> double_well_one_step(2.0, target=-1.0)
    0.25
    """
    start, target = real("start", start), real("target", target)
    slope = 2 * start * (start * start - 1)
    return _landing(start, target, slope, "-1, 0 or 1")


def quartic_divergence_threshold(start: float) -> float:
    r"""Return the largest step size that keeps gradient descent on the quartic bounded.

    On :math:`L(w) = w^4 - 3w^2 + 2` one update multiplies w by :math:`1 + 6\eta - 4\eta w^2`. That
    is below -1 exactly when :math:`|w| > B = \sqrt{\tfrac32 + \tfrac1{2\eta}}`, so out there
    :math:`|w|` grows with every update. Inside, the update reaches at most
    :math:`\tfrac23 (1+6\eta)\sqrt{(1+6\eta)/(12\eta)}`, which is at most B exactly when
    :math:`\eta \le \tfrac13`: then nothing leaves. Hence a start with :math:`|w_0| \ge \sqrt3`
    diverges exactly when

    .. math:: \eta > \frac{1}{2w_0^2 - 3} .

    Parameters
    ----------
    start : float
        :math:`w_0` with :math:`|w_0| \ge \sqrt3`.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        When `start` is not a real number.
    ValueError
        When :math:`|w_0| < \sqrt3`: there the formula gives more than 1/3, up to which it is proved.

    Examples
    --------
    >>> quartic_divergence_threshold(-2.0)
    0.2
    """
    start = real("start", start)
    if start * start < 3:
        raise ValueError(
            f"start must have absolute value >= sqrt(3), got {start}: closer to 0 the threshold "
            "1/(2 * start**2 - 3) would exceed 1/3, up to which it is proved"
        )
    return 1 / (2 * start * start - 3)


def quartic_trapping_radius(step_size: float) -> float:
    r"""Return :math:`B = \sqrt{\tfrac32 + \tfrac1{2\eta}}`, beyond which the quartic repels every run.

    For :math:`\eta \le \tfrac13` no run that begins within B leaves; see
    `quartic_divergence_threshold` for the proof.

    Parameters
    ----------
    step_size : float
        :math:`\eta > 0`.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        When `step_size` is not positive and finite.

    Examples
    --------
    >>> quartic_trapping_radius(0.2)
    2.0
    """
    return math.sqrt(1.5 + 0.5 / positive("step_size", step_size))


def quartic_one_step(start: float, target: float) -> float:
    r"""Return the step size whose first update on the quartic lands on a target.

    Solving :math:`t = w_0 - \eta\,(4w_0^3 - 6w_0)` for the step size gives

    .. math:: \eta = \frac{w_0 - t}{2 w_0 (2w_0^2 - 3)} ,

    which is :math:`1/(4w_0^2 - 6)` for the maximum :math:`t=0` and :math:`1/(2w_0^2-3)` for
    :math:`t=-w_0`, from where the run cycles for ever.

    Parameters
    ----------
    start : float
        :math:`w_0`, not a stationary point.
    target : float
        Any point on the downhill side of the start.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        When an argument is not a real number.
    ValueError
        When the start is stationary or the target does not lie downhill.

    Examples
    --------
    >>> quartic_one_step(-2.5, target=0.0) == 1 / 19
    True
    """
    start, target = real("start", start), real("target", target)
    slope = 4 * start * (start * start - 1.5)
    return _landing(start, target, slope, "0 or the square root of 3/2, either sign")


def heavy_ball_factor(curvature: float, step_size: float, momentum: float) -> float:
    r"""Return the factor per update by which the heavy ball contracts in the long run.

    On :math:`\tfrac{\lambda}{2}w^2` the update :math:`z \gets \beta z + \lambda w`,
    :math:`w \gets w - \eta z` makes :math:`w_{k+1} = (1+\beta-\eta\lambda)\,w_k - \beta w_{k-1}`, so
    the factor is the largest absolute root of

    .. math:: r^2 - (1 + \beta - \eta\lambda)\, r + \beta = 0 .

    Where the roots are complex it is :math:`\sqrt\beta`, whatever the step size (Polyak, *Some
    methods of speeding up the convergence of iteration methods*, 1964).

    Parameters
    ----------
    curvature : float
        :math:`\lambda`; negative at a local maximum.
    step_size : float
        :math:`\eta > 0`.
    momentum : float
        :math:`0 \le \beta < 1`.

    Returns
    -------
    float
        Below 1 exactly when the ball comes to rest.

    Raises
    ------
    TypeError, ValueError
        When an argument is not what is said above.

    Examples
    --------
    >>> heavy_ball_factor(curvature=12.0, step_size=0.01, momentum=0.0)
    0.88
    >>> round(heavy_ball_factor(curvature=12.0, step_size=0.01, momentum=0.9), 4)
    0.9487
    """
    product = positive("step_size", step_size) * real("curvature", curvature)
    beta = fraction("momentum", momentum)
    half = (1 + beta - product) / 2
    under_the_root = half * half - beta
    if under_the_root <= 0:
        return math.sqrt(beta)
    return abs(half) + math.sqrt(under_the_root)


def best_momentum(curvature: float, step_size: float) -> float:
    r"""Return the momentum with which the heavy ball contracts fastest.

    It is the smallest :math:`\beta` that makes the roots of `heavy_ball_factor` meet,

    .. math:: \beta = \left(1 - \sqrt{\eta\lambda}\right)^2 ,

    and the factor is then :math:`\sqrt\beta = |1 - \sqrt{\eta\lambda}|`.

    Parameters
    ----------
    curvature, step_size : float
        :math:`\lambda` and :math:`\eta`, both positive, with :math:`\eta\lambda < 4`.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        When an argument is not what is said above: from :math:`\eta\lambda = 4` on no momentum
        below 1 converges.

    Examples
    --------
    >>> best_momentum(curvature=4.0, step_size=0.0625)
    0.25
    """
    product = positive("step_size", step_size) * positive("curvature", curvature)
    if product >= 4:
        raise ValueError(
            f"step_size must be less than 4/curvature = {4 / curvature:g}, got {step_size}: beyond "
            "it no momentum below 1 converges"
        )
    return (1 - math.sqrt(product)) ** 2


def descent_bound(value: Measure, gradient_norm: Measure, step_size: float) -> Measure:
    r"""Return what one update leaves at most: :math:`f(x) - \tfrac\alpha2\|\nabla f(x)\|^2`.

    It holds for :math:`\alpha \le 1/L` and follows from `descent_lemma_bound`.

    Parameters
    ----------
    value, gradient_norm : float or array
        :math:`f(x)` and :math:`\|\nabla f(x)\|` before the update.
    step_size : float
        :math:`\alpha > 0`. That it is at most 1/L is for the caller to see to.

    Returns
    -------
    float or array

    Raises
    ------
    TypeError, ValueError
        When `step_size` is not positive and finite.

    Examples
    --------
    On :math:`4w^2`, with L = 8, one update from 0.5 leaves no more and no less:

    >>> descent_bound(value=1.0, gradient_norm=4.0, step_size=1 / 8)
    0.0
    """
    return value - positive("step_size", step_size) / 2 * (gradient_norm * gradient_norm)


def descent_lemma_bound(
    value: Measure, gradient_norm: Measure, step_size: float, smoothness: float
) -> Measure:
    r"""Return what one update leaves at most, for every step size.

    If the gradient has the Lipschitz constant L on the whole step, convex or not, then

    .. math:: f(x - \alpha\nabla f(x)) \le
        f(x) - \alpha\left(1 - \tfrac{\alpha L}{2}\right)\|\nabla f(x)\|^2

    (Nesterov, *Introductory Lectures on Convex Optimization*, 2004, section 1.2.3). It promises a
    fall for :math:`\alpha < 2/L`, the largest for :math:`\alpha = 1/L`.

    Parameters
    ----------
    value, gradient_norm : float or array
        :math:`f(x)` and :math:`\|\nabla f(x)\|` before the update.
    step_size, smoothness : float
        :math:`\alpha` and L, both positive.

    Returns
    -------
    float or array

    Raises
    ------
    TypeError, ValueError
        When `step_size` or `smoothness` is not positive and finite.

    Examples
    --------
    >>> [descent_lemma_bound(1.0, 4.0, alpha, smoothness=8.0) for alpha in (1 / 8, 1 / 4, 1 / 2)]
    [0.0, 1.0, 9.0]
    """
    alpha, smoothness = positive("step_size", step_size), positive("smoothness", smoothness)
    return value - alpha * (1 - alpha * smoothness / 2) * (gradient_norm * gradient_norm)


def sublinear_bound(radius: float, step_size: float, updates: Count) -> Measure:
    r"""Return the bound :math:`R^2/(2\alpha k)` on the objective gap after k updates.

    It holds for convex objectives with smoothness constant L and a constant
    :math:`\alpha \le 1/L` (Beck and Teboulle, *A fast iterative shrinkage-thresholding algorithm
    for linear inverse problems*, 2009, theorem 3.1).

    Parameters
    ----------
    radius : float
        :math:`R = \|x_0 - x^\ast\|`, the distance from the start to a minimizer.
    step_size : float
        :math:`\alpha > 0`. That it is at most 1/L is for the caller to see to.
    updates : int or array of int
        :math:`k \ge 1`.

    Returns
    -------
    float or array

    Raises
    ------
    TypeError, ValueError
        When an argument is not what is said above.

    Examples
    --------
    >>> sublinear_bound(radius=0.5, step_size=1 / 8, updates=1000)
    0.001
    """
    r, alpha = not_negative("radius", radius), positive("step_size", step_size)
    return r * r / (2 * alpha * _counted(updates, at_least=1))


def sharp_sublinear_bound(
    radius: float, step_size: float, smoothness: float, updates: Count
) -> Measure:
    r"""Return the bound :math:`R^2/(4\alpha k + 2/L)` on the objective gap after k updates.

    Under the conditions of `sublinear_bound` no smaller bound holds for all objectives: one of
    them, a parabola with straight arms, attains it (Drori and Teboulle, *Performance of first-order
    methods for smooth convex minimization: a novel approach*, 2014, theorem 3.1 and section 3.2).

    Parameters
    ----------
    radius, step_size
        As in `sublinear_bound`.
    smoothness : float
        :math:`L > 0`.
    updates : int or array of int
        :math:`k \ge 0`.

    Returns
    -------
    float or array

    Raises
    ------
    TypeError, ValueError
        When an argument is not what is said above.

    Examples
    --------
    >>> sharp_sublinear_bound(radius=1.0, step_size=1.0, smoothness=1.0, updates=2)
    0.1
    """
    r, alpha = not_negative("radius", radius), positive("step_size", step_size)
    over_smoothness = 2 / positive("smoothness", smoothness)
    return r * r / (4 * alpha * _counted(updates) + over_smoothness)


def linear_distance_bound(
    radius: float, step_size: float, strong_convexity: float, updates: Count
) -> Measure:
    r"""Return the bound :math:`(1-\alpha\mu)^k R` on the distance to the minimizer after k updates.

    It holds for objectives with smoothness constant L and strong convexity :math:`\mu`, and a
    constant :math:`\alpha \le 1/L`: then no direction contracts by less than the flattest
    (Polyak, *Introduction to Optimization*, 1987, section 1.4, theorem 3).

    Parameters
    ----------
    radius, step_size
        As in `sublinear_bound`.
    strong_convexity : float
        :math:`\mu > 0`.
    updates : int or array of int
        :math:`k \ge 0`.

    Returns
    -------
    float or array

    Raises
    ------
    TypeError, ValueError
        When an argument is not what is said above.

    Examples
    --------
    >>> linear_distance_bound(radius=4.0, step_size=0.25, strong_convexity=2.0, updates=3)
    0.5
    """
    product = positive("step_size", step_size) * positive("strong_convexity", strong_convexity)
    return not_negative("radius", radius) * abs(1 - product) ** _counted(updates)


def linear_rate_bound(
    radius: float, step_size: float, smoothness: float, strong_convexity: float, updates: Count
) -> Measure:
    r"""Return the bound :math:`\tfrac L2 (1-\alpha\mu)^{2k} R^2` on the gap after k updates.

    It follows from `linear_distance_bound`, because nothing rises from the minimizer faster than
    :math:`\tfrac L2` times the squared distance.

    Parameters
    ----------
    radius, step_size, strong_convexity, updates
        As in `linear_distance_bound`.
    smoothness : float
        :math:`L > 0`.

    Returns
    -------
    float or array

    Raises
    ------
    TypeError, ValueError
        When an argument is not what is said above.

    Examples
    --------
    >>> linear_rate_bound(4.0, step_size=0.25, smoothness=4.0, strong_convexity=2.0, updates=3)
    0.5
    """
    distance = linear_distance_bound(radius, step_size, strong_convexity, updates)
    return positive("smoothness", smoothness) / 2 * (distance * distance)


def armijo_least_step(
    smoothness: float, first: float = 1.0, shrink: float = 0.5, sufficient: float = 1e-4
) -> float:
    r"""Return a step size that `ravine.stepsize.armijo` never goes below.

    By `descent_lemma_bound` every :math:`\alpha \le 2(1-c)/L` passes the test. So either the first
    trial s passes, or the last one that failed was longer, and

    .. math:: \alpha \ge \min\left(s, \frac{2(1-c)\beta}{L}\right) .

    Parameters
    ----------
    smoothness : float
        :math:`L > 0`, on the whole first step.
    first, shrink, sufficient : float
        :math:`s`, :math:`\beta` and c, as in `ravine.stepsize.armijo`.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        When an argument is not what is said above.

    Examples
    --------
    >>> armijo_least_step(smoothness=2.0, sufficient=0.25)
    0.375
    """
    shrunk = 2 * (1 - inner_fraction("sufficient", sufficient)) * inner_fraction("shrink", shrink)
    return min(positive("first", first), shrunk / positive("smoothness", smoothness))


def first_order_model(objective: Objective, w: Number, displacement: Number) -> Number:
    r"""Return the first-order model :math:`L(w) + L'(w)\,\Delta` of the objective around w.

    Parameters
    ----------
    objective : Objective
        It must have a hand-written slope.
    w : float or array
        Where the model touches the objective.
    displacement : float or array
        :math:`\Delta`, how far from there the model is asked; it broadcasts against `w`.

    Returns
    -------
    float or array

    Raises
    ------
    ValueError
        When the objective has no hand-written slope.

    Examples
    --------
    >>> from ravine import CENTRED_QUADRATIC
    >>> first_order_model(CENTRED_QUADRATIC, 5.0, displacement=-2.5)
    0.0
    """
    return objective.value(w) + _slope(objective, w) * displacement


def model_decrease(objective: Objective, w: Number, step_size: Number) -> Number:
    r"""Return by how much the first-order model falls in one update: :math:`\eta\,L'(w)^2`.

    It follows from the displacement :math:`\Delta = -\eta L'(w)`. For a smoothness constant
    :math:`\lambda` the true decrease is at least
    :math:`(1 - \tfrac{\eta\lambda}{2})\,\eta\,L'(w)^2` (Nesterov, *Introductory Lectures on Convex
    Optimization*, 2004, section 1.2.3).

    Parameters
    ----------
    objective : Objective
        It must have a hand-written slope.
    w : float or array
        Where the update begins.
    step_size : float or array
        :math:`\eta`; it broadcasts against `w`.

    Returns
    -------
    float or array

    Raises
    ------
    ValueError
        When the objective has no hand-written slope.

    Examples
    --------
    >>> from ravine import CENTRED_QUADRATIC
    >>> model_decrease(CENTRED_QUADRATIC, 5.0, step_size=0.5)
    12.5
    """
    slope = _slope(objective, w)
    return step_size * slope * slope


def _landing(start: float, target: float, slope: float, stationary: str) -> float:
    if slope == 0:
        raise ValueError(f"start must not be a stationary point ({stationary}), got {start}")
    step_size = (start - target) / slope
    if step_size <= 0:
        raise ValueError(
            f"target must lie on the downhill side of the start {start:g}, got {target:g}"
        )
    return step_size


def _counted(updates: Count, at_least: int = 0) -> Count:
    counts = np.asarray(updates)
    if counts.dtype.kind not in "iu":
        raise TypeError(f"updates must be an integer or an array of integers, got {updates!r}")
    if (counts < at_least).any():
        raise ValueError(f"updates must be >= {at_least}, got {counts.min()}")
    return updates


def _slope(objective: Objective, w: Number) -> Number:
    if objective.slope is None:
        raise ValueError(f"objective must have a hand-written slope, got {objective}")
    return objective.slope(w)
