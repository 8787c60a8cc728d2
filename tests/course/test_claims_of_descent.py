"""The theorems of gradient descent hold, and each of them fails without what it assumes."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ravine import (
    armijo,
    gradient_descent,
    minimize,
    quadratic_form,
    simple_decrease,
)
from ravine.course.claims import (
    APPROACH,
    DESCENT,
    DESCENT_LEMMA,
    FACTS_OF_LEAST_SQUARES,
    LINE_SEARCH,
    LINEAR,
    LIPSCHITZ,
    SCALING,
    SUBLINEAR,
    ZERO_GRADIENT,
    tried,
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
from ravine.losses import bent_parabola, huber, quadratic
from ravine.named import DOUBLE_WELL
from ravine.objective import Objective, scaled

MINIMIZED = (
    QUADRATIC,
    LEAST_SQUARES,
    RIDGE_LOGISTIC,
    SOFT_MAXIMUM,
    HUBER,
)  # convex, with minimizer
FAILING = (QUADRATIC, INDEFINITE, LEAST_SQUARES, LOGISTIC, RIDGE_LOGISTIC, HUBER, COSINES)

seeds = st.integers(0, 2**32 - 1)


def generator(seed=0):
    return np.random.default_rng(seed)


def every(*families):
    return pytest.mark.parametrize("family", families, ids=lambda family: family.name)


@every(*FAMILIES)
@settings(max_examples=10)
@given(seed=seeds)
def test_a_step_of_at_most_one_over_the_smoothness_descends_as_promised(family, seed):
    verdict = tried(DESCENT, family, draws=100, rng=generator(seed))
    assert verdict
    assert verdict.tried == 100


@every(*FAILING)
def test_a_longer_step_breaks_the_promise_and_still_descends(family):
    longer = {"products": (1.2, 1.99), "draws": 900}
    assert not tried(DESCENT, family, **longer, rng=generator())
    assert tried(DESCENT, family, **longer, sufficient=0, rng=generator())


@every(*FAILING)
def test_beyond_two_over_the_smoothness_a_step_may_rise(family):
    assert not tried(DESCENT, family, products=(2.05, 4), sufficient=0, draws=900, rng=generator())


def test_soft_maxima_are_too_tame_to_show_it():
    assert tried(DESCENT, SOFT_MAXIMUM, products=(2.05, 4), sufficient=0, rng=generator())


@every(*FAMILIES)
@settings(max_examples=10)
@given(seed=seeds)
def test_the_descent_lemma_holds_for_every_step_size(family, seed):
    assert tried(DESCENT_LEMMA, family, draws=100, rng=generator(seed))


def test_the_descent_lemma_needs_the_whole_smoothness_constant():
    understated = Objective(
        "x^2", lambda x: x * x, lambda x: 2 * x, minimizers=(0.0,), smoothness=1.0
    )
    assert not tried(DESCENT_LEMMA, understated, rng=generator())
    assert not tried(DESCENT, understated, rng=generator())
    assert not tried(LIPSCHITZ, understated, (-1, 1), draws=100, rng=generator())


@pytest.mark.parametrize("factor", [0.1, 1.0, 3.0, 10.0])
def test_scaling_scales_the_largest_ratio_of_gradients(factor):
    f = scaled(quadratic_form([[2.0, 0.0], [0.0, 4.0]]), factor)
    verdict = tried(LIPSCHITZ, f, [(-5, 5), (-5, 5)], rng=generator())
    assert verdict
    assert verdict.worst.left == pytest.approx(4 * factor, rel=1e-8)


@every(*FAMILIES)
@settings(max_examples=10)
@given(seed=seeds, factor=st.floats(1.01, 100))
def test_scaling_scales_the_lipschitz_constant(family, seed, factor):
    rng = generator(seed)
    f = family.draw(rng, 2)
    box = [(-20, 20)] * 2
    assert tried(LIPSCHITZ, scaled(f, factor), box, draws=200, rng=rng)
    # that it is no smaller shows where the curvature is the same everywhere
    parabola = QUADRATIC.draw(rng, 1)
    unscaled = replace(scaled(parabola, factor), smoothness=parabola.smoothness)
    assert not tried(LIPSCHITZ, unscaled, [(-20, 20)], draws=200, rng=rng)


@every(*FAMILIES)
@settings(max_examples=10)
@given(seed=seeds)
def test_scaling_and_the_step_size_cancel(family, seed):
    verdict = tried(SCALING, family, draws=60, updates=20, rng=generator(seed))
    assert verdict
    assert verdict.closest < 1e-11


@every(QUADRATIC, LOGISTIC, HUBER, COSINES)
def test_the_same_step_size_on_a_scaled_objective_runs_otherwise(family):
    assert not tried(SCALING, family, compensated=False, rng=generator())


def test_runs_that_diverge_scale_too():
    assert tried(SCALING, quadratic(2.0), products=(3.0, 3.0), rng=generator())


@every(*MINIMIZED)
@settings(max_examples=10)
@given(seed=seeds)
def test_the_gap_stays_below_the_sharp_bound(family, seed):
    sharp = tried(SUBLINEAR, family, draws=60, updates=50, rng=generator(seed))
    plain = tried(SUBLINEAR, family, draws=60, updates=50, sharp=False, rng=generator(seed))
    assert sharp
    assert plain.worst.left <= 0.5  # the sharp bound is less than half of the plain one
    assert sharp.worst.left <= 1 + 1e-9


def test_the_sharp_bound_is_met_by_the_huber_loss():
    verdict = tried(SUBLINEAR, HUBER, draws=900, rng=generator())
    assert verdict.worst.left == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("family", [QUADRATIC, LEAST_SQUARES, HUBER], ids=lambda f: f.name)
@pytest.mark.parametrize("sharp", [True, False])
def test_the_bound_breaks_for_longer_steps(family, sharp):
    assert not tried(SUBLINEAR, family, products=(1.9, 1.9), sharp=sharp, rng=generator())


@pytest.mark.parametrize(("product", "worst", "when"), [(1.9, 3.31, 5), (1.99, 36.4, 50)])
def test_on_a_parabola_longer_steps_miss_the_bound_by_this_factor(product, worst, when):
    parabola = quadratic(1.0)
    verdict = tried(
        SUBLINEAR, parabola, products=(product, product), sharp=False, draws=5, rng=generator()
    )
    assert verdict.worst.left == pytest.approx(worst, rel=2e-3)
    assert verdict.worst.notes["k"] == when


@pytest.mark.parametrize(("product", "holds"), [(1.7329, True), (1.73292, False)])
def test_on_a_parabola_the_bound_holds_up_to_this_step(product, holds):
    verdict = tried(
        SUBLINEAR,
        quadratic(1.0),
        products=(product, product),
        sharp=False,
        draws=5,
        updates=2000,
        rng=generator(),
    )
    assert bool(verdict) is holds


@every(QUADRATIC, LEAST_SQUARES)
@settings(max_examples=10)
@given(seed=seeds)
def test_strongly_convex_objectives_converge_at_the_linear_rate(family, seed):
    assert tried(LINEAR, family, draws=60, updates=50, rng=generator(seed))


def test_the_linear_rate_is_exact_on_a_parabola():
    parabola = quadratic(2.0, minimizer=1.0)
    first = tried(LINEAR, parabola, products=(0.25, 0.25), updates=1, draws=5, rng=generator())
    assert first.worst.left == pytest.approx(0.75 * abs(first.worst.x - 1))
    assert first.worst.right == pytest.approx(first.worst.left)


def test_the_linear_rate_is_compared_at_every_update():
    valley = quadratic_form([[1.0, 0.0], [0.0, 10.0]])
    worst = tried(LINEAR, valley, products=(1.95, 1.95), updates=40, draws=5, rng=generator()).worst
    run = minimize(valley, worst.x, gradient_descent(0.195), max_updates=40, eps_grad=None)
    distances = np.linalg.norm(run.iterates, axis=1)
    excess = distances - distances[0] * (1 - 0.195) ** np.arange(41)
    assert worst.excess == pytest.approx(excess.max())
    assert worst.notes["k"] == excess.argmax()


@every(QUADRATIC, LEAST_SQUARES)
def test_the_linear_rate_breaks_for_longer_steps(family):
    assert not tried(LINEAR, family, products=(1.9, 1.99), rng=generator())


def test_the_linear_rate_needs_strong_convexity():
    overstated = Objective(
        "Huber loss said to be strongly convex",
        huber(0.1).value,
        huber(0.1).slope,
        minimizers=(0.0,),
        smoothness=1.0,
        strong_convexity=1.0,
    )
    assert not tried(LINEAR, overstated, rng=generator())
    with pytest.raises(ValueError, match="must be strongly convex"):
        tried(LINEAR, HUBER, rng=generator())


@every(QUADRATIC, INDEFINITE, LOGISTIC, COSINES)
@settings(max_examples=5)
@given(seed=seeds)
def test_simple_decrease_ends_and_lowers_the_objective(family, seed):
    assert tried(LINE_SEARCH, family, draws=60, rng=generator(seed))


def test_a_line_search_that_may_not_shrink_finds_no_decrease():
    verdict = tried(LINE_SEARCH, QUADRATIC, simple_decrease(max_shrinks=1), rng=generator())
    assert not verdict
    assert verdict.worst.left == math.inf


@settings(max_examples=5)
@given(seeds)
def test_sufficient_decrease_approaches_a_stationary_point(seed):
    assert tried(APPROACH, armijo(sufficient=0.1), draws=10, rng=generator(seed))


@settings(max_examples=5)
@given(seeds)
def test_simple_decrease_never_approaches_one(seed):
    verdict = tried(APPROACH, simple_decrease(), draws=10, rng=generator(seed))
    assert verdict.share == 1
    assert verdict.worst.left >= 2


@pytest.mark.parametrize("s", [1.5, 1.6, 1.8, 1.9, 1.95])
@pytest.mark.parametrize("start", [1.5, 2.0, 5.0, 50.0])
def test_sufficient_decrease_needs_ten_updates_at_most(s, start):
    run = minimize(
        bent_parabola(s),
        start,
        gradient_descent(armijo(sufficient=0.1)),
        max_updates=10,
        eps_grad=None,
    )
    assert run.gradient_norms.min() <= run.gradient_norms[0] / 1000


@settings(max_examples=5)
@given(seeds)
def test_least_squares_are_what_the_formulas_say(seed):
    for fact in (*FACTS_OF_LEAST_SQUARES, ZERO_GRADIENT):
        verdict = tried(fact, LEAST_SQUARES, draws=10, rng=generator(seed))
        assert verdict
        assert verdict.tried == 10


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tried(DESCENT, DOUBLE_WELL, rng=generator()), "must know its smoothness"),
        (lambda: tried(DESCENT, QUADRATIC, draws=0, rng=generator()), "draws must be"),
        (lambda: tried(SUBLINEAR, LOGISTIC, rng=generator()), "must know its optimal value"),
        (
            lambda: tried(DESCENT, Objective("f", abs, abs, smoothness=1.0), rng=generator()),
            "must know a stationary point",
        ),
        (
            lambda: tried(
                SUBLINEAR,
                Objective("f", abs, abs, smoothness=1.0, minimizers=(0.0,)),
                rng=generator(),
            ),
            "must know its optimal value",
        ),
    ],
    ids=range(5),
)
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
