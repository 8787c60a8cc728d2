"""The tests of convexity find what is not convex, and nothing where all is."""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ravine.convexity import (
    Verdict,
    ball,
    chord,
    chord_test,
    close_pairs,
    hessian_test,
    judge,
    mixed_pairs,
    pooled,
    segment,
    semidefinite_cone,
    set_test,
    tangent,
    tangent_test,
    uniform_pairs,
)
from ravine.course.specimens import (
    CONVEX_FUNCTIONS,
    CONVEX_SETS,
    NONCONVEX_FUNCTIONS,
    NONCONVEX_SETS,
)
from ravine.losses import quadratic_form
from ravine.named import COSINE_VALLEYS, DOUBLE_WELL
from ravine.objective import Objective

SQUARE = [(-10, 10), (-10, 10)]
HALF = 1 / math.sqrt(2)
FUNCTIONS = {specimen.name: specimen for specimen in CONVEX_FUNCTIONS + NONCONVEX_FUNCTIONS}
SETS = {specimen.name: specimen for specimen in CONVEX_SETS + NONCONVEX_SETS}

numbers = st.floats(-100, 100)
weights = st.floats(0, 1)
seeds = st.integers(0, 2**32 - 1)


CONVEX_SUMS = {
    "squares": lambda x: (x**2).sum(0),
    "exponentials": lambda x: x.exp().sum(0),
    "softplus": lambda x: (1 + x.exp()).log().sum(0),
    "fourth powers": lambda x: (x**4).sum(0),
    "log-sum-exp": lambda x: x.logsumexp(0),
}
DENTED_SUMS = {
    "-squares": (lambda x: -(x**2).sum(0), 1.0),
    "cubes": (lambda x: (x**3).sum(0), 0.502),
    "product": (lambda x: x[0] * x[1], 0.498),
    "two wells": (lambda x: (x**4 - x**2).sum(0), 0.00012),
}
FLAT = {
    "number": lambda _: 3.0,
    "constant": lambda x: 0 * x[0] + 3,
    "linear": lambda x: x[0] - 2 * x[1],
}


def generator(seed=0):
    return np.random.default_rng(seed)


def two_wells(x):
    return x[0] ** 4 - x[0] ** 2 + x[1] ** 2


def sampler_of(*points):
    """A sampler that always gives the same points."""
    return lambda _, draws: (np.stack([*points] * draws, axis=-1),) * 2


@given(numbers, numbers, weights)
def test_a_chord_of_the_square_lies_above_by_the_known_amount(x, y, theta):
    case = chord(np.square, x, y, theta)
    gap = theta * (1 - theta) * (x - y) ** 2
    assert case.excess == pytest.approx(-gap, abs=1e-11 * (1 + x * x + y * y))
    assert case.holds
    assert case.z == theta * x + (1 - theta) * y


@given(numbers, numbers, weights)
def test_the_weight_belongs_to_the_first_point(x, y, theta):
    forth = chord(lambda w: w**3, x, y, theta)
    back = chord(lambda w: w**3, y, x, 1 - theta)
    assert forth.excess == pytest.approx(back.excess, abs=1e-9 * (1 + abs(x**3) + abs(y**3)))


@given(st.lists(numbers, min_size=2, max_size=2), st.lists(numbers, min_size=2, max_size=2))
def test_a_tangent_plane_of_the_bowl_lies_below_by_the_squared_distance(x, y):
    case = tangent(lambda w: w[0] ** 2 + w[1] ** 2, x, y)
    distance = np.subtract(x, y) @ np.subtract(x, y)
    assert case.excess == pytest.approx(-distance, abs=1e-11 * (1 + case.scale))
    assert case.holds


@pytest.mark.parametrize(
    ("case", "left", "right"),
    [
        (tangent(lambda x: -(x**2), 0, 1), 0, -1),
        (tangent(np.sin, math.pi / 2, 3 * math.pi / 2, np.cos), 1, -1),
        (tangent(lambda x: x**3, 0, -1), 0, -1),
        (tangent(lambda x: x[0] * x[1], (0, 0), (1, -1)), 0, -1),
        (tangent(two_wells, (0, 0), (HALF, 0)), 0, -0.25),
    ],
    ids=["-x^2", "sin x", "x^3", "x1 x2", "two wells"],
)
def test_tangents_that_lie_above_have_these_numbers(case, left, right):
    assert (case.left, case.right) == pytest.approx((left, right), abs=1e-12)
    assert not case.holds


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        (
            chord(lambda x: -(x**2), -1, 1),
            "f(0) = 0 > -1 = chord between -1 and 1 (theta = 0.5)",
        ),
        (
            chord(two_wells, (0, 1), (0, -1), 0.25),
            "f(0, -0.5) = 0.25 <= 1 = chord between (0, 1) and (0, -1) (theta = 0.25)",
        ),
        (tangent(lambda x: x**2, 1, 2), "tangent at 1, read at 2: 3 <= 4 = f(2)"),
        (
            segment(semidefinite_cone, np.diag([1, 0]), np.diag([0, 1])),
            (
                "slack at [(0.5, 0), (0, 0.5)] = -0.5 <= 0, between the members [(1, 0), (0, 0)] and "
                "[(0, 0), (0, 1)] (theta = 0.5)"
            ),
        ),
    ],
)
def test_a_comparison_reads_as_a_sentence(case, sentence):
    assert str(case) == sentence
    assert repr(case) == f"<Comparison ({case.kind}): {sentence}>"


def test_the_scale_is_the_size_of_all_terms():
    assert chord(np.square, -3, 1).scale == 1 + 9 + 1
    # 2 and 8 are the values, 4 times 1 and 8 times -2 are the rises of the two coordinates
    case = tangent(lambda x: x[0] ** 2 - x[1] ** 2, (2, -4), (3, -6))
    assert case.scale == 1 + 12 + 27 + 4 + 16
    assert segment(ball([0, 0], 9), (3, 4), (-5, 0)).scale == 1 + 5 + 5


def test_infinity_is_a_value():
    beyond = Objective("parabola on [-1, 1]", lambda x: x**2, domain=(-1, 1))
    assert chord(beyond, 0, 5).right == math.inf
    assert chord(beyond, 0, 5).holds
    assert chord(beyond, 0, 5, theta=1).right == 0  # an end of weight zero does not count
    assert chord(beyond, 5, 0, theta=0).right == 0
    assert chord(beyond, 5, 7).holds  # infinity does not exceed infinity
    assert chord(lambda x: np.where(x == 0, 1.0, -np.inf), -1, 1).excess == math.inf


@pytest.mark.parametrize(("half_width", "share"), [(1, 0.225), (10, 0.0002), (100, 0.0)])
def test_pairs_far_apart_miss_a_small_dent(half_width, share):
    box = [(-half_width, half_width)] * 2
    verdict = chord_test(two_wells, uniform_pairs(box), draws=200_000, rng=generator())
    assert verdict.share == pytest.approx(share, abs=0.005 if half_width == 1 else 0.0002)


def test_close_pairs_and_the_hessian_see_the_small_dent():
    halfway = chord_test(two_wells, close_pairs(SQUARE), theta=0.5, rng=generator())
    assert halfway.share == pytest.approx(0.012, abs=0.002)
    assert hessian_test(two_wells, SQUARE, rng=generator()).share == pytest.approx(0.041, abs=0.003)
    assert not chord_test(two_wells, SQUARE, rng=generator())  # half of its pairs are close


@pytest.mark.parametrize("f", CONVEX_SUMS.values(), ids=CONVEX_SUMS)
def test_no_tangent_plane_of_a_convex_function_lies_above_it(f):
    import torch

    def on_both(x):
        return f(x) if torch.is_tensor(x) else f(torch.from_numpy(x)).numpy()

    verdict = tangent_test(on_both, uniform_pairs([(-5, 5)] * 3), draws=20_000, rng=generator())
    assert verdict
    assert verdict.closest < 1e-14


@pytest.mark.parametrize(("f", "share"), DENTED_SUMS.values(), ids=DENTED_SUMS)
def test_tangent_planes_expose_this_share(f, share):
    found = tangent_test(f, uniform_pairs([(-5, 5)] * 3), rng=generator()).share
    assert found == pytest.approx(share, abs=max(0.008 * min(share, 1 - share) * 2, 0.0002))


def test_the_tangents_of_a_sum_of_sines_expose_half_the_pairs():
    verdict = tangent_test(
        lambda x: np.sin(x).sum(0), uniform_pairs([(-5, 5)] * 3), gradient=np.cos, rng=generator()
    )
    assert verdict.share == pytest.approx(0.501, abs=0.007)


@pytest.mark.parametrize(
    ("x1", "least", "convex"),
    [(0.0, -0.5616, False), (math.log(2), 0.0, True), (1.0, 0.3272, True)],
)
def test_the_exponential_saddle_has_these_least_eigenvalues(x1, least, convex):
    def hessian(x):
        e, two = np.exp(x[0]), np.full_like(x[0], 2.0)
        return np.array([[e, two], [two, two]])

    f = FUNCTIONS["e^x1 + x2^2 + 2 x1 x2"].value
    verdict = hessian_test(f, sampler_of([x1, 5.0]), hessian=hessian, draws=3, rng=generator())
    assert verdict.worst.right == pytest.approx(least, abs=5e-5)
    assert bool(verdict) is convex
    assert verdict.violations == (0 if convex else 3)


def test_torch_finds_the_hessian_of_the_exponential_saddle():
    def f(x):
        return x[0].exp() + x[1] ** 2 + 2 * x[0] * x[1]

    def on_both(x):
        import torch

        return f(x) if torch.is_tensor(x) else f(torch.from_numpy(x)).numpy()

    right = hessian_test(on_both, [(math.log(2), 10), (-10, 10)], draws=5_000, rng=generator())
    all_of_it = hessian_test(on_both, SQUARE, draws=5_000, rng=generator())
    assert right
    left_of_ln_2 = (10 + math.log(2)) / 20  # of the square, where the determinant is negative
    assert all_of_it.share == pytest.approx(left_of_ln_2, abs=0.03)


@given(seeds)
def test_the_hessian_of_a_quadratic_is_its_matrix_by_torch_too(seed):
    rng = generator(seed)
    matrix = rng.standard_normal((3, 3))
    f = quadratic_form(matrix + matrix.T)
    least = np.linalg.eigvalsh(matrix + matrix.T)[0]
    for function in (f, f.value):  # the objective knows its Hessian, its formula does not
        worst = hessian_test(function, [(-1, 1)] * 3, draws=2, rng=rng).worst
        assert worst.right == pytest.approx(least, rel=1e-9, abs=1e-12)


def test_points_may_be_numbers_for_every_test():
    for f, convex in ((lambda x: x**4, True), (DOUBLE_WELL, False), (DOUBLE_WELL.value, False)):
        for test in (chord_test, tangent_test, hessian_test):
            verdict = test(f, (-2, 2), draws=2_000, rng=generator())
            assert bool(verdict) is convex
            assert isinstance(verdict.worst.x, float)


@pytest.mark.parametrize("f", FLAT.values(), ids=FLAT)
def test_constant_and_linear_functions_are_convex_and_concave(f):
    import torch

    def turned(x):
        return -f(x)

    for function in (f, turned):
        assert chord_test(function, SQUARE, draws=500, rng=generator())
        if torch.is_tensor(function(torch.zeros(2, 3))):
            assert tangent_test(function, SQUARE, draws=500, rng=generator())
            assert hessian_test(function, SQUARE, draws=500, rng=generator())


def test_a_test_evaluates_a_batch_and_not_point_by_point():
    calls = []

    def counted(x):
        calls.append(x.shape)
        return x[0] ** 2

    chord_test(counted, SQUARE, draws=1000, rng=generator())
    assert [shape for shape in calls if shape != (2, 1)] == [(2, 1000)] * 3
    assert len(calls) <= 9  # two points of each batch are asked for apart


@given(seeds)
def test_the_same_seed_gives_the_same_verdict(seed):
    one, other = (chord_test(np.sin, (-3, 3), draws=20, rng=generator(seed)) for _ in range(2))
    assert str(one) == str(other)


def test_a_fixed_theta_is_the_theta_of_every_chord():
    verdict = chord_test(np.square, (-1, 1), draws=50, theta=0.25, rng=generator())
    assert verdict.worst.theta == 0.25
    assert (
        set_test(ball([0, 0], 1), [(-1, 1)] * 2, draws=9, theta=0.25, rng=generator()).worst.theta
        == 0.25
    )


@given(seeds, st.sampled_from([uniform_pairs, close_pairs, mixed_pairs]), st.integers(1, 50))
def test_pairs_lie_in_their_box(seed, pairs, draws):
    for points in pairs([(-1, 2), (5, 6)])(generator(seed), draws):
        assert points.shape == (2, draws)
        assert (points[0] >= -1).all()
        assert (points[0] <= 2).all()
        assert (points[1] >= 5).all()
        assert (points[1] <= 6).all()


def test_uniform_pairs_fill_the_box():
    x, y = uniform_pairs((2, 6))(generator(), 50_000)
    for points in (x, y):
        assert points.mean() == pytest.approx(4, abs=0.03)
        assert points.std() == pytest.approx(4 / math.sqrt(12), abs=0.02)
    assert np.corrcoef(x, y)[0, 1] == pytest.approx(0, abs=0.02)


def test_close_pairs_are_log_uniform_in_their_distance():
    x, y = close_pairs((-50, 50))(generator(), 50_000)
    decades = np.log10(np.abs(x - y) / 100)
    assert decades.min() == pytest.approx(-4, abs=0.01)
    assert np.quantile(decades, [0.25, 0.5]) == pytest.approx([-3, -2], abs=0.05)
    assert np.sign(x - y).mean() == pytest.approx(0, abs=0.02)


def test_half_of_the_mixed_pairs_are_close():
    x, y = mixed_pairs(SQUARE)(generator(), 4_000)
    distances = np.linalg.norm(x - y, axis=0)
    assert np.median(distances[:2000]) > 5
    assert np.median(distances[2000:]) < 0.5


def counted(left, **more):
    left = np.asarray(left, float)
    return judge("count", "{x}: {left} {sign} {right}", left=left, right=0, scale=1, x=left, **more)


def test_a_verdict_counts_the_violations_and_keeps_the_worst():
    verdict = counted([-1, 3, 2, 0])
    assert (verdict.tried, verdict.violations, verdict.share) == (4, 2, 0.5)
    assert verdict.worst.left == verdict.closest == 3
    assert str(verdict) == "tried 4 cases, 2 violations; worst: 3: 3 > 0"
    assert repr(verdict) == f"<Verdict: {verdict}>"


def test_a_verdict_without_violation_says_how_close_it_came():
    assert str(counted([-1, -0.25])) == (
        "tried 2 cases, no violation; closest call: relative excess -2.5e-01"
    )


def test_the_worst_is_relative_to_the_size_of_the_terms():
    x = np.array([1.0, 2.0])
    verdict = judge(
        "size", "", left=np.array([10.0, 1.0]), right=0, scale=np.array([1e3, 1.0]), x=x
    )
    assert verdict.worst.x == 2
    assert verdict.worst.relative_excess == 1


def test_rounding_is_no_violation():
    assert counted([0.9e-9])
    assert counted([1e-9])
    assert counted([1e-9]).worst.holds
    assert not counted([1.1e-9])
    assert counted([0.9e-3], tolerance=1e-3)
    assert not counted([1.1e-3], tolerance=1e-3)
    assert counted([0.9e-3], tolerance=1e-3).worst.holds


def test_pooled_verdicts_add_up():
    verdict = pooled([counted([-1, -2]), counted([3, -2, -5]), counted([2])])
    assert (verdict.tried, verdict.violations, verdict.closest) == (6, 2, 3)


def test_in_a_pool_a_violation_comes_before_a_tolerated_excess():
    verdict = pooled([counted([0.5], tolerance=1.0), counted([0.1])])
    assert verdict.worst.left == 0.1
    assert verdict.counterexample is not None


def test_what_is_not_a_number_is_no_case():
    with pytest.raises(ValueError, match="got nan in the case x = 2"):
        judge("nan", "", left=np.array([0, np.nan]), right=0, scale=1, x=np.array([1.0, 2.0]))


def test_nothing_tried_is_no_verdict():
    with pytest.raises(ValueError, match="at least one"):
        pooled([])
    with pytest.raises(ValueError, match="at least one case"):
        counted([])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: chord(np.square, 0, 1, theta=1.5), ValueError, "theta must be between 0 and 1"),
        (lambda: chord(np.square, (0, 1), 0), ValueError, "x and y must have one shape"),
        (lambda: chord(np.log, -1, 2), ValueError, "got nan at -1"),
        (lambda: chord(lambda x: x, (0, 1), (1, 0)), ValueError, "one value for each point"),
        (lambda: chord_test(np.sin, (1, 0), rng=generator()), ValueError, "low < high"),
        (lambda: chord_test(np.sin, (0, 1, 2), rng=generator()), ValueError, "low < high"),
        (lambda: chord_test(np.sin, (0, 1), draws=0, rng=generator()), ValueError, "draws must be"),
        (lambda: chord_test(np.sin, (0, 1), rng=0), TypeError, "rng must be a numpy.random"),
        (
            lambda: chord_test(np.sin, lambda _, n: (np.ones(n), np.ones(3)), rng=generator()),
            ValueError,
            "where must give two arrays",
        ),
        (lambda: tangent(np.exp, 0, 1), TypeError, "f must accept a tensor"),
        (lambda: tangent(lambda _: 1.0, 0, 1), TypeError, "must turn a tensor into a tensor"),
        (lambda: segment(ball([0], 1), [0], [2]), ValueError, r"members of the set, got \(2\)"),
        (
            lambda: set_test(np.abs, (-1, 1), draws=1000, rng=generator()),
            ValueError,
            "pass a sampler of pairs of members",
        ),
    ],
    ids=range(13),
)
def test_what_makes_no_sense_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_members_may_be_rare_in_their_box():
    verdict = set_test(ball([0.0, 0.0], 0.05), [(-1, 1)] * 2, draws=500, rng=generator())
    assert verdict
    assert verdict.tried == 500


@given(seeds)
def test_an_objective_outside_its_domain_is_infinite(seed):
    x, y = uniform_pairs((-10, 10))(generator(seed), 20)
    assume(((x < 0) | (x > 6)).any())
    verdict = chord_test(COSINE_VALLEYS, lambda *_: (x, y), draws=20, rng=generator())
    outside = [
        chord(COSINE_VALLEYS, float(one), float(other), 0.5).right
        for one, other in zip(x, y, strict=True)
        if not 0 <= one <= 6
    ]
    assert set(outside) == {math.inf}
    assert isinstance(verdict, Verdict)


@pytest.mark.parametrize(
    "module",
    [
        "convexity",
        "course.specimens",
        "course.families",
        "course.claims",
    ],
)
def test_the_modules_of_convexity_load_nothing_heavy(module):
    heavy = {"torch", "matplotlib", "sympy"}
    report = f"import sys, ravine.{module}\nprint(*({heavy} & set(sys.modules)))"
    answer = subprocess.run(
        [sys.executable, "-c", report], capture_output=True, text=True, check=True
    )
    assert answer.stdout.split() == []


@pytest.mark.parametrize(
    "f",
    [
        np.linalg.norm,
        lambda x: np.sum(x**2),
        lambda x: -np.sum(x * x),
        lambda x: np.max(np.abs(x)),
        np.mean,
        lambda x: x[0] ** 2 - x[0].mean(),
    ],
    ids=["norm", "sum", "negative sum", "max", "mean", "centred"],
)
def test_no_verdict_is_given_on_a_function_that_mixes_points(f):
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="f must treat each point by itself"):
        chord_test(f, [(-1, 1)] * 2, draws=1000, rng=rng)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.linalg.norm(x, axis=0),
        lambda x: (x**2).sum(0),
        lambda x: 3.0,
        lambda x: x[0] + 1,
    ],
    ids=["norm", "sum", "constant", "affine"],
)
def test_functions_of_each_point_mix_nothing(f):
    assert chord_test(f, [(-1, 1)] * 2, draws=1000, rng=np.random.default_rng(0))
