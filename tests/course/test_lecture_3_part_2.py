"""The numbers of lecture 3, part 2, each computed from the library.

The expected values come from exact arithmetic, from the closed form, or from the theorems.
"""

import math
from fractions import Fraction

import numpy as np
import pytest

from ravine import (
    Objective,
    armijo,
    gradient_descent,
    least_squares,
    minimize,
    quadratic_form,
    simple_decrease,
)
from ravine.course.claims import DESCENT, LINEAR, LIPSCHITZ, SUBLINEAR, tried
from ravine.course.families import HUBER, LEAST_SQUARES, QUADRATIC
from ravine.losses import bent_parabola, huber
from ravine.objective import scaled
from ravine.theory import linear_rate_bound, sharp_sublinear_bound, sublinear_bound

from .test_gallery import computed

FOUR_SQUARES = quadratic_form([[8.0]])
LISTING = np.random.RandomState(0)
A, B = LISTING.randn(200, 50), LISTING.randn(200)
FIT = least_squares(A, B)
ZERO = np.zeros(50)


def on_parabola(alpha, updates):
    run = minimize(
        FOUR_SQUARES, np.array([0.5]), gradient_descent(alpha), max_updates=updates, eps_grad=None
    )
    return run.iterates[:, 0]


def first_below(points, tolerance=1e-6):
    return int(np.flatnonzero(np.abs(points) <= tolerance)[0])


class TestThePath:
    def test_it_is_the_product_of_two_geometric_sequences(self):
        bowl = quadratic_form([[2.0, 0.0], [0.0, 4.0]])
        run = minimize(
            bowl, np.array([2.0, 1.5]), gradient_descent(0.1), max_updates=10, eps_grad=None
        )
        k = np.arange(11)
        expected = np.stack([2 * 0.8**k, 1.5 * 0.6**k], axis=1)
        assert run.iterates == pytest.approx(expected, rel=1e-12)
        known = {0: 8.5, 1: 4.18, 2: 2.2216, 3: 1.258528, 5: 0.4567065, 10: 0.0462814}
        assert {j: run.values[j] for j in known} == pytest.approx(known, abs=5e-8)


class TestStepSizes:
    @pytest.mark.parametrize(
        ("alpha", "first"),
        [
            (0.01, [0.5, 0.46, 0.4232, 0.389344]),
            (0.1, [0.5, 0.1, 0.02, 0.004, 0.0008]),
            (0.26, [0.5, -0.54, 0.5832, -0.629856]),
        ],
    )
    def test_the_three_runs_of_figure_3_13(self, alpha, first):
        assert on_parabola(alpha, 20)[: len(first)] == pytest.approx(first, rel=1e-12)

    @pytest.mark.parametrize(
        ("alpha", "updates"), [(0.01, 158), (0.1, 9), (0.2, 26), (0.05, 26), (0.24, 158)]
    )
    def test_updates_to_a_millionth(self, alpha, updates):
        assert first_below(on_parabola(alpha, 300)) == updates

    def test_the_edge_and_beyond(self):
        assert set(np.abs(on_parabola(0.25, 50))) == {0.5}
        assert on_parabola(0.3, 20)[20] == pytest.approx(418.3, abs=0.05)
        assert on_parabola(0.26, 20)[20] == pytest.approx(2.33048, abs=5e-6)

    def test_a_local_constant_does_not_hold_far_away(self):
        quartic = Objective("quartic", value=lambda x: x**4, slope=lambda x: 4 * x**3)
        landings = [
            minimize(quartic, x, gradient_descent(1 / 12), max_updates=1, eps_grad=None).x
            for x in (1.0, 3.0, 10.0)
        ]
        assert landings == pytest.approx([2 / 3, -6, -323.3333], abs=1e-4)

    @pytest.mark.parametrize(
        ("c", "after_ten"), [(1, 5.12e-8), (2.5, 0.5), (3, 14.4627), (4, 1328.0), (5, 29524.5)]
    )
    def test_scaling_at_a_fixed_step_size(self, c, after_ten):
        run = minimize(
            scaled(quadratic_form([[2.0]]), c),
            np.array([0.5]),
            gradient_descent(0.4),
            max_updates=10,
            eps_grad=None,
        )
        assert abs(run.x[0]) == pytest.approx(after_ten, rel=1e-4)

    @pytest.mark.parametrize("c", [0.1, 1.0, 3.0, 10.0])
    def test_the_lipschitz_constant_scales(self, c):
        bowl = scaled(quadratic_form([[2.0, 0.0], [0.0, 4.0]]), c)
        box = [(-5.0, 5.0), (-5.0, 5.0)]
        verdict = tried(LIPSCHITZ, bowl, box, rng=np.random.default_rng(0))
        assert 4 * c * (1 - 1e-6) < verdict.worst.left <= 4 * c * (1 + 1e-9)

    def test_sum_and_mean_need_other_step_sizes(self):
        mean = scaled(FIT, 1 / 200)
        assert FIT.smoothness == pytest.approx(868.889, abs=5e-4)
        assert mean.smoothness == pytest.approx(4.34444, abs=5e-6)
        slow, right = (
            minimize(mean, ZERO, gradient_descent(alpha), max_updates=1000, eps_grad=None).x
            for alpha in (1e-3, 0.2)
        )
        assert np.linalg.norm(slow - FIT.minimizers[0]) == pytest.approx(0.14514, abs=5e-6)
        assert np.linalg.norm(right - FIT.minimizers[0]) < 1e-14


class TestTheoremsNeedTheirConditions:
    def test_descent_fails_between_one_and_two_over_l_and_f_still_falls(self):
        rng = np.random.default_rng(0)
        assert tried(DESCENT, QUADRATIC, rng=rng)
        assert not tried(DESCENT, QUADRATIC, products=(1.2, 1.99), rng=rng)
        assert tried(DESCENT, QUADRATIC, products=(1.2, 1.99), sufficient=0.0, rng=rng)
        assert not tried(DESCENT, QUADRATIC, products=(2.05, 4.0), sufficient=0.0, rng=rng)

    def test_the_sublinear_bound_fails_at_one_point_nine_over_l(self):
        rng = np.random.default_rng(0)
        half_square = quadratic_form([[1.0]])
        assert tried(SUBLINEAR, HUBER, rng=rng)
        assert not tried(SUBLINEAR, half_square, products=(1.9, 1.9), sharp=False, rng=rng)

    @pytest.mark.parametrize(
        ("product", "worst", "at"), [(1.9, 3.31, 5), (1.99, 36.4, 50)], ids=["1.9", "1.99"]
    )
    def test_how_far_it_fails(self, product, worst, at):
        k = np.arange(1, 2001)
        ratio = 0.5 * (1 - product) ** (2 * k) / sublinear_bound(1.0, product, k)
        assert ratio.max() == pytest.approx(worst, rel=2e-3)
        assert k[ratio.argmax()] == at

    def test_it_fails_first_just_above_the_root_of_three(self):
        k = np.arange(1, 2001)
        holds, fails = (
            (0.5 * (1 - product) ** (2 * k) <= sublinear_bound(1.0, product, k)).all()
            for product in (1.732906, 1.732908)
        )
        assert holds
        assert not fails

    def test_the_linear_rate_holds(self):
        assert tried(LINEAR, LEAST_SQUARES, rng=np.random.default_rng(0))


class TestLineSearch:
    """What searches cost on the data of Listing 1 is in test_stepsize."""

    def test_simple_decrease_is_trapped_exactly(self):
        x = Fraction(2)
        f = bent_parabola(Fraction(3, 2))
        for k in range(40):
            assert x == (-1) ** k * (1 + Fraction(1, 2**k))
            lower = x - f.slope(x)
            assert f.value(lower) < f.value(x)
            x = lower
        assert f.value(x) > 1

    @pytest.mark.parametrize(
        ("c", "steps"),
        [
            (1e-4, [1.0] * 12 + [0.5, 0.5]),
            (1e-2, [1.0] * 5 + [0.5, 0.5]),
            (0.1, [1, 0.5, 0.5]),
            (0.25, [0.5, 0.5]),
            (0.5, [0.5, 0.5]),
        ],
    )
    def test_armijo_arrives(self, c, steps):
        run = minimize(bent_parabola(), 2.0, gradient_descent(armijo(sufficient=c)))
        assert run.x == 0
        assert run.step_sizes.tolist() == steps

    def test_in_floats_rounding_frees_the_run_at_51(self):
        search = gradient_descent(simple_decrease())
        run = minimize(bent_parabola(), 2.0, search, max_updates=60, eps_grad=None)
        assert int(np.flatnonzero(run.step_sizes < 1)[0]) == 51
        assert run.iterates[51] == -1.0000000000000004
        assert run.x == 0


class TestRates:
    @pytest.mark.parametrize(
        ("k", "gap", "ratio"),
        [
            (1, 1 / 6, 0.3333),
            (10, 0.0238095, 0.4762),
            (100, 0.00248756, 0.4975),
            (1000, 0.000249875, 0.4998),
        ],
    )
    def test_huber_attains_the_sharp_bound(self, k, gap, ratio):
        run = minimize(
            huber(tau=1 / (2 * k + 1)), 1.0, gradient_descent(1.0), max_updates=k, eps_grad=None
        )
        assert run.value == pytest.approx(gap, rel=1e-5)
        assert run.value / sublinear_bound(1.0, 1.0, k) == pytest.approx(ratio, abs=5e-5)
        assert run.value == pytest.approx(sharp_sublinear_bound(1.0, 1.0, 1.0, k), rel=1e-9)

    def test_the_example_is_solved_in_one_step_and_promised_a_thousandth(self):
        assert on_parabola(1 / 8, 1)[1] == 0
        assert sublinear_bound(0.5, 1 / 8, 1000) == 0.001

    def test_listing_1_keeps_both_bounds(self):
        radius = float(np.linalg.norm(FIT.minimizers[0]))
        known = {1: (128.68, 88.58), 10: (12.868, 10.892), 50: (2.5736, 9.808e-4)}
        for k, (sub, lin) in known.items():
            assert sublinear_bound(radius, 1e-3, k) == pytest.approx(sub, rel=1e-4)
            rate = linear_rate_bound(radius, 1e-3, FIT.smoothness, FIT.strong_convexity, k)
            assert rate == pytest.approx(lin, rel=1e-4)
        run = minimize(FIT, ZERO, gradient_descent(1e-3), max_updates=50, eps_grad=None)
        gaps = run.gaps(FIT.optimal_value)
        assert gaps[[1, 10]] == pytest.approx([15.646, 0.17837], rel=1e-4)
        assert gaps[50] == pytest.approx(3.1313e-6, rel=1e-4)


class TestLeastSquares:
    def test_the_fitted_line(self):
        script = computed("plot_3_17_fitted_line")
        assert script["intercept"] == pytest.approx(0.99899579, abs=5e-9)
        assert script["slope"] == pytest.approx(0.50992208, abs=5e-9)
        assert script["area"] == pytest.approx(6.18778973, abs=5e-9)

    def test_a_line_with_exact_answers(self):
        toy = least_squares(np.stack([np.ones(5), np.arange(5.0)], axis=1), [1.0, 3, 2, 5, 4])
        assert toy.minimizers[0] == pytest.approx([1.4, 0.8])
        assert toy.optimal_value == pytest.approx(3.6)

    def test_gradient_descent_finds_the_solution_of_least_norm_from_zero_only(self):
        twin = A.copy()
        twin[:, 49] = twin[:, 0]
        problem = least_squares(twin, B)
        assert problem.optimal_value == pytest.approx(160.585924, abs=5e-7)
        ends = [
            minimize(problem, start, gradient_descent(1e-3), max_updates=2000, eps_grad=None)
            for start in (ZERO, np.eye(50)[0])
        ]
        assert [run.value for run in ends] == pytest.approx([160.585924] * 2, abs=5e-7)
        distances = [np.linalg.norm(run.x - problem.minimizers[0]) for run in ends]
        assert distances == pytest.approx([0, math.sqrt(0.5)], abs=1e-9)

    @pytest.mark.parametrize(
        ("prepare", "kappa", "updates"),
        [
            (lambda x: x, 134.684, 1031),
            (lambda x: x - x.mean(), 10.334, 96),
            (lambda x: (x - x.mean()) / x.std(), 1.0, 1),
        ],
        ids=["raw", "centred", "standardized"],
    )
    def test_conditioning_decides(self, prepare, kappa, updates):
        rng = np.random.default_rng(0)
        x = np.sort(rng.uniform(0, 10, 20))
        y = 1 + 0.5 * x + rng.normal(0, 0.8, 20)
        problem = least_squares(np.stack([np.ones(20), prepare(x)], axis=1), y)
        ratio = problem.smoothness / problem.strong_convexity
        assert ratio == pytest.approx(kappa, abs=5e-4)
        method = gradient_descent(1 / problem.smoothness)
        run = minimize(problem, np.zeros(2), method, max_updates=5000, eps_obj=1e-6, eps_grad=None)
        assert run.updates == updates


class TestListing1:
    def test_the_facts_of_its_data(self):
        assert A[0, :3] == pytest.approx(
            [1.764052345967664, 0.4001572083672233, 0.9787379841057392]
        )
        assert FIT.smoothness == pytest.approx(868.8888926307224, rel=1e-12)
        assert FIT.strong_convexity == pytest.approx(109.91578556418833, rel=1e-12)
        assert FIT.optimal_value == pytest.approx(155.49342364189732, rel=1e-12)
        assert np.linalg.norm(FIT.minimizers[0]) == pytest.approx(0.5073048139288387, rel=1e-12)

    def test_the_course_of_the_run(self):
        run = minimize(FIT, ZERO, gradient_descent(1e-3), max_updates=1000, eps_grad=None)
        known = {0: 199.0536, 1: 171.1395, 2: 163.3258, 5: 157.0950, 10: 155.6718}
        assert {k: run.values[k] for k in known} == pytest.approx(known, abs=5e-5)
        times = [run.time_to_result(10.0**-e, FIT.optimal_value) for e in (1, 2, 4, 6, 8, 10)]
        assert times == [12, 19, 36, 55, 75, 95]
        assert np.linalg.norm(run.x - FIT.minimizers[0]) < 1e-14

    def test_its_defaults_diverge(self):
        run = minimize(FIT, ZERO, gradient_descent(0.01), max_updates=500, eps_grad=None)
        norms = np.linalg.norm(run.iterates[1:6], axis=1)
        assert norms == pytest.approx([1.955, 7.727, 48.55, 309.4, 2071], rel=5e-4)
        assert run.updates == 174
        assert math.isinf(run.value)


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("plot_3_14_scaled_twice", {"step_size": 0.4, "factor": 4.0}),
        ("plot_3_15_simple_decrease", {"gap_of_trapped": 1 + 2 / 2**20 + 0.75 / 4**20}),
    ],
)
def test_the_figures_hold_the_lectures_numbers(name, facts):
    script = computed(name)
    assert {key: script[key] for key in facts} == pytest.approx(facts)


def test_figure_3_16_no_gap_is_above_its_bound_and_huber_comes_within_a_factor_two():
    nearest = computed("plot_3_16_gaps_and_bounds")["nearest"]
    assert max(nearest.values()) <= 0.5
    assert nearest["Huber"] == pytest.approx(0.4998, abs=5e-5)


def test_figure_3_c_the_lemma_is_kept_for_every_step_and_the_theorem_up_to_one_over_l():
    broken = computed("plot_3_c_promised_decrease")["broken"]
    assert broken["1"] == {"theorem": 0, "lemma": 0}
    assert broken["1.9"]["lemma"] == 0
    assert broken["1.9"]["theorem"] > 20


def test_figure_3_d_the_example_is_solved_at_once_and_listing_1_falls_at_the_linear_rate():
    script = computed("plot_3_d_linear_rate")
    assert (script["promised"], script["solved_at"], script["example"].value) == (0.001, 1, 0)
    mu = 109.91578556418833
    assert script["factor"] == pytest.approx((1 - 1e-3 * mu) ** 2)
    assert script["measured_factor"] == pytest.approx(script["factor"], rel=0.02)
    assert script["nearest"] < 1
    assert script["rates"][[0, 9, 49, 99]] == pytest.approx(
        [88.58, 10.892, 9.808e-4, 8.604e-9], rel=1e-4
    )


def test_figure_3_e_counts_the_operations_of_the_closed_form():
    script = computed("plot_3_e_counted_cost")
    m = script["m"]
    for n, forming, solving, step in zip(
        script["sizes"], script["forming"], script["solving"], script["stepping"], strict=True
    ):
        products, sums = m * n**2 + m * n, (m - 1) * (n**2 + n)
        assert forming == products + sums
        assert step == 4 * m * n - n  # m differences more than two products of matrix and vector
        # below the diagonal of column j: a quotient, and twice the rest of each row and of the right side
        eliminated = sum(1 + 2 * (n - i) + 2 for j in range(n) for i in range(j + 1, n))
        assert solving == eliminated + n**2
    assert script["slopes"] == pytest.approx(
        {"forming": 2, "solving": 3, "a gradient step": 1}, abs=0.25
    )
    assert script["forming_error"] < 0.2
