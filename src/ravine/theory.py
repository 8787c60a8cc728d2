r"""Theory: what gradient descent with a constant step size must do, before it is run.

On :math:`\tfrac{\lambda}{2} w^2` everything is known exactly; on the double well the step size at
which runs begin to diverge is.
"""

from __future__ import annotations

import math
from enum import Enum
from typing import TYPE_CHECKING

from ravine._arguments import positive, real

if TYPE_CHECKING:
    from ravine.objectives import Number, Objective


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
    factor = abs(contraction_factor(positive("curvature", curvature), step_size))
    distance = abs(real("start", start))
    goal = math.sqrt(2 * positive("target", target) / curvature)
    if distance <= goal:
        return 0
    if factor >= 1:
        return math.inf
    if factor == 0:
        return 1
    k = math.ceil(math.log(goal / distance) / math.log(factor))
    # The quotient of logarithms can be off by a rounding error just where k jumps.
    return k - 1 if distance * factor ** (k - 1) <= goal else k


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
    if slope == 0:
        raise ValueError(f"start must not be a stationary point (-1, 0 or 1), got {start}")
    step_size = (start - target) / slope
    if step_size <= 0:
        raise ValueError(
            f"target must lie on the downhill side of the start {start:g}, got {target:g}"
        )
    return step_size


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


def _slope(objective: Objective, w: Number) -> Number:
    if objective.slope is None:
        raise ValueError(f"objective must have a hand-written slope, got {objective}")
    return objective.slope(w)
