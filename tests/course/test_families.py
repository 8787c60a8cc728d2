"""The objectives of the families are what they say."""

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from ravine import gradient_descent, minimize, simple_decrease
from ravine.convexity import chord_test, hessian_test
from ravine.course.claims import LIPSCHITZ, tried
from ravine.course.families import FAMILIES, HUBER
from ravine.losses import (
    bent_parabola,
    cosine_sum,
    huber,
    logistic_loss,
    quadratic,
    quadratic_form,
    soft_maximum,
)
from ravine.named import DOUBLE_WELL
from ravine.objective import scaled
from ravine.stepsize import armijo
from ravine.theory import sharp_sublinear_bound, sublinear_bound

SMOOTH = [family for family in FAMILIES if family is not HUBER]  # its second derivative jumps

seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(1, 5)


def generator(seed=0):
    return np.random.default_rng(seed)


def differences(f, x, h=1e-6):
    steps = h * np.eye(len(x))
    return np.array([(f(x + step) - f(x - step)) / (2 * h) for step in steps])


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
@settings(max_examples=30)
@given(seed=seeds, n=sizes)
def test_the_slope_is_the_derivative(family, seed, n):
    rng = generator(seed)
    f, x = family.draw(rng, n), rng.uniform(-2, 2, n)
    slope = f.slope(x)
    scale = 1 + f.smoothness * (1 + np.linalg.norm(x))
    np.testing.assert_allclose(slope, differences(f, x), rtol=0, atol=1e-6 * scale)


@pytest.mark.parametrize("family", SMOOTH, ids=lambda family: family.name)
@settings(max_examples=30)
@given(seed=seeds, n=sizes)
def test_the_curvature_is_the_derivative_of_the_slope(family, seed, n):
    rng = generator(seed)
    f, x = family.draw(rng, n), rng.uniform(-2, 2, n)
    scale = 1 + f.smoothness * (1 + np.linalg.norm(x))
    np.testing.assert_allclose(f.curvature(x), differences(f.slope, x), rtol=0, atol=1e-6 * scale)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
@settings(max_examples=30)
@given(seed=seeds, n=sizes)
def test_a_batch_gives_what_each_of_its_points_gives(family, seed, n):
    rng = generator(seed)
    f, x = family.draw(rng, n), rng.uniform(-2, 2, (n, 3))
    np.testing.assert_allclose(f(x), [f(point) for point in x.T], rtol=1e-12, atol=1e-12)
    slopes = np.stack([f.slope(point) for point in x.T], axis=-1)
    np.testing.assert_allclose(f.slope(x), slopes, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
@settings(max_examples=20)
@given(seed=seeds, n=sizes)
def test_the_smoothness_constant_is_one(family, seed, n):
    rng = generator(seed)
    assert tried(LIPSCHITZ, family.draw(rng, n), [(-5, 5)] * n, draws=300, rng=rng)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
@settings(max_examples=20)
@given(seed=seeds, n=sizes)
def test_the_family_is_as_convex_as_it_says(family, seed, n):
    rng = generator(seed)
    f = family.draw(rng, n)
    assert f.convex == family.convex
    verdict = chord_test(f, [(-20, 20)] * n, draws=300, rng=rng)
    assert verdict or not family.convex
    if f.curvature is not None:
        assert bool(hessian_test(f, [(-5, 5)] * n, draws=50, rng=rng)) is family.convex


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
@settings(max_examples=20)
@given(seed=seeds, n=sizes)
def test_the_slope_vanishes_at_the_minimizer(family, seed, n):
    f = family.draw(generator(seed), n)
    for minimizer in f.minimizers:
        assert np.linalg.norm(f.slope(minimizer)) <= 1e-10 * (1 + f.smoothness)
        assert f(minimizer) == pytest.approx(f.optimal_value, abs=1e-12)


def test_the_family_names_itself():
    assert repr(HUBER) == "<Family: Huber losses>"


@pytest.mark.parametrize(
    ("updates", "gap", "ratio"),
    [(1, 0.166667, 0.3333), (10, 0.0238095, 0.4762), (100, 0.00248756, 0.4975)],
)
def test_the_huber_loss_attains_the_sharp_bound(updates, gap, ratio):
    f = huber(1 / (2 * updates + 1))
    run = minimize(f, 1.0, gradient_descent(1.0), max_updates=updates, eps_grad=None)
    assert run.value == pytest.approx(gap, rel=2e-6)
    assert run.value == pytest.approx(sharp_sublinear_bound(1.0, 1.0, 1.0, updates), rel=1e-12)
    assert run.value / sublinear_bound(1.0, 1.0, updates) == pytest.approx(ratio, abs=5e-5)


@given(st.floats(0.001, 10), st.floats(-20, 20))
def test_the_huber_loss_is_its_formula(tau, x):
    formula = x * x / 2 if abs(x) <= tau else tau * abs(x) - tau * tau / 2
    assert huber(tau)(x) == pytest.approx(formula, rel=1e-9, abs=1e-12)
    assert huber(tau).slope(x) == pytest.approx(max(-tau, min(x, tau)), rel=1e-9, abs=1e-12)
    assert huber(tau, [1.0, 2.0])(np.array([x + 1, 2.0])) == pytest.approx(
        formula, rel=1e-9, abs=1e-9
    )


@given(st.fractions(Fraction(101, 100), 2), st.fractions(-5, 5))
def test_the_bent_parabola_is_its_formula_exactly(s, x):
    size = abs(x)
    value = x * x if size <= 1 else s / 2 * size**2 + (2 - s) * size - (1 - s / 2)
    slope = 2 * x if size <= 1 else (2 + s * (size - 1)) * (1 if x > 0 else -1)
    assert bent_parabola(s).value(x) == value
    assert bent_parabola(s).slope(x) == slope


def test_simple_decrease_is_trapped_on_the_bent_parabola_for_ever():
    f, x = bent_parabola(Fraction(3, 2)), Fraction(2)
    for k in range(60):
        assert x == (-1) ** k * (1 + Fraction(1, 2**k))
        assert f.value(x) == 1 + Fraction(2, 2**k) + Fraction(3, 4 * 4**k)
        new = x - f.slope(x)  # step size 1, the first trial
        assert f.value(new) < f.value(x)
        x = new


def test_in_floats_rounding_ends_the_trap():
    run = minimize(bent_parabola(), 2.0, gradient_descent(simple_decrease()), max_updates=100)
    assert (run.step_sizes[:51] == 1).all()
    assert run.iterates[51] == -1.0000000000000004
    assert run.step_sizes[51] == 0.5
    assert run.x == 0


@pytest.mark.parametrize(
    ("sufficient", "steps"),
    [
        (1e-4, [1.0] * 12 + [0.5, 0.5]),
        (1e-2, [1.0] * 5 + [0.5, 0.5]),
        (0.1, [1.0, 0.5, 0.5]),
        (0.25, [0.5, 0.5]),
        (0.5, [0.5, 0.5]),
    ],
)
def test_sufficient_decrease_escapes_the_trap(sufficient, steps):
    run = minimize(bent_parabola(), 2.0, gradient_descent(armijo(sufficient=sufficient)))
    assert run.step_sizes.tolist() == steps
    assert run.x == 0


@given(seeds, st.floats(0.1, 10))
def test_scaling_scales_the_facts(seed, factor):
    f = HUBER.draw(generator(seed), 2)
    g = scaled(f, factor)
    x = generator(seed).uniform(-5, 5, 2)
    assert g(x) == pytest.approx(factor * f(x))
    np.testing.assert_allclose(g.slope(x), factor * f.slope(x))
    assert (g.smoothness, g.strong_convexity) == (factor, 0)
    np.testing.assert_array_equal(g.minimizers[0], f.minimizers[0])


def test_scaling_leaves_unknown_what_is_unknown():
    steep = scaled(DOUBLE_WELL, 3.0)
    assert steep.strong_convexity is None
    assert steep.curvature(2.0) == 3 * DOUBLE_WELL.curvature(2.0)
    assert [point.value for point in steep.stationary_points] == [
        3 * point.value for point in DOUBLE_WELL.stationary_points
    ]
    assert scaled(quadratic(2.0), 5.0).strong_convexity == 10


def test_the_smoothness_of_the_soft_maximum_and_the_logistic_loss_is_sympys():
    x, y = sympy.symbols("x y", real=True)
    a = [[1, 2], [-1, 0.5], [0, -3]]
    margins = [row[0] * x + row[1] * y for row in a]
    at = {x: sympy.Rational(1, 3), y: sympy.Rational(-1, 5)}
    point = np.array([1 / 3, -1 / 5])
    logistic = sum(sympy.log(1 + sympy.exp(-m)) for m in margins) + (x**2 + y**2) / 2
    soft = sympy.log(sum(sympy.exp(m + b) for m, b in zip(margins, (0, 1, 2), strict=True)))
    for formula, f in (
        (logistic, logistic_loss(a, ridge=0.5)),
        (soft, soft_maximum(a, [0.0, 1.0, 2.0])),
    ):
        hessian = np.array(sympy.hessian(formula, (x, y)).evalf(subs=at), float)
        gradient = [float(formula.diff(v).evalf(subs=at)) for v in (x, y)]
        assert f(point) == pytest.approx(float(formula.evalf(subs=at)))
        np.testing.assert_allclose(f.slope(point), gradient, rtol=1e-12)
        np.testing.assert_allclose(f.curvature(point), hessian, rtol=1e-12, atol=1e-14)


def test_without_a_minimizer_none_is_told():
    assert soft_maximum([[1.0], [2.0]], [0.0, 0.0]).minimizers == ()
    assert soft_maximum([[1.0, 0.0], [-1.0, 0.0]], [0.0, 0.0]).minimizers == ()  # flat in x2
    assert logistic_loss([[1.0]]).optimal_value is None


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: huber(0), "tau must be positive"),
        (lambda: bent_parabola(1), "greater than 1 and at most 2"),
        (lambda: bent_parabola(2.5), "greater than 1 and at most 2"),
        (lambda: logistic_loss([[1.0]], ridge=-1), "ridge must be"),
        (lambda: soft_maximum([[1.0]], [0.0, 1.0]), "one entry for each row"),
        (lambda: cosine_sum([1.0, 0.0]), "must not be zero"),
        (lambda: scaled(quadratic_form([[1.0]]), 0), "factor must be positive"),
        (lambda: huber(1, [math.inf]), "centre must be finite"),
    ],
    ids=range(8),
)
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
