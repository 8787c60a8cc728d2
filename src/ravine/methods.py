"""Methods: a direction and a step size.

An update goes from x to x - step size * direction. Each class here is a direction: two pure functions,
`init` and `direction`. State goes in and comes out; nothing is remembered elsewhere, and a batch is a
longer array. The step size is a number, an array, a schedule (`ravine.schedule`) or a line search
(`ravine.stepsize`): each direction goes with each of them. A projection (`ravine.projection`) may follow.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar, cast

import numpy as np
import numpy.typing as npt

from ravine._arguments import fractions, pair_of_fractions, positives, step_sizes
from ravine._functions import sqrt
from ravine._values import Named
from ravine.objective import Number
from ravine.projection import Projection
from ravine.schedule import Schedule
from ravine.stepsize import LineSearch

__all__ = [
    "Method",
    "Moments",
    "StepSize",
    "adagrad",
    "adam",
    "averaged_heavy_ball",
    "gradient_descent",
    "heavy_ball",
    "nesterov",
    "rmsprop",
]

State = TypeVar("State")
Setting: TypeAlias = "float | npt.NDArray[np.floating]"  # an array has one for each run of a batch
StepSize: TypeAlias = "float | npt.NDArray[np.floating] | Schedule | LineSearch"


@dataclass(frozen=True, eq=False, repr=False)
class Method(Named, ABC, Generic[State]):
    r"""A direction d and a step size: the update is :math:`x_{k+1} = P(x_k - \eta_k d_k)`.

    Parameters
    ----------
    step_size : float, array, schedule or LineSearch
        :math:`\eta_k`. A number is the same in all updates. An array gives each coordinate, or each
        run of a batch, its own. A schedule is a function of k, the number of updates made so far. A
        line search chooses at every point.
    projection : Projection, optional
        P, which takes an iterate back to the allowed points; by default all points are allowed.

    Raises
    ------
    TypeError, ValueError
        When a step size is no real number, or not positive and finite, or another setting of a method
        is not what its class says.

    Notes
    -----
    A state is None, a number, an array or tensor, or a tuple of such. Each array in it has the
    shape of `x`, one entry per coordinate, or per run when many runs are done at once; what all
    runs share, such as a count of the updates, is a plain number. `ravine.sweeps.sweep` relies on
    this when finished runs leave.

    Examples
    --------
    A direction of one's own: by the sign of the slope alone, here with a step that shrinks as 1/k.

    >>> class sign_descent(Method):
    ...     def direction(self, x, gradient, state):
    ...         return np.sign(gradient), state
    >>> method = sign_descent(lambda k: 0.5 / (k + 1))
    >>> method.step(np.array([5.0, -1.0]), np.array([3.0, -8.0]), None, k=1)
    (array([ 4.75, -0.75]), None)
    """

    step_size: StepSize
    projection: Projection | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        """Refuse what is no step size or no projection."""
        given = self.step_size
        if not isinstance(given, LineSearch) and not callable(given):
            object.__setattr__(self, "step_size", step_sizes("step_size", given))
        if self.projection is not None and not isinstance(self.projection, Projection):
            raise TypeError(
                f"projection must be a Projection such as box(0.0, 1.0), got {self.projection!r}"
            )

    def init(self, x: Number) -> State:
        """Return the state before the first update from x."""
        return cast("State", None)

    @abstractmethod
    def direction(self, x: Number, gradient: Number, state: State) -> tuple[Number, State]:
        """Return the direction of the next update and the next state; nothing is changed in place."""

    def step_size_at(self, k: int) -> float | npt.NDArray[np.floating]:
        """Return the step size after k updates, if no line search has to find it.

        Raises
        ------
        TypeError, ValueError
            When the step size is a line search, or what a schedule gives is no step size.
        """
        given = self.step_size
        if isinstance(given, LineSearch):
            raise TypeError(f"step_size must be known beforehand here, got the line search {given}")
        if not callable(given):
            return given
        found = given(k)
        if not np.all((np.asarray(found) >= 0) & (np.asarray(found) < np.inf)):
            raise ValueError(f"step_size({k}) must be finite and at least 0, got {found}")
        return found if isinstance(found, np.ndarray) and found.ndim else float(found)

    def moved(self, x: Number, step_size: Any, direction: Number) -> Number:
        """Return where an update leads from x."""
        x = x - step_size * direction
        return x if self.projection is None else self.projection(x)

    def step(self, x: Number, gradient: Number, state: State, k: int = 0) -> tuple[Number, State]:
        """Return the next iterate and the next state; k updates were made before.

        Examples
        --------
        >>> gradient_descent(0.5).step(5.0, 5.0, None)
        (2.5, None)
        """
        direction, state = self.direction(x, gradient, state)
        return self.moved(x, self.step_size_at(k), direction), state


@dataclass(frozen=True, eq=False, repr=False)
class gradient_descent(Method[None]):
    r"""Gradient descent: the direction is the gradient.

    The update is :math:`w_{k+1} = w_k - \eta L'(w_k)`; it keeps no state. Going against the slope
    lowers the first-order model of the objective (Cauchy 1847; Nesterov, *Introductory Lectures
    on Convex Optimization*, 1.2.3).

    Parameters
    ----------
    step_size : float, array, schedule or LineSearch
        :math:`\eta`, as in `Method`, which also takes a `projection`.

    Examples
    --------
    >>> method = gradient_descent(0.5)
    >>> method.step(5.0, 5.0, None)
    (2.5, None)
    >>> gradient_descent(-0.1)
    Traceback (most recent call last):
        ...
    ValueError: step_size must be positive and finite, got -0.1
    """

    def direction(self, x: Number, gradient: Number, state: None) -> tuple[Number, None]:
        """Return the direction of the next update and the next state."""
        return gradient, state


@dataclass(frozen=True, eq=False, repr=False)
class _WithMomentum(Method[Number]):
    """What has a velocity: its state, in the shape of x, which begins as zero."""

    momentum: Setting

    def __post_init__(self) -> None:
        """Refuse settings that are not what is said of them."""
        super().__post_init__()
        object.__setattr__(self, "momentum", fractions("momentum", self.momentum))

    def init(self, x: Number) -> Number:
        """Return zero in the shape of x."""
        return 0 * x


@dataclass(frozen=True, eq=False, repr=False)
class heavy_ball(_WithMomentum):
    r"""The heavy ball: gradient descent with momentum, the velocity a sum.

    .. math:: z_{k+1} = \beta z_k + \nabla L(w_k), \qquad w_{k+1} = w_k - \eta z_{k+1},
        \qquad z_0 = 0

    (Polyak, *Some methods of speeding up the convergence of iteration methods*, 1964). This is
    ``torch.optim.SGD(momentum=...)``. Where the gradient stays the same, z grows to
    :math:`1/(1-\beta)` gradients; `averaged_heavy_ball` takes that factor out.

    Parameters
    ----------
    step_size : float, array, schedule or LineSearch
        :math:`\eta`, as in `Method`, which also takes a `projection`.
    momentum : float
        :math:`0 \le \beta < 1`, the share of the velocity that is kept.

    Examples
    --------
    >>> heavy_ball(0.5, momentum=0.25).step(5.0, 5.0, 4.0)
    (2.0, 6.0)
    """

    def direction(self, x: Number, gradient: Number, state: Number) -> tuple[Number, Number]:
        """Return the direction of the next update and the next state."""
        velocity = self.momentum * state + gradient
        return velocity, velocity


@dataclass(frozen=True, eq=False, repr=False)
class averaged_heavy_ball(_WithMomentum):
    r"""The heavy ball whose velocity is a weighted average of the gradients.

    .. math:: v_{k+1} = \beta v_k + (1-\beta)\nabla L(w_k), \qquad w_{k+1} = w_k - \eta v_{k+1},
        \qquad v_0 = 0

    The other convention: with :math:`v = (1-\beta)z` it makes the same iterates as `heavy_ball`
    with the step size :math:`\eta(1-\beta)`. So a step size read somewhere means nothing until it
    is said which of the two is meant. (``torch.optim.SGD`` with `dampening` set to the momentum is
    this method but for its first velocity, which it does not dampen.)

    Parameters
    ----------
    step_size : float, array, schedule or LineSearch
        :math:`\eta`, as in `Method`, which also takes a `projection`.
    momentum : float
        :math:`0 \le \beta < 1`, the share of the velocity that is kept.

    Examples
    --------
    >>> averaged_heavy_ball(0.5, momentum=0.75).step(5.0, 5.0, 4.0)
    (2.875, 4.25)
    """

    def direction(self, x: Number, gradient: Number, state: Number) -> tuple[Number, Number]:
        """Return the direction of the next update and the next state."""
        velocity = self.momentum * state + (1 - self.momentum) * gradient
        return velocity, velocity


@dataclass(frozen=True, eq=False, repr=False)
class nesterov(_WithMomentum):
    r"""Nesterov's momentum, in the form of ``torch.optim.SGD(nesterov=True)``.

    .. math:: z_{k+1} = \beta z_k + \nabla L(w_k), \qquad
        w_{k+1} = w_k - \eta\,(\nabla L(w_k) + \beta z_{k+1}), \qquad z_0 = 0

    The gradient at hand counts twice, once for where the ball is and once for where it will be
    (Nesterov, *A method of solving a convex programming problem with convergence rate O(1/k^2)*,
    1983; in this form in Sutskever, Martens, Dahl and Hinton, *On the importance of initialization
    and momentum in deep learning*, 2013, section 2).

    Parameters
    ----------
    step_size : float, array, schedule or LineSearch
        :math:`\eta`, as in `Method`, which also takes a `projection`.
    momentum : float
        :math:`0 \le \beta < 1`, the share of the velocity that is kept.

    Examples
    --------
    >>> nesterov(0.5, momentum=0.25).step(5.0, 5.0, 4.0)
    (1.75, 6.0)
    """

    name = "Nesterov momentum"

    def direction(self, x: Number, gradient: Number, state: Number) -> tuple[Number, Number]:
        """Return the direction of the next update and the next state."""
        velocity = self.momentum * state + gradient
        return gradient + self.momentum * velocity, velocity


@dataclass(frozen=True, eq=False, repr=False)
class adagrad(Method[Number]):
    r"""AdaGrad: each coordinate divides its step by the root of all its squared slopes.

    .. math:: s_{k+1} = s_k + g_k^2, \qquad
        w_{k+1} = w_k - \eta\,\frac{g_k}{\sqrt{s_{k+1}} + \varepsilon}, \qquad s_0 = 0

    with :math:`g_k = \nabla L(w_k)`, entry by entry (Duchi, Hazan and Singer, *Adaptive subgradient
    methods for online learning and stochastic optimization*, 2011; ``torch.optim.Adagrad``). The
    first step has the length :math:`\eta` whatever the slope, and from then on
    the divisor only grows.

    Parameters
    ----------
    step_size : float, array, schedule or LineSearch
        :math:`\eta`, as in `Method`, which also takes a `projection`.
    eps : float
        :math:`\varepsilon > 0`, which keeps the quotient finite.

    Examples
    --------
    >>> x, squares = adagrad(0.5).step(5.0, 3.0, 16.0)
    >>> round(x, 9), squares
    (4.7, 25.0)
    """

    name = "AdaGrad"

    eps: Setting = 1e-10

    def __post_init__(self) -> None:
        """Refuse settings that are not what is said above."""
        super().__post_init__()
        object.__setattr__(self, "eps", positives("eps", self.eps))

    def init(self, x: Number) -> Number:
        """Return zero in the shape of x."""
        return 0 * x

    def direction(self, x: Number, gradient: Number, state: Number) -> tuple[Number, Number]:
        """Return the direction of the next update and the next state."""
        squares = state + gradient * gradient
        return gradient / (sqrt(squares) + self.eps), squares


@dataclass(frozen=True, eq=False, repr=False)
class rmsprop(Method[Number]):
    r"""RMSProp: AdaGrad with a fading memory.

    .. math:: s_{k+1} = \alpha s_k + (1-\alpha)\,g_k^2, \qquad
        w_{k+1} = w_k - \eta\,\frac{g_k}{\sqrt{s_{k+1}} + \varepsilon}, \qquad s_0 = 0

    with :math:`g_k = \nabla L(w_k)`, entry by entry (Tieleman and Hinton, *Neural Networks for
    Machine Learning*, 2012, lecture 6.5; ``torch.optim.RMSprop``). Because s follows the slope down,
    the steps stay about :math:`\eta` long, and a run with constant :math:`\eta` does not settle.

    Parameters
    ----------
    step_size : float, array, schedule or LineSearch
        :math:`\eta`, as in `Method`, which also takes a `projection`.
    smoothing : float
        :math:`0 \le \alpha < 1`, the share of the memory that is kept.
    eps : float
        :math:`\varepsilon > 0`, which keeps the quotient finite.

    Examples
    --------
    The first step has the length of the step size over the root of 1 - smoothing:

    >>> x, square = rmsprop(0.5, smoothing=0.75).step(5.0, 8.0, 0.0)
    >>> round(x, 6), square
    (4.0, 16.0)
    """

    name = "RMSProp"

    smoothing: Setting = 0.99
    eps: Setting = 1e-8

    def __post_init__(self) -> None:
        """Refuse settings that are not what is said above."""
        super().__post_init__()
        object.__setattr__(self, "smoothing", fractions("smoothing", self.smoothing))
        object.__setattr__(self, "eps", positives("eps", self.eps))

    def init(self, x: Number) -> Number:
        """Return zero in the shape of x."""
        return 0 * x

    def direction(self, x: Number, gradient: Number, state: Number) -> tuple[Number, Number]:
        """Return the direction of the next update and the next state."""
        square = self.smoothing * state + (1 - self.smoothing) * (gradient * gradient)
        return gradient / (sqrt(square) + self.eps), square


class Moments(NamedTuple):
    """What Adam remembers.

    Parameters
    ----------
    updates : int
        How many updates were made.
    mean, square : float, array or tensor
        The weighted sums of the gradients and of their squares, in the shape of x.
    """

    updates: int
    mean: Number
    square: Number


@dataclass(frozen=True, eq=False, repr=False)
class adam(Method[Moments]):
    r"""Adam: momentum over the root of the mean square, both freed from their start at 0.

    .. math:: m_{k+1} = \beta_1 m_k + (1-\beta_1)\,g_k, \qquad
        s_{k+1} = \beta_2 s_k + (1-\beta_2)\,g_k^2, \qquad m_0 = s_0 = 0

    .. math:: w_{k+1} = w_k - \eta\,\frac{\hat m}{\sqrt{\hat s} + \varepsilon}, \qquad
        \hat m = \frac{m_{k+1}}{1-\beta_1^{k+1}}, \qquad
        \hat s = \frac{s_{k+1}}{1-\beta_2^{k+1}}

    with :math:`g_k = \nabla L(w_k)`, entry by entry (Kingma and Ba, *Adam: a method for stochastic
    optimization*, 2015, algorithm 1; ``torch.optim.Adam``). The first step has the length
    :math:`\eta` whatever the slope.

    Parameters
    ----------
    step_size : float, array, schedule or LineSearch
        :math:`\eta`, as in `Method`, which also takes a `projection`.
    betas : pair of float
        :math:`\beta_1` and :math:`\beta_2`, both at least 0 and less than 1.
    eps : float
        :math:`\varepsilon > 0`, which keeps the quotient finite.

    Examples
    --------
    >>> x, moments = adam(0.5).step(5.0, 8.0, Moments(updates=0, mean=0.0, square=0.0))
    >>> round(x, 6), moments.updates
    (4.5, 1)
    """

    name = "Adam"

    betas: tuple[float, float] = (0.9, 0.999)
    eps: Setting = 1e-8

    def __post_init__(self) -> None:
        """Refuse settings that are not what is said above."""
        super().__post_init__()
        object.__setattr__(self, "betas", pair_of_fractions("betas", self.betas))
        object.__setattr__(self, "eps", positives("eps", self.eps))

    def init(self, x: Number) -> Moments:
        """Return moments of zero in the shape of x."""
        return Moments(0, 0 * x, 0 * x)

    def direction(self, x: Number, gradient: Number, state: Moments) -> tuple[Number, Moments]:
        """Return the direction of the next update and the next state."""
        beta1, beta2 = self.betas
        k = state.updates + 1
        mean = beta1 * state.mean + (1 - beta1) * gradient
        square = beta2 * state.square + (1 - beta2) * (gradient * gradient)
        unbiased_mean, unbiased_square = mean / (1 - beta1**k), square / (1 - beta2**k)
        return unbiased_mean / (sqrt(unbiased_square) + self.eps), Moments(k, mean, square)
