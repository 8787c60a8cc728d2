"""Derivatives from torch, in the dtype asked for, and a check of slopes written by hand."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from typing import (
    TYPE_CHECKING,
    Any,
    TypeAlias,
    cast,
    overload,
)

import numpy as np
import numpy.typing as npt

from ravine._arguments import number, positive
from ravine._functions import is_tensor, norm
from ravine._values import Value
from ravine.objective import Formula, Number, Objective

if TYPE_CHECKING:
    from types import ModuleType

    import torch

__all__ = [
    "Loss",
    "SlopeCheck",
    "check_slope",
    "derivative",
    "value_and_derivative",
    "values_and_derivatives",
]


@dataclass(frozen=True, eq=False)
class SlopeCheck(Value):
    """Whether a slope by hand is the derivative of its value, at one point.

    Parameters
    ----------
    x, by_hand, by_differences : float or array of shape (n,)
        The point, the slope there, and what differences of the value say it is.
    error : float
        The Euclidean norm of the difference of the two, relative to 1 or to the larger norm.
    tolerance : float
        The largest error that passes.
    """

    x: float | Array
    by_hand: float | Array
    by_differences: float | Array
    error: float
    tolerance: float

    def __bool__(self) -> bool:
        """Whether the two agree."""
        return bool(self.error <= self.tolerance)

    def __str__(self) -> str:
        """Say it in a sentence."""
        verdict = "agree" if self else "DIFFER"
        return (
            f"slope and differences {verdict} at {self.x}: {self.by_hand} by hand, "
            f"{self.by_differences} by differences, relative error {self.error:.1e}"
        )


def check_slope(
    objective: Objective, x: float | npt.ArrayLike, tolerance: float = 1e-5
) -> SlopeCheck:
    r"""Compare a slope that was written by hand with differences of the value.

    Each partial derivative is approximated by :math:`(f(x + h e_i) - f(x - h e_i)) / 2h` with
    :math:`h = \sqrt[3]{u}\,\max(1, |x_i|)`, u the spacing of float64 at 1, where truncation and rounding
    are about equally large (Nocedal and Wright, *Numerical Optimization*, 2006, section 8.1).

    Parameters
    ----------
    objective : Objective
        It must have a slope.
    x : float or array of shape (n,)
        Where to compare. One point proves nothing; take one without zeros and ones in it.
    tolerance : float
        The relative error that still passes.

    Examples
    --------
    >>> from ravine.named import DOUBLE_WELL
    >>> bool(check_slope(DOUBLE_WELL, 1.3))
    True
    >>> print(check_slope(Objective("wrong", lambda w: w * w, lambda w: -2 * w), 3.0))
    slope and differences DIFFER at 3.0: -6.0 by hand, 6.0 by differences, relative error 2.0e+00
    """
    slope = getattr(objective, "slope", None)
    if slope is None:
        raise TypeError(f"objective must be an Objective with a slope, got {objective!r}")
    tolerance = positive("tolerance", tolerance)
    point = np.asarray(x, np.float64)
    if not np.isfinite(point).all():
        raise ValueError(f"x must be finite, got {point}")
    single = point.ndim == 0

    def value(at: Array) -> float:
        return float(cast("float", objective(cast("Number", float(at) if single else at))))

    width = np.cbrt(np.finfo(np.float64).eps) * np.maximum(1, np.abs(point))
    found = np.empty_like(point)
    for i in np.ndindex(point.shape):
        ahead, behind = point.copy(), point.copy()
        ahead[i], behind[i] = point[i] + width[i], point[i] - width[i]
        found[i] = (value(ahead) - value(behind)) / (ahead[i] - behind[i])
    by_hand = np.asarray(slope(float(point) if single else point), float)
    if by_hand.shape != point.shape:
        raise ValueError(f"slope must have the shape of x, {point.shape}, got {by_hand.shape}")
    larger = max(1.0, norm(cast("Number", by_hand)), norm(cast("Number", found)))
    error = norm(cast("Number", by_hand - found)) / larger
    if single:
        return SlopeCheck(point.item(), by_hand.item(), round(found.item(), 9), error, tolerance)
    return SlopeCheck(point, by_hand, found, error, tolerance)


Loss: TypeAlias = "Callable[[torch.Tensor], torch.Tensor]"


Array: TypeAlias = "npt.NDArray[np.floating]"


# a derivative with respect to a number, or to each entry of a vector
Entries: TypeAlias = "float | tuple[float, ...]"


@overload
def value_and_derivative(
    loss: Loss | Formula, w: float, dtype: torch.dtype | None = None
) -> tuple[float, float]: ...


@overload
def value_and_derivative(
    loss: Loss | Formula, w: Array, dtype: torch.dtype | None = None
) -> tuple[Array, Array]: ...


@overload
def value_and_derivative(
    loss: Loss | Formula, w: torch.Tensor, dtype: torch.dtype | None = None
) -> tuple[torch.Tensor, torch.Tensor]: ...


def value_and_derivative(
    loss: Loss | Formula, w: float | Array | torch.Tensor, dtype: torch.dtype | None = None
) -> tuple[float | Array | torch.Tensor, float | Array | torch.Tensor]:
    r"""Return a scalar loss and its derivative at w, by reverse-mode differentiation.

    Torch records the operations while the loss is computed and applies the chain rule to the
    record, from the loss back to w (Baydin, Pearlmutter, Radul and Siskind, *Automatic
    Differentiation in Machine Learning: a Survey*, 2018, section 3.2). Nothing is left behind: the
    caller's tensor is not tracked and its ``.grad`` is not touched.

    Parameters
    ----------
    loss : callable
        Takes a tensor and returns a tensor with one entry and no dimension. An `Objective` will do.
    w : float, array or tensor
        Where to differentiate.
    dtype : torch.dtype, optional
        The precision of the computation. By default that of `w`; of a Python float it is float64.

    Returns
    -------
    value, derivative
        Of the kind of `w`: Python floats, NumPy arrays or torch tensors. The derivative has the
        shape of `w`, the value has shape ().

    Raises
    ------
    TypeError
        When `w` or `dtype` is not a floating-point number, or `loss` does not return a tensor.
    ValueError
        When `loss` returns more than one number or does not depend on `w`.

    Examples
    --------
    >>> value_and_derivative(lambda w: (w**2 - 1) ** 2 / 2, 2.0)
    (4.5, 12.0)
    >>> import torch
    >>> value_and_derivative(lambda w: w * w, 0.1, dtype=torch.float32)
    (0.010000000707805157, 0.20000000298023224)
    """
    with recording():
        variable = _variable(w, dtype)
        value = _tracked_value(loss, variable)
        slope = _derivative(value, variable)
    return _like(w, value.detach()), _like(w, slope)


@overload
def derivative(loss: Loss | Formula, w: float, dtype: torch.dtype | None = None) -> float: ...


@overload
def derivative(loss: Loss | Formula, w: Array, dtype: torch.dtype | None = None) -> Array: ...


@overload
def derivative(
    loss: Loss | Formula, w: torch.Tensor, dtype: torch.dtype | None = None
) -> torch.Tensor: ...


def derivative(
    loss: Loss | Formula, w: float | Array | torch.Tensor, dtype: torch.dtype | None = None
) -> float | Array | torch.Tensor:
    """Return the derivative of a scalar loss at w.

    Parameters, dtypes and errors are those of `value_and_derivative`.

    Examples
    --------
    >>> derivative(lambda w: (w**2 - 1) ** 2 / 2, 2.0)
    12.0
    """
    return value_and_derivative(loss, w, dtype)[1]


def tracked_value(
    loss: Loss | Formula, w: float | Array | torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return a loss with torch's record of it, and the tensor that the record leads back to.

    Torch must be `recording`.
    """
    variable = w.detach().requires_grad_() if is_tensor(w) else _variable(w, None)
    return _tracked_value(loss, variable), variable


def derivative_of(
    value: torch.Tensor, variable: torch.Tensor, like: float | Array | torch.Tensor
) -> float | Array | torch.Tensor:
    """Return the derivative of what `tracked_value` gave, as the kind of number asked for."""
    return _like(like, _derivative(value, variable))  # type: ignore[no-any-return]


def recording() -> AbstractContextManager[object]:
    """Let torch record, whatever the caller has switched off; without torch there is nothing to do."""
    torch = sys.modules.get("torch")
    if torch is None:
        return nullcontext()
    if torch.is_inference_mode_enabled():  # which no_grad and enable_grad do not touch
        return cast("AbstractContextManager[object]", torch.inference_mode(mode=False))
    return nullcontext() if torch.is_grad_enabled() else torch.enable_grad()


def _like(w: object, tensor: torch.Tensor) -> Any:
    """Return a tensor as the kind of number that w is."""
    if is_tensor(w):
        return tensor
    if isinstance(w, np.ndarray | np.generic) and not isinstance(w, float):
        return tensor.numpy()
    return tensor.item()


def values_and_derivatives(loss: Loss | Formula, ws: Array) -> tuple[Array, Array]:
    """Return a loss and its derivative at each of many points.

    The loss sees all points at once, so it must treat each by itself, as plain arithmetic does and sums
    over axis 0. Then the derivative of the sum holds the derivative of each term.

    Parameters
    ----------
    loss : callable
        Takes a tensor of shape (runs,), or (n, runs) for points of n numbers, and returns one of shape
        (runs,).
    ws : array of shape (runs,) or (n, runs)
        Where to differentiate, in the dtype of the computation.

    Returns
    -------
    values : array of shape (runs,)
    derivatives : array of the shape of `ws`

    Raises
    ------
    TypeError, ValueError
        When the loss returns no tensor, or one of another shape, or does not depend on w.

    Examples
    --------
    >>> values, slopes = values_and_derivatives(lambda w: w**2, np.array([1.0, 2.0]))
    >>> slopes.tolist()
    [2.0, 4.0]
    """
    with recording():
        variable = _variable(ws, None)
        values = _tracked_value(loss, variable, shape=tuple(variable.shape[-1:]))
        return values.detach().numpy(), _derivative(values.sum(), variable).numpy()


def _variable(w: object, dtype: torch.dtype | None) -> torch.Tensor:
    """Return a fresh tracked tensor with the digits of w."""
    torch = _torch()

    if dtype is not None and not getattr(dtype, "is_floating_point", False):
        raise TypeError(f"dtype must be a floating-point torch dtype, got {dtype}")
    if is_tensor(w):
        if not w.is_floating_point():
            raise TypeError(f"w must be a tensor of floats, got dtype {w.dtype}")
        tensor = w.detach().clone()
    elif isinstance(w, np.ndarray | np.floating) and not isinstance(w, float):
        if w.dtype not in (np.float16, np.float32, np.float64):
            raise TypeError(f"w must be an array of floats that torch knows, got dtype {w.dtype}")
        tensor = torch.from_numpy(np.array(w))
    else:
        # infinity is let in: a diverging run arrives there and must be told so, not interrupted
        tensor = torch.tensor(number("w", w), dtype=torch.float64)
    return tensor.to(dtype).requires_grad_()


def _tracked_value(
    loss: Loss | Formula, variable: torch.Tensor, shape: tuple[int, ...] = ()
) -> torch.Tensor:
    try:
        value = loss(variable)
    except (TypeError, RuntimeError) as error:
        if _came_through_numpy(error):
            raise TypeError(_NUMPY_ON_TENSOR) from error
        raise
    if not is_tensor(value):
        raise TypeError(
            "loss must return a tensor computed from w with torch functions or plain arithmetic, "
            f"got {value!r} ({type(value).__name__})"
        )
    if value.shape != shape:
        accepted = "a single number" if shape == () else f"one number for each w, shape {shape}"
        raise ValueError(f"loss must return {accepted}, got shape {tuple(value.shape)}")
    if not value.requires_grad:
        raise ValueError(
            f"loss must depend on w, got {value.tolist()} with no recorded way back to w"
        )
    return value


def _came_through_numpy(error: Exception) -> bool:
    """Say whether an error was raised while NumPy worked on a tensor."""
    frame = error.__traceback__
    while frame is not None:
        code = frame.tb_frame.f_code
        if (
            code.co_name in {"__array__", "__array_wrap__"}
            or f"{os.sep}numpy{os.sep}" in code.co_filename
        ):
            return True
        frame = frame.tb_next
    return False


_NUMPY_ON_TENSOR = (
    "loss must use torch functions or plain arithmetic, so that torch can differentiate it, and it gives "
    "a tensor to a NumPy function: write torch.sum for np.sum, say, or pass an Objective with a slope"
)


def _torch() -> ModuleType:
    """Import torch, or say what it is needed for."""
    try:
        import torch
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise ModuleNotFoundError(
            "a loss without a slope is differentiated by torch, which is not installed: "
            "pip install 'ravine[torch]', or pass an Objective with a slope",
            name="torch",
        ) from None
    return torch


def _derivative(value: torch.Tensor, variable: torch.Tensor) -> torch.Tensor:
    import torch

    one = _one(value.dtype, value.device)
    (slope,) = torch.autograd.grad((value,), (variable,), (one,), allow_unused=True)
    if slope is None:
        raise ValueError(
            f"loss must depend on w, got {value.item()} with no recorded way back to w"
        )
    return slope


@lru_cache
def _one(dtype: torch.dtype, device: torch.device) -> torch.Tensor:
    """Return where the chain rule begins; torch would make it anew for every derivative."""
    import torch

    return torch.ones((), dtype=dtype, device=device)
