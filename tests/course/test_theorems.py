"""The theorems of convexity hold, and each of them fails without what it assumes."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ravine.convexity import (
    ball,
    chord_test,
    halfspace,
    hessian_test,
    minimum,
    negative_log_det,
    p_norm,
    polyhedron,
    semidefinite_pairs,
    set_test,
    tangent_test,
)
from ravine.course.families import (
    COSINES,
    FAMILIES,
    HUBER,
    INDEFINITE,
    LEAST_SQUARES,
    LOGISTIC,
    QUADRATIC,
    RIDGE_LOGISTIC,
    SOFT_MAXIMUM,
)
from ravine.course.theorems import (
    RULES,
    agreement_trial,
    arrow_trial,
    cone_trial,
    intersection_trial,
    local_is_global_trial,
    optimality_trial,
    rule_trial,
    steepest_ascent_trial,
    toward_better_trial,
    zero_gradient_trial,
)
from ravine.losses import least_squares, log_sum_exp

MINIMIZED = (
    QUADRATIC,
    LEAST_SQUARES,
    RIDGE_LOGISTIC,
    SOFT_MAXIMUM,
    HUBER,
)  # convex, with minimizer
SQUARE = [(-2, 2), (-2, 2)]

seeds = st.integers(0, 2**32 - 1)


def generator(seed=0):
    return np.random.default_rng(seed)


def every(*families):
    return pytest.mark.parametrize("family", families, ids=lambda family: family.name)


def tilted_wells(x):
    return x[0] ** 4 - x[0] ** 2 + x[0] / 5 + x[1] ** 2


def two_wells(x):
    return x[0] ** 4 - x[0] ** 2 + x[1] ** 2


def bowl(x):
    return x[0] ** 2 + 2 * x[1] ** 2


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@settings(max_examples=20)
@given(seed=seeds)
def test_what_a_rule_builds_is_convex(rule, seed):
    verdict = rule_trial(rule.build, builds=5, draws=200, rng=generator(seed))
    assert verdict
    assert verdict.tried == 1000
    assert verdict.closest < 1e-13


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.without)
def test_without_its_condition_the_rule_builds_something_else(rule):
    assert not rule_trial(rule.twin, rng=generator())


def test_an_exponential_that_is_clipped_is_no_longer_convex():
    clipped = lambda _: lambda x: np.exp(np.minimum(x.sum(0), 1.0))  # noqa: E731
    assert not rule_trial(clipped, builds=1, rng=generator())


@settings(max_examples=20)
@given(seeds)
def test_convex_sets_intersect_in_convex_sets(seed):
    assert intersection_trial(sets=3, draws=200, rng=generator(seed))


def test_convex_sets_unite_in_a_set_that_is_not_convex():
    verdict = intersection_trial(minimum, sets=3, draws=200, rng=generator())
    assert not verdict
    assert verdict.tried == 600


@settings(max_examples=20)
@given(seeds)
def test_halfspaces_polyhedra_and_balls_hold_their_segments(seed):
    rng = generator(seed)
    rows = rng.standard_normal((4, 3))
    sets = (
        halfspace(rows[0], rng.uniform(-1, 1)),
        polyhedron(rows, rng.uniform(0.2, 2, 4)),
        ball(rng.uniform(-1, 1, 3), rng.uniform(0.5, 2)),
    )
    for slack in sets:
        assert set_test(slack, [(-3, 3)] * 3, draws=100, rng=rng)
        complement = [lambda x, slack=slack: -slack(x), [(-3, 3)] * 3]
        if slack is not sets[0]:  # what is left of a halfspace is one, too
            assert not set_test(*complement, draws=2000, rng=rng)


@every(*FAMILIES)
@settings(max_examples=10)
@given(seed=seeds)
def test_tangents_stay_below_convex_functions_and_no_others(family, seed):
    rng = generator(seed)
    n = int(rng.integers(1, 4))
    verdict = tangent_test(family.draw(rng, n), [(-20, 20)] * n, draws=500, rng=rng)
    assert bool(verdict) is family.convex


@every(QUADRATIC, INDEFINITE, LEAST_SQUARES, LOGISTIC, RIDGE_LOGISTIC, SOFT_MAXIMUM, COSINES)
@settings(max_examples=10)
@given(seed=seeds)
def test_the_hessian_is_semidefinite_for_convex_functions_and_no_others(family, seed):
    rng = generator(seed)
    n = int(rng.integers(1, 4))
    verdict = hessian_test(family.draw(rng, n), [(-5, 5)] * n, draws=100, rng=rng)
    assert bool(verdict) is family.convex


@given(st.lists(st.floats(-100, 100), min_size=3, max_size=3), st.floats(-100, 100), seeds)
def test_affine_functions_are_convex_and_concave(slopes, shift, seed):
    c, box = np.array(slopes), [(-10, 10)] * 3
    for sign in (1, -1):
        assert chord_test(lambda x, s=sign: s * (c @ x + shift), box, draws=50, rng=generator(seed))


@settings(max_examples=20)
@given(seeds, st.integers(1, 5))
def test_minus_the_logarithm_of_the_determinant_is_convex_where_matrices_are_definite(seed, size):
    pairs = semidefinite_pairs(size, definite=True)
    assert chord_test(negative_log_det, pairs, draws=200, rng=generator(seed))
    if size % 2 == 0:  # then minus the matrices have a positive determinant too

        def of_both_signs(rng, draws):
            x, y = pairs(rng, draws)
            return x, -y

        assert not chord_test(negative_log_det, of_both_signs, draws=200, rng=generator(seed))


@settings(max_examples=20)
@given(seeds, st.floats(-0.99, 1), st.floats(1.01, 3))
def test_ridge_is_convex_exactly_down_to_minus_the_least_squared_singular_value(seed, kept, lost):
    rng = generator(seed)
    matrix, right = rng.standard_normal((5, 2)), rng.standard_normal(5)
    least = np.linalg.svd(matrix, compute_uv=False)[-1] ** 2
    square = least_squares(matrix, right)
    for weight, convex in ((kept * least, True), (-lost * least, False)):
        ridge = lambda x, weight=weight: square(x) + weight * (x * x).sum(0)  # noqa: E731
        # the chord along the weakest direction shows it, if any does
        _, _, directions = np.linalg.svd(matrix)
        along = directions[-1][:, None] * rng.uniform(-3, 3, (2, 1, 200))
        assert bool(chord_test(ridge, lambda *_, a=along: a, draws=200, rng=rng)) is convex
        if convex:
            assert chord_test(ridge, [(-3, 3)] * 2, draws=200, rng=rng)


@settings(max_examples=10)
@given(seeds)
def test_the_three_tests_agree_on_quadratics(seed):
    verdict = agreement_trial(functions=10, draws=4000, rng=generator(seed))
    assert verdict
    assert verdict.tried == 10


def test_the_three_tests_differ_when_one_of_them_hardly_looks():
    # with one chord, a dent that the Hessian always sees is missed somewhere
    verdict = agreement_trial(functions=200, draws=1, rng=generator())
    assert not verdict
    assert verdict.worst.notes["hessian"] == 1
    assert verdict.worst.x < 0


@pytest.mark.parametrize(
    ("f", "box", "value"),
    [
        (lambda x: (x[0] - x[1]) ** 2 + x[0] ** 2 / 4 - 0.1, SQUARE, -0.1),
        (lambda x: (x[0] - 5) ** 2 + x[1] ** 2, SQUARE, 9),  # the minimum lies on the edge
        (lambda x: abs(x - 1), (-3, 3), 0),
    ],
    ids=["quadratic", "minimum on the edge", "absolute value"],
)
def test_all_local_searches_end_at_the_same_value_of_a_convex_function(f, box, value):
    verdict = local_is_global_trial(f, box, rng=generator())
    assert verdict
    assert verdict.tried == 50
    assert verdict.worst.right == pytest.approx(value, abs=1e-7)


@settings(max_examples=10)
@given(seeds)
def test_all_local_searches_agree_on_random_convex_functions(seed):
    rng = generator(seed)
    a, b = rng.standard_normal((6, 2)), rng.standard_normal(6)

    def soft(x):
        return log_sum_exp(a @ x + b[:, None])

    def slope(x):
        weights = np.exp(a @ x + b[:, None] - soft(x))
        return a.T @ weights

    assert local_is_global_trial(soft, SQUARE, gradient=slope, starts=10, rng=rng)


def test_local_searches_lengthen_their_steps_where_it_is_flat():
    def flat(x):
        return 1e-4 * bowl(x)

    verdict = local_is_global_trial(flat, SQUARE, rng=generator())
    assert verdict
    assert verdict.worst.right < 1e-7


def test_local_searches_on_the_tilted_wells_end_at_two_values():
    verdict = local_is_global_trial(tilted_wells, SQUARE, rng=generator())
    assert not verdict
    assert (verdict.worst.left, verdict.worst.right) == pytest.approx(
        (-0.1139941, -0.3961101), abs=5e-8
    )
    assert 0.1 < verdict.share < 0.9


def test_local_searches_cannot_tell_two_wells_of_one_depth_from_a_bowl():
    verdict = local_is_global_trial(two_wells, SQUARE, rng=generator())
    assert verdict
    assert verdict.worst.right == pytest.approx(-0.25)


@given(st.floats(-50, 50), st.floats(-50, 50), st.sampled_from([np.square, np.abs, np.exp]))
def test_a_convex_function_falls_at_once_toward_a_better_point(x, y, f):
    if abs(float(f(x)) - float(f(y))) < 1e-3 * max(1, float(f(x)), float(f(y))):
        return  # so close that rounding decides
    worse, better = (x, y) if f(x) > f(y) else (y, x)
    verdict = toward_better_trial(f, worse, better)
    assert verdict
    assert verdict.tried == 6


def test_from_a_local_minimum_the_way_to_a_better_point_first_rises():
    verdict = toward_better_trial(lambda x: x**4 - x**2 + x / 5, 0.650488, -0.752619)
    assert not verdict
    assert verdict.worst.theta >= 0.9


@pytest.mark.parametrize("y", [2.0, -1.0], ids=["worse", "as good"])
def test_there_must_be_a_better_point(y):
    with pytest.raises(ValueError, match="y must be better than x"):
        toward_better_trial(np.square, 1.0, y)


@every(*MINIMIZED)
@settings(max_examples=10)
@given(seed=seeds)
def test_where_the_gradient_of_a_convex_function_vanishes_nothing_is_better(family, seed):
    verdict = optimality_trial(family, draws=100, rng=generator(seed))
    assert verdict
    assert verdict.tried == 100


@pytest.mark.parametrize(
    ("f", "x", "convex"),
    [
        (bowl, (0, 0), True),
        (two_wells, (0, 0), False),
        (two_wells, (1 / math.sqrt(2), 0), True),  # not convex, yet a global minimum
        (lambda x: x**3, 0.0, False),
    ],
    ids=["bowl", "saddle", "one of two wells", "inflection"],
)
def test_a_zero_gradient_is_enough_for_convex_functions_only(f, x, convex):
    assert bool(zero_gradient_trial(f, x, rng=generator())) is convex


@pytest.mark.parametrize("distance", [1e-3, 1.0, 10.0])
def test_better_points_are_found_near_and_far(distance):
    def ring(x):  # better in a ring only, from half to twice this distance
        return np.where((abs(x) > distance / 2) & (abs(x) < 2 * distance), -1.0, 0.0)

    assert 0.1 < zero_gradient_trial(ring, 0.0, rng=generator()).share < 0.5


def test_a_zero_gradient_is_not_enough_on_quadratics_that_are_not_convex():
    assert optimality_trial(INDEFINITE, rng=generator()).share > 0.5


def test_no_direction_rises_faster_than_the_gradient_says():
    verdict = steepest_ascent_trial(bowl, (1, 1), rng=generator())
    assert verdict
    assert verdict.worst.right == pytest.approx(math.sqrt(20))
    assert verdict.worst.left == pytest.approx(math.sqrt(20), rel=1e-6)
    angle = math.degrees(math.atan2(verdict.worst.y[1], verdict.worst.y[0]))
    assert angle == pytest.approx(63.4349, abs=0.05)


@every(QUADRATIC, INDEFINITE, LEAST_SQUARES, RIDGE_LOGISTIC, SOFT_MAXIMUM, COSINES)
@settings(max_examples=10)
@given(seed=seeds)
def test_nowhere_a_direction_rises_faster_than_the_gradient_says(family, seed):
    rng = generator(seed)
    n = int(rng.integers(1, 5))
    f, x = family.draw(rng, n), rng.uniform(-2, 2, n)
    gradient = f.slope(x)
    # the slopes are measured, so they must be large beside the rounding of f
    assume(np.linalg.norm(gradient) > 0.1 + 1e-2 * abs(f(x)))
    verdict = steepest_ascent_trial(f, x, draws=300, rng=rng)
    assert verdict
    if n == 2:  # where 300 directions come close to every one
        assert verdict.worst.y @ gradient > 0.99 * np.linalg.norm(gradient)


@pytest.mark.parametrize("wrong", [lambda x: x, lambda x: 0 * x], ids=["too short", "zero"])
def test_a_wrong_gradient_is_exceeded(wrong):
    assert not steepest_ascent_trial(bowl, (1, 1), gradient=wrong, draws=500, rng=generator())


@given(seeds)
def test_a_quadratic_inequality_is_one_of_a_second_order_cone(seed):
    assert cone_trial(draws=500, rng=generator(seed))


@given(seeds)
def test_the_second_order_cone_is_a_slice_of_the_semidefinite_cone(seed):
    verdict = arrow_trial(draws=200, rng=generator(seed))
    assert verdict
    assert verdict.closest < 1e-13


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: local_is_global_trial(bowl, SQUARE, starts=1, rng=generator()), "starts must be"),
        (lambda: rule_trial(lambda _: p_norm(1), builds=0, rng=generator()), "builds must be"),
        (lambda: cone_trial(draws=0, rng=generator()), "draws must be"),
    ],
    ids=range(3),
)
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
