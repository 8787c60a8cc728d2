r"""The parabola :math:`\tfrac{\lambda}{2} w^2`, on which everything is known exactly."""

from __future__ import annotations

import math
from enum import Enum
from typing import TYPE_CHECKING

from ravine._arguments import positive, real

if TYPE_CHECKING:
    pass


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
