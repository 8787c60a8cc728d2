"""What theory predicts is what runs do."""

import math

import numpy as np
import pytest
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st

from ravine import (
    CENTRED_QUADRATIC,
    DOUBLE_WELL,
    QUARTIC,
    Objective,
    StopReason,
    gradient_descent,
    heavy_ball,
    least_squares,
    minimize,
    quadratic_form,
    sweep,
)
from ravine.losses import quadratic
from ravine.theory import (
    ON_DOUBLE_WELL,
    ON_QUARTIC,
    Regime,
    best_momentum,
    contraction_factor,
    descent_bound,
    descent_lemma_bound,
    first_order_model,
    heavy_ball_factor,
    linear_distance_bound,
    linear_rate_bound,
    model_decrease,
    regime,
    sharp_sublinear_bound,
    step_size_threshold,
    sublinear_bound,
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
        step_size = ON_DOUBLE_WELL.one_step(start, goal)
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
    step_size = ON_DOUBLE_WELL.one_step(start, target)
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
    assert divergent == pytest.approx(ON_DOUBLE_WELL.divergence_threshold(start), rel=1e-15, abs=0)


@given(st.floats(math.sqrt(2), 20), st.floats(1e-4, 0.5), st.sampled_from([-1, 1]))
def test_runs_diverge_exactly_above_the_threshold(start, margin, sign):
    threshold = ON_DOUBLE_WELL.divergence_threshold(start)
    assert diverges(sign * start, threshold * (1 + margin))
    assert not diverges(sign * start, threshold * (1 - margin))


@pytest.mark.parametrize("start", [1.1, 1.3, 1.4])
def test_closer_starts_diverge_only_from_a_step_size_just_above_one(start):
    step_sizes = np.arange(450, 505) / 500  # 0.9 to 1.008 in steps of 0.002
    result = sweep(
        DOUBLE_WELL, step_size=step_sizes, start=start, max_updates=20000, escape_radius=1e6
    )
    assert result.step_sizes[result.escaped].min() == 1.002


@pytest.mark.parametrize("start", [0.0, 1.0, -1.2, math.nextafter(math.sqrt(2), 0)])
def test_no_threshold_is_given_where_none_is_proved(start):
    with pytest.raises(ValueError, match=r"start must have absolute value >= 1\.41421, got"):
        ON_DOUBLE_WELL.divergence_threshold(start)


@given(st.floats(0.01, 1), st.floats(-1, 1))
def test_nothing_leaves_the_trapping_radius(step_size, fraction):
    bound = ON_DOUBLE_WELL.trapping_radius(step_size)
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
    start = ON_DOUBLE_WELL.trapping_radius(step_size) * (1 + beyond)
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
    result = sweep(DOUBLE_WELL, step_size=step_sizes, start=inside, max_updates=20000, eps_obj=1e-5)
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


# the quartic
def test_local_behaviour_at_the_stationary_points_of_the_quartic():
    factors = [contraction_factor(12.0, eta) for eta in (0.01, 1 / 12, 0.1, 1 / 6, 0.5)]
    assert factors == pytest.approx([0.88, 0, -0.2, -1, -5], abs=1e-12)
    assert step_size_threshold(12.0) == pytest.approx(1 / 6)
    assert regime(-6.0, 0.01) is Regime.DIVERGENT
    assert contraction_factor(-6.0, 0.01) == pytest.approx(1.06)


def bisected(start, updates, precision):
    """Return the largest step size at which so many updates stay bounded, found by bisection."""
    low, high = 0.01, 0.5
    while high - low > precision:
        middle = (low + high) / 2
        run = sweep(QUARTIC, step_size=middle, start=start, max_updates=updates, escape_radius=1e3)
        low, high = (low, middle) if run.escaped.item() else (middle, high)
    return low


@pytest.mark.parametrize(
    ("start", "threshold"),
    [(-1.8, 0.2873563), (-2.0, 0.2), (-2.5, 2 / 19), (-3.0, 0.0666667), (-4.0, 0.0344828)],
)
def test_divergence_threshold_of_the_quartic(start, threshold):
    assert ON_QUARTIC.divergence_threshold(start) == pytest.approx(threshold, abs=5e-8)
    # a run that is off the two-point cycle moves away from it by a factor 5 or more
    measured = bisected(start, updates=60, precision=1e-13)
    assert measured == pytest.approx(ON_QUARTIC.divergence_threshold(start), rel=1e-11)


def test_closer_to_the_origin_the_threshold_of_the_quartic_is_a_third():
    with pytest.raises(ValueError, match=r"start must have absolute value >= 1\.73205"):
        ON_QUARTIC.divergence_threshold(-1.5)
    assert ON_QUARTIC.divergence_threshold(1.7320508075688774) == pytest.approx(1 / 3)
    measured = bisected(-1.5, updates=2000, precision=1e-7)
    assert measured == pytest.approx(1 / 3, rel=1e-5)


@pytest.mark.parametrize(
    ("step_size", "radius"),
    [(0.01, 7.1764), (0.05, 3.3912), (0.1, 2.5495), (0.15, 2.1985), (1 / 6, 2.1213), (0.2, 2.0),
     (1 / 3, 1.7321), (0.5, 1.5811)],
)  # fmt: skip
def test_trapping_radius_of_the_quartic(step_size, radius):
    assert round(ON_QUARTIC.trapping_radius(step_size), 4) == radius


@given(st.floats(0.005, 0.33), st.floats(1e-6, 0.5))
def test_beyond_the_radius_of_the_quartic_every_update_leads_further_out(step_size, beyond):
    start = ON_QUARTIC.trapping_radius(step_size) * (1 + beyond)
    run = minimize(
        QUARTIC, start, gradient_descent(step_size), max_updates=50, eps_grad=None,
        escape_radius=1e50,
    )  # fmt: skip
    assert (np.diff(np.abs(run.iterates)) > 0).all()
    assert (run.iterates[1:] * run.iterates[:-1] < 0).all()


@given(st.floats(0.005, 1 / 3), st.floats(-0.999999, 0.999999))
def test_within_the_radius_of_the_quartic_no_run_leaves(step_size, share):
    radius = ON_QUARTIC.trapping_radius(step_size)
    run = minimize(
        QUARTIC, share * radius, gradient_descent(step_size), max_updates=100, eps_grad=None
    )
    assert (np.abs(run.iterates) <= radius).all()


def test_the_proof_of_the_radius_of_the_quartic_holds():
    eta, w = sympy.symbols("eta w", positive=True)
    factor = 1 + 6 * eta - 4 * eta * w**2
    assert sympy.expand(w - eta * sympy.diff(w**4 - 3 * w**2 + 2, w) - w * factor) == 0
    bound = sympy.sqrt(sympy.Rational(3, 2) + 1 / (2 * eta))
    assert sympy.simplify(factor.subs(w, bound) + 1) == 0
    (turn,) = sympy.solve(sympy.diff(w * factor, w), w)
    extreme = sympy.Rational(2, 3) * (1 + 6 * eta) * sympy.sqrt((1 + 6 * eta) / (12 * eta))
    assert sympy.simplify((w * factor).subs(w, turn) - extreme) == 0
    assert sympy.solve(sympy.together(extreme**2 - bound**2), eta) == [sympy.Rational(1, 3)]
    assert (extreme - bound).subs(eta, sympy.Rational(1, 10)) < 0
    (threshold,) = sympy.solve(sympy.Eq(bound**2, w**2), eta)
    assert sympy.simplify(threshold - 1 / (2 * w**2 - 3)) == 0


@pytest.mark.parametrize(
    ("target", "step_size"),
    [
        (-math.sqrt(1.5), 0.026847476391756),
        (0.0, 1 / 19),
        (math.sqrt(1.5), 0.078415681502981),
        (2.5, 2 / 19),
    ],
)
def test_one_step_landings_on_the_quartic(target, step_size):
    eta = ON_QUARTIC.one_step(-2.5, target)
    assert eta == pytest.approx(step_size, rel=1e-12)
    run = minimize(QUARTIC, -2.5, gradient_descent(eta), max_updates=1, eps_grad=None)
    assert run.x == pytest.approx(target, abs=1e-14)


def test_one_nineteenth_rests_on_the_hilltop_and_two_bounce_for_ever():
    for start in (-2.5, np.float32(-2.5)):
        run = minimize(QUARTIC, start, gradient_descent(1 / 19), max_updates=50, eps_grad=None)
        assert (run.iterates[1:] == 0).all()
        run = minimize(QUARTIC, start, gradient_descent(2 / 19), max_updates=40, eps_grad=None)
        assert run.iterates.tolist() == [-2.5, 2.5] * 20 + [-2.5]


@given(st.floats(-4, 4), st.floats(-4, 4))
def test_one_step_on_the_quartic_lands_where_it_says_or_refuses(start, target):
    slope = QUARTIC.slope(start)
    assume(abs(slope) > 1e-3)
    if (start - target) * slope <= 0:
        with pytest.raises(ValueError, match="target must lie on the downhill side"):
            ON_QUARTIC.one_step(start, target)
    else:
        landed = start - ON_QUARTIC.one_step(start, target) * slope
        assert landed == pytest.approx(target, abs=1e-12)


# momentum
@given(st.floats(0.1, 20), st.floats(0.01, 4.5), st.floats(0, 0.99))
def test_heavy_ball_factor_is_the_spectral_radius_of_the_update(curvature, product, momentum):
    # (w, z) -> (w - eta (beta z + lambda w), beta z + lambda w); scaled so that eta is 1
    update = np.array([[1 - product, -momentum], [product, momentum]])
    radius = np.abs(np.linalg.eigvals(update)).max()
    factor = heavy_ball_factor(curvature, product / curvature, momentum)
    # at a double root the eigenvalues are only good to the square root of the precision
    assert factor == pytest.approx(radius, rel=3e-7)


@given(st.floats(0.05, 1.5), st.floats(0.1, 0.9))
def test_the_heavy_ball_contracts_by_its_factor_in_the_long_run(product, momentum):
    factor = heavy_ball_factor(1.0, product, momentum)
    run = minimize(
        CENTRED_QUADRATIC, 1.0, heavy_ball(product, momentum), max_updates=400, eps_grad=None
    )
    largest = np.abs(run.iterates[300:]).max()
    # a double root adds a factor k, two complex ones a turn: both vanish in the root of order k
    assert largest ** (1 / 300) == pytest.approx(factor, rel=0.05)


@given(st.floats(0.1, 20), st.floats(0.01, 3.9), st.floats(0, 0.999))
def test_no_momentum_contracts_faster_than_the_best(curvature, product, momentum):
    step_size = product / curvature
    best = best_momentum(curvature, step_size)
    assert best == pytest.approx((1 - math.sqrt(product)) ** 2)
    least = heavy_ball_factor(curvature, step_size, best)
    assert least == pytest.approx(abs(1 - math.sqrt(product)), abs=1e-6)
    assert heavy_ball_factor(curvature, step_size, momentum) >= least - 1e-7


def test_numbers_of_the_momentum_exercise():
    assert round(best_momentum(12.0, 0.01), 3) == 0.427
    assert round(best_momentum(12.0, 0.001), 3) == 0.793
    assert round(heavy_ball_factor(12.0, 0.01, 0.9), 4) == 0.9487
    # break-even of momentum 0.9 with plain descent
    even = (1 - math.sqrt(0.9)) / 12
    assert round(even, 7) == 0.0042764
    plain = [contraction_factor(12.0, eta) for eta in (0.99 * even, 1.01 * even)]
    ball = [heavy_ball_factor(12.0, eta, 0.9) for eta in (0.99 * even, 1.01 * even)]
    assert ball[0] < plain[0]
    assert ball[1] > plain[1]


def test_from_four_on_no_momentum_helps():
    with pytest.raises(ValueError, match="step_size must be less than 4/curvature"):
        best_momentum(8.0, 0.5)
    assert all(heavy_ball_factor(8.0, 0.5, beta / 100) >= 1 for beta in range(100))


# descent lemma and rates
QUADRATICS = [quadratic(8.0), quadratic_form(np.diag([2.0, 4.0])),
              quadratic_form([[1.0, 2.0], [2.0, -3.0]])]  # fmt: skip
SMOOTH = [*QUADRATICS, Objective("cosine", math.cos, lambda w: -math.sin(w), smoothness=1.0)]


@given(st.sampled_from(SMOOTH), st.floats(0.01, 4), st.floats(-20, 20), st.floats(-20, 20))
def test_the_descent_lemma_bounds_every_update(objective, product, first, second):
    smoothness = objective.smoothness
    x0 = first if objective is SMOOTH[0] or objective is SMOOTH[-1] else np.array([first, second])
    eta = product / smoothness
    run = minimize(objective, x0, gradient_descent(eta), max_updates=1, eps_grad=None)
    before, after, gradient_norm = run.values[0], run.values[-1], run.gradient_norms[0]
    slack = 1e-9 * (1 + abs(before) + eta * gradient_norm**2)
    assert after <= descent_lemma_bound(before, gradient_norm, eta, smoothness) + slack
    if product <= 1:
        assert after <= descent_bound(before, gradient_norm, eta) + slack


def test_the_descent_theorem_needs_its_condition():
    # alpha L = 1.5 > 1: the lemma still holds, the theorem's half does not
    eta = 1.5 / 8
    run = minimize(quadratic(8.0), 0.5, gradient_descent(eta), max_updates=1)
    assert run.value > descent_bound(run.values[0], run.gradient_norms[0], eta)
    assert run.value == pytest.approx(
        descent_lemma_bound(run.values[0], run.gradient_norms[0], eta, 8.0)
    )
    # and L must hold on the whole step: 12 does for x^4 on [-1, 1] only
    power = Objective("x^4", lambda w: w * w * w * w, lambda w: 4 * w * w * w)
    for start, end in ((1.0, 2 / 3), (3.0, -6.0), (10.0, -970 / 3)):
        run = minimize(power, start, gradient_descent(1 / 12), max_updates=1)
        assert run.x == pytest.approx(end)
        kept = run.value <= descent_bound(run.values[0], run.gradient_norms[0], 1 / 12)
        assert bool(kept) is (start == 1.0)


def huber(threshold):
    """A parabola with straight arms beyond the threshold, convex, smooth with constant 1."""

    def value(w):
        inside = min(abs(w), threshold)
        return inside * inside / 2 + threshold * (abs(w) - inside)

    return Objective("huber", value, lambda w: max(-threshold, min(w, threshold)),
                     minimizers=(0.0,), optimal_value=0.0, smoothness=1.0)  # fmt: skip


@given(st.floats(1e-3, 1), st.floats(0.01, 1), st.floats(-3, 3))
def test_gradient_descent_keeps_the_bounds_of_order_1_over_k(threshold, product, start):
    run = minimize(huber(threshold), start, gradient_descent(product), max_updates=100,
                   eps_grad=None)  # fmt: skip
    k = np.arange(1, 101)
    sharp = sharp_sublinear_bound(abs(start), product, 1.0, k)
    assert (run.values[1:] <= sharp * (1 + 1e-9) + 1e-300).all()
    assert (2 * sharp <= sublinear_bound(abs(start), product, k)).all()


@pytest.mark.parametrize(
    ("updates", "gap", "bound", "ratio"),
    [
        (1, 0.166667, 0.5, 0.3333),
        (10, 0.0238095, 0.05, 0.4762),
        (100, 0.00248756, 0.005, 0.4975),
        (1000, 0.000249875, 0.0005, 0.4998),
    ],
)
def test_a_parabola_with_straight_arms_attains_the_sharp_bound(updates, gap, bound, ratio):
    worst = huber(1 / (2 * updates + 1))
    run = minimize(worst, 1.0, gradient_descent(1.0), max_updates=updates, eps_grad=None)
    assert run.value == pytest.approx(gap, rel=3e-6)
    assert run.value == pytest.approx(sharp_sublinear_bound(1.0, 1.0, 1.0, updates), rel=1e-9)
    assert sublinear_bound(1.0, 1.0, updates) == bound
    assert round(run.value / bound, 4) == ratio


def test_the_bound_of_the_decks_example():
    assert [sublinear_bound(0.5, 1 / 8, k) for k in (1, 10, 100, 1000)] == [1.0, 0.1, 0.01, 0.001]
    assert minimize(quadratic(8.0), 0.5, gradient_descent(1 / 8)).updates == 1


def worst_ratio(product, updates=2000):
    """Return the largest gap over bound on the parabola with L = 1 from 1, and its k."""
    k = np.arange(1, updates + 1)
    ratios = (1 - product) ** (2 * k) / 2 / sublinear_bound(1.0, product, k)
    return ratios.max(), int(k[ratios.argmax()])


def test_the_bound_of_order_1_over_k_needs_its_condition():
    assert worst_ratio(1.9) == (pytest.approx(3.31, abs=0.005), 5)
    assert worst_ratio(1.99) == (pytest.approx(36.4, abs=0.05), 50)
    assert worst_ratio(2.0) == (pytest.approx(4000), 2000)
    # it first fails at k = 2, where 2 p (1 - p)^4 = 1
    p = sympy.Symbol("p")
    edge = float(sympy.nsolve(2 * p * (1 - p) ** 4 - 1, p, 1.73))
    assert edge == pytest.approx(1.732906721, abs=1e-9)
    assert worst_ratio(edge - 1e-9)[0] < 1 < worst_ratio(edge + 1e-9)[0]
    assert worst_ratio(edge + 1e-9)[1] == 2
    at_once = float(sympy.nsolve(p * (1 - p) ** 2 - 1, p, 1.75))
    assert at_once == pytest.approx(1.754878, abs=5e-7)
    run = minimize(CENTRED_QUADRATIC, 1.0, gradient_descent(1.9), max_updates=5, eps_grad=None)
    assert run.value / sublinear_bound(1.0, 1.9, 5) == pytest.approx(worst_ratio(1.9)[0])


@given(st.integers(1, 4), st.integers(0, 10_000), st.floats(0.05, 1))
def test_gradient_descent_keeps_the_linear_rate(n, seed, product):
    generator = np.random.default_rng(seed)
    fit = least_squares(generator.normal(size=(n + 3, n)), generator.normal(size=n + 3))
    assume(fit.strong_convexity > 1e-3)
    eta, best = product / fit.smoothness, fit.minimizers[0]
    start = best + generator.normal(size=n)
    run = minimize(fit, start, gradient_descent(eta), max_updates=60, eps_grad=None)
    k, radius = np.arange(61), float(np.linalg.norm(start - best))
    distances = np.linalg.norm(run.iterates - best, axis=1)
    bound = linear_distance_bound(radius, eta, fit.strong_convexity, k)
    assert (distances <= bound * (1 + 1e-9) + 1e-10).all()
    rate = linear_rate_bound(radius, eta, fit.smoothness, fit.strong_convexity, k)
    slack = 1e-11 * (1 + abs(fit.optimal_value))
    assert (run.gaps(fit.optimal_value) <= rate * (1 + 1e-9) + slack).all()


@pytest.mark.parametrize(
    ("updates", "gap", "sublinear", "linear"),
    [
        (1, 15.646, 128.68, 88.58),
        (10, 0.17837, 12.868, 10.892),
        (50, 3.1313e-6, 2.5736, 9.808e-4),
        (100, 2.507e-11, 1.2868, 8.604e-9),
    ],
)
def test_the_bounds_on_the_data_of_the_listing(updates, gap, sublinear, linear):
    generator = np.random.RandomState(0)
    fit = least_squares(generator.randn(200, 50), generator.randn(200))
    radius = float(np.linalg.norm(fit.minimizers[0]))
    run = minimize(fit, np.zeros(50), gradient_descent(1e-3), max_updates=updates, eps_grad=None)
    assert run.gaps(fit.optimal_value)[-1] == pytest.approx(gap, rel=1e-3, abs=2e-13)
    assert sublinear_bound(radius, 1e-3, updates) == pytest.approx(sublinear, rel=1e-4)
    rate = linear_rate_bound(radius, 1e-3, fit.smoothness, fit.strong_convexity, updates)
    assert rate == pytest.approx(linear, rel=1e-4)


def test_a_flat_minimum_is_reached_faster_than_1_over_k_and_not_geometrically():
    power = Objective("x^4", lambda w: w * w * w * w, lambda w: 4 * w * w * w)
    run = minimize(power, 1.0, gradient_descent(1 / 12), max_updates=10_000, eps_grad=None)
    gaps = [run.values[k] for k in (1, 10, 100, 1000, 10_000)]
    assert gaps == pytest.approx([0.19753, 0.012341, 2.0384e-4, 2.2199e-6, 2.2462e-8], rel=5e-5)
    assert 10_000**2 * gaps[-1] == pytest.approx(2.25, rel=2e-3)


def test_bounds_take_arrays_of_counts():
    k = np.array([1, 2, 4])
    assert sublinear_bound(1.0, 0.5, k).tolist() == [1.0, 0.5, 0.25]
    assert linear_distance_bound(8.0, 0.5, 1.0, k).tolist() == [4.0, 2.0, 0.5]
