"""The numbers of lecture 1, each computed from the library.

The expected values come from exact arithmetic or from the lecture's printed outputs.
"""

import math

import numpy as np
import pytest
import torch

from ravine import (
    CENTRED_QUADRATIC,
    DOUBLE_WELL,
    SHIFTED_QUADRATIC,
    StopReason,
    gradient_descent,
    minimize,
    sweep,
)
from ravine.theory import contraction_factor, updates_to_target

TARGET = 1e-5
HUNDREDTHS = np.array([i / 100 for i in range(1, 221)])
SIX_HUNDREDTHS = np.array([i / 600 for i in range(1, 241)])
THOUSANDTHS = np.array([i / 1000 for i in range(1, 401)])


def sweep_quadratic(step_sizes):
    return sweep(
        CENTRED_QUADRATIC,
        step_size=step_sizes,
        start=5.0,
        max_updates=200,
        eps_obj=TARGET,
        escape_radius=1e6,
    )


def sweep_double_well(step_sizes, start=2.0):
    return sweep(
        DOUBLE_WELL,
        step_size=step_sizes,
        start=start,
        max_updates=2000,
        eps_obj=TARGET,
        escape_radius=1e6,
    )


class TestDiagnostics:
    """Figures 1.3 and 1.4: the centred quadratic from 5 with step size 1/2."""

    @pytest.mark.parametrize(
        ("objective", "start"),
        [(CENTRED_QUADRATIC, 5.0), (lambda w: 0.5 * w**2, torch.tensor(5.0))],
        ids=["by hand", "torch float32"],
    )
    def test_the_run_halves_the_slope_and_quarters_the_value(self, objective, start):
        run = minimize(objective, start, gradient_descent(0.5), max_updates=80, eps_grad=1e-10)
        k = np.arange(37)
        assert (run.iterates == 5 / 2.0**k).all()
        assert (run.gradient_norms == 5 / 2.0**k).all()
        assert (run.values == 12.5 / 4.0**k).all()
        assert run.stop is StopReason.GRADIENT
        printed = f"{run.x:.6e} {run.value:.6e} {len(run.iterates)}"
        assert printed == "7.275958e-11 2.646978e-21 37"

    @pytest.mark.parametrize(
        ("tolerance", "logged"), [({"eps_obj": 5e-21}, 37), ({"eps_obj": 1e-10}, 20)]
    )
    def test_the_objective_rule_is_tied_to_the_gradient_rule_up_to_a_square(
        self, tolerance, logged
    ):
        run = minimize(CENTRED_QUADRATIC, 5.0, gradient_descent(0.5), eps_grad=None, **tolerance)
        assert len(run.iterates) == logged


FLOAT32 = [
    pytest.param(lambda o: (o, torch.tensor(5.0)), id="tensor, slope by hand"),
    pytest.param(lambda o: (o.value, torch.tensor(5.0)), id="tensor, slope by torch"),
    pytest.param(lambda o: (o, np.float32(5)), id="array, slope by hand"),
]


class TestFloat32AgainstFloat64:
    """What single precision does to the printed runs."""

    @pytest.mark.parametrize("run_of", FLOAT32)
    def test_shifted_quadratic_hits_one_exactly_in_float32(self, run_of):
        run = minimize(*run_of(SHIFTED_QUADRATIC), gradient_descent(0.5), eps_grad=1e-10)
        assert (len(run.iterates), run.x, run.value) == (27, 1.0, 0.0)

    def test_shifted_quadratic_in_float64(self):
        run = minimize(SHIFTED_QUADRATIC, 5.0, gradient_descent(0.5), eps_grad=1e-10)
        assert len(run.iterates) == 37
        assert f"{run.x - 1:.2e}" == "5.82e-11"
        assert f"{run.value:.6e}" == "1.694066e-21"

    @pytest.mark.parametrize("run_of", FLOAT32)
    def test_shifted_quadratic_freezes_with_a_small_step_in_float32(self, run_of):
        method = gradient_descent(0.1)
        run = minimize(*run_of(SHIFTED_QUADRATIC), method, max_updates=5000)
        assert run.stop is StopReason.CAP
        assert f"{run.gradient_norm:.2e}" == "4.77e-07"
        double = minimize(SHIFTED_QUADRATIC, 5.0, method, max_updates=5000, eps_grad=1e-10)
        assert len(double.iterates) == 233

    @pytest.mark.parametrize("run_of", FLOAT32)
    def test_double_well_stops_at_the_cap_in_float32(self, run_of):
        run = minimize(
            *run_of(DOUBLE_WELL), gradient_descent(0.02), max_updates=200, eps_grad=1e-10
        )
        assert run.stop is StopReason.CAP
        # the lecture logs one point less, and prints the value of the point before
        assert (f"{run.x:.10f}", f"{run.values[199]:.6e}") == ("0.9999991059", "1.818989e-12")
        assert f"{run.gradient_norms[199]:.2e}" == "3.81e-06"
        assert f"{run.value:.6e}" == "1.598721e-12"

    def test_double_well_at_the_cap_in_float64(self):
        run = minimize(DOUBLE_WELL, 5.0, gradient_descent(0.02), max_updates=200, eps_grad=1e-10)
        assert (f"{run.x:.10f}", f"{run.values[199]:.6e}") == ("0.9999990840", "1.982635e-12")
        assert f"{run.gradient_norms[199]:.2e}" == "3.98e-06"

    @pytest.mark.parametrize("run_of", FLOAT32)
    def test_double_well_freezes_from_update_209_in_float32(self, run_of):
        run = minimize(
            *run_of(DOUBLE_WELL), gradient_descent(0.02), max_updates=1000, eps_grad=1e-10
        )
        assert run.stop is StopReason.CAP
        assert run.iterates[208] != run.iterates[209]
        assert (run.iterates[209:] == run.iterates[209]).all()
        assert (f"{run.x:.10f}", f"{run.gradient_norm:.2e}") == ("0.9999996424", "1.43e-06")

    def test_double_well_meets_the_rule_in_float64(self):
        run = minimize(DOUBLE_WELL, 5.0, gradient_descent(0.02), eps_grad=1e-10)
        assert (run.stop, run.updates) == (StopReason.GRADIENT, 327)
        assert f"{run.value:.6e}" == "1.063967e-21"

    @pytest.mark.parametrize("run_of", FLOAT32)
    def test_double_well_diverges_with_step_size_one_half(self, run_of):
        run = minimize(*run_of(DOUBLE_WELL), gradient_descent(0.5))
        assert run.iterates[:3].tolist() == [5.0, -115.0, 1520645.0]
        assert f"{run.iterates[3]:.1e}" == "-3.5e+18"
        assert (run.stop, run.updates) == (StopReason.NOT_FINITE, 3)

    def test_the_trajectory_of_the_double_well_run(self):
        run = minimize(DOUBLE_WELL, 5.0, gradient_descent(0.02), max_updates=200)
        np.testing.assert_allclose(run.iterates[:4], [5, 0.2, 0.20768, 0.21563], atol=5e-6)
        assert run.time_to_result(TARGET) == 107


class TestThreeStepSizes:
    """Figure 1.5: the centred quadratic from 5, thirty updates."""

    @pytest.mark.parametrize(
        ("step_size", "printed"), [(0.001, "11.77"), (0.5, "1.084e-17"), (3.0, "1.441e+19")]
    )
    def test_values_after_thirty_updates(self, step_size, printed):
        run = minimize(
            CENTRED_QUADRATIC, 5.0, gradient_descent(step_size), max_updates=30, eps_grad=None
        )
        assert f"{run.value:.4g}" == printed

    def test_the_slow_run_needs_7016_updates(self):
        run = minimize(
            CENTRED_QUADRATIC, 5.0, gradient_descent(0.001), max_updates=10_000, eps_obj=TARGET
        )
        assert run.updates == 7016
        assert run.iterates[200] == pytest.approx(4.09324, abs=5e-6)


class TestSweepOfTheQuadratic:
    """Figure 1.6: target 1e-5, cap 200, step sizes 0.01 to 2.20."""

    result = sweep_quadratic(HUNDREDTHS)

    def test_193_of_220_reach_the_target(self):
        assert self.result.updates.size == 220
        assert self.result.reached_count == 193
        reached = HUNDREDTHS[self.result.reached]
        assert (reached == HUNDREDTHS[3:196]).all()  # 0.04 to 1.96

    def test_the_winner_is_one_with_one_update(self):
        assert HUNDREDTHS[self.result.fastest()].tolist() == [1.0]
        assert self.result.updates[self.result.fastest()].tolist() == [1]

    def test_two_updates_on_both_sides_of_the_winner(self):
        two = HUNDREDTHS[self.result.reached & (self.result.updates == 2)]
        assert two.tolist() == [0.98, 0.99, 1.01, 1.02]

    def test_27_miss_the_target_13_within_the_radius_and_14_beyond(self):
        capped, escaped = HUNDREDTHS[self.result.capped], HUNDREDTHS[self.result.escaped]
        slow = [0.01, 0.02, 0.03, 1.97, 1.98, 1.99]
        assert capped.tolist() == slow + [i / 100 for i in range(200, 207)]
        assert escaped.tolist() == [i / 100 for i in range(207, 221)]

    def test_the_closed_form_equals_every_measured_count(self):
        predicted = [updates_to_target(1.0, eta, 5.0, TARGET) for eta in HUNDREDTHS.tolist()]
        reached = self.result.reached
        assert np.array(predicted)[reached].tolist() == self.result.updates[reached].tolist()
        assert (np.array(predicted)[~reached] > 200).all()

    def test_eta_and_two_minus_eta_need_the_same_count(self):
        counts = dict(zip(range(4, 197), self.result.updates[3:196].tolist(), strict=True))
        assert all(counts[i] == counts[200 - i] for i in counts)

    @pytest.mark.parametrize(
        ("step_size", "count"),
        [(0.05, 137), (0.1, 67), (0.25, 25), (0.5, 11), (0.75, 6), (0.9, 4), (1, 1), (1.5, 11),
         (1.9, 67)],
    )  # fmt: skip
    def test_some_counts(self, step_size, count):
        assert self.result.updates[step_size == HUNDREDTHS].tolist() == [count]

    def test_the_exact_reach_of_the_cap(self):
        etas = np.array([0.03448, 0.03449, 1.96551, 1.96552])
        assert sweep_quadratic(etas).reached.tolist() == [False, True, True, False]

    def test_how_close_to_one_a_single_update_or_two_suffice(self):
        etas = 1 - np.array([0.000894, 0.000895, 0.0299, 0.03])
        assert sweep_quadratic(etas).updates.tolist() == [1, 2, 2, 3]


class TestSweepOfTheDoubleWell:
    """Figure 1.7: from 2, target 1e-5, cap 2000, step sizes 1/600 to 240/600."""

    result = sweep_double_well(SIX_HUNDREDTHS)

    def test_the_grid_holds_the_four_special_step_sizes(self):
        assert {1 / 12, 1 / 6, 1 / 4, 1 / 3} <= set(SIX_HUNDREDTHS.tolist())

    def test_198_reach_40_diverge_and_2_sit_at_the_cap(self):
        result = self.result
        assert (result.reached_count, result.escaped_count, result.capped_count) == (198, 40, 2)
        assert SIX_HUNDREDTHS[result.capped].tolist() == [1 / 6, 1 / 3]
        assert (np.flatnonzero(result.escaped) == np.arange(200, 240)).all()
        assert result.updates[result.escaped].max() <= 6

    def test_the_winners_tie_and_land_on_different_minimizers(self):
        winners = self.result.fastest()
        assert SIX_HUNDREDTHS[winners].tolist() == [1 / 12, 1 / 4]
        assert self.result.updates[winners].tolist() == [1, 1]
        assert self.result.x[winners].tolist() == [1.0, -1.0]

    def test_one_winner_is_a_needle_and_the_other_robust(self):
        counts = dict(zip(range(1, 241), self.result.updates.tolist(), strict=True))
        assert (counts[49], counts[51]) == (7, 7)
        assert all(counts[i] <= 5 for i in range(132, 170))  # 0.22 to 0.2817

    def test_115_end_at_plus_one_and_83_at_minus_one(self):
        ends = self.result.nearest_minimizer(DOUBLE_WELL)
        assert ((ends == 1).sum(), (ends == -1).sum(), np.isnan(ends).sum()) == (115, 83, 42)

    def test_the_slowest_is_the_smallest_step_size(self):
        assert self.result.updates[self.result.reached].max() == self.result.updates[0] == 766

    def test_selected_counts(self):
        etas = np.array([0.01, 0.02, 0.05, 0.1, 0.15, 0.165, 0.2, 0.24, 0.25, 0.3, 0.33])
        counts = [125, 61, 22, 11, 14, 21, 8, 3, 1, 10, 8]
        assert sweep_double_well(etas).updates.tolist() == counts


class TestSweepOnAnotherGrid:
    """The double well again, step sizes 0.001 to 0.400."""

    result = sweep_double_well(THOUSANDTHS)

    def test_333_reach_and_67_diverge(self):
        assert (THOUSANDTHS[self.result.reached] == THOUSANDTHS[:333]).all()
        assert (THOUSANDTHS[self.result.escaped] == THOUSANDTHS[333:]).all()

    def test_the_single_winner_and_its_neighbours(self):
        assert THOUSANDTHS[self.result.fastest()].tolist() == [0.25]
        two = THOUSANDTHS[self.result.reached & (self.result.updates == 2)]
        assert two.tolist() == [0.248, 0.249, 0.251, 0.252]

    def test_slowest_median_and_ends(self):
        counts = self.result.updates[self.result.reached]
        assert (counts[0], counts.max(), np.median(counts)) == (1279, 1279, 11)
        ends = self.result.nearest_minimizer(DOUBLE_WELL)
        assert ((ends == 1).sum(), (ends == -1).sum()) == (193, 140)

    def test_float32_agrees_in_outcome_count_and_minimizer(self):
        single = sweep_double_well(THOUSANDTHS, np.float32(2))
        assert (single.reached == self.result.reached).all()
        assert (single.escaped == self.result.escaped).all()
        assert (single.updates == self.result.updates)[self.result.reached].all()
        np.testing.assert_array_equal(
            single.nearest_minimizer(DOUBLE_WELL), self.result.nearest_minimizer(DOUBLE_WELL)
        )

    def test_the_smallest_step_size_that_reaches_within_the_cap(self):
        result = sweep_double_well(np.array([0.000639675, 0.000639685]))
        assert result.reached.tolist() == [False, True]

    @pytest.mark.parametrize(
        ("start", "best", "count"),
        [
            (0.5, [0.363, 0.364, 0.365, 0.366], 2),
            (1.2, [0.188, 0.189, 0.190, 0.191], 1),
            (1.5, [0.133], 1),
            (2.0, [0.25], 1),
            (2.5, [0.057, 0.133], 3),
            (3.0, [0.1], 5),
            (5.0, [0.025], 1),
        ],
    )
    def test_the_best_step_size_depends_on_the_start(self, start, best, count):
        result = sweep_double_well(THOUSANDTHS, start)
        assert THOUSANDTHS[result.fastest()].tolist() == best
        assert set(result.updates[result.fastest()].tolist()) == {count}

    @pytest.mark.parametrize(
        ("start", "largest"), [(1.5, 0.399), (2.0, 0.333), (2.5, 0.190), (3.0, 0.124), (5.0, 0.041)]
    )
    def test_larger_starts_shrink_the_range_that_works(self, start, largest):
        result = sweep_double_well(THOUSANDTHS, start)
        assert THOUSANDTHS[result.reached].max() == largest


class TestTraps:
    """A run that stops is not a run that succeeds."""

    @pytest.mark.parametrize("x0", [2.0, np.float32(2), torch.tensor(2.0)], ids=repr)
    def test_one_sixth_from_two_stops_on_the_maximum(self, x0):
        run = minimize(DOUBLE_WELL, x0, gradient_descent(1 / 6))
        assert run.iterates.tolist() == [2.0, 0.0]
        assert (run.stop, run.value, run.gradient_norm) == (StopReason.GRADIENT, 0.5, 0.0)
        assert run.converged

    @pytest.mark.parametrize(("start", "step_size"), [(1.5, 0.4), (5.0, 1 / 48)])
    def test_other_step_sizes_that_land_on_the_maximum(self, start, step_size):
        run = minimize(DOUBLE_WELL, start, gradient_descent(step_size))
        assert (run.x, run.updates) == (0.0, 1)

    @pytest.mark.parametrize("start", [0.0, 4e-9])
    def test_a_start_at_the_maximum_stops_at_once(self, start):
        run = minimize(DOUBLE_WELL, start, gradient_descent(0.02))
        assert (run.updates, run.value) == (0, 0.5)

    def test_a_quarter_converges_quadratically(self):
        assert contraction_factor(curvature=4.0, step_size=0.25) == 0
        run = minimize(DOUBLE_WELL, 1.2, gradient_descent(0.25), max_updates=5, eps_grad=None)
        errors = [f"{abs(x - 1):.1e}" for x in run.iterates]
        assert errors == ["2.0e-01", "6.4e-02", "6.0e-03", "5.4e-05", "4.4e-09", "0.0e+00"]

    def test_just_above_one_half_the_run_cycles_between_two_points(self):
        run = minimize(DOUBLE_WELL, 1.1, gradient_descent(0.51), max_updates=5000)
        assert run.stop is StopReason.CAP
        assert sorted(f"{x:.4f}" for x in run.iterates[-2:]) == ["0.9226", "1.0626"]
        assert math.dist(run.iterates[-2:], run.iterates[-4:-2]) < 1e-12

    def test_at_062_there_are_four_points_and_at_101_the_run_diverges(self):
        run = minimize(DOUBLE_WELL, 1.1, gradient_descent(0.62), max_updates=5000)
        assert len({f"{x:.6f}" for x in run.iterates[-100:]}) == 4
        run = minimize(DOUBLE_WELL, 1.1, gradient_descent(1.01), max_updates=5000)
        assert run.stop is StopReason.NOT_FINITE
