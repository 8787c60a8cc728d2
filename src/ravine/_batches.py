"""Batches of points: what a function is at each of them, and how a point is written."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from ravine._functions import is_tensor
from ravine.objective import Number, Objective

if TYPE_CHECKING:
    import torch

Array: TypeAlias = "npt.NDArray[np.float64]"
Function: TypeAlias = "Callable[[Array], Array]"


def values(f: Function | Objective, x: Array) -> Array:
    """Return f at each point of a batch; outside the domain of an objective it is infinite."""
    with np.errstate(all="ignore"):  # infinity may be a value, and nan is refused below
        found = np.asarray(f(cast("Number", x)), float)  # type: ignore[arg-type]
    shape = x.shape[-1:]
    if found.shape not in ((), shape):
        raise ValueError(
            f"f must return one value for each point, shape {shape} for points of shape {x.shape}, "
            f"got shape {found.shape}"
        )
    _check_apart(f, x, np.broadcast_to(found, shape))
    if isinstance(f, Objective) and f.domain != (-math.inf, math.inf):
        low, high = f.domain
        found = np.where((low <= x) & (x <= high), found, math.inf)
    if np.isnan(found).any():
        where = x[..., int(np.isnan(found).argmax())]
        raise ValueError(f"f must be a number at every point, got nan at {shown(where)}")
    return np.broadcast_to(found, shape)


def _check_apart(f: Function | Objective, x: Array, found: Array) -> None:
    """Refuse a function that mixes the points of a batch: asked for one apart, it answers otherwise."""
    for i in range(2 if x.shape[-1] > 1 else 0):
        with np.errstate(all="ignore"):
            alone = float(np.asarray(f(cast("Number", x[..., i : i + 1])), float).reshape(()))  # type: ignore[arg-type]
        if not math.isclose(alone, found[i], rel_tol=1e-6, abs_tol=1e-9) and not math.isnan(alone):
            raise ValueError(
                f"f must treat each point by itself: at {shown(x[..., i])} it is {alone:.6g} alone and "
                f"{found[i]:.6g} beside others. Points stand along the last axis, so sum over axis 0 only: "
                "(x * x).sum(0), np.linalg.norm(x, axis=0)"
            )


def gradients(f: Function | Objective, x: Array, gradient: Function | None = None) -> Array:
    """Return the gradient at each point: by the formula given, by the objective's, or by torch."""
    if gradient is None and isinstance(f, Objective) and f.slope is not None:
        gradient = cast("Function", f.slope)
    if gradient is not None:
        return np.broadcast_to(np.asarray(gradient(x), float), x.shape)
    return _torch_derivatives(f, x, order=1)[0]


def hessians(f: Function | Objective, x: Array, hessian: Function | None = None) -> Array:
    """Return the Hessian at each point, or once if it is constant, from where `gradients` looks."""
    if hessian is None and isinstance(f, Objective) and f.curvature is not None:
        hessian = cast("Function", f.curvature)
    if hessian is not None:
        return np.asarray(hessian(x), float)
    rows = _torch_derivatives(f, x, order=2)
    return rows[0] if x.ndim == 1 else np.stack(rows)


def _torch_derivatives(f: Function | Objective, x: Array, order: int) -> list[Array]:
    """Return the gradients of a batch, or for each coordinate its row of the Hessians."""
    import torch

    points = torch.from_numpy(x.copy()).requires_grad_()
    with torch.enable_grad():
        try:
            found = f(points)  # type: ignore[arg-type]
        except (TypeError, RuntimeError) as error:
            raise TypeError(
                "f must accept a tensor, so that torch can differentiate it; or pass the gradient "
                "or the Hessian"
            ) from error
        if not is_tensor(found):
            raise TypeError(f"f must turn a tensor into a tensor, got {type(found).__name__}")
        first = _summed_derivative(found, points)
        if order == 1:
            return [first.detach().numpy()]
        rows = [first] if x.ndim == 1 else list(first)
        return [_summed_derivative(row, points).detach().numpy() for row in rows]


def _summed_derivative(found: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
    """Return the derivative of a sum over points that do not mix: at each of them its own."""
    import torch

    if not found.requires_grad:  # a constant
        return torch.zeros_like(points)
    (slopes,) = torch.autograd.grad(found.sum(), points, create_graph=True, allow_unused=True)
    if slopes is None:  # it does not depend on the points
        return torch.zeros_like(points)
    return slopes


def norms(x: Array) -> Array:
    """Return the Euclidean norm of each point of a batch."""
    return np.asarray(np.sqrt((x * x).reshape(-1, x.shape[-1]).sum(0)))


def shown(x: float | Array | None) -> str:
    """Write a point as a tuple of its coordinates, a number as a number."""
    if x is None:
        return "none"
    if np.ndim(x) == 0:
        return f"{float(x) + 0.0:.6g}"  # + 0.0 takes the sign off -0.0
    parts = ", ".join(shown(part) for part in cast("Array", x))
    return f"({parts})" if np.ndim(x) == 1 else f"[{parts}]"


def argument(x: float | Array | None) -> str:
    """Write a point as what stands behind the name of a function."""
    return shown(x) if np.ndim(cast("Array", x)) == 1 else f"({shown(x)})"
