"""Functions that plain arithmetic does not have, for every kind of number."""

from __future__ import annotations

import importlib
import math
import sys
from typing import TYPE_CHECKING, Any, TypeGuard, cast

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import torch

    from ravine.objective import Number


def is_tensor(x: object) -> TypeGuard[torch.Tensor]:
    """Say whether x is a torch tensor, without importing torch to find out.

    Examples
    --------
    >>> is_tensor(2.0)
    False
    """
    torch = sys.modules.get("torch")  # not imported yet: then nobody can have made a tensor
    return torch is not None and isinstance(x, torch.Tensor)


def sin(x: Number) -> Number:
    """Return the sine, of the kind of x."""
    return _by_its_own_library("sin", x)


def cos(x: Number) -> Number:
    """Return the cosine, of the kind of x."""
    return _by_its_own_library("cos", x)


def exp(x: Any) -> Any:
    """Return the exponential, of the kind of x."""
    return _by_its_own_library("exp", x)


def log(x: Any) -> Any:
    """Return the natural logarithm, of the kind of x."""
    return _by_its_own_library("log", x)


def sqrt(x: Number) -> Number:
    """Return the square root, of the kind of x; it rounds alike for floats, arrays and tensors."""
    return _by_its_own_library("sqrt", x)


def norm(x: Number) -> float:
    """Return the Euclidean norm; of a single number the absolute value, exactly.

    The squares are summed in float64. Where they overflow or underflow, the numbers are scaled first.
    """
    if isinstance(x, float):
        return abs(x)
    if is_tensor(x):
        x = cast("Number", x.detach().cpu().double().numpy())
    flat = np.asarray(x, np.float64).ravel()
    if flat.size == 1:
        return abs(flat.item())
    square = float(flat.dot(flat))
    if 1e-200 < square < math.inf:
        return math.sqrt(square)
    largest = float(np.abs(flat).max(initial=0.0))  # nan if there is one
    if largest == 0 or not math.isfinite(largest):
        return largest
    flat = flat / largest
    return largest * math.sqrt(float(flat.dot(flat)))


def alike(constant: npt.NDArray[np.floating], x: Any) -> Any:
    """Return an array of constants in the kind and dtype of x."""
    if is_tensor(x):
        return x.new_tensor(constant)
    return constant.astype(x.dtype, copy=False) if x.dtype.kind in {"f", "O"} else constant


def column(constant: npt.NDArray[np.floating], x: Any) -> Any:
    """Return constants, one for each coordinate of x, so that they stand beside every point of a batch."""
    return alike(constant.reshape(-1, *(1 for _ in x.shape[1:])), x)


def _by_its_own_library(name: str, x: Number) -> Number:
    """Ask x itself, as a tensor can be asked, or else math, NumPy or SymPy, whichever x comes from."""
    if isinstance(x, float | int):
        return cast("Number", getattr(math, name)(x))
    if hasattr(x, name):
        return cast("Number", getattr(x, name)())
    library = importlib.import_module(type(x).__module__.partition(".")[0])
    return cast("Number", getattr(library, name)(x))
