"""The numbers of lecture 2, each computed from the library.

The expected values come from exact arithmetic, from bisection, or from a run of the loop as it was published.
"""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ravine import DOUBLE_WELL, QUARTIC, StopReason, adam, gradient_descent, minimize, sweep
from ravine.theory import (
    ON_QUARTIC,
    contraction_factor,
    step_size_threshold,
)

from .test_gallery import computed

X_STAR = math.sqrt(1.5)
START = -2.5


def run_from(start, step_size, updates=39):
    return minimize(QUARTIC, start, gradient_descent(step_size), max_updates=updates, eps_grad=None)


class TestTheLoss:
    def test_it_has_two_equal_minimizers_and_a_maximum_between_them(self):
        facts = [(p.x, p.value, p.kind) for p in QUARTIC.stationary_points]
        assert facts == [
            (-X_STAR, -0.25, "minimum"),
            (0.0, 2.0, "maximum"),
            (X_STAR, -0.25, "minimum"),
        ]
        assert [QUARTIC.curvature(x) for x, *_ in facts] == pytest.approx([12, -6, 12])

    def test_the_start_stands_on_a_wall(self):
        at_start = QUARTIC.value(START), QUARTIC.slope(START), QUARTIC.curvature(START)
        assert at_start == (22.3125, -47.5, 69)

    @given(st.floats(-3, 3))
    def test_three_spellings_are_one_function(self, x):
        spelled_out = x**4 - 3 * x**2 + 2
        assert QUARTIC.value(x) == pytest.approx(spelled_out, abs=1e-12)
        assert QUARTIC.value(x) == pytest.approx((x**2 - 1) * (x**2 - 2), abs=1e-12)
        assert QUARTIC.value(x) >= -0.25

    @given(st.floats(-2, 2))
    def test_it_is_the_double_well_on_other_scales(self, w):
        double_well = (w**2 - 1) ** 2 / 2
        scaled = 4.5 * double_well - 0.25
        assert QUARTIC.value(math.sqrt(1.5) * w) == pytest.approx(scaled, abs=1e-12)

    @given(st.floats(-2, 2), st.floats(0.01, 0.3))
    def test_a_step_on_the_double_well_is_three_times_as_long(self, w, eta):
        scale = math.sqrt(1.5)
        on_the_quartic = run_from(scale * w, eta, 1).x
        on_the_double_well = minimize(
            DOUBLE_WELL, w, gradient_descent(3 * eta), max_updates=1, eps_grad=None
        ).x
        assert on_the_quartic == pytest.approx(scale * on_the_double_well, abs=1e-12)

    def test_it_bends_the_other_way_between_its_inflection_points(self):
        inflection = math.sqrt(0.5)
        assert QUARTIC.curvature(inflection) == pytest.approx(0, abs=1e-14)
        assert QUARTIC.value(inflection) == pytest.approx(0.75)
        assert QUARTIC.curvature(0.7) < 0 < QUARTIC.curvature(0.71)

    def test_autograd_gives_the_derivative_to_the_last_bit(self):
        points = torch.linspace(-3, 3, 601, dtype=torch.float64, requires_grad=True)
        (points**4 - 3 * points**2 + 2).sum().backward()
        by_hand = 4 * points.detach() ** 3 - 6 * points.detach()
        assert (points.grad == by_hand).all()


class TestOneStep:
    @pytest.mark.parametrize(("eta", "landing"), [(0.01, -2.025), (0.1, 2.25), (0.5, 21.25)])
    def test_the_first_update_from_the_start(self, eta, landing):
        assert run_from(START, eta, 1).x == pytest.approx(landing, abs=1e-14)

    @given(st.floats(-3, 3), st.floats(0.001, 0.5))
    def test_an_update_is_the_cubic_map(self, x, eta):
        expected = (1 + 6 * eta) * x - 4 * eta * x**3
        assert run_from(x, eta, 1).x == pytest.approx(expected, abs=1e-12)

    @pytest.mark.parametrize(
        ("eta", "factor"), [(0.01, 0.88), (1 / 12, 0), (0.1, -0.2), (1 / 6, -1), (0.5, -5)]
    )
    def test_the_factor_close_to_a_minimizer(self, eta, factor):
        assert contraction_factor(12.0, eta) == pytest.approx(factor, abs=1e-15)
        error = 1e-5
        after = run_from(X_STAR + error, eta, 1).x - X_STAR
        assert after / error == pytest.approx(factor, abs=1e-3)

    @pytest.mark.parametrize(
        ("target", "eta"),
        [
            (-X_STAR, 0.026847476391756),
            (0.0, 0.052631578947368),
            (X_STAR, 0.078415681502981),
            (2.5, 0.105263157894737),
        ],
    )
    def test_one_step_landings(self, target, eta):
        assert ON_QUARTIC.one_step(START, target) == pytest.approx(eta, abs=1e-15)
        assert run_from(START, ON_QUARTIC.one_step(START, target), 1).x == pytest.approx(
            target, abs=1e-14
        )

    @pytest.mark.parametrize("kind", [float, np.float32])
    def test_one_nineteenth_lands_on_the_hilltop_exactly_and_stays(self, kind):
        start = START if kind is float else np.array(START, dtype=kind)
        run = run_from(start, kind(1 / 19) if kind is float else 1 / 19, 1000)
        assert (run.iterates[1], run.x, run.value) == (0.0, 0.0, 2.0)

    @pytest.mark.parametrize("kind", [float, np.float32])
    def test_two_nineteenths_bounces_for_ever(self, kind):
        x, eta = kind(START), kind(2 / 19)
        points = []
        for _ in range(1000):
            points.append(float(x))
            x = x - eta * (4 * x * x * x - 6 * x)
        assert points == [-2.5, 2.5] * 500

    @given(st.floats(-3, 3), st.floats(0.001, 1 / 30 - 1e-9))
    def test_below_one_thirtieth_no_start_within_three_changes_its_side(self, x, eta):
        assert run_from(x, eta, 1).x * x >= 0

    def test_above_one_thirtieth_one_does(self):
        assert run_from(3.0, 1 / 30 + 1e-6, 1).x < 0


class TestLimits:
    def test_the_local_limit_is_one_sixth(self):
        assert step_size_threshold(12.0) == pytest.approx(1 / 6)

    def test_at_the_local_limit_the_error_falls_like_the_root_of_k(self):
        run = run_from(1.2, 1 / 6, 1000)
        assert abs(run.x - X_STAR) == pytest.approx(9.07e-3, rel=1e-3)

    @pytest.mark.parametrize(
        ("start", "limit"),
        [(-1.8, 0.2873563), (-2, 0.2), (-2.5, 2 / 19), (-3, 0.0666667), (-4, 0.0344828)],
    )
    def test_runs_leave_exactly_above_the_threshold(self, start, limit):
        threshold = ON_QUARTIC.divergence_threshold(start)
        assert threshold == pytest.approx(limit, abs=5e-8)
        around = sweep(
            QUARTIC,
            step_size=threshold * np.array([1 - 1e-6, 1 + 1e-6]),
            start=float(start),
            max_updates=3000,
            escape_radius=1e6,
        )
        assert around.escaped.tolist() == [False, True]

    @pytest.mark.parametrize(
        ("eta", "radius"),
        [(0.01, 7.1764), (0.05, 3.3912), (0.1, 2.5495), (1 / 6, 2.1213), (0.2, 2.0), (0.5, 1.5811)],
    )
    def test_the_radius_that_holds_a_run(self, eta, radius):
        assert ON_QUARTIC.trapping_radius(eta) == pytest.approx(radius, abs=5e-5)

    @given(st.floats(0.01, 1 / 3), st.floats(-0.999, 0.999))
    def test_inside_the_radius_a_run_stays_inside(self, eta, share):
        radius = ON_QUARTIC.trapping_radius(eta)
        run = run_from(share * radius, eta, 50)
        assert np.abs(run.iterates).max() <= radius * (1 + 1e-12)

    @given(st.floats(0.01, 0.5), st.floats(1.001, 3))
    def test_outside_it_every_step_leads_further_out(self, eta, factor):
        x = factor * ON_QUARTIC.trapping_radius(eta)
        after = run_from(x, eta, 1).x
        assert after < -x


class TestTheThreeRuns:
    def test_the_small_step_size_creeps_down_the_left_wall(self):
        run = run_from(START, 0.01)
        known = {1: -2.025, 5: -1.527815589538221, 10: -1.355766931733958, 20: -1.2568486304928408}
        known |= {30: -1.2334039913345038, 39: -1.227462847110144}
        assert {k: run.iterates[k] for k in known} == pytest.approx(known, rel=1e-13)
        assert run.value == pytest.approx(-0.249955577227992, rel=1e-13)
        losses = {1: 6.5132503906249966, 3: 1.5372724202727640, 10: -0.1356857033176590}
        losses |= {20: -0.2436529332989941, 30: -0.2495469314982310}
        assert {k: run.values[k] for k in losses} == pytest.approx(losses, rel=1e-12)
        assert (np.diff(run.values) < 0).all()

    @pytest.mark.parametrize(
        ("eta", "times"), [(0.01, [5, 11, 19, 36, 54, 72]), (0.1, [2, 3, 4, 5, 6, 8])]
    )
    def test_when_the_gap_passes_its_marks(self, eta, times):
        run = run_from(START, eta, 100)
        marks = (1, 0.1, 1e-2, 1e-4, 1e-6, 1e-8)
        assert [run.time_to_result(mark, -0.25) for mark in marks] == times

    def test_the_medium_step_size_leaps_twice_and_closes_in(self):
        run = run_from(START, 0.1)
        known = [-2.5, 2.25, -0.95625, -1.18023662109375, -1.2307703490103843, -1.2234863290984865]
        assert run.iterates[:6] == pytest.approx(known, rel=1e-13)
        assert run.x == pytest.approx(-X_STAR, abs=1e-15)
        assert (np.diff(run.values) <= 0).all()

    def test_the_large_step_size_leaves_for_infinity(self):
        run = run_from(START, 0.5)
        assert run.stop is StopReason.NOT_FINITE
        assert run.updates == 5
        known = [22.3125, 202556.00390625, 1.3326497655019885e17, 3.7867624807897397e52]
        assert run.values[:4] == pytest.approx(known, rel=1e-12)
        assert run.iterates[4:6] == pytest.approx([-5.4291400490195245e39, 3.200539046801639e119])

    def test_in_single_precision_it_overflows_two_steps_earlier(self):
        run = run_from(torch.tensor(START, dtype=torch.float32), 0.5)
        assert run.updates == 3

    def test_in_single_precision_the_small_step_size_ends_at_nearly_the_same_point(self):
        x = torch.tensor(START, dtype=torch.float32)
        for _ in range(39):
            x = x - 0.01 * (4 * x**3 - 6 * x)
        assert x.item() == -1.2274627685546875

    def test_in_single_precision_the_loss_undershoots_the_minimum(self):
        x = torch.tensor(START, dtype=torch.float32)
        points = []
        for _ in range(39):
            points.append(x.item())
            x = x - 0.1 * (4 * x**3 - 6 * x)
        assert points.index(x.item()) == 12
        assert (4 * x**3 - 6 * x).item() == pytest.approx(-4.77e-7, rel=1e-3)
        value = (x**4 - 3 * x**2 + 2).item()
        assert x.item() == pytest.approx(-1.2247449159622192, abs=1e-15)
        assert value + 0.25 == pytest.approx(-2.384e-7, rel=1e-3)


class TestBeyondTheLocalLimit:
    @pytest.mark.parametrize(
        ("eta", "low", "high"),
        [(0.17, 1.129957, 1.301455), (0.18, 1.023571, 1.356905), (0.2, 0.895644, 1.395644)],
    )
    def test_two_point_cycles(self, eta, low, high):
        run = run_from(1.2, eta, 4000)
        assert sorted(run.iterates[-2:]) == pytest.approx([low, high], abs=1e-6)

    @pytest.mark.parametrize(
        ("eta", "period"), [(0.16, 1), (0.2, 2), (0.207, 4), (0.214, 4), (0.215, 8)]
    )
    def test_how_many_points_a_long_run_visits(self, eta, period):
        run = run_from(1.2, eta, 4400)
        assert len({round(x, 6) for x in run.iterates[4000:].tolist()}) == period

    @pytest.mark.parametrize("eta", [0.17, 0.19, 0.205])
    def test_the_cycle_of_two_attracts_by_nine_less_two_squares(self, eta):
        a = 1 + 6 * eta
        low, high = sorted(run_from(1.2, eta, 4000).iterates[-2:])
        slopes = [1 - eta * QUARTIC.curvature(x) for x in (low, high)]
        assert slopes[0] * slopes[1] == pytest.approx(9 - 2 * a * a, abs=1e-9)
        assert abs(9 - 2 * a * a) < 1

    def test_both_wells_are_visited_from_where_the_formula_says(self):
        limit = (1.5 * math.sqrt(3) - 1) / 6
        lowest = [run_from(1.2, limit + d, 20_000).iterates.min() for d in (-1e-3, 1e-3)]
        assert lowest[0] > 0 > lowest[1]

    def test_limiting_the_step_cures_the_explosion_and_not_the_cycle(self):
        def limited(eta):
            x = START
            for _ in range(2000):
                x = x - max(-0.5, min(0.5, eta * QUARTIC.slope(x)))
            return x

        assert [limited(0.12), limited(0.15)] == pytest.approx([-X_STAR, -X_STAR], abs=1e-12)
        assert min(abs(limited(0.2) + end) for end in (0.895644, 1.395644)) < 1e-6

    @pytest.mark.parametrize(
        ("largest", "ends"), [(1.0, {-1.0, -1.5}), (5.0, {0.0}), (10.0, {-2.5, 2.5})]
    )
    def test_limiting_the_gradient_at_one_half_leaves_it_bouncing(self, largest, ends):
        x, points = START, []
        for _ in range(200):
            x = x - 0.5 * max(-largest, min(largest, QUARTIC.slope(x)))
            points.append(x)
        assert set(points[-10:]) == ends

    @pytest.mark.parametrize(("eta", "left_at"), [(0.35, 7), (0.5, 6)])
    def test_above_one_third_it_breaks_out(self, eta, left_at):
        run = minimize(
            QUARTIC, 1.2, gradient_descent(eta), eps_grad=None, escape_radius=1e6, max_updates=1000
        )
        assert run.stop is StopReason.ESCAPED
        assert run.updates == left_at

    def test_which_well_switches_where_it_was_found(self):
        switches = [1 / 19, 0.0953707, 0.1036745, 0.1050100, 0.1052228]
        around = np.array([[eta - 2e-7, eta + 2e-7] for eta in switches]).ravel()
        runs = sweep(
            QUARTIC,
            step_size=around,
            start=START,
            max_updates=4000,
            eps_obj=1e-8,
            escape_radius=1e6,
        )
        right = (runs.nearest_minimizer(QUARTIC) > 0).tolist()
        assert right == [False, True, True, False, False, True, True, False, False, True]


def test_adams_default_step_size_is_slow_here():
    run = minimize(QUARTIC, START, adam(1e-3), max_updates=7000, eps_grad=None)
    away = np.abs(np.abs(run.iterates) - X_STAR)
    assert np.flatnonzero(away > 1e-2)[-1] + 1 == 3866
    assert np.flatnonzero(away > 1e-8)[-1] + 1 == 6532


class TestFigures:
    def test_figure_2_1_shows_the_landmarks(self):
        script = computed("plot_2_1_two_wells")
        assert (script["start_value"], script["start_slope"]) == (22.3125, -47.5)
        assert script["hill_height"] == 2.25

    def test_figure_2_2_follows_the_three_paths(self):
        script = computed("plot_2_2_three_paths")
        assert script["landings"] == pytest.approx([-2.5, 2.25, -0.95625])
        assert script["small_end"] == pytest.approx(-1.227462847110144)
        assert (script["first_leap"], script["first_leap_value"]) == (21.25, 202556.00390625)

    def test_figure_2_3_has_the_squares_of_the_local_factors(self):
        script = computed("plot_2_3_gaps")
        assert script["gap_factors"]["0.01"] == pytest.approx(0.88**2)
        assert script["gap_factors"]["0.1"] == pytest.approx(0.2**2)
        assert script["last_small_gap"] == pytest.approx(4.4422772e-5, rel=1e-6)
        assert script["finite_points"] == 5

    def test_figure_2_4_counts_the_sweep(self):
        script = computed("plot_2_4_step_size_sweep")
        assert (script["tried"], script["reached"], script["escaped"]) == (130, 105, 25)
        assert (script["ends_left"], script["ends_right"], script["at_cap"]) == (60, 45, 0)
        assert (script["fewest"], script["fastest_step_size"]) == (3, 0.079)
        assert (script["slowest"], script["median_updates"]) == (773, 19)
        assert script["one_short"] == [0.078, 0.08, 0.081, 0.082]  # exact arithmetic: 0.077 needs 5
        table = {"0.005": 150, "0.01": 72, "0.02": 33, "0.03": 21, "0.04": 19, "0.05": 21}
        table |= {"0.053": 27, "0.06": 13, "0.07": 8, "0.09": 6, "0.1": 8, "0.105": 16}
        assert {eta: script["counts"][eta] for eta in table} == table

    def test_figure_2_5_forks_and_mixes_where_the_formulas_say(self):
        script = computed("plot_2_5_cycles")
        assert script["bounded"]
        assert script["fork"] == pytest.approx(1 / 6, abs=2e-3)
        assert script["mixing_from"] == pytest.approx((1.5 * math.sqrt(3) - 1) / 6, abs=1e-3)

    def test_figure_2_a_drops_all_but_five_points(self):
        script = computed("plot_2_a_one_scale")
        assert script["dropped"] == 35
        assert script["widest"] == pytest.approx(5.4291400490195245e39, rel=1e-12)

    def test_figure_2_b_starts_two_per_cent_inside_the_square(self):
        script = computed("plot_2_b_cobweb")
        assert script["margin"] == pytest.approx(math.sqrt(6.5) / 2.5 - 1)
