"""What theory predicts is what runs do."""

import math

import numpy as np
import pytest
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st

from ravine import CENTRED_QUADRATIC, DOUBLE_WELL, StopReason, gradient_descent, minimize, sweep
from ravine.objectives import quadratic
from ravine.theory import (
    Regime,
    contraction_factor,
    double_well_divergence_threshold,
    double_well_one_step,
    double_well_trapping_radius,
    first_order_model,
    model_decrease,
    regime,
    step_size_threshold,
    updates_to_target,
)


def observed_regime(curvature, step_size):
    run = minimize(
        quadratic(curvature), 1.0, gradient_descent(step_size), max_updates=4, eps_grad=None
    )
    sizes = np.abs(run.iterates)
    if sizes[1] == 0:
        return Regime.ONE_STEP
    if sizes[1] == sizes[0]:
        return Regime.NEUTRAL
    if (np.diff(sizes) > 0).all():
        return Regime.DIVERGENT
    assert (np.diff(sizes) < 0).all()
    return Regime.MONOTONE if (run.iterates > 0).all() else Regime.OSCILLATING


@given(st.floats(0.01, 100), st.floats(0.001, 4))
def test_predicted_regime_is_observed(curvature, product):
    step_size = product / curvature
    # closer to a boundary than this, rounding decides what four updates show
    assume(abs(product - 1) > 1e-12)
    assume(abs(product - 2) > 1e-12)
    assert observed_regime(curvature, step_size) is regime(curvature, step_size)


@given(st.integers(1, 64), st.integers(1, 64))
def test_predicted_regime_is_observed_on_the_boundaries_too(sixteenths, power_step):
    # products of small binary fractions are exact, so 1 and 2 are met exactly
    curvature, step_size = sixteenths / 16, power_step / 16
    assert observed_regime(curvature, step_size) is regime(curvature, step_size)


@pytest.mark.parametrize(
    ("step_size", "expected"),
    [
        (0.001, Regime.MONOTONE),
        (math.nextafter(1, 0), Regime.MONOTONE),
        (1.0, Regime.ONE_STEP),
        (math.nextafter(1, 2), Regime.OSCILLATING),
        (1.5, Regime.OSCILLATING),
        (math.nextafter(2, 0), Regime.OSCILLATING),
        (2.0, Regime.NEUTRAL),
        (math.nextafter(2, 3), Regime.DIVERGENT),
        (3.0, Regime.DIVERGENT),
    ],
)
def test_the_boundaries_of_the_regimes_are_single_numbers(step_size, expected):
    assert regime(1.0, step_size) is expected


@given(st.floats(0.01, 100))
def test_curvature_scales_the_boundaries(curvature):
    assert regime(curvature, 0.5 / curvature) is Regime.MONOTONE
    assert regime(curvature, 1.5 / curvature) is Regime.OSCILLATING
    assert regime(curvature, 2.5 / curvature) is Regime.DIVERGENT


def test_regime_near_a_maximum_and_on_a_line():
    assert regime(-2.0, 0.1) is Regime.DIVERGENT
    assert regime(0.0, 0.1) is Regime.NEUTRAL


@pytest.mark.parametrize("curvature", [3.0, 7.0, 10.0, 49.0])
def test_a_quotient_that_rounds_onto_a_boundary_is_on_it(curvature):
    at_boundary = 1 / curvature * curvature == 1
    assert (regime(curvature, 1 / curvature) is Regime.ONE_STEP) is at_boundary


@given(st.floats(0.01, 100), st.floats(0.001, 3), st.floats(0.1, 10))
def test_one_update_multiplies_by_the_contraction_factor(curvature, step_size, start):
    run = minimize(
        quadratic(curvature), start, gradient_descent(step_size), max_updates=1, eps_grad=None
    )
    scale = start * (1 + step_size * curvature)
    expected = contraction_factor(curvature, step_size) * start
    assert run.x == pytest.approx(expected, abs=4e-16 * scale)


@given(st.floats(0.01, 100))
def test_threshold_separates_convergence_from_divergence(curvature):
    threshold = step_size_threshold(curvature)
    assert abs(contraction_factor(curvature, 0.999 * threshold)) < 1
    assert abs(contraction_factor(curvature, 1.001 * threshold)) > 1


@given(st.floats(0.1, 10), st.floats(0.01, 2.2), st.floats(-10, 10), st.floats(1e-8, 1))
def test_updates_to_target_is_the_measured_count(curvature, product, start, target):
    step_size, cap = product / curvature, 3000
    predicted = updates_to_target(curvature, step_size, start, target)
    # a gap that equals the target up to rounding may count or not
    factor = abs(contraction_factor(curvature, step_size))
    for k in (predicted, predicted - 1):
        if 0 <= k < math.inf:
            gap = curvature / 2 * (start * factor**k) ** 2
            assume(abs(gap / target - 1) > 1e-9)
    run = minimize(
        quadratic(curvature),
        start,
        gradient_descent(step_size),
        max_updates=cap,
        eps_grad=None,
        eps_obj=target,
        escape_radius=1e9,
    )
    if predicted <= cap:
        assert (run.stop, run.updates) == (StopReason.OBJECTIVE, predicted)
    else:
        assert run.stop is not StopReason.OBJECTIVE


@pytest.mark.parametrize("k", range(1, 40))
def test_updates_to_target_is_right_where_the_logarithms_are_whole(k):
    # 8 / 2**k, exactly, meets the target w**2 / 2 that it defines
    assert updates_to_target(1.0, 0.5, 8.0, (8.0 / 2**k) ** 2 / 2) == k


def test_updates_to_target_in_the_special_cases():
    assert updates_to_target(1.0, 0.5, 5.0, 12.5) == 0
    assert updates_to_target(1.0, 2.0, 5.0, 12.5) == 0
    assert updates_to_target(1.0, 1.0, 5.0, 1e-5) == 1
    assert updates_to_target(1.0, 2.0, 5.0, 1e-5) == math.inf
    assert updates_to_target(1.0, 3.0, 5.0, 1e-5) == math.inf
    assert updates_to_target(1.0, 0.001, 5.0, 1e-5) == 7016


@pytest.mark.parametrize(
    ("target", "at_2", "at_5"),
    [(1.0, 1 / 12, 1 / 60), (0.0, 1 / 6, 1 / 48), (-1.0, 1 / 4, 1 / 40), (None, 1 / 3, 1 / 24)],
    ids=["minimizer +1", "maximum 0", "minimizer -1", "cycle"],
)
def test_one_step_lands_where_the_table_says(target, at_2, at_5):
    for start, expected in ((2.0, at_2), (5.0, at_5)):
        goal = -start if target is None else target
        step_size = double_well_one_step(start, goal)
        assert step_size == expected
        run = minimize(
            DOUBLE_WELL, start, gradient_descent(step_size), max_updates=1, eps_grad=None
        )
        assert run.x == pytest.approx(goal, abs=1e-14)


@given(st.floats(-4, 4), st.floats(-4, 4))
def test_one_step_lands_on_any_target_downhill(start, target):
    assume(min(abs(start), abs(abs(start) - 1)) > 1e-3)
    slope = DOUBLE_WELL.slope(start)
    assume((start - target) * slope > 1e-6)
    step_size = double_well_one_step(start, target)
    assert start - step_size * slope == pytest.approx(target, abs=1e-12)


def test_the_cycle_never_ends():
    run = minimize(DOUBLE_WELL, 2.0, gradient_descent(1 / 3), max_updates=2000)
    assert run.stop is StopReason.CAP
    assert (run.iterates == 2 * (-1.0) ** np.arange(2001)).all()


def diverges(start, step_size):
    run = minimize(
        DOUBLE_WELL,
        start,
        gradient_descent(step_size),
        max_updates=300,
        eps_grad=None,
        escape_radius=1e3,
    )
    return run.stop is StopReason.ESCAPED


@pytest.mark.parametrize("start", [1.5, 2.0, 3.0, 5.0, 10.0])
def test_bisection_finds_the_divergence_threshold(start):
    bounded, divergent = 1e-6, 1.0
    while math.nextafter(bounded, 1) < divergent:
        middle = (bounded + divergent) / 2
        if middle in (bounded, divergent):
            break
        bounded, divergent = (bounded, middle) if diverges(start, middle) else (middle, divergent)
    assert divergent == pytest.approx(double_well_divergence_threshold(start), rel=1e-15, abs=0)


@given(st.floats(math.sqrt(2), 20), st.floats(1e-4, 0.5), st.sampled_from([-1, 1]))
def test_runs_diverge_exactly_above_the_threshold(start, margin, sign):
    threshold = double_well_divergence_threshold(start)
    assert diverges(sign * start, threshold * (1 + margin))
    assert not diverges(sign * start, threshold * (1 - margin))


@pytest.mark.parametrize("start", [1.1, 1.3, 1.4])
def test_closer_starts_diverge_only_from_a_step_size_just_above_one(start):
    step_sizes = np.arange(450, 505) / 500  # 0.9 to 1.008 in steps of 0.002
    result = sweep(DOUBLE_WELL, step_sizes, start, max_updates=20000, escape_radius=1e6)
    assert result.step_sizes[result.escaped].min() == 1.002


@pytest.mark.parametrize("start", [0.0, 1.0, -1.2, math.nextafter(math.sqrt(2), 0)])
def test_no_threshold_is_given_where_none_is_proved(start):
    with pytest.raises(ValueError, match=r"start must have absolute value >= sqrt\(2\), got"):
        double_well_divergence_threshold(start)


@given(st.floats(0.01, 1), st.floats(-1, 1))
def test_nothing_leaves_the_trapping_radius(step_size, fraction):
    bound = double_well_trapping_radius(step_size)
    run = minimize(
        DOUBLE_WELL,
        fraction * bound * (1 - 1e-9),
        gradient_descent(step_size),
        max_updates=200,
        eps_grad=None,
    )
    assert (np.abs(run.iterates) <= bound).all()


@given(st.floats(0.01, 3), st.floats(1e-6, 1))
def test_outside_the_trapping_radius_every_update_moves_out(step_size, beyond):
    start = double_well_trapping_radius(step_size) * (1 + beyond)
    run = minimize(
        DOUBLE_WELL, start, gradient_descent(step_size), max_updates=20, escape_radius=1e50
    )
    assert (np.diff(np.abs(run.iterates)) > 0).all()


def test_the_proof_of_the_trapping_radius_holds():
    eta, w = sympy.symbols("eta w", positive=True)
    bound = sympy.sqrt(1 + 1 / eta)
    factor = 1 - 2 * eta * (w**2 - 1)
    assert sympy.simplify(factor.subs(w, bound) + 1) == 0
    # the extreme value inside, claimed in the docstring, and where it equals the bound
    (turn,) = sympy.solve(sympy.diff(w * factor, w), w)
    extreme = sympy.Rational(2, 3) * (1 + 2 * eta) * sympy.sqrt((1 + 2 * eta) / (6 * eta))
    assert sympy.simplify((w * factor).subs(w, turn) - extreme) == 0
    assert sympy.solve(sympy.together(extreme**2 - bound**2), eta) == [1]
    assert (extreme - bound).subs(eta, sympy.Rational(1, 2)) < 0


def test_every_start_inside_reaches_a_minimizer_below_one_half():
    step_sizes = np.linspace(0.02, 0.49, 24)[:, None]
    inside = np.linspace(-0.9995, 0.999, 301) * np.sqrt(1 + 1 / step_sizes)
    result = sweep(DOUBLE_WELL, step_sizes, inside, max_updates=20000, eps_obj=1e-5)
    assert result.reached.size == 7224
    assert result.reached.all()


@pytest.mark.parametrize(
    ("step_size", "model", "truth"),
    [(0.01, 12.25, 12.25125), (0.1, 10.0, 10.125), (0.5, 0.0, 3.125), (1.0, -12.5, 0.0),
     (2.0, -37.5, 12.5)],
)  # fmt: skip
def test_the_model_against_the_truth(step_size, model, truth):
    decrease = model_decrease(CENTRED_QUADRATIC, 5.0, step_size)
    assert CENTRED_QUADRATIC(5.0) - decrease == pytest.approx(model, abs=1e-12)
    asked = first_order_model(CENTRED_QUADRATIC, 5.0, displacement=-step_size * 5.0)
    assert asked == pytest.approx(model, abs=1e-12)
    assert CENTRED_QUADRATIC(5.0 - step_size * 5.0) == pytest.approx(truth, abs=1e-12)


def test_the_model_takes_arrays():
    steps = np.array([0.1, 0.5])
    np.testing.assert_allclose(model_decrease(CENTRED_QUADRATIC, 5.0, steps), 25 * steps)


@given(st.floats(-3, 3))
def test_the_model_touches_the_objective_and_has_its_slope(w):
    assert first_order_model(DOUBLE_WELL, w, 0.0) == DOUBLE_WELL(w)
    slope = first_order_model(DOUBLE_WELL, w, 1.0) - DOUBLE_WELL(w)
    assert slope == pytest.approx(DOUBLE_WELL.slope(w), abs=1e-12)
