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

from ravine.losses import least_squares, quadratic, quadratic_form
from ravine.named import (
    CATALOGUE,
    CENTRED_QUADRATIC,
    COSINE_VALLEYS,
    DOUBLE_WELL,
    QUARTIC,
    SHIFTED_QUADRATIC,
)
from ravine.objective import Objective
from ravine.record import latex

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


@each_objective
def test_strong_convexity_is_the_least_curvature_of_a_convex_objective(objective):
    least = minimum(sympy.diff(exact(objective.value), W, 2), W, sympy.S.Reals)
    assert objective.strong_convexity == (float(least) if objective.convex else None)


@each_objective
def test_degree_is_that_of_the_polynomial(objective):
    assert sympy.Poly(exact(objective.value), W).degree() == objective.degree


def test_the_catalogue_holds_the_losses_of_the_lectures():
    lecture = (W**2 / 2, (W - 1) ** 2 / 2, (W**2 - 1) ** 2 / 2, W**4 - 3 * W**2 + 2)
    assert CATALOGUE == (CENTRED_QUADRATIC, SHIFTED_QUADRATIC, DOUBLE_WELL, QUARTIC)
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
        (QUARTIC, 2, "12 w^{2} - 6"),
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


def test_the_quartic_is_the_double_well_on_other_scales():
    # x = sqrt(3/2) w gives f(x) = 9/2 L(w) - 1/4, so step sizes convert by a factor 3
    x = sympy.sqrt(sympy.Rational(3, 2)) * W
    well, quartic = exact(DOUBLE_WELL.value), exact(QUARTIC.value).subs(W, x)
    assert sympy.expand(sympy.Rational(9, 2) * well - sympy.Rational(1, 4) - quartic) == 0


def test_landmarks_of_the_quartic():
    assert [QUARTIC(w) for w in (-1.0, 1.0)] == [0.0, 0.0]
    assert QUARTIC(math.sqrt(2)) == pytest.approx(0, abs=1e-15)
    assert QUARTIC.curvature(math.sqrt(0.5)) == pytest.approx(0, abs=1e-15)
    assert QUARTIC(math.sqrt(0.5)) == pytest.approx(0.75)
    at_the_start = [formula(-2.5) for formula in (QUARTIC, QUARTIC.slope, QUARTIC.curvature)]
    assert at_the_start == [22.3125, -47.5, 69.0]
    assert [QUARTIC.curvature(w) for w in QUARTIC.minimizers] == pytest.approx([12, 12])


# the cosine valleys: transcendental, so SymPy differentiates and mpmath finds the numbers
VALLEYS = sympy.nsimplify(COSINE_VALLEYS.value(W), rational=True)


def test_the_cosine_valleys_are_those_of_the_lecture():
    assert sympy.simplify(VALLEYS - (sympy.cos(5 * W) - W**2 / 10)) == 0
    slope, curvature = (
        sympy.nsimplify(formula(W), rational=True)
        for formula in (COSINE_VALLEYS.slope, COSINE_VALLEYS.curvature)
    )
    assert sympy.simplify(sympy.diff(VALLEYS, W) - slope) == 0
    assert sympy.simplify(sympy.diff(VALLEYS, W, 2) - curvature) == 0


def test_stationary_points_of_the_cosine_valleys_are_all_zeros_of_the_slope():
    slope = sympy.diff(VALLEYS, W)
    grid = np.linspace(0.05, 6.0, 2000)
    signs = np.sign(sympy.lambdify(W, slope)(grid))
    brackets = [(grid[k], grid[k + 1]) for k in np.flatnonzero(np.diff(signs))]
    zeros = [float(sympy.nsolve(slope, W, sum(pair) / 2, prec=40)) for pair in brackets]
    assert [0.0, *zeros] == [point.x for point in COSINE_VALLEYS.stationary_points]


def test_stationary_points_of_the_cosine_valleys_know_their_value_and_kind():
    bend = sympy.diff(VALLEYS, W, 2)
    for point in COSINE_VALLEYS.stationary_points:
        at = sympy.nsolve(sympy.diff(VALLEYS, W), W, point.x, prec=40) if point.x else 0
        assert float(VALLEYS.subs(W, at).evalf(40)) == point.value
        assert point.kind == ("minimum" if bend.subs(W, at) > 0 else "maximum")


def test_the_lowest_valley_is_the_minimizer_and_the_ends_are_higher():
    lowest = min(COSINE_VALLEYS.stationary_points, key=lambda point: point.value)
    assert COSINE_VALLEYS.minimizers == (lowest.x,)
    assert COSINE_VALLEYS.optimal_value == lowest.value
    assert min(COSINE_VALLEYS(end) for end in COSINE_VALLEYS.domain) > lowest.value
    curvatures = np.abs(COSINE_VALLEYS.curvature(np.linspace(0, 6, 10001)))
    assert curvatures.max() == COSINE_VALLEYS.smoothness == 25.2


@given(st.floats(0, 6))
def test_the_cosine_valleys_take_every_kind_of_number(w):
    for formula in (COSINE_VALLEYS.value, COSINE_VALLEYS.slope, COSINE_VALLEYS.curvature):
        number = formula(w)
        assert type(number) is float
        assert formula(np.array([w])).tolist() == pytest.approx([number], abs=1e-14)
        tensor = formula(torch.tensor(w, dtype=torch.float64))
        assert tensor.item() == pytest.approx(number, abs=1e-14)


# objectives of several numbers
MATRICES = {
    "bowl": [[3.0, 1.0], [1.0, 2.0]],
    "channel": [[1.0, 1.0], [1.0, 1.0]],
    "saddle": [[1.0, 0.0], [0.0, -2.0]],
    "dome": [[-1.0, 0.5, 0.0], [0.5, -3.0, 0.0], [0.0, 0.0, -1.0]],
}
each_matrix = pytest.mark.parametrize("kind", MATRICES)
RNG = np.random.default_rng(3)
A, B = RNG.normal(size=(5, 3)), RNG.normal(size=5)
LEAST_SQUARES = [least_squares(A, B), least_squares(A, B, ridge=0.5), least_squares(A.T, B[:3])]
each_fit = pytest.mark.parametrize("fit", LEAST_SQUARES, ids=lambda o: o.name)


def symbols(n):
    return np.array(sympy.symbols(f"x:{n}", real=True), dtype=object)


def exact_form(matrix, center):
    away = sympy.Matrix(symbols(len(center))) - sympy.Matrix(center)
    return sympy.expand((away.T * sympy.Matrix(matrix) * away)[0] / 2)


@each_matrix
def test_a_quadratic_form_is_its_formula_with_its_derivatives(kind):
    matrix, center = MATRICES[kind], [0.5, -1.0, 2.0][: len(MATRICES[kind])]
    form, x = quadratic_form(matrix, center), symbols(len(center))
    formula = exact_form(matrix, center)
    assert sympy.nsimplify(sympy.expand(form.value(x)) - formula, tolerance=1e-12) == 0
    for slope, name in zip(form.slope(x), x, strict=True):
        assert (
            sympy.nsimplify(sympy.expand(slope) - sympy.diff(formula, name), tolerance=1e-12) == 0
        )
    assert np.array_equal(form.curvature(np.zeros(len(x))), np.array(matrix))


@each_matrix
def test_a_quadratic_form_knows_its_facts_from_its_eigenvalues(kind):
    form = quadratic_form(MATRICES[kind])
    eigenvalues = [float(e) for e in sympy.Matrix(MATRICES[kind]).applyfunc(sympy.nsimplify)
                   .eigenvals(multiple=True)]  # fmt: skip
    assert form.smoothness == pytest.approx(max(map(abs, eigenvalues)))
    assert form.convex is (min(eigenvalues) >= 0)
    expected = min(eigenvalues) if form.convex else None
    assert form.strong_convexity == (expected and pytest.approx(expected))
    assert form.optimal_value == (0.0 if form.convex else -math.inf)
    assert len(form.minimizers) == form.convex
    kinds = {"bowl": "minimum", "channel": "minimum", "saddle": "saddle", "dome": "maximum"}
    assert form.stationary_points[0].kind == kinds[kind]
    assert form.slope(form.stationary_points[0].x).tolist() == [0.0] * len(MATRICES[kind])


@each_fit
def test_least_squares_is_its_formula_with_its_derivatives(fit):
    n = len(fit.minimizers[0])
    a, b, ridge = (A.T, B[:3], 0) if n == 5 else (A, B, 0.5 if "ridge" in fit.name else 0)
    x = symbols(n)
    residual = sympy.Matrix(a) * sympy.Matrix(x) - sympy.Matrix(b)
    formula = residual.dot(residual) + ridge * sympy.Matrix(x).dot(sympy.Matrix(x))
    at = dict(zip(x, RNG.normal(size=n), strict=True))
    point = np.array(list(at.values()))
    assert fit(point) == pytest.approx(float(formula.subs(at)), rel=1e-12)
    slopes = [float(sympy.diff(formula, name).subs(at)) for name in x]
    assert fit.slope(point) == pytest.approx(slopes, rel=1e-12)
    hessian = np.array(sympy.hessian(formula, list(x)).subs(at), dtype=float)
    assert fit.curvature(point) == pytest.approx(hessian, rel=1e-12)
    eigenvalues = np.linalg.eigvalsh(hessian)
    assert fit.smoothness == pytest.approx(eigenvalues[-1])
    assert fit.strong_convexity == pytest.approx(eigenvalues[0], abs=1e-12)
    assert np.abs(fit.slope(fit.minimizers[0])).max() < 1e-12
    assert fit.optimal_value == fit(fit.minimizers[0])


def test_of_many_minimizers_least_squares_takes_the_shortest():
    # x_0 + x_1 = 2 and nothing else: (1, 1) is the point of the line next to the origin
    fit = least_squares([[1.0, 1.0]], [2.0])
    assert fit.minimizers[0] == pytest.approx([1.0, 1.0])
    assert (fit.optimal_value, fit.strong_convexity) == (pytest.approx(0, abs=1e-30), 0.0)


def test_least_squares_on_the_data_of_the_listing():
    # numbers of the lecture: singular values 20.843330979365106 and 7.4133590754862375
    generator = np.random.RandomState(0)
    a, b = generator.randn(200, 50), generator.randn(200)
    fit = least_squares(a, b)
    assert fit(np.zeros(50)) == pytest.approx(199.05355836310034, rel=1e-12)
    assert fit.optimal_value == pytest.approx(155.49342364189732, rel=1e-12)
    assert fit.smoothness == pytest.approx(868.8888926307224, rel=1e-12)
    assert fit.strong_convexity == pytest.approx(109.91578556418833, rel=1e-12)
    x = generator.randn(50)
    np.testing.assert_allclose(fit.slope(x), 2 * a.T @ (a @ x - b), rtol=1e-12)


@pytest.mark.parametrize("objective", [quadratic_form(MATRICES["bowl"]), least_squares(A, B, 0.1)])
def test_objectives_of_several_numbers_take_arrays_tensors_and_grids(objective):
    n = len(objective.minimizers[0])
    points = RNG.normal(size=(n, 4, 3))
    values = objective(points)
    assert values.shape == (4, 3)
    for at in np.ndindex(4, 3):
        x = points[:, *at]
        assert objective(x) == pytest.approx(values[at], rel=1e-13)
        np.testing.assert_allclose(objective.slope(x), objective.slope(points)[:, *at], rtol=1e-12)
        tensor = torch.tensor(x, requires_grad=True)
        objective(tensor).backward()
        np.testing.assert_allclose(tensor.grad, objective.slope(x), rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(
            objective.slope(tensor).detach(), objective.slope(x), rtol=1e-12, atol=1e-14
        )


@pytest.mark.parametrize("objective", [quadratic_form(MATRICES["bowl"]), least_squares(A, B, 0.1)])
def test_objectives_of_several_numbers_keep_the_dtype(objective):
    x = np.ones(len(objective.minimizers[0]), dtype=np.float32)
    assert objective(x).dtype == objective.slope(x).dtype == np.float32
    assert objective.slope(torch.tensor(x)).dtype == torch.float32


def test_the_data_of_an_objective_cannot_be_changed_behind_its_back():
    matrix = np.eye(2)
    form = quadratic_form(matrix)
    matrix[0, 0] = 7.0
    assert form(np.array([1.0, 0.0])) == 0.5
    with pytest.raises(ValueError, match="read-only"):
        form.minimizers[0][0] = 1.0
