"""The record that torch makes of a loss, made visible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ravine.derivative import Entries, Loss, _tracked_value, _variable
from ravine.objective import Array, Formula

if TYPE_CHECKING:
    import torch
    from torch.autograd.graph import Node


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
