"""Line searches: what they accept, what it costs, when they give up, what they guarantee."""

import math
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from ravine import (
    COSINE_VALLEYS,
    DOUBLE_WELL,
    QUARTIC,
    Objective,
    StopReason,
    armijo,
    exact_line_search,
    golden_section,
    gradient_descent,
    least_squares,
    minimize,
    quadratic_form,
    simple_decrease,
)
from ravine.losses import quadratic
from ravine.named import CATALOGUE
from ravine.objective import StationaryPoint
from ravine.stepsize import Choice
from ravine.theory import armijo_least_step

SEARCHES = [
    simple_decrease(),
    armijo(),
    armijo(sufficient=0.3),
    exact_line_search(),
    golden_section(),
]
NAMES = ["simple decrease", "Armijo 1e-4", "Armijo 0.3", "exact", "golden section"]
each_search = pytest.mark.parametrize("search", SEARCHES, ids=NAMES)


def descend(objective, x0, search, **rules):
    return minimize(objective, x0, gradient_descent(search), **rules)


@given(
    st.sampled_from(CATALOGUE),
    st.floats(-4, 4),
    st.sampled_from(SEARCHES),
)
def test_every_update_lowers_the_objective(objective, start, search):
    run = descend(objective, start, search, max_updates=30)
    assert (np.diff(run.values) < 0).all()
    assert run.stop in {StopReason.GRADIENT, StopReason.CAP, StopReason.NO_STEP}


@given(st.sampled_from(CATALOGUE), st.floats(-4, 4), st.sampled_from(SEARCHES))
def test_the_accepted_step_sizes_are_those_of_the_updates(objective, start, search):
    run = descend(objective, start, search, max_updates=30)
    assert len(run.step_sizes) == run.updates
    for x, following, eta in zip(
        run.iterates[:-1].tolist(), run.iterates[1:].tolist(), run.step_sizes.tolist(), strict=True
    ):
        assert x - eta * objective.slope(x) == following


def counting(objective):
    calls = []

    def value(w):
        calls.append(w)
        return objective.value(w)

    return Objective("counted", value, objective.slope), calls


@pytest.mark.parametrize("search", [simple_decrease(), armijo(sufficient=0.3), golden_section()])
def test_evaluations_are_the_calls_of_the_objective(search):
    objective, calls = counting(DOUBLE_WELL)
    choice = search.choose(objective, 2.0, DOUBLE_WELL.slope(2.0))
    assert choice.evaluations == len(calls)
    calls.clear()
    run = descend(objective, 2.0, search, max_updates=4)
    # the loop itself evaluates each point it logs
    assert run.value_calls == len(calls)


@given(st.floats(0.1, 4), st.floats(0.1, 0.9), st.floats(-3, 3))
def test_backtracking_accepts_the_first_trial_that_passes(first, shrink, start):
    slope = QUARTIC.slope(start)
    assume(abs(slope) > 1e-3)
    trials = [first * shrink**k for k in range(61)]
    values = [QUARTIC(start - trial * slope) for trial in trials]
    falls = QUARTIC(start)
    simple = next(k for k, value in enumerate(values) if value < falls)
    enough = next(
        k
        for k, value in enumerate(values)
        if falls - value >= 0.2 * trials[k] * slope * slope and value < falls
    )
    choice = simple_decrease(first, shrink).choose(QUARTIC, start, slope)
    assert choice == Choice(trials[simple], evaluations=simple + 2)
    choice = armijo(first, shrink, sufficient=0.2).choose(QUARTIC, start, slope)
    assert choice == Choice(trials[enough], evaluations=enough + 2)


@each_search
def test_float_array_and_tensor_runs_accept_the_same(search):
    runs = [
        descend(QUARTIC, x0, search, max_updates=8)
        for x0 in (-2.5, np.array(-2.5), torch.tensor(-2.5, dtype=torch.float64))
    ]
    for run in runs[1:]:
        assert run.iterates.tolist() == runs[0].iterates.tolist()
        assert run.step_sizes.tolist() == runs[0].step_sizes.tolist()
        assert run.value_calls == runs[0].value_calls


@pytest.mark.parametrize("search", [simple_decrease(), armijo(), golden_section()])
def test_a_plain_loss_is_searched_too(search):
    by_hand = descend(DOUBLE_WELL, 2.0, search, max_updates=5)
    by_torch = descend(DOUBLE_WELL.value, 2.0, search, max_updates=5)
    assert by_torch.iterates.tolist() == by_hand.iterates.tolist()
    cosine = descend(torch.cos, 1.0, search, max_updates=50)
    assert cosine.x == pytest.approx(math.pi, abs=1e-6)


@pytest.mark.parametrize("search", [simple_decrease(), armijo(), golden_section()])
def test_a_float32_run_is_searched_in_float32(search):
    run = descend(DOUBLE_WELL, np.float32(2.1), search, max_updates=5)
    assert run.iterates.dtype == np.float32
    assert (np.diff(run.values) < 0).all()


@pytest.mark.parametrize("search", [simple_decrease(), armijo(), golden_section()])
def test_a_search_never_leaves_the_domain(search):
    run = descend(COSINE_VALLEYS, 5.2, search, max_updates=40)
    assert ((run.iterates >= 0) & (run.iterates <= 6)).all()
    assert np.isfinite(run.values).all()


@each_search
def test_at_a_stationary_point_the_search_gives_up(search):
    assert not search.choose(QUARTIC, 0.0, QUARTIC.slope(0.0)).accepted
    flat = descend(quadratic(2.0), 0.0, search, eps_grad=None)
    assert (flat.stop, flat.updates) == (StopReason.NO_STEP, 0)
    run = descend(QUARTIC, 0.0, search, eps_grad=None)
    assert (run.stop, run.updates, len(run.step_sizes)) == (StopReason.NO_STEP, 0, 0)
    assert not run.converged
    assert str(run).endswith("stopped because the line search accepts no step size")


@pytest.mark.parametrize("rule", [simple_decrease, armijo])
def test_the_cap_on_shrinking_is_kept(rule):
    choice = rule(max_shrinks=5).choose(QUARTIC, 0.0, 0.0)
    assert choice == Choice(None, evaluations=1 + 6)
    # 1/8 is the first trial that lowers the value, after three shrinkings
    assert rule(max_shrinks=2).choose(quadratic(8.0), 0.5, 4.0).step_size is None
    assert rule(max_shrinks=3).choose(quadratic(8.0), 0.5, 4.0).step_size == 0.125


def test_the_stopping_rules_come_before_the_search():
    run = descend(QUARTIC, 0.0, simple_decrease())
    assert (run.stop, run.value_calls) == (StopReason.GRADIENT, 1)
    run = descend(QUARTIC, -2.5, simple_decrease(), max_updates=0)
    assert (run.stop, run.value_calls) == (StopReason.CAP, 1)


def test_a_tolerance_beyond_rounding_ends_in_a_reason():
    # differences of the value below 4e-16 are invisible: x is known to about 1e-8 only
    run = descend(QUARTIC, -2.5, armijo(), eps_grad=1e-9, max_updates=10_000)
    assert run.stop is StopReason.NO_STEP
    assert run.updates < 100
    assert run.gradient_norm < 1e-6


@pytest.mark.parametrize(
    ("search", "updates", "evaluations", "well"),
    [
        (armijo(sufficient=1e-4), 22, 89, 1),
        (armijo(sufficient=0.3), 12, 61, -1),
        (armijo(first=0.1, sufficient=0.3), 10, 13, -1),
    ],
)
def test_backtracking_on_the_quartic_costs_what_the_table_says(search, updates, evaluations, well):
    run = descend(QUARTIC, -2.5, search, eps_grad=1e-6)
    # the table hands the accepted value on to the next update and counts it once
    assert (run.updates, run.value_calls) == (updates, evaluations)
    assert np.sign(run.x) == well


def test_a_constant_step_size_evaluates_nothing():
    counts = [minimize(QUARTIC, -2.5, gradient_descent(eta), eps_grad=1e-6).updates
              for eta in (0.01, 0.05, 0.08, 0.1)]  # fmt: skip
    assert counts == [121, 28, 6, 11]
    run = minimize(QUARTIC, -2.5, gradient_descent(0.1))
    assert run.value_calls == run.gradient_calls == run.updates + 1


def test_backtracking_repairs_a_step_size_that_is_too_large():
    run = descend(QUARTIC, -2.5, armijo(first=0.5), eps_grad=1e-6)
    assert run.converged
    assert run.step_sizes[:3].tolist() == [0.0625, 0.25, 0.125]


# exact line search
@pytest.mark.parametrize(
    ("start", "step_size", "end"),
    [
        (-2.5, 0.026847476391756, -math.sqrt(1.5)),
        (-0.5, 0.2898979, -math.sqrt(1.5)),
        (3.0, 0.01972506, math.sqrt(1.5)),
        (-1.2, 0.0859197, -math.sqrt(1.5)),
        (1e-6, 204123.98, math.sqrt(1.5)),
    ],
)
def test_in_one_dimension_exact_line_search_needs_one_update(start, step_size, end):
    run = descend(QUARTIC, start, exact_line_search())
    assert run.updates == 1
    assert run.step_sizes[0] == pytest.approx(step_size, rel=1e-6)
    assert run.x == pytest.approx(end, abs=1e-9)


@given(st.floats(-4, 4))
def test_exact_line_search_finds_the_lowest_point_of_the_ray(start):
    slope = QUARTIC.slope(start)
    assume(abs(slope) > 1e-6)
    eta = exact_line_search().choose(QUARTIC, start, slope).step_size
    ray = start - np.sign(slope) * np.linspace(0, 12, 4001)
    assert QUARTIC(start - eta * slope) <= QUARTIC(ray).min() + 1e-12


def test_exact_line_search_does_not_leave_a_minimizer_it_has_reached():
    for x in (*QUARTIC.minimizers, math.nextafter(QUARTIC.minimizers[1], 9)):
        assert not exact_line_search().choose(QUARTIC, x, QUARTIC.slope(x)).accepted


@given(st.floats(0.001, 6))
def test_exact_line_search_sees_past_the_hills_of_the_cosine_valleys(start):
    slope = COSINE_VALLEYS.slope(start)
    assume(abs(slope) > 1e-6)
    run = descend(COSINE_VALLEYS, start, exact_line_search(), max_updates=1)
    ray = np.linspace(start, 0.0 if slope > 0 else 6.0, 20001)
    assert run.value <= COSINE_VALLEYS(ray).min() + 1e-12


def test_where_the_end_of_the_domain_is_lowest_exact_line_search_goes_there():
    hill = Objective(
        "hill",
        lambda w: -w * w,
        lambda w: -2 * w,
        stationary_points=(StationaryPoint(0.0, 0.0, "maximum"),),
        domain=(-3.0, 2.0),
    )
    assert descend(hill, 0.5, exact_line_search(), max_updates=1).x == 2.0
    assert descend(hill, -0.5, exact_line_search(), max_updates=1).x == -3.0
    endless = replace(hill, domain=(-math.inf, math.inf))
    assert descend(endless, 0.5, exact_line_search()).stop is StopReason.NO_STEP


@given(st.integers(2, 5), st.integers(0, 10_000))
def test_after_an_exact_step_the_gradient_is_perpendicular_to_the_last(n, seed):
    generator = np.random.default_rng(seed)
    root = generator.normal(size=(n, n))
    form = quadratic_form(root @ root.T + np.eye(n), generator.normal(size=n))
    run = descend(form, generator.normal(size=n) * 5, exact_line_search(), max_updates=4)
    slopes = [form.slope(x) for x in run.iterates]
    for before, after in pairwise(slopes):
        scale = np.linalg.norm(before) * np.linalg.norm(slopes[0])
        assert abs(before @ after) <= 1e-10 * scale


def test_exact_line_search_zigzags_at_the_rate_of_kantorovich():
    # from (kappa, 1) the gap falls by ((kappa - 1) / (kappa + 1))**2 in each update, exactly
    kappa = 9.0
    form = quadratic_form(np.diag([1.0, kappa]))
    run = descend(form, np.array([kappa, 1.0]), exact_line_search(), max_updates=10)
    np.testing.assert_allclose(run.values[1:] / run.values[:-1], 0.64, rtol=1e-12)
    np.testing.assert_allclose(run.step_sizes, 2 / (1 + kappa), rtol=1e-12)


def test_a_ray_that_goes_down_for_ever_gives_no_step():
    saddle = quadratic_form(np.diag([1.0, -1.0]))
    assert descend(saddle, np.array([0.0, 1.0]), exact_line_search()).stop is StopReason.NO_STEP
    falling = Objective("line", lambda w: 2 * w, lambda w: 2 + 0 * w)
    assert descend(falling, 1.0, golden_section()).stop is StopReason.NO_STEP


# golden section
@given(st.floats(0.01, 100), st.floats(-10, 10), st.floats(1e-4, 10))
def test_golden_section_finds_the_vertex_of_a_parabola(curvature, start, first):
    assume(abs(start) > 1e-3)
    choice = golden_section(first).choose(quadratic(curvature), start, curvature * start)
    # beyond the root of the machine precision no value tells two step sizes apart
    assert choice.step_size == pytest.approx(1 / curvature, rel=1e-7)
    assert choice.evaluations < 150


def test_golden_section_finds_either_well():
    near = descend(QUARTIC, -2.5, golden_section(first=0.01), max_updates=1)
    far = descend(QUARTIC, -2.5, golden_section(first=0.08), max_updates=1)
    assert (round(near.x, 6), round(far.x, 6)) == (-1.224745, 1.224745)


# the data of the listing: updates and evaluations as the lecture measured them
GENERATOR = np.random.RandomState(0)
FIT = least_squares(GENERATOR.randn(200, 50), GENERATOR.randn(200))


@pytest.mark.parametrize(
    ("search", "updates", "evaluations"),
    [
        (simple_decrease(shrink=0.5), 26, 285),
        (simple_decrease(shrink=0.8), 28, 833),
        (simple_decrease(shrink=0.9), 115, 6892),
        (armijo(shrink=0.5, sufficient=0.1), 26, 285),
        (armijo(shrink=0.5, sufficient=0.5), 21, 230),
        (armijo(shrink=0.8, sufficient=0.5), 16, 466),
        (exact_line_search(), 26, 26 + 26),
    ],
)
def test_updates_and_evaluations_on_the_data_of_the_listing(search, updates, evaluations):
    run = descend(FIT, np.zeros(50), search, eps_grad=None, eps_obj=1e-6)
    assert (run.stop, run.updates) == (StopReason.OBJECTIVE, updates)
    # the lecture counts the value where an update begins again, although the last one has found it
    assert run.value_calls + run.updates - 1 == evaluations
    assert run.gradient_calls == updates + 1


def test_accepted_steps_on_the_data_of_the_listing():
    halved = descend(FIT, np.zeros(50), simple_decrease(), eps_grad=None, eps_obj=1e-6)
    assert set(halved.step_sizes.tolist()) == {1 / 512, 1 / 256}
    slow = descend(FIT, np.zeros(50), simple_decrease(shrink=0.9), eps_grad=None, eps_obj=1e-6)
    assert 0.0022 < slow.step_sizes.min() < 2 / FIT.smoothness < slow.step_sizes.max() < 0.0034


def test_constant_steps_on_the_data_of_the_listing():
    smoothness, convexity = FIT.smoothness, FIT.strong_convexity
    counts = [
        minimize(FIT, np.zeros(50), gradient_descent(eta), eps_grad=None, eps_obj=1e-6).updates
        for eta in (1e-3, 1 / smoothness, 2 / (smoothness + convexity))
    ]
    assert counts == [55, 48, 29]


# simple decrease is not enough
def kinked(outer=1.5):
    """Curvature 2 up to 1 and `outer` beyond; smooth with constant 2, strongly convex."""

    def value(w):
        beyond = max(abs(w) - 1, 0)
        within = abs(w) - beyond
        return within * within + 2 * beyond + outer / 2 * beyond * beyond

    def slope(w):
        beyond = max(abs(w) - 1, 0)
        size = 2 * (abs(w) - beyond) + outer * beyond
        return size if w > 0 else -size

    return Objective("kinked", value, slope, minimizers=(0.0,), optimal_value=0.0, smoothness=2.0)


def test_simple_decrease_goes_down_for_ever_and_nowhere():
    objective, x = kinked(), Fraction(2)
    exactly = kinked(Fraction(3, 2))
    for k in range(60):  # in exact fractions the first trial, 1, passes every time
        assert x == (-1) ** k * (1 + Fraction(1, 2**k))
        following = x - exactly.slope(x)
        assert exactly(following) < exactly(x)
        assert exactly(x) == 1 + 2 * Fraction(1, 2**k) + Fraction(3, 4) * Fraction(1, 4**k)
        x = following
    run = descend(objective, 2.0, simple_decrease(), max_updates=40)
    assert (run.step_sizes == 1).all()
    assert run.values[:6].tolist() == [3.75, 2.1875, 1.546875, 1.26171875, 1.1279296875,
                                       1.063232421875]  # fmt: skip
    assert run.value > 1
    assert run.gradient_norm > 2


def test_rounding_frees_the_trapped_run_at_update_51():
    run = descend(kinked(), 2.0, simple_decrease(), max_updates=60)
    assert run.iterates[51] == -1.0000000000000004
    assert (run.step_sizes[:51] == 1).all()
    assert run.step_sizes[51] == 0.5
    assert run.x == 0.0


@pytest.mark.parametrize("start", [1.5, 3.0, 10.0, -7.3])
def test_simple_decrease_traps_every_start_outside_and_none_inside(start):
    assert descend(kinked(), start, simple_decrease(), max_updates=40).value > 1
    assert descend(kinked(), start / 10, simple_decrease()).updates == 1


@pytest.mark.parametrize(
    ("sufficient", "step_sizes"),
    [
        (1e-4, [1.0] * 12 + [0.5, 0.5]),
        (1e-2, [1.0] * 5 + [0.5, 0.5]),
        (0.1, [1.0, 0.5, 0.5]),
        (0.25, [0.5, 0.5]),
        (0.5, [0.5, 0.5]),
    ],
)
def test_armijo_frees_the_same_run(sufficient, step_sizes):
    run = descend(kinked(), 2.0, armijo(sufficient=sufficient))
    assert run.x == 0.0
    assert run.step_sizes.tolist() == step_sizes


@pytest.mark.parametrize("outer", [1.5, 1.6, 1.8, 1.9, 1.95])
@pytest.mark.parametrize("start", [1.5, 2.0, 5.0, 50.0])
def test_armijo_converges_where_simple_decrease_does_not(outer, start):
    objective = kinked(outer)
    small = 1e-3 * objective.slope(start)
    simple = descend(objective, start, simple_decrease(), max_updates=40)
    assert simple.gradient_norms.min() > small
    enough = descend(objective, start, armijo(sufficient=0.1), max_updates=10)
    assert enough.gradient_norms.min() <= small


@given(
    st.floats(0.1, 50), st.floats(0.05, 5), st.floats(0.1, 0.9), st.floats(0.01, 0.9),
    st.floats(0.5, 5),
)  # fmt: skip
def test_an_accepted_armijo_step_is_not_shorter_than_theory_says(
    smoothness, first, shrink, sufficient, start
):
    parabola = quadratic(smoothness)
    search = armijo(first, shrink, sufficient)
    step_size = search.choose(parabola, start, smoothness * start).step_size
    least = armijo_least_step(smoothness, first, shrink, sufficient)
    assert least * (1 - 1e-9) <= step_size <= first


def test_without_the_sufficient_part_a_step_can_be_shorter_than_the_bound():
    # a share close to 1 needs short steps; the bound with a smaller share is then broken
    step_size = armijo(sufficient=0.9).choose(quadratic(1.0), 1.0, 1.0).step_size
    assert step_size < armijo_least_step(1.0, sufficient=0.1)


def test_line_searches_tell_their_names():
    assert repr(armijo(sufficient=0.1)) == "armijo(sufficient=0.1)"
    assert repr(gradient_descent(simple_decrease())) == "gradient_descent(simple_decrease())"
