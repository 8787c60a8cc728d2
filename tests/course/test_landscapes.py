"""Each landscape's formulas and facts follow from its value, by SymPy."""

import numpy as np
import pytest
import sympy
import torch

from ravine import gradient_descent, heavy_ball, minimize
from ravine.course.landscapes import LANDSCAPES, hessian_eigenvalues

X, Y = sympy.symbols("x y", real=True)
BY_KEY = {landscape.key: landscape for landscape in LANDSCAPES}
each = pytest.mark.parametrize("landscape", LANDSCAPES, ids=list(BY_KEY))


def exact(formula):
    return sympy.nsimplify(formula, rational=True)


@each
def test_gradient_and_hessian_are_the_derivatives_of_the_value(landscape):
    objective = landscape.objective
    value = exact(objective.value((X, Y)))
    gradient = [sympy.diff(value, v) for v in (X, Y)]
    for ours, true in zip(objective.slope((X, Y)), gradient, strict=True):
        assert sympy.expand(exact(ours) - true) == 0
    for row, of in zip(objective.curvature((X, Y)), gradient, strict=True):
        for ours, v in zip(row, (X, Y), strict=True):
            assert sympy.expand(exact(ours) - sympy.diff(of, v)) == 0


@each
def test_stationary_points_are_of_the_kind_that_they_are_said_to_be(landscape):
    kinds = {(True, True): "minimum", (False, False): "maximum", (False, True): "saddle"}
    for point in landscape.objective.stationary_points:
        scale = 1 + abs(point.value)
        assert np.abs(landscape.objective.slope(point.x)).max() < 1e-12 * scale
        assert landscape.objective.value(point.x) == pytest.approx(point.value, abs=1e-12 * scale)
        eigenvalues = hessian_eigenvalues(landscape.objective, tuple(point.x))
        assert point.kind == kinds[tuple(e > 0 for e in eigenvalues)]


@each
def test_no_point_of_the_view_is_lower_than_the_minimizers(landscape):
    (left, right), (bottom, top) = landscape.view
    grid = np.stack(np.meshgrid(np.linspace(left, right, 321), np.linspace(bottom, top, 221)))
    values = landscape.objective(grid)
    assert values.shape == (221, 321)
    assert values.min() >= landscape.objective.optimal_value - 1e-12
    assert values.min() < min(landscape.levels) < max(landscape.levels) < values.max()
    assert (right - left) / (top - bottom) == pytest.approx(16 / 11, rel=1e-9)


@each
def test_arrays_tensors_and_pairs_give_the_same_digits(landscape):
    point = (1.25, -0.7)
    for formula in (landscape.objective.value, landscape.objective.slope):
        plain = np.array(formula(point))
        assert (np.array(formula(np.array(point))) == plain).all()
        assert (formula(torch.tensor(point, dtype=torch.float64)).numpy() == plain).all()


# Hessian eigenvalues at the minimizers: kappa and 2/lambda_max follow from them.
CURVATURES = [
    ("ravine", (0, 0), (1, 20)),
    ("tilted", (0, 0), (1, 20)),
    ("bowl", (0, 0), (1, 1)),
    ("ravine100", (0, 0), (1, 100)),
    ("doublewell", (1, 0), (2, 4)),
    ("doublewell", (0, 0), (-2, 2)),
    ("saddle", (0, 1), (1, 2)),
    ("saddle", (0, 0), (-1, 1)),
    ("rosenbrock", (1, 1), (0.399361, 1001.60)),
    ("himmelblau", (3, 2), (25.7157, 82.2843)),
    ("himmelblau", (-2.805118, 3.131313), (64.8404, 80.5501)),
    ("himmelblau", (-3.779310, -3.283186), (70.7144, 133.7856)),
    ("himmelblau", (3.584428, -1.848127), (28.6907, 105.4189)),
    ("beale", (3, 0.5), (0.301464, 48.9798)),
]


@pytest.mark.parametrize(("key", "point", "eigenvalues"), CURVATURES)
def test_curvatures_at_stationary_points(key, point, eigenvalues):
    found = hessian_eigenvalues(BY_KEY[key].objective, point)
    assert found == pytest.approx(eigenvalues, rel=2e-6, abs=1e-12)


# Iterates after 500 updates, from the default start with the default step size.
AFTER_500 = [
    ("rosenbrock", 0.0, (-0.5097132981403509, 0.2673661432884418)),
    ("rosenbrock", 0.9, (0.9573960707262107, 0.9164322620288137)),
    ("beale", 0.0, (2.910459927397678, 0.4767563501056932)),
    ("beale", 0.9, (3.0000000000171836, 0.5000000000069466)),
    ("himmelblau", 0.9, (3.5844283403340884, -1.8481265269538398)),
    ("ravine", 0.7, (4.4654074107455826e-39, 6.5112087594964775e-40)),
]


@pytest.mark.parametrize(("key", "momentum", "point"), AFTER_500)
def test_iterates_after_500_updates_are_right_to_the_last_bit(key, momentum, point):
    landscape = BY_KEY[key]
    step_size = landscape.step_size
    method = heavy_ball(step_size, momentum) if momentum else gradient_descent(step_size)
    run = minimize(
        landscape.objective, np.array(landscape.start), method, max_updates=500, eps_grad=None
    )
    assert tuple(run.iterates[500]) == point
