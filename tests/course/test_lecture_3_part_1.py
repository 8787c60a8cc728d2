"""The numbers of lecture 3, part 1 (convexity theory), each computed from the library or a figure's script.

The expected values come from exact arithmetic or were measured once with code of its own.
"""

import math

import numpy as np
import pytest
import sympy
import torch

from ravine import COSINE_VALLEYS, gradient_descent, least_squares, minimize
from ravine.convexity import (
    chord,
    chord_test,
    close_pairs,
    hessian_test,
    maximum,
    pooled,
    semidefinite_cone,
    semidefinite_pairs,
    set_test,
    tangent,
    tangent_test,
    uniform_pairs,
)
from ravine.course.claims import (
    AGREEMENT,
    ARROW,
    CONE,
    INTERSECTION,
    LOCAL_IS_GLOBAL,
    RULES,
    STEEPEST_ASCENT,
    TOWARD_BETTER,
    ZERO_GRADIENT,
    tried,
)
from ravine.course.families import (
    LEAST_SQUARES,
    QUADRATIC,
    RIDGE_LOGISTIC,
    SOFT_MAXIMUM,
)
from ravine.course.specimens import CONVEX_FUNCTIONS, NONCONVEX_FUNCTIONS, NONCONVEX_SETS
from ravine.objective import Objective

from .test_gallery import computed

LN_2 = math.log(2)
HALF = 1 / math.sqrt(2)
FUNCTIONS = {specimen.name: specimen for specimen in NONCONVEX_FUNCTIONS}
SETS = {specimen.name: specimen for specimen in NONCONVEX_SETS}


def rng():
    return np.random.default_rng(20)


def hollows(x):
    return x[0] ** 4 - x[0] ** 2 + x[1] ** 2


def tilted(x):
    return x[0] ** 4 - x[0] ** 2 + x[0] / 5 + x[1] ** 2


def exponential_saddle(x):
    return np.exp(x[0]) + x[1] ** 2 + 2 * x[0] * x[1]


class TestTheTwoProblems:
    """Section 1 and figure 3.1."""

    VALLEYS = (
        (0.6333861622539372, -1.0397968091104934, 24.79),
        (1.9001716399541932, -1.35817252044651, 24.73),
        (3.1669968871793475, -1.9949305805437345, 24.60),
        (4.433889470665933, -2.9500844217643625, 24.40),
        (5.700878612417155, -4.223654596992759, 24.14),
    )

    def test_problem_b_has_five_local_minima_and_the_last_is_the_global_one(self):
        minima = [p for p in COSINE_VALLEYS.stationary_points if p.kind == "minimum"]
        for point, (x, value, bend) in zip(minima, self.VALLEYS, strict=True):
            assert point.x == pytest.approx(x, rel=1e-14)
            assert COSINE_VALLEYS.value(x) == pytest.approx(value, rel=1e-13)
            assert COSINE_VALLEYS.curvature(x) == pytest.approx(bend, abs=5e-3)
            assert abs(COSINE_VALLEYS.slope(x)) < 1e-13
        assert COSINE_VALLEYS.minimizers == (minima[-1].x,)

    def test_its_local_maxima_are_both_ends_and_four_points_inside(self):
        inside = [p.x for p in COSINE_VALLEYS.stationary_points if p.kind == "maximum" and p.x > 0]
        expected = [1.24665964628, 2.49329455174, 3.73987941838, 4.98638779845]
        assert inside == pytest.approx(expected, abs=5e-12)
        assert (COSINE_VALLEYS.value(0.0), COSINE_VALLEYS.slope(0.0)) == (1, 0)
        assert COSINE_VALLEYS.curvature(0.0) == -25.2
        assert COSINE_VALLEYS.value(6.0) == pytest.approx(-3.44575, abs=5e-6)
        assert COSINE_VALLEYS.slope(6.0) == pytest.approx(3.740, abs=5e-4)

    def test_a_sixth_of_the_starts_reaches_the_global_minimum_and_none_with_a_long_step(self):
        script = computed("plot_3_1_two_problems")
        assert script["shares"] == pytest.approx([0.208, 0.208, 0.208, 0.208, 0.169], abs=5e-4)
        assert script["stay_at_0"] == 1
        assert script["global_with_large_step"] == 0
        assert script["global_basin"] == pytest.approx(0.16894, abs=5e-6)
        assert script["large_step"] * COSINE_VALLEYS.curvature(self.VALLEYS[-1][0]) > 2

    @pytest.mark.parametrize("start", [-10.0, 0.0, 2.5, 100.0])
    def test_problem_a_is_solved_by_one_step(self, start):
        run = minimize(lambda x: (x - 3) ** 2, torch.tensor(start), gradient_descent(0.5))
        assert (run.x, run.updates) == (3.0, 1)


class TestConvexSets:
    """Section 2 and figures 3.2 and 3.3."""

    def test_the_crescent_has_the_lectures_numbers(self):
        script = computed("plot_3_2_segment")
        assert script["norm_of_x"] == pytest.approx(0.90554, abs=5e-6)
        assert script["x_from_hole"] == pytest.approx(1.02956, abs=5e-6)
        assert script["middle_from_hole"] == 0.5

    @pytest.mark.parametrize(
        ("name", "middle"),
        [
            ("union of two intervals", 1.5),
            ("annulus", (0, 0)),
            ("sphere", (0, 0)),
            ("integers", 0.5),
            ("semidefinite matrices of rank at most 1", ((0.5, 0), (0, 0.5))),
            ("crescent", (0.1, 0)),
        ],
    )
    def test_each_nonconvex_set_has_a_midpoint_outside(self, name, middle):
        (case,) = SETS[name].cases()
        assert np.array_equal(case.z, middle)
        assert not case.holds

    def test_intersections_keep_every_segment_and_unions_do_not(self):
        kept = tried(INTERSECTION, rng=rng())
        assert (kept.tried, kept.violations) == (20_000, 0)
        assert not tried(INTERSECTION.twin, draws=100_000, rng=rng())

    def test_semidefinite_matrices_combine_to_semidefinite_ones_within_1e_12(self):
        verdict = pooled(
            set_test(semidefinite_cone, semidefinite_pairs(rows), draws=1000, rng=rng())
            for rows in range(1, 7)
        )
        assert verdict
        assert verdict.closest < 1e-12

    def test_the_surface_of_figure_3_3_is_the_cone_of_singular_matrices(self):
        assert computed("plot_3_3_convex_sets")["rim_error"] < 1e-15


def test_figure_3_a_draws_each_set_of_the_table_and_leaves_it():
    script = computed("plot_3_a_segments_that_leave")
    drawn = [script["cases"][name] for name in script["keys"].values()]
    assert {*SETS} - {*script["keys"].values()} == {"crescent"}  # which is Figure 3.2
    assert script["outside"] == 5
    assert [np.ravel(case.z).tolist() for case in drawn] == [
        [1.5],
        [0.5],
        [0, 0],
        [0, 0],
        [0.5, 0, 0, 0.5],
    ]


# f, x, y as in the table of section 3: value half-way, chord, excess
COUNTEREXAMPLES = [
    ("-x^2", 0, 0.0, -1.0, 1.0),
    ("sin x", 0, 1.0, 0.0, 1.0),
    ("x^3", 0, -0.125, -0.5, 0.375),
    ("x1 x2", 0, 0.0, -1.0, 1.0),
    ("x1 x2", 1, 0.25, 0.0, 0.25),
    ("cos 5x - x^2/10 on [0, 6]", 0, -1.58861, -3.58687, 1.99826),
    ("x1^4 - x1^2 + x2^2", 0, 0.0, -0.25, 0.25),
    ("e^x1 + x2^2 + 2 x1 x2", 0, 1.0, 0.5430806348152437, 0.4569193651847563),
    ("e^x1 + x2^2 + 2 x1 x2", 1, 1.2598588075760033, 1.2310594001952544, 0.0287994),
    ("-log det X on det X > 0", 0, math.inf, 0.0, math.inf),
    ("p-norm with p = 1/2", 0, 2.0, 1.0, 1.0),
    ("min((x + 1)^2, (x - 1)^2)", 0, 1.0, 0.0, 1.0),
    ("(x^2 - 1)^2", 0, 1.0, 0.0, 1.0),
    ("x times x^2", 0, -0.125, -0.5, 0.375),
    ("x^2 - 2 x^2", 0, 0.0, -1.0, 1.0),
    ("one sigmoid neuron", 0, 0.9643510838246173, 0.6246647060993885, 0.3396864),
]


class TestConvexFunctions:
    """Section 3 and figures 3.4 and 3.5."""

    @pytest.mark.parametrize(("name", "number", "value", "chord_value", "excess"), COUNTEREXAMPLES)
    def test_the_counterexamples_have_the_lectures_numbers(
        self, name, number, value, chord_value, excess
    ):
        case = FUNCTIONS[name].cases()[number]
        assert case.theta == 0.5
        found = (case.left, case.right, case.excess)
        assert found == pytest.approx((value, chord_value, excess), abs=5e-6)
        assert not case.holds

    def test_the_table_leaves_no_nonconvex_function_out(self):
        cases = sum(len(specimen.cases()) for specimen in NONCONVEX_FUNCTIONS)
        assert cases == len(COUNTEREXAMPLES)

    def test_figure_3_b_draws_every_nonconvex_function_above_its_chord(self):
        script = computed("plot_3_b_above_the_chord")
        assert [*script["cases"]] == [*FUNCTIONS]
        panels = [ax for ax in script["axes"].flat if ax.get_title()]
        assert len(panels) == script["drawn"] == 14
        for ax, case in zip(panels, script["cases"].values(), strict=True):
            graph = next(line for line in ax.lines if len(line.get_xdata()) > 2)
            at_middle = graph.get_ydata()[np.isclose(graph.get_xdata(), 0.5)]
            assert at_middle == pytest.approx(case.left) or np.isinf(case.left)
            assert f"{case.excess:.3g}" in [t.get_text() for t in ax.texts] or np.isinf(case.left)

    @pytest.mark.parametrize("specimen", CONVEX_FUNCTIONS, ids=lambda specimen: specimen.name)
    def test_convex_functions_exceed_no_chord_beyond_rounding(self, specimen):
        verdict = specimen.test(draws=20_000, rng=rng())
        assert verdict
        assert verdict.closest < 1e-14

    @pytest.mark.parametrize(
        ("name", "share"),
        [
            ("-x^2", 1.0),
            ("sin x", 0.4997),
            ("x^3", 0.4998),
            ("x1 x2", 0.4996),
            ("cos 5x - x^2/10 on [0, 6]", 0.535),
            ("p-norm with p = 1/2", 0.296),
            ("e^x1 + x2^2 + 2 x1 x2", 0.117),
            ("min((x + 1)^2, (x - 1)^2)", 0.013),
        ],
    )
    def test_uniform_pairs_expose_the_measured_share(self, name, share):
        specimen = FUNCTIONS[name]
        verdict = chord_test(specimen.value, uniform_pairs(specimen.where), rng=rng())
        assert verdict.share == pytest.approx(share, abs=0.006)

    def test_a_small_dent_hides_from_uniform_pairs_and_not_from_the_hessian(self):
        def box(size):
            return [(-size, size)] * 2

        small, middle, large = (
            chord_test(hollows, uniform_pairs(box(size)), draws=200_000, rng=rng()).share
            for size in (1, 10, 100)
        )
        assert small == pytest.approx(0.225, abs=0.005)
        assert 1e-4 < middle < 5e-4
        assert large < 2e-5
        close = chord_test(hollows, close_pairs(box(10)), theta=0.5, rng=rng()).share
        assert close == pytest.approx(0.012, abs=0.002)
        curved = hessian_test(hollows, box(10), rng=rng()).share
        assert curved == pytest.approx(1 / math.sqrt(6) / 10, abs=0.003)

    def test_figures_3_4_and_3_5_draw_chords_on_the_right_side(self):
        assert (case := computed("plot_3_4_chord")["case"]).z == 0.5
        assert (case.left, case.right) == (0.25, 2.5)
        surfaces = computed("plot_3_5_surfaces_and_chords")
        assert surfaces["bowl"].excess < 0
        assert surfaces["crease"].excess < 0
        assert surfaces["hollows"].excess == pytest.approx(0.25)

    def test_the_determinant_of_a_singular_matrix_has_no_logarithm(self):
        assert np.linalg.slogdet(np.ones((2, 2))) == (0.0, -math.inf)


class TestGradientAndHessian:
    """Section 4 and figures 3.6 and 3.7."""

    def test_the_negative_gradient_misses_the_minimizer_by_18_degrees(self):
        script = computed("plot_3_6_gradient_and_level_sets")
        assert script["gradient"].tolist() == [2, 4]
        assert script["off_by_degrees"] == pytest.approx(18.4349, abs=5e-5)
        assert script["gradient_norm"] == pytest.approx(math.sqrt(20))

    def test_no_direction_is_steeper_than_the_gradient(self):
        verdict = tried(STEEPEST_ASCENT, lambda x: x[0] ** 2 + 2 * x[1] ** 2, (1, 1), rng=rng())
        assert verdict
        assert math.degrees(math.atan2(*verdict.worst.y[::-1])) == pytest.approx(63.4349, abs=0.1)
        assert verdict.worst.left == pytest.approx(4.472136, abs=1e-5)

    def test_figure_3_7_shows_the_three_signs_of_curvature(self):
        found = list(computed("plot_3_7_curvature")["eigenvalues"].values())
        assert found == [[2, 2], [0, 2], [-2, 2]]


class TestCharacterizations:
    """Section 5 and figures 3.8 and 3.9."""

    def test_the_tangents_of_the_figures_have_the_lectures_gaps(self):
        assert computed("plot_3_8_tangent_below")["gap"] == 1
        planes = computed("plot_3_9_tangent_plane")
        assert planes["below"].excess == -1.25  # the squared distance
        assert planes["cuts"].excess == 1

    @pytest.mark.parametrize(
        ("case", "plane", "value"),
        [
            (tangent(lambda x: -(x**2), 0.0, 1.0), 0, -1),
            (tangent(np.sin, math.pi / 2, 3 * math.pi / 2, gradient=np.cos), 1, -1),
            (tangent(lambda x: x**3, 0.0, -1.0), 0, -1),
            (tangent(lambda x: x[0] * x[1], (0.0, 0.0), (1.0, -1.0)), 0, -1),
            (tangent(hollows, (0.0, 0.0), (HALF, 0.0)), 0, -0.25),
        ],
        ids=["square", "sine", "cube", "saddle", "hollows"],
    )
    def test_a_nonconvex_function_has_a_tangent_above_it(self, case, plane, value):
        assert (case.left, case.right) == pytest.approx((plane, value), abs=1e-12)
        assert not case.holds

    @pytest.mark.parametrize(
        ("f", "share"),
        [
            (lambda x: (x**2).sum(0), 0),
            (lambda x: (x**4).sum(0), 0),
            (lambda x: (math.e**x).sum(0), 0),
            (lambda x: -(x**2).sum(0), 1),
            (lambda x: (x**3).sum(0), 0.502),
            (lambda x: x[0] * x[1], 0.498),
            (lambda x: (x**4 - x**2).sum(0), 0.00012),
        ],
        ids=["x^2", "x^4", "e^x", "-x^2", "x^3", "x1 x2", "x^4 - x^2"],
    )
    def test_random_tangents_find_the_measured_share(self, f, share):
        verdict = tangent_test(f, uniform_pairs([(-5, 5)] * 3), rng=rng())
        assert verdict.share == pytest.approx(share, abs=1e-4 if share < 0.01 else 0.006)

    def test_the_hessian_of_the_exponential_saddle_is_semidefinite_from_ln_2_on(self):
        x1, x2 = sympy.symbols("x1 x2", real=True)
        hessian = sympy.hessian(sympy.exp(x1) + x2**2 + 2 * x1 * x2, (x1, x2))
        assert hessian == sympy.Matrix([[sympy.exp(x1), 2], [2, 2]])
        assert sympy.simplify(hessian.det() - (2 * sympy.exp(x1) - 4)) == 0
        for at, expected in ((0, (-0.5616, 3.5616)), (LN_2, (0, 4)), (1, (0.3272, 4.3911))):
            matrix = np.array([[math.exp(at), 2], [2, 2]])
            assert np.linalg.eigvalsh(matrix) == pytest.approx(expected, abs=5e-5)

    def test_it_is_convex_there_and_its_minimizer_has_a_gradient(self):
        box = [(LN_2, 10.0), (-10.0, 10.0)]
        assert chord_test(exponential_saddle, uniform_pairs(box), draws=200_000, rng=rng())
        best = np.array([LN_2, -LN_2])
        value = exponential_saddle(best)
        assert value == pytest.approx(1.5195469860817985, rel=1e-14)
        others, _ = uniform_pairs([(LN_2, 2.0), (-2.0, 2.0)])(rng(), 10_000)
        assert (exponential_saddle(others) >= value).all()
        gradient = np.array([math.exp(best[0]) + 2 * best[1], 2 * best[1] + 2 * best[0]])
        assert gradient == pytest.approx([0.6137056, 0], abs=5e-8)
        assert exponential_saddle((-10, 10)) == pytest.approx(-99.99995, abs=5e-6)

    def test_chord_tangent_and_hessian_agree(self):
        assert tried(AGREEMENT, draws=100, rng=rng()).violations == 0


class TestOperations:
    """Section 6."""

    @pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
    def test_a_rule_keeps_functions_convex_and_its_twin_does_not(self, rule):
        assert tried(rule, rng=rng())
        assert not tried(rule.twin, rng=rng())

    def test_the_first_quick_check_has_its_minimum_at_a_kink(self):
        f = maximum(np.square, lambda x: 3 * x + 1)
        kink, other = (3 - math.sqrt(13)) / 2, (3 + math.sqrt(13)) / 2
        assert (kink, other) == pytest.approx((-0.302776, 3.302776), abs=5e-7)
        x = np.linspace(-5, 5, 100_001)
        assert x[f(x).argmin()] == pytest.approx(kink, abs=1e-4)
        assert f(np.array([kink]))[0] == pytest.approx(0.0916731, abs=5e-8)
        assert 2 * kink == pytest.approx(-0.60555, abs=5e-6)
        assert chord_test(f, (-10, 10), rng=rng())

    def test_ridge_stays_convex_down_to_minus_the_least_squared_singular_value(self):
        torch.manual_seed(0)
        matrix = torch.randn(200, 50).double().numpy()
        least = np.linalg.svd(matrix, compute_uv=False)[-1] ** 2
        assert least == pytest.approx(53.765, abs=5e-4)
        for weight, convex in ((-0.999 * least, True), (-1.001 * least, False)):
            hessian = 2 * (matrix.T @ matrix + weight * np.eye(50))
            assert (np.linalg.eigvalsh(hessian)[0] >= 0) == convex

    def test_clipping_the_argument_of_the_exponential_makes_it_nonconvex(self):
        assert not chord(lambda x: np.exp(np.clip(x, -5, 5)), 4.0, 10.0).holds


class TestLocalAndGlobal:
    """Section 7."""

    SQUARE = ((-2, 2), (-2, 2))

    def test_local_searches_on_a_convex_function_agree(self):
        def bowl(x):
            return (x[0] - x[1]) ** 2 + x[0] ** 2 / 4 + x[1] / 5

        assert tried(LOCAL_IS_GLOBAL, bowl, self.SQUARE, rng=rng())

    def test_on_the_tilted_well_they_end_at_two_values(self):
        verdict = tried(LOCAL_IS_GLOBAL, tilted, self.SQUARE, rng=rng())
        assert not verdict
        ends = (verdict.worst.left, verdict.worst.right)
        assert ends == pytest.approx((-0.1139941, -0.3961101), abs=5e-8)

    def test_on_the_untilted_well_they_agree_although_it_is_not_convex(self):
        assert tried(LOCAL_IS_GLOBAL, hollows, self.SQUARE, rng=rng())

    def test_a_better_point_pulls_down_at_once_only_if_convex(self):
        assert tried(TOWARD_BETTER, np.exp, 2.0, -1.0, rng=rng())
        well = tried(TOWARD_BETTER.twin, rng=rng())
        assert well.violations == well.tried == 6


class TestFirstOrderOptimality:
    """Section 8 and figure 3.10."""

    def test_the_tilted_well_has_three_zero_slopes(self):
        script = computed("plot_3_10_zero_slopes")
        assert script["zeros"] == pytest.approx([-0.752619, 0.102131, 0.650488], abs=5e-7)
        assert script["heights"] == pytest.approx([-0.396110, 0.010104, -0.113994], abs=5e-7)
        assert np.sign(script["curvatures"]).tolist() == [1, -1, 1]

    def test_the_expansion_of_least_squares_needs_a_and_not_its_transpose(self):
        a = sympy.Matrix(3, 2, sympy.symbols("a:6"))
        b, x = sympy.Matrix(sympy.symbols("b:3")), sympy.Matrix(sympy.symbols("x:2"))
        objective = ((a * x - b).T * (a * x - b))[0]
        assert sympy.expand(objective - (x.T * a.T * a * x - 2 * b.T * a * x + b.T * b)[0]) == 0
        gradient = sympy.Matrix([objective]).jacobian(x).T
        assert sympy.expand(gradient - 2 * a.T * (a * x - b)) == sympy.zeros(2, 1)
        assert sympy.expand(sympy.hessian(objective, x) - 2 * a.T * a) == sympy.zeros(2)
        with pytest.raises(sympy.matrices.exceptions.ShapeError):
            b.T * a.T * x

    @pytest.mark.parametrize(
        ("start", "updates", "end", "value"),
        [
            (0.0, 86, 0.0, 0.0),
            (1e-12, 187, HALF, -0.25),
            (1e-8, 137, HALF, -0.25),
            (1e-4, 87, HALF, -0.25),
            (0.1, 86, HALF, -0.25),
        ],
    )
    def test_descent_stops_at_the_saddle_only_from_the_line_of_symmetry(
        self, start, updates, end, value
    ):
        objective = Objective(
            "two hollows",
            value=hollows,
            slope=lambda x: np.array([4 * x[0] ** 3 - 2 * x[0], 2 * x[1]]),
        )
        run = minimize(objective, np.array([start, 1.0]), gradient_descent(0.1), eps_grad=1e-8)
        assert run.converged
        assert run.updates == updates
        assert run.x[0] == pytest.approx(end, abs=5e-8)
        assert run.value == pytest.approx(value, abs=1e-12)

    @pytest.mark.parametrize(
        "family", [QUADRATIC, LEAST_SQUARES, RIDGE_LOGISTIC, SOFT_MAXIMUM], ids=lambda f: f.name
    )
    def test_nothing_is_lower_than_a_stationary_point_of_a_convex_function(self, family):
        assert tried(ZERO_GRADIENT, family, draws=3000, rng=rng())

    def test_something_is_lower_than_a_saddle(self):
        assert not tried(ZERO_GRADIENT.twin, rng=rng())
        assert not tried(ZERO_GRADIENT, hollows, (0, 0), rng=rng())
        assert hollows((0.1, 0)) == pytest.approx(-0.0099)


class TestHierarchy:
    """Section 9 and figure 3.11."""

    def test_the_figure_nests_five_classes(self):
        names = computed("plot_3_11_nested_classes")["names"]
        assert names == ["LP", "QP", "SOCP", "SDP", "convex programs"]

    def test_the_inclusions_are_identities(self):
        assert tried(CONE, draws=20_000, rng=rng())
        assert tried(ARROW, draws=20_000, rng=rng()).closest < 1e-12

    @pytest.mark.parametrize(
        ("faces", "reach"), [(4, 0.41), (8, 0.082), (16, 0.0196), (64, 0.0012), (256, 0.000075)]
    )
    def test_a_polygon_around_a_disc_sticks_out(self, faces, reach):
        t = 2 * np.pi * np.arange(faces) / faces
        corner = np.linalg.solve([[np.cos(a), np.sin(a)] for a in t[:2]], [1, 1])
        assert np.linalg.norm(corner) - 1 == pytest.approx(reach, rel=0.02)

    @pytest.mark.parametrize(("n", "updates"), [(2, 36), (5, 52), (10, 39), (20, 49), (50, 57)])
    def test_descent_needs_few_updates_on_random_least_squares(self, n, updates):
        data = np.random.default_rng(0)
        f = least_squares(data.standard_normal((4 * n, n)), data.standard_normal(4 * n))
        method = gradient_descent(1 / f.smoothness)
        run = minimize(f, np.zeros(n), method, eps_obj=1e-6, eps_grad=None)
        assert run.updates == updates
