"""Methods: update rules as two pure functions, `init` and `step`.

State goes in and comes out; nothing is remembered elsewhere. A batch is a longer array.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from ravine._arguments import fraction, positive
from ravine._functions import sqrt

if TYPE_CHECKING:
    from ravine.objectives import Number

State = TypeVar("State")
StepSize: TypeAlias = "float | npt.NDArray[np.floating]"


@dataclass(frozen=True)
class Method(Generic[State]):
    """An update rule.

    Parameters
    ----------
    name : str
        What people call it.
    init : callable
        ``init(x0)`` gives the state before the first update.
    step : callable
        ``step(x, gradient, state)`` gives the next iterate and the next state. It changes none of
        the three in place.
    step_size : float or array
        The constant step size, for the record; nan when there is none to tell.

    Notes
    -----
    A state is None, a number, an array or tensor, or a tuple of such. Each array in it has the
    shape of `x`, one entry per coordinate, or per run when many runs are done at once; what all
    runs share, such as a count of the updates, is a plain number. `ravine.sweep.sweep` relies on
    this when finished runs leave.

    Examples
    --------
    Going by the sign of the slope alone, with a step that shrinks as 1/k:

    >>> def sign_descent(step_size):
    ...     def step(x, gradient, k):
    ...         return x - step_size / k * np.sign(gradient), k + 1
    ...
    ...     return Method("sign descent", init=lambda x: 1, step=step)
    >>> sign_descent(0.5).step(np.array([5.0, -1.0]), np.array([3.0, -8.0]), 2)
    (array([ 4.75, -0.75]), 3)
    """

    name: str
    init: Callable[[Number], State]
    step: Callable[[Number, Number, State], tuple[Number, State]]
    step_size: float | npt.NDArray[np.floating] = math.nan

    def __repr__(self) -> str:
        """Name the method; its two functions have no readable form."""
        return f"<Method: {self.name}>"


def gradient_descent(step_size: StepSize) -> Method[None]:
    r"""Return gradient descent with a constant step size.

    The update is :math:`w_{k+1} = w_k - \eta L'(w_k)`; it keeps no state. Going against the slope
    lowers the first-order model of the objective (Cauchy 1847; Nesterov, *Introductory Lectures
    on Convex Optimization*, 1.2.3).

    Parameters
    ----------
    step_size : float or array
        :math:`\eta`, positive and finite. An array gives each coordinate, or each run of a batch,
        its own.

    Returns
    -------
    Method

    Raises
    ------
    TypeError
        When `step_size` is not real: a bool, a complex number, a string.
    ValueError
        When a step size is zero, negative, infinite or not a number.

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
    eta = checked_step_size(step_size)

    def init(_x0: Number) -> None:
        return None

    def step(x: Number, gradient: Number, state: None) -> tuple[Number, None]:
        return x - eta * gradient, state

    return Method("gradient descent", init, step, eta)


def heavy_ball(step_size: StepSize, momentum: float) -> Method[Number]:
    r"""Return the heavy ball: gradient descent with momentum, the velocity a sum.

    .. math:: z_{k+1} = \beta z_k + \nabla L(w_k), \qquad w_{k+1} = w_k - \eta z_{k+1},
        \qquad z_0 = 0

    (Polyak, *Some methods of speeding up the convergence of iteration methods*, 1964). This is
    ``torch.optim.SGD(momentum=...)``. Where the gradient stays the same, z grows to
    :math:`1/(1-\beta)` gradients; `averaged_heavy_ball` takes that factor out.

    Parameters
    ----------
    step_size : float or array
        :math:`\eta`, as in `gradient_descent`.
    momentum : float
        :math:`0 \le \beta < 1`, the share of the velocity that is kept.

    Returns
    -------
    Method
        Its state is the velocity, in the shape of x.

    Raises
    ------
    TypeError, ValueError
        As `gradient_descent`, and when `momentum` is not at least 0 and less than 1.

    Examples
    --------
    >>> heavy_ball(0.5, momentum=0.25).step(5.0, 5.0, 4.0)
    (2.0, 6.0)
    """
    eta, beta = checked_step_size(step_size), fraction("momentum", momentum)

    def step(x: Number, gradient: Number, velocity: Number) -> tuple[Number, Number]:
        velocity = beta * velocity + gradient
        return x - eta * velocity, velocity

    return Method("heavy ball", _zero, step, eta)


def averaged_heavy_ball(step_size: StepSize, momentum: float) -> Method[Number]:
    r"""Return the heavy ball whose velocity is a weighted average of the gradients.

    .. math:: v_{k+1} = \beta v_k + (1-\beta)\nabla L(w_k), \qquad w_{k+1} = w_k - \eta v_{k+1},
        \qquad v_0 = 0

    The other convention: with :math:`v = (1-\beta)z` it makes the same iterates as `heavy_ball`
    with the step size :math:`\eta(1-\beta)`. So a step size read somewhere means nothing until it
    is said which of the two is meant. (``torch.optim.SGD`` with `dampening` set to the momentum is
    this method but for its first velocity, which it does not dampen.)

    Parameters
    ----------
    step_size : float or array
        :math:`\eta`, as in `gradient_descent`.
    momentum : float
        :math:`0 \le \beta < 1`, the share of the velocity that is kept.

    Returns
    -------
    Method
        Its state is the velocity, in the shape of x.

    Raises
    ------
    TypeError, ValueError
        As `gradient_descent`, and when `momentum` is not at least 0 and less than 1.

    Examples
    --------
    >>> averaged_heavy_ball(0.5, momentum=0.75).step(5.0, 5.0, 4.0)
    (2.875, 4.25)
    """
    eta, beta = checked_step_size(step_size), fraction("momentum", momentum)

    def step(x: Number, gradient: Number, velocity: Number) -> tuple[Number, Number]:
        velocity = beta * velocity + (1 - beta) * gradient
        return x - eta * velocity, velocity

    return Method("averaged heavy ball", _zero, step, eta)


def nesterov(step_size: StepSize, momentum: float) -> Method[Number]:
    r"""Return Nesterov's momentum, in the form of ``torch.optim.SGD(nesterov=True)``.

    .. math:: z_{k+1} = \beta z_k + \nabla L(w_k), \qquad
        w_{k+1} = w_k - \eta\,(\nabla L(w_k) + \beta z_{k+1}), \qquad z_0 = 0

    The gradient at hand counts twice, once for where the ball is and once for where it will be
    (Nesterov, *A method of solving a convex programming problem with convergence rate O(1/k^2)*,
    1983; in this form in Sutskever, Martens, Dahl and Hinton, *On the importance of initialization
    and momentum in deep learning*, 2013, section 2).

    Parameters
    ----------
    step_size : float or array
        :math:`\eta`, as in `gradient_descent`.
    momentum : float
        :math:`0 \le \beta < 1`, the share of the velocity that is kept.

    Returns
    -------
    Method
        Its state is the velocity, in the shape of x.

    Raises
    ------
    TypeError, ValueError
        As `gradient_descent`, and when `momentum` is not at least 0 and less than 1.

    Examples
    --------
    >>> nesterov(0.5, momentum=0.25).step(5.0, 5.0, 4.0)
    (1.75, 6.0)
    """
    eta, beta = checked_step_size(step_size), fraction("momentum", momentum)

    def step(x: Number, gradient: Number, velocity: Number) -> tuple[Number, Number]:
        velocity = beta * velocity + gradient
        return x - eta * (gradient + beta * velocity), velocity

    return Method("Nesterov momentum", _zero, step, eta)


def adagrad(step_size: StepSize, eps: float = 1e-10) -> Method[Number]:
    r"""Return AdaGrad: each coordinate divides its step by the root of all its squared slopes.

    .. math:: s_{k+1} = s_k + g_k^2, \qquad
        w_{k+1} = w_k - \eta\,\frac{g_k}{\sqrt{s_{k+1}} + \varepsilon}, \qquad s_0 = 0

    with :math:`g_k = \nabla L(w_k)`, entry by entry (Duchi, Hazan and Singer, *Adaptive subgradient
    methods for online learning and stochastic optimization*, 2011; ``torch.optim.Adagrad``). The
    first step has the length :math:`\eta` whatever the slope, and from then on
    the divisor only grows.

    Parameters
    ----------
    step_size : float or array
        :math:`\eta`, as in `gradient_descent`.
    eps : float
        :math:`\varepsilon > 0`, which keeps the quotient finite.

    Returns
    -------
    Method
        Its state is :math:`s`, in the shape of x.

    Raises
    ------
    TypeError, ValueError
        As `gradient_descent`, and when `eps` is not positive and finite.

    Examples
    --------
    >>> x, squares = adagrad(0.5).step(5.0, 3.0, 16.0)
    >>> round(x, 9), squares
    (4.7, 25.0)
    """
    eta, eps = checked_step_size(step_size), positive("eps", eps)

    def step(x: Number, gradient: Number, squares: Number) -> tuple[Number, Number]:
        squares = squares + gradient * gradient
        return x - eta * (gradient / (sqrt(squares) + eps)), squares

    return Method("AdaGrad", _zero, step, eta)


def rmsprop(step_size: StepSize, smoothing: float = 0.99, eps: float = 1e-8) -> Method[Number]:
    r"""Return RMSProp: AdaGrad with a fading memory.

    .. math:: s_{k+1} = \alpha s_k + (1-\alpha)\,g_k^2, \qquad
        w_{k+1} = w_k - \eta\,\frac{g_k}{\sqrt{s_{k+1}} + \varepsilon}, \qquad s_0 = 0

    with :math:`g_k = \nabla L(w_k)`, entry by entry (Tieleman and Hinton, *Neural Networks for
    Machine Learning*, 2012, lecture 6.5; ``torch.optim.RMSprop``). Because s follows the slope down,
    the steps stay about :math:`\eta` long, and a run with constant :math:`\eta` does not settle.

    Parameters
    ----------
    step_size : float or array
        :math:`\eta`, as in `gradient_descent`.
    smoothing : float
        :math:`0 \le \alpha < 1`, the share of the memory that is kept.
    eps : float
        :math:`\varepsilon > 0`, which keeps the quotient finite.

    Returns
    -------
    Method
        Its state is :math:`s`, in the shape of x.

    Raises
    ------
    TypeError, ValueError
        As `gradient_descent`, and when `smoothing` is not at least 0 and less than 1, or `eps` not positive.

    Examples
    --------
    The first step has the length of the step size over the root of 1 - smoothing:

    >>> x, square = rmsprop(0.5, smoothing=0.75).step(5.0, 8.0, 0.0)
    >>> round(x, 6), square
    (4.0, 16.0)
    """
    eta, eps = checked_step_size(step_size), positive("eps", eps)
    alpha = fraction("smoothing", smoothing)

    def step(x: Number, gradient: Number, square: Number) -> tuple[Number, Number]:
        square = alpha * square + (1 - alpha) * (gradient * gradient)
        return x - eta * (gradient / (sqrt(square) + eps)), square

    return Method("RMSProp", _zero, step, eta)


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


def adam(
    step_size: StepSize, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8
) -> Method[Moments]:
    r"""Return Adam: momentum over the root of the mean square, both freed from their start at 0.

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
    step_size : float or array
        :math:`\eta`, as in `gradient_descent`.
    betas : pair of float
        :math:`\beta_1` and :math:`\beta_2`, both at least 0 and less than 1.
    eps : float
        :math:`\varepsilon > 0`, which keeps the quotient finite.

    Returns
    -------
    Method
        Its state is a `Moments`.

    Raises
    ------
    TypeError, ValueError
        As `gradient_descent`, and when `betas` or `eps` are not what is said above.

    Examples
    --------
    >>> x, moments = adam(0.5).step(5.0, 8.0, Moments(updates=0, mean=0.0, square=0.0))
    >>> round(x, 6), moments.updates
    (4.5, 1)
    """
    eta, eps = checked_step_size(step_size), positive("eps", eps)
    beta1, beta2 = (fraction("betas", beta) for beta in betas)

    def init(x0: Number) -> Moments:
        return Moments(0, 0 * x0, 0 * x0)

    def step(x: Number, gradient: Number, state: Moments) -> tuple[Number, Moments]:
        k = state.updates + 1
        mean = beta1 * state.mean + (1 - beta1) * gradient
        square = beta2 * state.square + (1 - beta2) * (gradient * gradient)
        unbiased_mean, unbiased_square = mean / (1 - beta1**k), square / (1 - beta2**k)
        x = x - eta * (unbiased_mean / (sqrt(unbiased_square) + eps))
        return x, Moments(k, mean, square)

    return Method("Adam", init, step, eta)


def _zero(x0: Number) -> Number:
    return 0 * x0


def checked_step_size(step_size: StepSize, name: str = "step_size") -> StepSize:
    """Return a step size that is positive and finite: a Python float, or an array of floats.

    A NumPy scalar becomes a Python float, which leaves float32 iterates in float32.
    """
    if np.ndim(step_size) == 0:
        single = step_size.item() if isinstance(step_size, np.ndarray) else step_size
        return positive(name, single)
    sizes = np.asarray(step_size)
    if not np.issubdtype(sizes.dtype, np.floating):
        raise TypeError(f"{name} must hold floats, got an array of {sizes.dtype}")
    bad = ~((sizes > 0) & (sizes < np.inf))
    if bad.any():
        raise ValueError(f"{name} must be positive and finite, got {sizes[bad][0]} in the array")
    return sizes
