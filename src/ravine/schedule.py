r"""Schedules: step sizes that depend on the number of updates made.

A schedule is a function of k, the number of updates made so far, that gives the step size of the next
one. Any such function will do where a method asks for a step size; these are the ones that people use.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ravine._arguments import not_negative, positive, whole
from ravine._values import Value

__all__ = ["constant", "cosine", "exponential", "inverse", "steps", "warm_up"]

Schedule: TypeAlias = "Callable[[int], float | npt.NDArray[np.floating]]"


@dataclass(frozen=True, eq=False, repr=False)
class constant(Value):
    r"""The same step size in every update, :math:`\eta_k = \eta`.

    Useful after a warm-up; where nothing else is asked for, the number itself will do.

    Parameters
    ----------
    first : float
        :math:`\eta > 0`.

    Examples
    --------
    >>> [constant(0.5)(k) for k in range(3)]
    [0.5, 0.5, 0.5]
    """

    first: float

    def __post_init__(self) -> None:
        """Refuse what is no step size."""
        _check(self, first=positive("first", self.first))

    def __call__(self, k: int) -> float:
        """Return the step size after k updates."""
        return self.first


@dataclass(frozen=True, eq=False, repr=False)
class inverse(Value):
    r"""The step size that shrinks as one over the number of updates.

    .. math:: \eta_k = \frac{\eta_0}{1 + d\,k}

    Its sum is infinite and that of its squares is not, so a run with noisy gradients can get anywhere
    and yet come to rest (Robbins and Monro, *A stochastic approximation method*, 1951, condition 27).

    Parameters
    ----------
    first : float
        :math:`\eta_0 > 0`.
    decay : float
        :math:`d > 0`; with 1 the step sizes are :math:`\eta_0, \eta_0/2, \eta_0/3, \dots`

    Examples
    --------
    >>> [inverse(1.0)(k) for k in range(4)]
    [1.0, 0.5, 0.3333333333333333, 0.25]
    """

    first: float
    decay: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what gives no step sizes."""
        _check(self, first=positive("first", self.first), decay=positive("decay", self.decay))

    def __call__(self, k: int) -> float:
        """Return the step size after k updates."""
        return self.first / (1 + self.decay * k)


@dataclass(frozen=True, eq=False, repr=False)
class steps(Value):
    r"""The step size that is multiplied by a factor each time some updates are done.

    .. math:: \eta_k = \eta_0\,c^{\lfloor k/m\rfloor}

    This is ``torch.optim.lr_scheduler.StepLR``.

    Parameters
    ----------
    first : float
        :math:`\eta_0 > 0`.
    every : int
        :math:`m \ge 1`, the updates between two changes.
    factor : float
        :math:`c > 0`.

    Examples
    --------
    >>> [steps(1.0, every=2, factor=0.5)(k) for k in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    first: float
    every: int
    factor: float = 0.1

    def __post_init__(self) -> None:
        """Refuse what gives no step sizes."""
        _check(
            self,
            first=positive("first", self.first),
            every=whole("every", self.every, at_least=1),
            factor=positive("factor", self.factor),
        )

    def __call__(self, k: int) -> float:
        """Return the step size after k updates."""
        return self.first * self.factor ** (k // self.every)


@dataclass(frozen=True, eq=False, repr=False)
class exponential(Value):
    r"""The step size that is multiplied by a factor in every update, :math:`\eta_k = \eta_0 c^k`.

    With a factor below 1 all steps together are shorter than :math:`\eta_0/(1-c)` gradients: a run may
    come to rest where no stationary point is. This is ``torch.optim.lr_scheduler.ExponentialLR``.

    Parameters
    ----------
    first : float
        :math:`\eta_0 > 0`.
    factor : float
        :math:`c > 0`.

    Examples
    --------
    >>> [exponential(1.0, factor=0.5)(k) for k in range(4)]
    [1.0, 0.5, 0.25, 0.125]
    """

    first: float
    factor: float

    def __post_init__(self) -> None:
        """Refuse what gives no step sizes."""
        _check(self, first=positive("first", self.first), factor=positive("factor", self.factor))

    def __call__(self, k: int) -> float:
        """Return the step size after k updates."""
        return self.first * self.factor**k


@dataclass(frozen=True, eq=False, repr=False)
class cosine(Value):
    r"""The step size that goes down half a wave of a cosine and stays there.

    .. math:: \eta_k = \eta_T + \frac{\eta_0 - \eta_T}{2}\Bigl(1 + \cos\frac{\pi k}{T}\Bigr)
        \quad (k \le T), \qquad \eta_k = \eta_T \quad (k > T)

    (Loshchilov and Hutter, *SGDR: stochastic gradient descent with warm restarts*, 2017, equation 5,
    without restarts; ``torch.optim.lr_scheduler.CosineAnnealingLR`` up to T.)

    Parameters
    ----------
    first : float
        :math:`\eta_0 > 0`.
    updates : int
        :math:`T \ge 1`, the updates until the end of the wave.
    last : float
        :math:`\eta_T \ge 0`. With 0 nothing moves after T updates.

    Examples
    --------
    >>> [round(cosine(1.0, updates=4)(k), 3) for k in range(6)]
    [1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    """

    first: float
    updates: int
    last: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what gives no step sizes."""
        _check(
            self,
            first=positive("first", self.first),
            updates=whole("updates", self.updates, at_least=1),
            last=not_negative("last", self.last),
        )

    def __call__(self, k: int) -> float:
        """Return the step size after k updates."""
        if k >= self.updates:
            return self.last
        wave = (1 + math.cos(math.pi * k / self.updates)) / 2
        return self.last + (self.first - self.last) * wave


@dataclass(frozen=True, eq=False, repr=False)
class warm_up(Value):
    r"""A schedule that begins with small steps: over the first m updates it grows in equal parts.

    .. math:: \eta_k = \min\Bigl(1, \frac{k+1}{m}\Bigr)\,\eta'_k

    with :math:`\eta'` the schedule that is warmed up (Goyal et al., *Accurate, large minibatch SGD:
    training ImageNet in 1 hour*, 2017, section 2.2).

    Parameters
    ----------
    schedule : float or callable
        What follows: a step size, or a schedule. It counts from the first update on.
    updates : int
        :math:`m \ge 1`. The update number m is the first with the whole step size.

    Examples
    --------
    >>> [warm_up(1.0, updates=4)(k) for k in range(6)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    >>> [warm_up(exponential(1.0, factor=0.5), updates=2)(k) for k in range(4)]
    [0.5, 0.5, 0.25, 0.125]
    """

    schedule: float | Schedule
    updates: int

    def __post_init__(self) -> None:
        """Refuse what gives no step sizes."""
        given = self.schedule
        _check(
            self,
            schedule=given if callable(given) else positive("schedule", given),
            updates=whole("updates", self.updates, at_least=1),
        )

    def __call__(self, k: int) -> float | npt.NDArray[np.floating]:
        """Return the step size after k updates."""
        whole_one = self.schedule(k) if callable(self.schedule) else self.schedule
        return whole_one * min(1.0, (k + 1) / self.updates)


def _check(frozen: object, /, **checked: object) -> None:
    """Set the checked parts of a frozen schedule."""
    for name, part in checked.items():
        object.__setattr__(frozen, name, part)
