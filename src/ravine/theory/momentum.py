"""The heavy ball on a parabola: how much it contracts, and the best momentum."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ravine._arguments import fraction, positive, real

if TYPE_CHECKING:
    pass


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
