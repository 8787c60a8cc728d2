"""A run is what it says, or it says what is wrong: dtypes, counts, and the errors of one's own formulas."""

import math
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal, localcontext

import numpy as np
import pytest
import torch

from ravine import (
    DOUBLE_WELL,
    QUARTIC,
    Objective,
    StopReason,
    Trace,
    adagrad,
    adam,
    armijo,
    check_slope,
    golden_section,
    gradient_descent,
    heavy_ball,
    least_squares,
    minimize,
    negated,
    quadratic_form,
)
from ravine.losses import cosine_sum, huber, logistic_loss, quadratic, soft_maximum
from ravine.methods import Method
from ravine.theory import updates_to_target

A = np.array([[1.0, 0.3, -0.2], [0.7, -1.0, 0.5], [0.1, 0.9, 1.1], [-0.4, 0.2, 0.8]])
IN_THREE_NUMBERS = [
    least_squares(A, [1.0, 2.0, -1.0, 0.5]),
    logistic_loss(A, ridge=0.1),
    soft_maximum(np.vstack([A, -A]), np.linspace(-1, 1, 8)),
    huber(0.5, centre=[1.0, -2.0, 0.3]),
    cosine_sum([1.0, 2.0, 0.5]),
    quadratic_form(np.diag([1.0, 2.0, 3.0])),
]
each_in_three = pytest.mark.parametrize("objective", IN_THREE_NUMBERS, ids=repr)


def test_a_slope_that_widens_does_not_widen_the_run():
    start, eta = np.array([1.3, 1.4], dtype=np.float32), 0.85
    well = Objective(
        "two wells",
        lambda w: ((w * w - 1) * (w * w - 1) / 2).sum(),
        lambda w: (2 * w * (w * w - 1)).astype(np.float64),
    )
    run = minimize(well, start, gradient_descent(eta), max_updates=60, eps_grad=None)
    x = start
    for k in range(61):
        np.testing.assert_array_equal(run.iterates[k], x)
        x = x - np.float32(eta) * (2 * x * (x * x - 1))
    assert run.iterates.dtype == np.float32


@each_in_three
@pytest.mark.parametrize(
    "step_size",
    [0.05, np.array([0.05, 0.02, 0.01]), lambda k: 0.1 / (k + 1)],
    ids=["number", "array", "schedule"],
)
@pytest.mark.parametrize("start", [np.ones(3, np.float32), torch.ones(3)], ids=["array", "tensor"])
def test_each_point_of_a_float32_run_is_the_update_of_the_last(objective, step_size, start):
    method = gradient_descent(step_size)
    run = minimize(objective, start, method, max_updates=20, eps_grad=None)
    assert run.iterates.dtype == np.float32
    for k in range(20):
        here = run.iterates[k] if isinstance(start, np.ndarray) else torch.tensor(run.iterates[k])
        eta = np.asarray(run.step_sizes[k])
        eta = eta.astype(np.float32) if eta.ndim else eta.item()
        eta = torch.tensor(eta) if eta_is_tensor(eta, here) else eta
        following = here - eta * objective.slope(here)
        np.testing.assert_array_equal(run.iterates[k + 1], np.asarray(following, np.float32))
        assert run.values[k] == float(objective(here))


def eta_is_tensor(eta, here):
    return isinstance(eta, np.ndarray) and torch.is_tensor(here)


@each_in_three
def test_arrays_and_tensors_take_the_same_way_through_every_loss(objective):
    x = np.array([0.3, -0.7, 1.1])
    t = torch.tensor(x)
    assert float(objective(t)) == pytest.approx(float(objective(x)), rel=1e-13)
    np.testing.assert_allclose(
        objective.slope(t).numpy(), objective.slope(x), rtol=1e-12, atol=1e-14
    )
    tracked = t.clone().requires_grad_()
    objective(tracked).backward()
    np.testing.assert_allclose(tracked.grad.numpy(), objective.slope(x), rtol=1e-10, atol=1e-12)
    assert check_slope(objective, x)
    assert objective.dimension == 3


@pytest.mark.parametrize("ridge", [0.0, 0.1, 2.0])
def test_the_smoothness_of_the_logistic_loss_is_attained_at_the_origin(ridge):
    # there every weight is 1/4, the largest it can be
    loss = logistic_loss(A, ridge)
    largest = np.linalg.eigvalsh(loss.curvature(np.zeros(3)))[-1]
    assert loss.smoothness == pytest.approx(largest, rel=1e-13)


@pytest.mark.parametrize("least", [1e-3, 1e-6, 1e-9])
def test_a_small_eigenvalue_is_not_taken_for_a_rounding_error(least):
    bowl = quadratic_form(np.diag([1.0, least]))
    assert bowl.strong_convexity == pytest.approx(least, rel=1e-9)
    assert bowl.convex


def test_a_direction_that_widens_is_refused():
    class Wide(Method):
        def direction(self, x, gradient, state):
            return gradient.astype(np.float64), state

    with pytest.raises(
        TypeError, match=r"direction of Wide\(0.1\) must have the shape and the dtype"
    ):
        minimize(QUARTIC_OF_TWO, np.ones(2, np.float32), Wide(0.1))


QUARTIC_OF_TWO = Objective("quartic of two", lambda w: (w**4).sum(), lambda w: 4 * w**3)


@pytest.mark.parametrize("tolerance", [1e-15, 1e-16, 1e-20, 5e-324])
@pytest.mark.parametrize("objective", [QUARTIC, DOUBLE_WELL, quadratic(3.0)], ids=repr)
def test_golden_sections_end_at_every_tolerance(tolerance, objective):
    choice = golden_section(tolerance=tolerance).choose(objective, -2.5, objective.slope(-2.5))
    assert choice.evaluations < 200
    near = golden_section(tolerance=1e-8).choose(objective, -2.5, objective.slope(-2.5))
    assert choice.step_size == pytest.approx(near.step_size, rel=1e-6)


@pytest.mark.parametrize("tolerance", [1e-2, 1e-4, 1e-6])
def test_golden_sections_are_as_exact_as_their_tolerance_says(tolerance):
    # on a parabola with curvature c the best step size is 1/c
    for curvature in np.geomspace(0.1, 10, 100).tolist():
        choice = golden_section(tolerance=tolerance).choose(
            quadratic(curvature), 2.0, 2 * curvature
        )
        assert abs(choice.step_size * curvature - 1) <= tolerance


class Counted:
    def __init__(self, formula):
        self.formula, self.calls = formula, 0

    def __call__(self, x):
        self.calls += 1
        return self.formula(x)


SEARCHES = [armijo(), armijo(sufficient=0.3, shrink=0.8), golden_section(), 0.01, lambda k: 0.01]


@pytest.mark.parametrize(
    "step_size", SEARCHES, ids=["Armijo", "Armijo 0.3", "golden", "number", "schedule"]
)
@pytest.mark.parametrize("start", [-2.0, np.array([2.0, 1.0]), torch.tensor([2.0, 1.0])], ids=repr)
def test_the_counts_of_a_run_are_the_calls_that_were_made(step_size, start):
    of_one = isinstance(start, float)
    value = Counted(lambda w: w**4 if of_one else (w**4).sum())
    slope = Counted(lambda w: 4 * w**3)
    run = minimize(
        Objective("counted", value, slope), start, gradient_descent(step_size), max_updates=50
    )
    assert (run.value_calls, run.gradient_calls) == (value.calls, slope.calls)
    assert slope.calls == run.updates + 1  # at most one gradient for an accepted point


def test_with_torch_a_line_search_goes_back_once_for_each_accepted_point():
    backward = []

    def loss(w):
        value = (w**4).sum()
        if value.requires_grad:
            value.register_hook(lambda _: backward.append(1))
        return value

    forward = Counted(loss)
    run = minimize(forward, torch.tensor([2.0, 1.0]), gradient_descent(armijo()), max_updates=50)
    assert run.updates > 5
    assert len(backward) == run.gradient_calls == run.updates + 1
    assert forward.calls == run.value_calls > run.updates + 1


def test_value_and_slope_from_one_call():
    both = Counted(lambda w: (w @ w, 2 * w))
    bowl = Objective("bowl", lambda w: w @ w, value_and_slope=both)
    run = minimize(bowl, np.array([3.0, 4.0]), gradient_descent(0.25), max_updates=4, eps_grad=None)
    assert both.calls == run.value_calls == 5
    assert run.x.tolist() == [3 / 16, 4 / 16]


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize(
    "use",
    [np.sum, np.linalg.norm, lambda w: np.dot(w, w), lambda w: np.exp(w).sum()],
    ids=["sum", "norm", "dot", "exp"],
)
@pytest.mark.parametrize("start", [np.ones(2), torch.ones(2)], ids=["array", "tensor"])
def test_a_numpy_function_on_a_tensor_is_called_by_its_name(use, start):
    with pytest.raises(TypeError, match=r"write torch.sum for np.sum, say, or pass an Objective"):
        minimize(use, start, gradient_descent(0.1))


def test_an_error_of_the_loss_itself_comes_through():
    def loss(w):
        raise RuntimeError("my own")

    with pytest.raises(RuntimeError, match="my own"):
        minimize(loss, np.ones(2), gradient_descent(0.1))


@pytest.mark.parametrize(
    ("value", "slope", "what"),
    [
        (lambda w: w - math.sqrt(w), lambda w: 1.0, ("value",)),
        (lambda w: w * w, lambda w: 1 + 0 * math.log(w), ("gradient",)),
        (math.log, lambda w: 1 / w, ("value",)),
        (lambda w: math.exp(-1000 * w), lambda w: 1.0, ("value",)),  # it overflows
    ],
)
def test_an_error_of_math_inside_a_run_is_a_result(value, slope, what):
    run = minimize(Objective("cut off", value, slope), 0.75, gradient_descent(1.0), eps_grad=None)
    while run.stop is not StopReason.NOT_FINITE:
        run = minimize(
            Objective("cut off", value, slope), run.x, gradient_descent(1.0), eps_grad=None
        )
    assert run.not_finite == what
    assert f"stopped because the {what[0]} is not finite" in str(run)


def test_a_value_error_of_ones_own_is_not_swallowed():
    def value(w):
        raise ValueError("w must be even")

    with pytest.raises(ValueError, match="w must be even"):
        minimize(Objective("picky", value, lambda w: w), 1.0, gradient_descent(0.1))


def test_a_point_that_is_not_finite_is_told_from_a_value():
    run = minimize(
        Objective("step", lambda w: 0.0, lambda w: 1e300),
        1.0,
        gradient_descent(1e300),
    )
    assert run.not_finite == ("point",)
    root = minimize(lambda w: torch.sqrt(w * w), torch.tensor(0.0), gradient_descent(0.1))
    assert root.not_finite == ("gradient",)


@pytest.mark.parametrize("given", ["slope", "value_and_slope"])
def test_outside_its_domain_an_objective_has_no_gradient(given):
    formulas = {
        "slope": lambda w: 1 - 1 / (w * w),
        "value_and_slope": lambda w: (1 / w + w, 1 - 1 / (w * w)),
    }
    barrier = Objective("b", lambda w: 1 / w + w, domain=(0.1, 9.0), **{given: formulas[given]})
    run = minimize(barrier, 0.4, gradient_descent(2.0))
    assert (run.value, math.isnan(run.gradient_norm)) == (math.inf, True)
    assert (run.value_calls, run.gradient_calls) == (1, 1)


@pytest.mark.parametrize("step_size", [0.3, 1e-3, 1e-8, 1e-10, 1e-15])
def test_the_count_of_updates_is_the_first_for_small_steps_too(step_size):
    # from 5 on the parabola with curvature 1 the distance is 5 (1 - eta)^k, here with 60 digits
    with localcontext(prec=60):
        ratio = (2 * Decimal("1e-5")).sqrt() / 5
        exact = (ratio.ln() / (1 - Decimal(step_size)).ln()).to_integral_value(ROUND_CEILING)
    assert updates_to_target(1.0, step_size, 5.0, 1e-5) == pytest.approx(int(exact), rel=3e-16)


def test_the_smallest_steps_reach_the_target_too():
    assert math.isfinite(updates_to_target(1.0, 1e-300, 5.0, 1e-5))


def test_objectives_compare_and_hash():
    assert quadratic_form(np.eye(2)) == quadratic_form(np.eye(2))
    assert quadratic_form(np.eye(2)) != quadratic_form(2 * np.eye(2))
    assert len({quadratic_form(np.eye(2)), quadratic_form(np.eye(2))}) == 1
    assert replace(DOUBLE_WELL) == DOUBLE_WELL
    assert replace(DOUBLE_WELL, name="another") != DOUBLE_WELL


@pytest.mark.parametrize("answer", [None, 0.5, (0.5,), (0.5, None, 1)])
def test_a_direction_that_returns_no_pair_is_told(answer):
    class Forgetful(Method):
        def direction(self, x, gradient, state):
            return answer

    with pytest.raises(TypeError, match=r"direction of Forgetful\(0.1\) must return a pair"):
        minimize(DOUBLE_WELL, 2.0, Forgetful(0.1))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: adam(0.1, betas=0.9), "betas must be a pair of numbers, got 0.9"),
        (lambda: adam(0.1, betas=(0.1, 0.2, 0.3)), "betas must be a pair of numbers"),
        (lambda: Objective("x", 3), "value must be a callable formula, got 3"),
        (lambda: gradient_descent(0.1, projection=3), "projection must be a Projection"),
        (lambda: minimize(DOUBLE_WELL, 1.0, gradient_descent(0.1), stop=3), "stop must be None or"),
        (
            lambda: minimize(
                Objective("t", lambda w: "3", lambda w: w), 1.0, gradient_descent(0.1)
            ),
            "objective must return a real number, got '3'",
        ),
    ],
)
def test_what_is_no_part_is_refused_where_it_is_given(call, message):
    with pytest.raises(TypeError, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: minimize(quadratic_form(np.eye(3)), np.ones(2), gradient_descent(0.1)),
            r"x0 must have shape \(3,\) for the quadratic form",
        ),
        (
            lambda: minimize(lambda w: (w * w).sum(), np.ones(3), gradient_descent(np.ones(2))),
            r"step_size must be one number or have the shape of x, \(3,\), got shape \(2,\)",
        ),
        (
            lambda: Trace(np.zeros(3), np.zeros(2), np.zeros(3), StopReason.CAP),
            "values must have one entry for each of the 3 iterates, got 2",
        ),
        (
            lambda: Trace(np.zeros(3), np.zeros(3), np.zeros(3), StopReason.CAP, np.zeros(3)),
            "step_sizes must be empty or have 2 entries",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_both_shapes(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def in_place(x):
    x -= 1
    return (x * x).sum()


@pytest.mark.parametrize(
    "start", [np.array([3.0, 2.0]), torch.tensor([3.0, 2.0])], ids=["array", "tensor"]
)
@pytest.mark.parametrize(
    ("value", "slope"),
    [
        (in_place, lambda x: 2 * (x - 1)),
        (lambda x: ((x - 1) ** 2).sum(), lambda x: 2 * x.__isub__(1)),
    ],
    ids=["value", "slope"],
)
def test_an_objective_that_writes_into_its_argument_is_refused(start, value, slope):
    with pytest.raises(ValueError, match="objective must not change its argument"):
        minimize(Objective("writing", value, slope), start, gradient_descent(0.1))


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
@pytest.mark.parametrize("kind", [float, np.float64, torch.tensor])
def test_a_run_records_whatever_the_caller_has_switched_off(mode, kind):
    with mode():
        run = minimize(lambda w: (w - 1) ** 2, kind(3.0), heavy_ball(0.1, 0.5))
    assert run.converged
    assert float(run.x) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("method", [adagrad(0.1), adam(0.1)], ids=repr)
def test_a_run_that_stands_still_says_since_when(method):
    # the square of the gradient overflows, and the step becomes zero
    steep = Objective("steep", lambda w: 1e200 * w, lambda w: 1e200)
    run = minimize(steep, 1.0, method, max_updates=50)
    assert (run.stop, run.still_since, run.converged) == (StopReason.CAP, 0, False)
    assert str(run).endswith("and the point has stood still since update 0")


def test_a_run_that_moved_to_its_end_does_not_stand_still():
    assert minimize(DOUBLE_WELL, 2.0, gradient_descent(0.01), max_updates=5).still_since is None
    # from 2 with 1/6 a step lands on a minimizer's mirror image and goes on
    assert minimize(DOUBLE_WELL, 2.0, gradient_descent(0.01), max_updates=0).still_since is None


def test_a_rule_of_ones_own_stops_a_run_and_keeps_its_trace():
    seen = []

    def stop(now):
        seen.append((now.updates, now.x, now.value, now.gradient, now.gradient_norm))
        return now.value < 0.1

    run = minimize(DOUBLE_WELL, 2.0, gradient_descent(0.01), stop=stop)
    assert run.stop is StopReason.STOPPED
    assert [value for _, _, value, _, _ in seen] == run.values.tolist()
    assert run.value < 0.1 <= run.values[-2]
    assert seen[0] == (0, 2.0, 4.5, 12.0, 12.0)


def test_the_other_rules_come_before_ones_own_and_the_cap_after():
    run = minimize(DOUBLE_WELL, 1.0, gradient_descent(0.1), stop=lambda _: True)
    assert run.stop is StopReason.GRADIENT
    run = minimize(DOUBLE_WELL, 2.0, gradient_descent(0.1), stop=lambda _: True, max_updates=0)
    assert run.stop is StopReason.STOPPED


def test_the_lowest_point_is_kept_logged_or_not():
    method = heavy_ball(0.05, momentum=0.9)
    every = minimize(DOUBLE_WELL, 2.0, method, max_updates=57, eps_grad=None)
    k = int(every.values.argmin())
    assert (every.best.updates, every.best.x, every.best.value) == (
        k,
        every.iterates[k],
        every.values[k],
    )
    assert 0 < k < 57
    thin = minimize(DOUBLE_WELL, 2.0, method, max_updates=57, eps_grad=None, log_every=10)
    assert thin.best == every.best


@pytest.mark.parametrize("start", [2.0, np.array([2.0, -1.5]), torch.tensor([2.0, -1.5])], ids=repr)
@pytest.mark.parametrize(
    "method",
    [heavy_ball(0.02, 0.8), adam(0.05), gradient_descent(lambda k: 0.02 / (k + 1))],
    ids=["heavy ball", "Adam", "schedule"],
)
def test_a_run_goes_on_where_it_ended(start, method):
    loss = lambda w: ((w * w - 1) ** 2 / 2).sum() if hasattr(w, "sum") else (w * w - 1) ** 2 / 2  # noqa: E731
    whole = minimize(loss, start, method, max_updates=30, eps_grad=None)
    first = minimize(loss, start, method, max_updates=12, eps_grad=None)
    rest = minimize(loss, first, method, max_updates=18, eps_grad=None)
    np.testing.assert_array_equal(rest.iterates, whole.iterates[12:])
    assert rest.began_at == 12


def test_negated_is_the_other_way_up():
    hill = negated(DOUBLE_WELL)
    assert (hill(0.3), hill.slope(0.3), hill.curvature(0.3)) == (
        -DOUBLE_WELL(0.3), -DOUBLE_WELL.slope(0.3), -DOUBLE_WELL.curvature(0.3)
    )  # fmt: skip
    assert [(p.x, p.kind) for p in hill.stationary_points] == [
        (-1.0, "maximum"), (0.0, "minimum"), (1.0, "maximum")
    ]  # fmt: skip
    assert hill.optimal_value is None
    fit = negated(least_squares(A, [1.0, 2.0, -1.0, 0.5]))
    run = minimize(fit, np.zeros(3), gradient_descent(0.01), max_updates=3, eps_grad=None)
    assert (np.diff(run.values) < 0).all()


def test_a_wrong_slope_is_found():
    wrong = Objective("wrong", lambda w: (w**3).sum(), lambda w: 3 * w * w + np.array([0.0, 0.01]))
    check = check_slope(wrong, np.array([1.2, -0.7]))
    assert not check
    assert "DIFFER" in str(check)
    assert check_slope(replace(wrong, slope=lambda w: 3 * w * w), np.array([1.2, -0.7]))
