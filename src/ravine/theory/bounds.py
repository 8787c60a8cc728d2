"""Bounds for whole classes of objectives: the descent lemma, sublinear and linear rates, line searches."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from ravine._arguments import inner_fraction, not_negative, positive

if TYPE_CHECKING:
    from ravine.objective import Number, Objective


Count: TypeAlias = "int | npt.NDArray[np.integer]"


Measure: TypeAlias = "float | npt.NDArray[np.floating]"


def descent_bound(value: Measure, gradient_norm: Measure, step_size: float) -> Measure:
    r"""Return what one update leaves at most: :math:`f(x) - \tfrac\alpha2\|\nabla f(x)\|^2`.

    It holds for :math:`\alpha \le 1/L` and follows from `descent_lemma_bound`.

    Parameters
    ----------
    value, gradient_norm : float or array
        :math:`f(x)` and :math:`\|\nabla f(x)\|` before the update.
    step_size : float
        :math:`\alpha > 0`. That it is at most 1/L is for the caller to see to.

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
