r"""Two wells: where runs begin to diverge, and steps that land on a stationary point.

The double well and the quartic are one function but for its scale. Their slope is
:math:`c\,w\,(w^2 - r^2)`, with :math:`(c, r^2) = (2, 1)` and :math:`(4, \tfrac32)`, and what is proved of
it holds for both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ravine._arguments import positive, real

__all__ = ["ON_DOUBLE_WELL", "ON_QUARTIC", "TwoWells"]


@dataclass(frozen=True)
class TwoWells:
    r"""Gradient descent where the slope is :math:`c\,w\,(w^2 - r^2)`, with wells at :math:`\pm r`.

    One update multiplies w by :math:`1 - \eta c\,(w^2 - r^2)`. That is below -1 exactly when

    .. math:: |w| > B = \sqrt{r^2 + \frac{2}{\eta c}} ,

    so out there :math:`|w|` grows with every update. Inside, the update reaches at most

    .. math:: \tfrac23\,(1 + \eta c r^2)\,\sqrt{\frac{1 + \eta c r^2}{3\eta c}} ,

    which is at most B exactly when :math:`\eta \le 2/(c r^2)`: then nothing leaves. Lecture 1 tells it
    for the double well, in "Where divergence begins".

    Parameters
    ----------
    scale : float
        :math:`c > 0`.
    square : float
        :math:`r^2 > 0`, the square of the minimizers.

    Examples
    --------
    >>> ON_QUARTIC.trapping_radius(0.2)
    2.0
    """

    scale: float
    square: float

    def __post_init__(self) -> None:
        """Refuse what has no two wells."""
        object.__setattr__(self, "scale", positive("scale", self.scale))
        object.__setattr__(self, "square", positive("square", self.square))

    def trapping_radius(self, step_size: float) -> float:
        r"""Return :math:`B = \sqrt{r^2 + 2/(\eta c)}`, beyond which every run is repelled.

        For :math:`\eta \le 2/(c r^2)` no run that begins within B leaves.

        Examples
        --------
        >>> ON_DOUBLE_WELL.trapping_radius(1 / 3)
        2.0
        """
        eta = positive("step_size", step_size)
        return math.sqrt(self.square + 2 / self.scale / eta)

    def divergence_threshold(self, start: float) -> float:
        r"""Return the largest step size with which a run from a start stays bounded.

        A start with :math:`w_0^2 \ge 2 r^2` diverges exactly when :math:`|w_0| > B`, that is when

        .. math:: \eta > \frac{2}{c\,(w_0^2 - r^2)} .

        Parameters
        ----------
        start : float
            :math:`w_0` with :math:`w_0^2 \ge 2 r^2`.

        Raises
        ------
        ValueError
            When the start is closer to 0: there the formula gives more than :math:`2/(c r^2)`, up to which
            it is proved.

        Examples
        --------
        >>> ON_DOUBLE_WELL.divergence_threshold(3.0), ON_QUARTIC.divergence_threshold(-2.0)
        (0.125, 0.2)
        """
        start = real("start", start)
        if start * start < 2 * self.square:
            raise ValueError(
                f"start must have absolute value >= {math.sqrt(2 * self.square):.6g}, got {start}: closer "
                f"to 0 the threshold would exceed {2 / (self.scale * self.square):.6g}, up to which it is "
                "proved"
            )
        return 2 / (self.scale * (start * start - self.square))

    def one_step(self, start: float, target: float) -> float:
        r"""Return the step size whose first update lands on a target.

        Solving :math:`t = w_0 - \eta\,c\,w_0\,(w_0^2 - r^2)` for the step size gives

        .. math:: \eta = \frac{w_0 - t}{c\,w_0\,(w_0^2 - r^2)} .

        With :math:`t = 0` the run ends on the maximum, and with :math:`t = -w_0` it cycles for ever.

        Parameters
        ----------
        start : float
            :math:`w_0`, not a stationary point.
        target : float
            Any point on the downhill side of the start.

        Raises
        ------
        ValueError
            When the start is stationary or the target does not lie downhill.

        Examples
        --------
        >>> (
        ...     ON_DOUBLE_WELL.one_step(2.0, target=-1.0),
        ...     ON_QUARTIC.one_step(-2.5, target=0.0) == 1 / 19,
        ... )
        (0.25, True)
        """
        start, target = real("start", start), real("target", target)
        slope = self.scale * start * (start * start - self.square)
        if slope == 0:
            raise ValueError(
                f"start must not be a stationary point (0 or {math.sqrt(self.square):.6g}, either sign), "
                f"got {start}"
            )
        step_size = (start - target) / slope
        if step_size <= 0:
            raise ValueError(
                f"target must lie on the downhill side of the start {start:g}, got {target:g}"
            )
        return step_size


ON_DOUBLE_WELL = TwoWells(scale=2.0, square=1.0)
r"""What holds on `ravine.named.DOUBLE_WELL`, :math:`\tfrac12 (w^2-1)^2`."""

ON_QUARTIC = TwoWells(scale=4.0, square=1.5)
r"""What holds on `ravine.named.QUARTIC`, :math:`w^4 - 3w^2 + 2`."""
