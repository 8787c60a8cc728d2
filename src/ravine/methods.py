"""Methods: update rules as two pure functions, `init` and `step`.

State goes in and comes out; nothing is remembered elsewhere. A batch is a longer array.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from ravine._arguments import positive

if TYPE_CHECKING:
    from ravine.objectives import Number

State = TypeVar("State")


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

    Notes
    -----
    A state is None, a number, an array or tensor, or a tuple of such. Each array in it has the
    shape of `x`, one entry per coordinate, or per run when many runs are done at once; what all
    runs share, such as a count of the updates, is a plain number. `ravine.sweep.sweep` relies on
    this when finished runs leave.

    Examples
    --------
    Polyak's heavy ball (1964) remembers a velocity:

    >>> def heavy_ball(step_size, momentum):
    ...     def step(x, gradient, velocity):
    ...         velocity = momentum * velocity - step_size * gradient
    ...         return x + velocity, velocity
    ...
    ...     return Method("heavy ball", init=lambda x: 0 * x, step=step)
    >>> heavy_ball(0.5, momentum=0.25).step(5.0, 5.0, 2.0)
    (3.0, -2.0)
    """

    name: str
    init: Callable[[Number], State]
    step: Callable[[Number, Number, State], tuple[Number, State]]

    def __repr__(self) -> str:
        """Name the method; its two functions have no readable form."""
        return f"<Method: {self.name}>"


def gradient_descent(step_size: float | npt.NDArray[np.floating]) -> Method[None]:
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

    return Method("gradient descent", init, step)


def checked_step_size(
    step_size: float | npt.NDArray[np.floating], name: str = "step_size"
) -> float | npt.NDArray[np.floating]:
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
