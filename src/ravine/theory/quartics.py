"""The double well and the quartic: where runs begin to diverge, and steps that land on a stationary point."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ravine._arguments import positive, real

if TYPE_CHECKING:
    pass


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


def _landing(start: float, target: float, slope: float, stationary: str) -> float:
    if slope == 0:
        raise ValueError(f"start must not be a stationary point ({stationary}), got {start}")
    step_size = (start - target) / slope
    if step_size <= 0:
        raise ValueError(
            f"target must lie on the downhill side of the start {start:g}, got {target:g}"
        )
    return step_size
