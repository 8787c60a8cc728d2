"""What the rules build is convex; without their conditions it is not."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ravine.convexity import (
    affine,
    ball,
    chord_test,
    combination,
    halfspace,
    maximum,
    minimum,
    negative_log_det,
    p_norm,
    polyhedron,
    semidefinite_cone,
    semidefinite_pairs,
    set_test,
    uniform_pairs,
)
from ravine.course.specimens import (
    CONVEX_FUNCTIONS,
    CONVEX_SETS,
    NONCONVEX_FUNCTIONS,
    NONCONVEX_SETS,
)
from ravine.losses import log_sum_exp

FUNCTIONS = {specimen.name: specimen for specimen in CONVEX_FUNCTIONS + NONCONVEX_FUNCTIONS}
SETS = {specimen.name: specimen for specimen in CONVEX_SETS + NONCONVEX_SETS}

numbers = st.floats(-100, 100)
seeds = st.integers(0, 2**32 - 1)


def generator(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize(
    ("name", "witness", "left", "right", "excess"),
    [
        ("-x^2", 0, 0, -1, 1),
        ("sin x", 0, 1, 0, 1),
        ("x^3", 0, -0.125, -0.5, 0.375),
        ("x1 x2", 0, 0, -1, 1),
        ("x1 x2", 1, 0.25, 0, 0.25),
        ("cos 5x - x^2/10 on [0, 6]", 0, -1.58861, -3.58687, 1.99826),
        ("x1^4 - x1^2 + x2^2", 0, 0, -0.25, 0.25),
        ("e^x1 + x2^2 + 2 x1 x2", 0, 1, 0.5430806348152437, 0.4569193651847563),
        ("e^x1 + x2^2 + 2 x1 x2", 1, 1.2598588075760033, 1.2310594001952544, 0.0287994),
        ("-log det X on det X > 0", 0, math.inf, 0, math.inf),
        ("p-norm with p = 1/2", 0, 2, 1, 1),
        ("min((x + 1)^2, (x - 1)^2)", 0, 1, 0, 1),
        ("(x^2 - 1)^2", 0, 1, 0, 1),
        ("x times x^2", 0, -0.125, -0.5, 0.375),
        ("x^2 - 2 x^2", 0, 0, -1, 1),
        ("one sigmoid neuron", 0, 0.9643510838246173, 0.6246647060993885, 0.3396864),
    ],
)
def test_the_counterexamples_have_these_numbers(name, witness, left, right, excess):
    case = FUNCTIONS[name].cases()[witness]
    numbers_of_the_case = (case.left, case.right, case.excess)
    assert numbers_of_the_case == pytest.approx((left, right, excess), abs=5e-6)
    assert case.theta == 0.5
    assert not case.holds


@pytest.mark.parametrize(
    ("name", "z"),
    [
        ("sin x", math.pi / 2),
        ("cos 5x - x^2/10 on [0, 6]", 5.06738),
        ("e^x1 + x2^2 + 2 x1 x2", [0, 0]),
        ("one sigmoid neuron", -4),
    ],
)
def test_a_comparison_knows_the_point_between(name, z):
    assert FUNCTIONS[name].cases()[0].z == pytest.approx(z, abs=5e-6)


@pytest.mark.parametrize(
    ("name", "z", "slack"),
    [
        ("union of two intervals", 1.5, 0.5),
        ("annulus", [0, 0], 1),
        ("sphere", [0, 0], 1),
        ("integers", 0.5, 0.5),
        ("semidefinite matrices of rank at most 1", np.eye(2) / 2, 0.5),
        ("crescent", [0.1, 0], 0.2),
    ],
)
def test_segments_leave_the_sets_that_are_not_convex(name, z, slack):
    (case,) = SETS[name].cases()
    np.testing.assert_allclose(case.z, z, atol=1e-15)
    assert case.left == pytest.approx(slack)
    assert not case.holds


def test_the_ends_in_the_crescent_lie_as_far_from_the_two_centres_as_computed():
    assert ball([0, 0], 1)(np.array([0.1, 0.9])) == pytest.approx(0.90554 - 1, abs=5e-6)
    assert ball([0.6, 0], 0.7)(np.array([0.1, -0.9])) == pytest.approx(1.02956 - 0.7, abs=5e-6)


@pytest.mark.parametrize("specimen", CONVEX_FUNCTIONS + CONVEX_SETS, ids=lambda s: s.name)
def test_nothing_is_found_against_what_is_convex(specimen):
    verdict = specimen.test(draws=20_000, rng=generator())
    assert specimen.convex
    assert verdict
    assert verdict.tried == 20_000
    assert verdict.violations == verdict.share == 0
    assert verdict.counterexample is None
    assert verdict.closest <= 1e-14  # what rounding does, far below the tolerance


@pytest.mark.parametrize("specimen", NONCONVEX_FUNCTIONS + NONCONVEX_SETS, ids=lambda s: s.name)
def test_a_counterexample_is_found_against_what_is_not_convex(specimen):
    verdict = specimen.test(draws=20_000, rng=generator())
    assert not specimen.convex
    assert not verdict
    assert verdict.counterexample is verdict.worst
    assert not verdict.worst.holds
    assert verdict.closest == verdict.worst.relative_excess > 0.01


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
def test_uniform_pairs_expose_this_share(name, share):
    specimen = FUNCTIONS[name]
    found = chord_test(specimen.value, uniform_pairs(specimen.where), rng=generator()).share
    assert found == pytest.approx(share, abs=0.006)  # four standard deviations of 100 000 draws


@given(seeds, st.integers(1, 6))
def test_semidefinite_pairs_are_semidefinite(seed, size):
    for matrices in semidefinite_pairs(size)(generator(seed), 20):
        assert matrices.shape == (size, size, 20)
        assert (semidefinite_cone(matrices) <= 1e-12 * np.abs(matrices).max()).all()


def test_definite_pairs_are_definite():
    for matrices in semidefinite_pairs(4, definite=True)(generator(), 200):
        assert (semidefinite_cone(matrices) < 0).all()
        sizes = np.linalg.eigvalsh(matrices.T)
        assert (sizes[:, 0] / sizes[:, -1] > 1e-3).all()  # far from singular
        assert np.log10(sizes[:, -1]).std() > 1  # of all sizes
        assert np.isfinite(negative_log_det(matrices)).all()


@given(seeds, st.integers(1, 6))
def test_semidefinite_matrices_of_every_size_are_a_convex_set(seed, size):
    verdict = set_test(semidefinite_cone, semidefinite_pairs(size), draws=50, rng=generator(seed))
    assert verdict
    assert verdict.closest < 1e-12


@given(numbers, numbers)
def test_combinations_are_sums_of_multiples(a, b):
    x = np.linspace(-1, 1, 5)
    np.testing.assert_allclose(
        combination([np.square, np.exp], [a, b])(x),
        a * x**2 + b * np.exp(x),
        rtol=1e-12,
        atol=1e-12,
    )


@given(seeds)
def test_affine_takes_points_and_batches(seed):
    rng = generator(seed)
    a, b, x = rng.standard_normal((2, 3)), rng.standard_normal(2), rng.standard_normal((3, 4))
    f = affine(log_sum_exp, a, b)
    each = [np.log(np.exp(a @ point + b).sum()) for point in x.T]
    np.testing.assert_allclose(f(x), each, rtol=1e-12)
    assert f(x[:, 0]) == pytest.approx(each[0])


def test_the_quick_check_has_its_kinks_where_computed():
    f = maximum(np.square, lambda x: 3 * x + 1)
    for kink in ((3 - math.sqrt(13)) / 2, (3 + math.sqrt(13)) / 2):
        assert kink**2 == pytest.approx(3 * kink + 1)
    left = (3 - math.sqrt(13)) / 2
    assert f(np.array([left])) == pytest.approx(0.0916731, abs=5e-8)
    near = np.array([left - 1e-6, left, left + 1e-6])
    assert np.diff(f(near)) / 1e-6 == pytest.approx([-0.60555, 3], abs=1e-4)


@pytest.mark.parametrize(
    ("p", "length"), [(0.5, 7 + 4 * math.sqrt(3)), (1, 7), (2, 5), (math.inf, 4)]
)
def test_norms_of_the_three_four_vector(p, length):
    assert p_norm(p)(np.array([3.0, -4.0])) == pytest.approx(length)
    assert p_norm(p)(np.array([[3.0, 0.0], [-4.0, 1.0]])) == pytest.approx([length, 1])


@given(seeds)
def test_slacks_of_sets_are_at_most_zero_at_members_only(seed):
    x = generator(seed).uniform(-2, 2, (2, 50))
    flat, round_one = halfspace([1, 2], 2), ball([1, 0], 1)
    assert ((flat(x) <= 0) == (x[0] + 2 * x[1] <= 2)).all()
    assert ((round_one(x) <= 0) == ((x[0] - 1) ** 2 + x[1] ** 2 <= 1)).all()
    both, either = maximum(flat, round_one)(x), minimum(flat, round_one)(x)
    assert ((both <= 0) == ((flat(x) <= 0) & (round_one(x) <= 0))).all()
    assert ((either <= 0) == ((flat(x) <= 0) | (round_one(x) <= 0))).all()
    triangle = polyhedron([[-1, 0], [0, -1], [1, 1]], [0, 0, 1])
    assert ((triangle(x) <= 0) == ((x[0] >= 0) & (x[1] >= 0) & (x.sum(0) <= 1))).all()


def test_the_determinant_of_a_singular_matrix_gives_infinity():
    assert negative_log_det(np.ones((2, 2))) == math.inf
    assert negative_log_det(np.diag([2.0, 0.5])) == pytest.approx(0)
    assert negative_log_det(np.diag([-1.0, 1.0])) == math.inf


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: p_norm(0), "p must be positive"),
        (lambda: halfspace([0, 0], 1), "normal must not be zero"),
        (lambda: affine(np.square, [[1, 2]], [1, 2]), "one entry for each row"),
        (lambda: combination([np.square], [1, 2]), "shorter|longer"),
        (lambda: combination([np.square], [math.nan]), "weights must be finite"),
        (lambda: polyhedron([[1, 2]], [1, 2]), "shorter|longer"),
        (lambda: ball([0, 0], -1), "radius must be positive"),
        (lambda: semidefinite_pairs(0), "size must be an integer >= 1"),
    ],
    ids=range(8),
)
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
