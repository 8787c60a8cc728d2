"""Derivatives from torch, in the dtype asked for, and the record torch makes of a loss."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias, cast, overload

import numpy as np
import numpy.typing as npt

from ravine._arguments import number
from ravine._functions import is_tensor
from ravine.objectives import Formula

if TYPE_CHECKING:
    from types import ModuleType

    import torch
    from torch.autograd.graph import Node

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


@dataclass(frozen=True)
class RecordedOperation:
    """One operation that torch recorded.

    Parameters
    ----------
    name : str
        As torch names it; ``"AccumulateGrad"`` is the variable itself.
    derivative : float or tuple of float
        The derivative of the loss with respect to the output of this operation.
    inputs : tuple of int
        The operations whose outputs go in, as positions in `RecordedGraph.operations`. Constants
        are not recorded.
    local_derivatives : tuple of float or of tuple
        The derivative of the output with respect to each input. Where the input is a vector, one
        number for each of its entries.
    """

    name: str
    derivative: Entries
    inputs: tuple[int, ...]
    local_derivatives: tuple[Entries, ...]


@dataclass(frozen=True)
class RecordedGraph:
    """The record of a loss, from the loss back to the variable.

    Parameters
    ----------
    operations : tuple of RecordedOperation
        The loss first, the variable last; every operation stands before its inputs.

    Examples
    --------
    >>> print(recorded_graph(lambda w: 0.5 * (w**2 - 1) ** 2, 2.0))
    0 MulBackward0    dL/d0 = 1    d0/d1 = 0.5
    1 PowBackward0    dL/d1 = 0.5  d1/d2 = 6
    2 SubBackward0    dL/d2 = 3    d2/d3 = 1
    3 PowBackward0    dL/d3 = 3    d3/d4 = 4
    4 AccumulateGrad  dL/d4 = 12
    """

    operations: tuple[RecordedOperation, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the operations, from the loss back to the variable."""
        return tuple(operation.name for operation in self.operations)

    @property
    def derivative(self) -> Entries:
        """The derivative of the loss with respect to the variable."""
        return self.operations[-1].derivative

    def paths(self) -> Iterator[tuple[Entries, ...]]:
        """Yield the local derivatives along each way from the loss to the variable.

        The chain rule in one sentence: multiply along each path, add over the paths.

        Examples
        --------
        >>> list(recorded_graph(lambda w: w * w + w, 3.0).paths())
        [(1.0, 3.0), (1.0, 3.0), (1.0,)]
        """
        yield from self._paths_from(0)

    def _paths_from(self, position: int) -> Iterator[tuple[Entries, ...]]:
        if position == len(self.operations) - 1:
            yield ()
        operation = self.operations[position]
        for position_in, local in zip(operation.inputs, operation.local_derivatives, strict=True):
            for path in self._paths_from(position_in):
                yield (local, *path)

    def __str__(self) -> str:
        """Write one operation a line, with every factor of the chain rule."""
        names = _aligned(self.names)
        upstream = _aligned(
            f"dL/d{k} = {_written(operation.derivative)}"
            for k, operation in enumerate(self.operations)
        )
        local = (
            "  ".join(
                f"d{k}/d{before} = {_written(factor)}"
                for before, factor in zip(
                    operation.inputs, operation.local_derivatives, strict=True
                )
            )
            for k, operation in enumerate(self.operations)
        )
        rows = zip(names, upstream, local, strict=True)
        return "\n".join(f"{k} {'  '.join(row)}".rstrip() for k, row in enumerate(rows))


def _written(derivative: Entries) -> str:
    if isinstance(derivative, tuple):
        return "(" + ", ".join(map(_written, derivative)) + ")"
    return f"{derivative:.6g}"


def _aligned(words: Iterable[str]) -> list[str]:
    words = list(words)
    width = max(map(len, words))
    return [word.ljust(width) for word in words]


def recorded_graph(
    loss: Loss | Formula, w: float | Array | torch.Tensor, dtype: torch.dtype | None = None
) -> RecordedGraph:
    r"""Return what torch recorded while it computed a loss of one number or of one vector.

    With :math:`L = r(v(u(w)))` the derivative is the product :math:`r'(v)\,v'(u)\,u'(w)`. Each
    factor is the local derivative of one recorded operation, so the record can be checked by hand.

    Parameters
    ----------
    loss : callable
        As in `value_and_derivative`; only single numbers may occur on the way.
    w : float, array or tensor
        A single number, or a vector of shape (n,).
    dtype : torch.dtype, optional
        The precision of the computation.

    Returns
    -------
    RecordedGraph

    Raises
    ------
    TypeError, ValueError
        As in `value_and_derivative`, when `w` has more than one dimension, and when a step on the
        way is not a single number.

    Examples
    --------
    >>> graph = recorded_graph(lambda w: 0.5 * (w - 1) ** 2, 3.0)
    >>> graph.names
    ('MulBackward0', 'PowBackward0', 'SubBackward0', 'AccumulateGrad')
    >>> graph.derivative
    2.0
    >>> print(recorded_graph(lambda x: x[0] * x[1], np.array([2.0, 3.0])))
    0 MulBackward0     dL/d0 = 1       d0/d1 = 3  d0/d2 = 2
    1 SelectBackward0  dL/d1 = 3       d1/d3 = (1, 0)
    2 SelectBackward0  dL/d2 = 2       d2/d3 = (0, 1)
    3 AccumulateGrad   dL/d3 = (3, 2)
    """
    from torch.autograd.graph import get_gradient_edge

    variable = _variable(w, dtype)
    if variable.ndim > 1:
        raise ValueError(
            f"w must be a single number or a vector, got shape {tuple(variable.shape)}"
        )
    value = _tracked_value(loss, variable)
    start = get_gradient_edge(variable).node
    nodes = _from_the_loss_back(get_gradient_edge(value).node)
    if start not in nodes:
        raise ValueError(
            f"loss must depend on w, got {value.item()} with no recorded way back to w"
        )
    nodes.remove(start)
    nodes.append(start)
    return RecordedGraph(_operations(nodes, value))


def _inputs(node: Node) -> list[Node]:
    """Return the recorded operations whose outputs go in; constants have none."""
    return [before for before, _ in node.next_functions if before is not None]


def _from_the_loss_back(loss: Node) -> list[Node]:
    """Return every operation once, each before its inputs (Kahn's order)."""
    uses: Counter[Node] = Counter()
    found, to_visit = {loss}, [loss]
    while to_visit:
        for before in _inputs(to_visit.pop()):
            uses[before] += 1
            if before not in found:
                found.add(before)
                to_visit.append(before)
    order = [loss]
    for node in order:  # grows while it is read
        for before in _inputs(node):
            uses[before] -= 1
            if uses[before] == 0:
                order.append(before)
    return order


def _operations(nodes: list[Node], value: torch.Tensor) -> tuple[RecordedOperation, ...]:
    """Apply the chain rule to the record: multiply along the edges, add where they meet."""
    position = {node: k for k, node in enumerate(nodes)}
    derivatives: list[Array] = [np.array(float(k == 0)) for k in range(len(nodes))]
    operations = []
    for node, derivative_of_output in zip(nodes, derivatives, strict=True):
        inputs = tuple(position[before] for before in _inputs(node))
        local_derivatives = _local_derivatives(node, value, nodes[-1]) if inputs else ()
        for before, local in zip(inputs, local_derivatives, strict=True):
            derivatives[before] = derivatives[before] + derivative_of_output * local
        operations.append(
            RecordedOperation(
                _name(node),
                _entries(derivative_of_output),
                inputs,
                tuple(map(_entries, local_derivatives)),
            )
        )
    return tuple(operations)


def _local_derivatives(node: Node, value: torch.Tensor, variable: Node) -> tuple[Array, ...]:
    """Call one recorded operation with an upstream derivative of 1."""
    import torch

    with torch.no_grad():
        answer = node(torch.ones_like(value))  # type: ignore[operator]
    answers = answer if isinstance(answer, tuple) else (answer,)
    local = []
    for answer, (before, _) in zip(answers, node.next_functions, strict=True):
        if before is None:
            continue
        if answer.ndim and before is not variable:
            raise ValueError(
                "loss must compute with single numbers all the way, "
                f"got an array before {_name(node)}"
            )
        local.append(answer.double().numpy())
    return tuple(local)


def _entries(derivative: Array) -> Entries:
    return tuple(derivative.tolist()) if derivative.ndim else derivative.item()


def _name(node: Node) -> str:
    return node.name().rsplit("::", 1)[-1]  # torch 2.13 writes torch::autograd::AccumulateGrad
