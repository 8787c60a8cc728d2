"""SymPy derives every fact of the catalogue from the formula beside it."""

import dataclasses
import math

import numpy as np
import pytest
import sympy
import torch
from hypothesis import given
from hypothesis import strategies as st
from sympy.calculus.util import maximum, minimum

from ravine.objectives import (
    CATALOGUE,
    CENTRED_QUADRATIC,
    DOUBLE_WELL,
    SHIFTED_QUADRATIC,
    Objective,
    latex,
    quadratic,
)

W = sympy.Symbol("w", real=True)
OBJECTIVES = [*CATALOGUE, quadratic(3.0, -2.0), quadratic(0.25, 0.5)]
each_objective = pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda o: o.name)


def exact(formula):
    return sympy.nsimplify(formula(W), rational=True)


def as_floats(numbers):
    return sorted(float(number) for number in numbers)


@each_objective
def test_slope_is_the_derivative_of_the_value(objective):
    assert sympy.simplify(sympy.diff(exact(objective.value), W) - exact(objective.slope)) == 0


@each_objective
def test_curvature_is_the_derivative_of_the_slope(objective):
    assert sympy.simplify(sympy.diff(exact(objective.slope), W) - exact(objective.curvature)) == 0


@each_objective
def test_stationary_points_are_all_zeros_of_the_slope(objective):
    zeros = sympy.solveset(exact(objective.slope), W, sympy.S.Reals)
    assert as_floats(zeros) == [point.x for point in objective.stationary_points]


@each_objective
def test_stationary_points_know_their_value_and_kind(objective):
    value, curvature = exact(objective.value), sympy.diff(exact(objective.value), W, 2)
    for point in objective.stationary_points:
        at = sympy.nsimplify(point.x, rational=True)
        assert float(value.subs(W, at)) == point.value
        bend = curvature.subs(W, at)
        assert bend != 0, "a vanishing second derivative would decide nothing"
        assert point.kind == ("minimum" if bend > 0 else "maximum")


@each_objective
def test_smoothness_is_the_largest_absolute_curvature(objective):
    largest = maximum(sympy.Abs(sympy.diff(exact(objective.value), W, 2)), W, sympy.S.Reals)
    assert float(largest) == objective.smoothness


@each_objective
def test_convex_means_that_the_curvature_is_nowhere_negative(objective):
    least = minimum(sympy.diff(exact(objective.value), W, 2), W, sympy.S.Reals)
    assert bool(least >= 0) is objective.convex


@each_objective
def test_optimal_value_is_the_least_value_and_minimizers_are_where_it_is_taken(objective):
    value = exact(objective.value)
    least = minimum(value, W, sympy.S.Reals)
    assert float(least) == objective.optimal_value
    assert as_floats(sympy.solveset(value - least, W, sympy.S.Reals)) == list(objective.minimizers)


@each_objective
def test_view_shows_every_stationary_point(objective):
    left, right = objective.view
    assert all(left < point.x < right for point in objective.stationary_points)


def test_the_catalogue_holds_the_three_losses_of_the_lecture():
    lecture = (W**2 / 2, (W - 1) ** 2 / 2, (W**2 - 1) ** 2 / 2)
    assert CATALOGUE == (CENTRED_QUADRATIC, SHIFTED_QUADRATIC, DOUBLE_WELL)
    for objective, formula in zip(CATALOGUE, lecture, strict=True):
        assert sympy.expand(exact(objective.value) - formula) == 0


@each_objective
@given(w=st.floats(-100, 100))
def test_floats_arrays_and_tensors_give_the_same_digits(objective, w):
    for formula in (objective.value, objective.slope, objective.curvature):
        number = formula(w)
        assert type(number) is float
        assert formula(np.array([w, w])).tolist() == [number, number]
        assert formula(torch.tensor(w, dtype=torch.float64)).item() == number


@each_objective
@pytest.mark.parametrize("w", [1e200, -1e200, math.inf])
def test_formulas_overflow_to_infinity_without_an_error(objective, w):
    assert objective(w) == math.inf
    assert abs(objective.slope(w)) > 1e199


@each_objective
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_formulas_keep_the_dtype(objective, dtype):
    for formula in (objective.value, objective.slope, objective.curvature):
        assert formula(np.array([0.1, 2.0], dtype=dtype)).dtype == dtype


@pytest.mark.parametrize(
    ("objective", "derivative", "expected"),
    [
        (CENTRED_QUADRATIC, 0, r"\frac{1}{2} w^{2}"),
        (CENTRED_QUADRATIC, 1, "w"),
        (SHIFTED_QUADRATIC, 0, r"\frac{1}{2} \left(w - 1\right)^{2}"),
        (SHIFTED_QUADRATIC, 1, "w - 1"),
        (DOUBLE_WELL, 0, r"\frac{1}{2} \left(w^{2} - 1\right)^{2}"),
        (DOUBLE_WELL, 1, r"2 w \left(w^{2} - 1\right)"),
        (DOUBLE_WELL, 2, "6 w^{2} - 2"),
        (quadratic(3.0, -2.0), 0, r"\frac{3}{2} \left(w + 2\right)^{2}"),
    ],
)
def test_latex_is_the_formula_as_a_book_prints_it(objective, derivative, expected):
    assert latex(objective, derivative) == expected


def test_an_objective_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        DOUBLE_WELL.optimal_value = 1.0


def test_an_objective_names_itself():
    assert repr(DOUBLE_WELL) == "<Objective: double well>"
    assert "object at 0x" not in repr(Objective("plain", value=lambda w: w))
