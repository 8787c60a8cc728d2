"""Derivatives by torch, and the record they come from."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ravine import DOUBLE_WELL
from ravine.derivative import derivative, value_and_derivative, values_and_derivatives
from ravine.named import CATALOGUE
from ravine.record import recorded_graph


def double_well(w):
    return 0.5 * (w**2 - 1) ** 2


def test_the_derivative_of_the_double_well_at_two_is_twelve():
    assert value_and_derivative(double_well, 2.0) == (4.5, 12.0)
    assert derivative(double_well, 2.0) == 12.0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("objective", CATALOGUE, ids=lambda o: o.name)
def test_torch_and_the_slope_by_hand_agree_to_the_last_digit(objective, dtype):
    w = np.linspace(-3, 3, 601).astype(dtype)
    values, slopes = values_and_derivatives(objective.value, w)
    assert (values == objective.value(w)).all()
    assert (slopes == objective.slope(w)).all()
    assert values.dtype == slopes.dtype == dtype


def test_a_float_is_differentiated_in_float64_unless_told_otherwise():
    assert derivative(lambda w: w * w, 0.1) == 0.2
    assert derivative(lambda w: w * w, 0.1, dtype=torch.float32) == float(np.float32(0.2))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_answer_is_of_the_kind_and_dtype_of_the_question(dtype):
    value, slope = value_and_derivative(double_well, torch.tensor(2.0, dtype=dtype))
    assert torch.is_tensor(value)
    assert value.dtype == slope.dtype == dtype
    assert not value.requires_grad
    array = np.array(2.0, dtype=str(dtype).removeprefix("torch."))
    value, slope = value_and_derivative(double_well, array)
    assert value.dtype == slope.dtype == array.dtype
    value, slope = value_and_derivative(double_well, 2.0)
    assert type(value) is type(slope) is float


def test_the_dtype_asked_for_wins_over_that_of_the_tensor():
    value, slope = value_and_derivative(double_well, torch.tensor(2.0), dtype=torch.float64)
    assert value.dtype == slope.dtype == torch.float64


def test_the_gradient_of_a_vector_has_its_shape():
    slope = derivative(lambda w: (w * w).sum(), np.array([1.0, 2.0, 3.0]))
    assert slope.tolist() == [2.0, 4.0, 6.0]


def test_the_tensor_of_the_caller_is_neither_tracked_nor_given_a_gradient():
    w = torch.tensor(2.0, requires_grad=True)
    for _ in range(2):
        assert derivative(double_well, w).item() == 12.0
    assert w.grad is None
    plain = torch.tensor(2.0)
    derivative(double_well, plain)
    assert not plain.requires_grad


def test_an_objective_is_a_loss_too():
    assert derivative(DOUBLE_WELL, 2.0) == DOUBLE_WELL.slope(2.0)


def test_infinity_gives_infinity():
    assert value_and_derivative(double_well, math.inf) == (math.inf, math.inf)


def test_the_record_of_the_double_well_is_the_chain_of_the_lecture():
    graph = recorded_graph(double_well, 2.0)
    assert graph.names == (
        "MulBackward0",
        "PowBackward0",
        "SubBackward0",
        "PowBackward0",
        "AccumulateGrad",
    )
    # u = w**2 = 4, v = u - 1 = 3, then v**2, then half of it
    assert [operation.local_derivatives for operation in graph.operations] == [
        (0.5,), (6.0,), (1.0,), (4.0,), ()
    ]  # fmt: skip
    assert [operation.derivative for operation in graph.operations] == [1, 0.5, 3, 3, 12]
    assert [operation.inputs for operation in graph.operations] == [(1,), (2,), (3,), (4,), ()]


def test_the_record_shows_branches():
    graph = recorded_graph(lambda w: w * w + w, 3.0)
    assert graph.names == ("AddBackward0", "MulBackward0", "AccumulateGrad")
    assert [operation.inputs for operation in graph.operations] == [(1, 2), (2, 2), ()]
    assert graph.operations[1].local_derivatives == (3.0, 3.0)
    assert sorted(graph.paths()) == [(1.0,), (1.0, 3.0), (1.0, 3.0)]
    assert graph.derivative == 7.0


def test_the_record_of_the_variable_itself_is_one_entry():
    graph = recorded_graph(lambda w: w, 3.0)
    assert (graph.names, graph.derivative) == (("AccumulateGrad",), 1.0)


def test_the_variable_comes_last_even_beside_another_tracked_tensor():
    other = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
    graph = recorded_graph(lambda w: w * other, 5.0)
    assert graph.names == ("MulBackward0", "AccumulateGrad", "AccumulateGrad")
    assert graph.derivative == 3.0
    assert list(graph.paths()) == [(3.0,)]
    assert other.grad is None


OPERATIONS = {
    "square": lambda w, x: x**2,
    "shift": lambda w, x: x - 1.5,
    "scale": lambda w, x: 0.5 * x,
    "negate": lambda w, x: -x,
    "times w": lambda w, x: x * w,
    "plus w": lambda w, x: x + w,
    "divide": lambda w, x: w / (2 + x * x),
    "sine": lambda w, x: torch.sin(x),
    "branch": lambda w, x: x * x + torch.cos(x),
}


@given(st.lists(st.sampled_from(sorted(OPERATIONS)), max_size=6), st.floats(-1.5, 1.5))
def test_products_along_the_paths_add_up_to_the_derivative(names, w):
    def loss(w):
        x = w
        for name in names:
            x = OPERATIONS[name](w, x)
        return x

    graph = recorded_graph(loss, w)
    truth = derivative(loss, w)
    scale = 1e-12 * sum(abs(math.prod(path)) for path in graph.paths()) + 1e-300
    assert graph.derivative == pytest.approx(truth, rel=1e-12, abs=scale)
    assert sum(map(math.prod, graph.paths())) == pytest.approx(truth, rel=1e-12, abs=scale)
    for position, operation in enumerate(graph.operations):
        assert all(before > position for before in operation.inputs)
        assert len(operation.inputs) == len(operation.local_derivatives)


def test_the_record_of_a_vector_has_an_entry_for_each_of_its_numbers():
    graph = recorded_graph(lambda x: x[0] ** 2 + x[1] ** 2, np.array([2.0, 3.0]))
    assert graph.names == (
        "AddBackward0",
        "PowBackward0",
        "PowBackward0",
        "SelectBackward0",
        "SelectBackward0",
        "AccumulateGrad",
    )
    assert sorted(operation.derivative for operation in graph.operations[1:5]) == [1, 1, 4, 6]
    assert sorted(graph.paths()) == [(1.0, 4.0, (1.0, 0.0)), (1.0, 6.0, (0.0, 1.0))]
    assert graph.derivative == (4.0, 6.0)
    assert str(graph).splitlines()[-1] == "5 AccumulateGrad   dL/d5 = (4, 6)"


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=5))
def test_the_record_of_a_dot_product_ends_in_twice_the_vector(entries):
    graph = recorded_graph(lambda x: x @ x, np.array(entries))
    assert graph.names == ("DotBackward0", "AccumulateGrad")
    assert graph.derivative == tuple(2 * entry for entry in entries)


def test_arrays_between_the_vector_and_the_loss_are_refused():
    with pytest.raises(ValueError, match="got an array before SumBackward0"):
        recorded_graph(lambda x: (x * x).sum(), np.ones(2))


def test_a_long_record_needs_no_recursion():
    def loss(w):
        for _ in range(5000):
            w = w + 1.0
        return w

    assert len(recorded_graph(loss, 0.0).operations) == 5001


def test_the_record_prints_one_operation_a_line():
    assert str(recorded_graph(double_well, 2.0)).splitlines() == [
        "0 MulBackward0    dL/d0 = 1    d0/d1 = 0.5",
        "1 PowBackward0    dL/d1 = 0.5  d1/d2 = 6",
        "2 SubBackward0    dL/d2 = 3    d2/d3 = 1",
        "3 PowBackward0    dL/d3 = 3    d3/d4 = 4",
        "4 AccumulateGrad  dL/d4 = 12",
    ]
