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
    judge,
    negative_log_det,
    polyhedron,
    semidefinite_pairs,
    set_test,
    tangent_test,
)
from ravine.course.claims import (
    AGREEMENT,
    ARROW,
    CLAIMS,
    CONE,
    INTERSECTION,
    LOCAL_IS_GLOBAL,
    RULES,
    STEEPEST_ASCENT,
    TOWARD_BETTER,
    ZERO_GRADIENT,
    Claim,
    tried,
)
from ravine.course.claims.convexity import bowl, tilted_wells
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


def two_wells(x):
    return x[0] ** 4 - x[0] ** 2 + x[1] ** 2


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@settings(max_examples=20)
@given(seed=seeds)
def test_what_a_rule_builds_is_convex(rule, seed):
    verdict = tried(rule, draws=1000, rng=generator(seed))
    assert verdict
    assert verdict.tried == 1000
    assert verdict.closest < 1e-13


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.without)
def test_without_its_condition_the_rule_builds_something_else(rule):
    assert not tried(rule.twin, rng=generator())


def test_an_exponential_that_is_clipped_is_no_longer_convex():
    clipped = lambda _: lambda x: np.exp(np.minimum(x.sum(0), 1.0))  # noqa: E731
    assert not tried(RULES[1], build=clipped, rng=generator())


@settings(max_examples=20)
@given(seeds)
def test_convex_sets_intersect_in_convex_sets(seed):
    assert tried(INTERSECTION, draws=3000, rng=generator(seed))


def test_convex_sets_unite_in_a_set_that_is_not_convex():
    verdict = tried(INTERSECTION.twin, draws=3000, rng=generator())
    assert not verdict
    assert verdict.tried == 3000


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
    verdict = tried(AGREEMENT, draws=10, cases=4000, rng=generator(seed))
    assert verdict
    assert verdict.tried == 10


def test_the_three_tests_differ_when_one_of_them_hardly_looks():
    # with one chord, a dent that the Hessian always sees is missed somewhere
    verdict = tried(AGREEMENT, draws=200, cases=1, rng=generator())
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
    verdict = tried(LOCAL_IS_GLOBAL, f, box, rng=generator())
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

    assert tried(LOCAL_IS_GLOBAL, soft, SQUARE, gradient=slope, draws=10, rng=rng)


def test_local_searches_lengthen_their_steps_where_it_is_flat():
    def flat(x):
        return 1e-4 * bowl(x)

    verdict = tried(LOCAL_IS_GLOBAL, flat, SQUARE, rng=generator())
    assert verdict
    assert verdict.worst.right < 1e-7


def test_local_searches_on_the_tilted_wells_end_at_two_values():
    verdict = tried(LOCAL_IS_GLOBAL, tilted_wells, SQUARE, rng=generator())
    assert not verdict
    assert (verdict.worst.left, verdict.worst.right) == pytest.approx(
        (-0.1139941, -0.3961101), abs=5e-8
    )
    assert 0.1 < verdict.share < 0.9


def test_local_searches_cannot_tell_two_wells_of_one_depth_from_a_bowl():
    verdict = tried(LOCAL_IS_GLOBAL, two_wells, SQUARE, rng=generator())
    assert verdict
    assert verdict.worst.right == pytest.approx(-0.25)


@given(st.floats(-50, 50), st.floats(-50, 50), st.sampled_from([np.square, np.abs, np.exp]))
def test_a_convex_function_falls_at_once_toward_a_better_point(x, y, f):
    if abs(float(f(x)) - float(f(y))) < 1e-3 * max(1, float(f(x)), float(f(y))):
        return  # so close that rounding decides
    worse, better = (x, y) if f(x) > f(y) else (y, x)
    verdict = tried(TOWARD_BETTER, f, worse, better, rng=generator())
    assert verdict
    assert verdict.tried == 6


def test_from_a_local_minimum_the_way_to_a_better_point_first_rises():
    verdict = tried(TOWARD_BETTER.twin, rng=generator())
    assert not verdict
    assert verdict.worst.theta >= 0.9


@pytest.mark.parametrize("y", [2.0, -1.0], ids=["worse", "as good"])
def test_there_must_be_a_better_point(y):
    with pytest.raises(ValueError, match="y must be better than x"):
        tried(TOWARD_BETTER, np.square, 1.0, y, rng=generator())


@every(*MINIMIZED)
@settings(max_examples=10)
@given(seed=seeds)
def test_where_the_gradient_of_a_convex_function_vanishes_nothing_is_better(family, seed):
    verdict = tried(ZERO_GRADIENT, family, draws=100, rng=generator(seed))
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
    assert bool(tried(ZERO_GRADIENT, f, x, rng=generator())) is convex


@pytest.mark.parametrize("distance", [1e-3, 1.0, 10.0])
def test_better_points_are_found_near_and_far(distance):
    def ring(x):  # better in a ring only, from half to twice this distance
        return np.where((abs(x) > distance / 2) & (abs(x) < 2 * distance), -1.0, 0.0)

    assert 0.1 < tried(ZERO_GRADIENT, ring, 0.0, rng=generator()).share < 0.5


def test_a_zero_gradient_is_not_enough_on_quadratics_that_are_not_convex():
    assert tried(ZERO_GRADIENT.twin, rng=generator()).share > 0.5


def test_no_direction_rises_faster_than_the_gradient_says():
    verdict = tried(STEEPEST_ASCENT, bowl, (1, 1), rng=generator())
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
    verdict = tried(STEEPEST_ASCENT, f, x, draws=300, rng=rng)
    assert verdict
    if n == 2:  # where 300 directions come close to every one
        assert verdict.worst.y @ gradient > 0.99 * np.linalg.norm(gradient)


@pytest.mark.parametrize("wrong", [lambda x: x, lambda x: 0 * x], ids=["too short", "zero"])
def test_a_wrong_gradient_is_exceeded(wrong):
    assert not tried(STEEPEST_ASCENT, bowl, (1, 1), gradient=wrong, draws=500, rng=generator())


@given(seeds)
def test_a_quadratic_inequality_is_one_of_a_second_order_cone(seed):
    assert tried(CONE, draws=500, rng=generator(seed))


@given(seeds)
def test_the_second_order_cone_is_a_slice_of_the_semidefinite_cone(seed):
    verdict = tried(ARROW, draws=200, rng=generator(seed))
    assert verdict
    assert verdict.closest < 1e-13


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tried(LOCAL_IS_GLOBAL, bowl, SQUARE, draws=1, rng=generator()), "draws must be"),
        (lambda: tried(RULES[0], draws=0, rng=generator()), "draws must be"),
        (lambda: tried(CONE, draws=0, rng=generator()), "draws must be"),
    ],
    ids=range(3),
)
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_every_claim_holds_and_breaks_without_its_condition(claim):
    draws = min(claim.draws, 20_000)
    assert tried(claim, draws=draws, rng=generator(1))
    assert not tried(claim.twin, draws=draws, rng=generator(1))
    assert claim.statement
    assert claim.source


def test_cases_are_drawn_in_groups_that_share_one_objective():
    names = []

    def trial(rng, draws, name="f"):
        names.append((name, draws))
        return judge("", "", left=0.0, right=1.0, scale=1.0, x=rng.random(draws))

    claim = Claim("zero is less than one", "0 < 1", "", trial, "g", {"name": "g"}, 70, together=30)
    assert tried(claim, rng=generator()).tried == 70
    assert tried(claim.twin, draws=31, rng=generator()).tried == 31
    assert names == [("f", 30), ("f", 30), ("f", 10), ("g", 30), ("g", 1)]
