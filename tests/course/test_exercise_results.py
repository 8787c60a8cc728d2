"""The results of the worked solutions, each computed from the library.

The expected values come from a second, independent computation of the same tables.
"""

import math
from functools import partial

import numpy as np
import pytest

from ravine import (
    QUARTIC,
    adagrad,
    adam,
    armijo,
    exact_line_search,
    golden_section,
    gradient_descent,
    heavy_ball,
    minimize,
    quadratic_form,
    rmsprop,
    sweep,
)
from ravine.course.exercises import ends, many_starts
from ravine.course.landscapes import RAVINE
from ravine.theory import ON_QUARTIC, best_momentum

from .test_gallery import computed

START = -2.5


def run_of(method, updates=2000, start=START):
    return minimize(QUARTIC, start, method, max_updates=updates, eps_grad=None, escape_radius=1e6)


def times(run):
    return [run.settled_from(QUARTIC.minimizers, within) for within in (1e-2, 1e-4, 1e-8)]


class TestMomentum:
    @pytest.mark.parametrize(
        ("eta", "beta", "expected", "side"),
        [
            (0.01, 0.0, [29, 65, 137], -1),
            (0.01, 0.5, [17, 30, 57], -1),
            (0.01, None, [15, 28, 52], -1),
            (0.01, 0.9, [98, 187, 357], 1),
            (0.004, 0.0, [78, 171, 358], -1),
            (0.004, 0.9, [86, 172, 355], 1),
            (0.001, 0.0, [319, 699, 1462], -1),
            (0.001, 0.5, [153, 337, 706], -1),
            (0.001, None, [54, 102, 188], -1),
            (0.001, 0.9, [112, 185, 370], -1),
        ],
    )
    def test_when_runs_settle_and_where(self, eta, beta, expected, side):
        momentum = best_momentum(12.0, eta) if beta is None else beta
        run = run_of(heavy_ball(eta, momentum))
        assert times(run) == expected
        assert np.sign(run.x) == side

    def test_with_nine_tenths_it_shoots_over_the_hill(self):
        run = run_of(heavy_ball(0.01, 0.9), updates=39)
        assert run.iterates[1:4] == pytest.approx([-2.025, -1.386849375, -0.7890288], abs=5e-8)
        assert run.iterates.argmax() == 11
        assert run.iterates[11] == pytest.approx(1.906888, abs=5e-7)
        assert (run.x, run.value) == pytest.approx((1.134180, -0.204360), abs=5e-7)

    @pytest.mark.parametrize(("beta", "first"), [(0.5, 0.0715), (0.9, 0.0445)])
    def test_momentum_narrows_the_range_of_step_sizes(self, beta, first):
        etas = np.round(np.arange(1, 150) * 0.0005, 4)
        method = partial(heavy_ball, momentum=beta)
        runs = sweep(
            QUARTIC, step_size=etas, start=START, method=method, max_updates=3000, escape_radius=1e6
        )
        assert etas[runs.escaped][0] == first

    def test_with_nine_tenths_the_well_is_a_lottery(self):
        etas = np.round(np.arange(1, 89) * 0.0005, 4)
        method = partial(heavy_ball, momentum=0.9)
        runs = sweep(
            QUARTIC, step_size=etas, start=START, method=method, max_updates=3000, escape_radius=1e6
        )
        ends_in = "".join("L" if x < 0 else "R" for x in runs.x)
        assert ends_in == "L" * 3 + "R" * 21 + "L" * 27 + "R" * 18 + "L" * 7 + "R" * 6 + "LLLRRR"

    def test_figure_2_6_shows_the_four_rows(self):
        script = computed("plot_2_6_momentum")
        assert script["settled"] == [137, 57, 52, 357]
        assert script["best"] == pytest.approx((1 - math.sqrt(0.12)) ** 2)
        assert script["highest_f"] == pytest.approx(4.3134, abs=5e-5)


class TestAdaptive:
    @pytest.mark.parametrize(
        ("method", "x", "expected"),
        [
            (gradient_descent(0.01), -1.227463, [29, 65, 137]),
            (gradient_descent(0.079), 1.224745, [2, 3, 6]),
            (gradient_descent(0.1), -1.224745, [4, 7, 13]),
            (adagrad(0.01), -2.392319, [None] * 3),
            (adagrad(0.1), -1.712686, [445, 995, None]),
            (adagrad(0.5), -1.229025, [32, 72, 152]),
            (adagrad(2.0), -1.224745, [11, 18, 31]),
            (adam(0.01), -2.134753, [493, 800, 1208]),
            (adam(0.1), -0.969219, [88, 188, 358]),
            (adam(0.5), 1.048082, [92, 183, 357]),
            (adam(1.0), 1.031608, [97, 185, 359]),
        ],
    )
    def test_the_comparison(self, method, x, expected):
        run = run_of(method)
        assert run.iterates[39] == pytest.approx(x, abs=5e-7)
        assert times(run) == expected

    def test_adagrad_with_a_tenth_settles_late(self):
        assert times(run_of(adagrad(0.1), 20_000))[2] == 2099
        assert run_of(adagrad(0.01), 20_000).x == pytest.approx(-1.277858, abs=5e-7)

    @pytest.mark.parametrize("method", [adagrad(0.1), adam(0.1)])
    def test_the_first_step_has_the_length_of_the_step_size(self, method):
        assert run_of(method, 1).x == pytest.approx(-2.4, abs=1e-9)

    @pytest.mark.parametrize(
        ("method", "settled", "best"), [(adagrad, 293, (1.28, 11)), (adam, 299, (0.06, 172))]
    )
    def test_how_many_step_sizes_work(self, method, settled, best):
        found = {}
        for i in range(1, 300):
            k = run_of(method(i / 100)).settled_from(QUARTIC.minimizers, 1e-4)
            if k is not None:
                found[i / 100] = k
        assert len(found) == settled
        assert min(found.items(), key=lambda item: item[1]) == best

    @pytest.mark.parametrize(("eta", "away"), [(0.01, 0.00503), (0.05, 0.0258), (0.1, 0.0531)])
    def test_rmsprop_keeps_bouncing(self, eta, away):
        last = run_of(rmsprop(eta), 5000).iterates[-200:]
        assert np.abs(np.abs(last) - math.sqrt(1.5)).max() == pytest.approx(away, rel=2e-2)

    def test_adam_rests_and_leaves_again(self):
        distance = np.abs(np.abs(run_of(adam(0.1), 20_000).iterates) - math.sqrt(1.5))
        assert distance[358:2001].max() <= 1e-8
        assert distance[2001:].max() > 1e-3


class TestManyStarts:
    @pytest.mark.parametrize(
        ("eta", "updates", "expected"),
        [
            (0.01, 39, [17, 23, 10, 0]),
            (0.1, 39, [18, 23, 0, 9]),
            (0.5, 39, [0, 0, 0, 50]),
            (0.01, 1000, [21, 29, 0, 0]),
            (0.1, 1000, [18, 23, 0, 9]),
        ],
    )
    def test_where_they_end(self, eta, updates, expected):
        assert list(ends(many_starts(), eta, updates).values()) == expected

    def test_facts_of_the_starts(self):
        starts = many_starts()
        facts = ((starts < 0).sum(), (abs(starts) > 2).sum(), (abs(starts) > 6.5**0.5).sum())
        assert facts == (21, 17, 9)
        assert abs(starts).min() == pytest.approx(0.084988, abs=5e-7)

    def test_the_slowest_needs_time_and_is_not_stuck(self):
        start = many_starts()[np.abs(many_starts()).argmin()]
        run = run_of(gradient_descent(0.01), start=float(start))
        assert run.iterates[39] == pytest.approx(-0.69279, abs=5e-6)
        assert run.settled_from(QUARTIC.minimizers, 1e-2) == 78

    @pytest.mark.parametrize(
        ("start", "slow", "quick"),
        [(1e-1, 76, 7), (1e-2, 115, 12), (1e-3, 155, 17), (1e-6, 273, 32), (1e-12, 510, 61)],
    )
    def test_how_long_leaving_the_hilltop_takes(self, start, slow, quick):
        for eta, expected in ((0.01, slow), (0.1, quick)):
            assert times(run_of(gradient_descent(eta), start=start))[0] == expected

    @pytest.mark.parametrize(
        ("seed", "slow", "medium"),
        [(1, [22, 28, 0, 0], [16, 26, 0, 8]), (2025, [25, 25, 0, 0], [25, 17, 0, 8])],
    )
    def test_other_seeds_tell_the_same_story(self, seed, slow, medium):
        starts = np.random.default_rng(seed).uniform(-3, 3, 50)
        found = [list(ends(starts, eta, 1000).values()) for eta in (0.01, 0.1, 0.5)]
        assert found == [slow, medium, [0, 0, 0, 50]]

    @pytest.mark.parametrize("kind", [np.float32, np.float64])
    def test_two_lands_on_the_hilltop_exactly(self, kind):
        assert run_of(gradient_descent(0.1), 1, np.array(2.0, dtype=kind)).x == 0.0

    def test_the_shares_in_the_long_run(self):
        starts = np.linspace(-3, 3, 60_001)
        runs = sweep(QUARTIC, step_size=0.1, start=starts, max_updates=3000, escape_radius=1e6)
        lost = (3 - ON_QUARTIC.trapping_radius(0.1)) / 3
        assert runs.escaped.mean() == pytest.approx(lost, abs=1e-4)
        assert lost == pytest.approx(0.1502, abs=5e-5)
        assert (runs.x[~runs.escaped] < 0).sum() / 60_001 == pytest.approx(0.4249, abs=2e-4)

    @pytest.mark.parametrize(
        ("edge", "outward_goes_right"),
        [(2.0, False), (2.456678, True), (2.534425, False), (2.547074, True), (2.549117, False)],
    )
    def test_basin_edges(self, edge, outward_goes_right):
        below, above = (
            run_of(gradient_descent(0.1), start=edge + side * 2e-6).x > 0 for side in (-1, 1)
        )
        assert (below, above) == (not outward_goes_right, outward_goes_right)

    def test_figure_2_7_has_the_bins(self):
        filled = computed("plot_2_7_many_starts")["filled"]
        assert filled["0.01"] == {
            "-1.3": 19,
            "-1.2": 1,
            "-0.7": 1,
            "0.9": 1,
            "1.1": 3,
            "1.2": 25,
        }
        assert sorted(filled["0.1"].values()) == [18, 23]
        assert filled["0.5"] == {}


class TestLineSearch:
    @pytest.mark.parametrize(
        ("start", "eta"),
        [(-2.5, 0.0268475), (-0.5, 0.2898979), (3.0, 0.0197251), (-1.2, 0.0859197)],
    )
    def test_one_iteration_is_enough(self, start, eta):
        run = minimize(QUARTIC, start, gradient_descent(exact_line_search()), eps_grad=1e-6)
        assert run.updates == 1
        assert run.step_sizes[0] == pytest.approx(eta, abs=5e-8)

    @pytest.mark.parametrize(
        ("first", "c", "iterations", "evaluations", "side"),
        [(1.0, 1e-4, 22, 89, 1), (1.0, 0.3, 12, 61, -1), (0.1, 0.3, 10, 13, -1)],
    )
    def test_backtracking(self, first, c, iterations, evaluations, side):
        search = gradient_descent(armijo(first=first, sufficient=c))
        run = minimize(QUARTIC, START, search, eps_grad=1e-6)
        handed_on = run.value_calls
        assert (run.updates, handed_on, np.sign(run.x)) == (iterations, evaluations, side)

    @pytest.mark.parametrize(("eta", "updates"), [(0.01, 121), (0.05, 28), (0.08, 6), (0.1, 11)])
    def test_fixed_step_sizes(self, eta, updates):
        assert minimize(QUARTIC, START, gradient_descent(eta), eps_grad=1e-6).updates == updates

    def test_a_numerical_search_finds_either_minimum(self):
        found = {
            round(minimize(QUARTIC, START, gradient_descent(golden_section(first))).x, 6)
            for first in (0.01, 0.05)
        }
        assert found == {-1.224745, 1.224745}

    def test_backtracking_repairs_one_half(self):
        run = minimize(QUARTIC, START, gradient_descent(armijo(first=0.5)), eps_grad=1e-6)
        assert run.converged
        assert run.step_sizes[:3].tolist() == [0.0625, 0.25, 0.125]

    def test_in_the_ravine_each_search_has_work_to_do(self):
        valley, start = quadratic_form([[1.0, 0.0], [0.0, 20.0]]), np.array(RAVINE.start)
        searches, *fixed = (
            minimize(valley, start, method, eps_obj=1e-6, eps_grad=None).updates
            for method in (
                gradient_descent(exact_line_search()),
                *(gradient_descent(eta / 1000) for eta in range(85, 100)),
            )
        )
        assert (searches, min(fixed)) == (15, 73)
