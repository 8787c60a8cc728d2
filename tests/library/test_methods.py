"""Each update rule is torch's, in every kind of number, alone and in a sweep."""

import math
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ravine import (
    DOUBLE_WELL,
    QUARTIC,
    StopReason,
    adagrad,
    adam,
    averaged_heavy_ball,
    gradient_descent,
    heavy_ball,
    minimize,
    nesterov,
    quadratic_form,
    rmsprop,
    sweep,
)
from ravine.losses import quadratic
from ravine.theory import best_momentum

BOWL = quadratic_form([[3.0, 1.0], [1.0, 2.0]], minimizer=[0.5, -1.0])
LOSSES = [(QUARTIC, [-2.5]), (DOUBLE_WELL, [1.7]), (BOWL, [2.0, 1.5])]
SGD = partial(partial, torch.optim.SGD)

# (ours, torch's); the step sizes are such that no run is chaotic: there rounding decides
SETTINGS = [
    (gradient_descent(0.01), SGD(lr=0.01)),
    (gradient_descent(0.05), SGD(lr=0.05)),
    (heavy_ball(0.01, 0.9), SGD(lr=0.01, momentum=0.9)),
    (heavy_ball(0.03, 0.5), SGD(lr=0.03, momentum=0.5)),
    (heavy_ball(0.04, 0.0), SGD(lr=0.04, momentum=0.0)),
    (averaged_heavy_ball(0.1, 0.9), SGD(lr=0.1 * (1 - 0.9), momentum=0.9)),
    (nesterov(0.01, 0.9), SGD(lr=0.01, momentum=0.9, nesterov=True)),
    (nesterov(0.02, 0.5), SGD(lr=0.02, momentum=0.5, nesterov=True)),
    (adagrad(0.1), partial(torch.optim.Adagrad, lr=0.1)),
    (adagrad(0.5, eps=1e-3), partial(torch.optim.Adagrad, lr=0.5, eps=1e-3)),
    (adagrad(2.0), partial(torch.optim.Adagrad, lr=2.0)),
    (rmsprop(0.01), partial(torch.optim.RMSprop, lr=0.01)),
    (rmsprop(0.003, 0.9, 1e-4), partial(torch.optim.RMSprop, lr=0.003, alpha=0.9, eps=1e-4)),
    (adam(0.001), partial(torch.optim.Adam, lr=0.001)),
    (adam(0.1), partial(torch.optim.Adam, lr=0.1)),
    (adam(0.5), partial(torch.optim.Adam, lr=0.5)),
    (adam(0.02, (0.5, 0.9), 1e-3), partial(torch.optim.Adam, lr=0.02, betas=(0.5, 0.9), eps=1e-3)),
]
METHODS = [
    gradient_descent,
    partial(heavy_ball, momentum=0.9),
    partial(averaged_heavy_ball, momentum=0.5),
    partial(nesterov, momentum=0.6),
    adagrad,
    partial(rmsprop, smoothing=0.9),
    adam,
]


def name_of(setting):
    return f"{setting.func.__name__}" if isinstance(setting, partial) else setting.__name__


each_method = pytest.mark.parametrize("method", METHODS, ids=name_of)


def torch_iterates(optimizer, objective, start, updates):
    x = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = optimizer([x])
    iterates = [x.detach().numpy().copy()]
    for _ in range(updates):
        optimizer.zero_grad()
        objective.value(x).sum().backward()
        optimizer.step()
        iterates.append(x.detach().numpy().copy())
    return np.array(iterates)


def run_of(objective, start, method, updates):
    x0 = np.array(start) if len(start) > 1 else start[0]
    run = minimize(objective, x0, method, max_updates=updates, eps_grad=None)
    return run.iterates.reshape(updates + 1, -1)


@pytest.mark.parametrize(("objective", "start"), LOSSES, ids=lambda v: getattr(v, "name", None))
@pytest.mark.parametrize(("method", "optimizer"), SETTINGS, ids=lambda v: getattr(v, "name", None))
def test_each_method_is_torchs_step_for_step(method, optimizer, objective, start):
    ours = run_of(objective, start, method, 200)
    theirs = torch_iterates(optimizer, objective, start, 200)
    assert ours.shape == theirs.shape == (201, len(start))
    assert np.abs(ours - theirs).max() < 1e-12
    assert np.abs(theirs[200] - theirs[0]).max() > 0.1, "a run that stands still shows nothing"


@each_method
@pytest.mark.parametrize("objective", [QUARTIC, DOUBLE_WELL])
def test_float_array_and_tensor_runs_agree_bit_for_bit(method, objective):
    kinds = (-2.0, np.array(-2.0), np.array([-2.0]), torch.tensor(-2.0, dtype=torch.float64))
    loss = [objective, objective, lambda w: objective.value(w).sum(), objective]
    runs = [
        minimize(f, x0, method(0.02), max_updates=60, eps_grad=None).iterates.ravel().tolist()
        for f, x0 in zip(loss, kinds, strict=True)
    ]
    assert all(run == runs[0] for run in runs)


@each_method
def test_a_float32_run_stays_float32(method):
    for x0 in (np.float32(-2), torch.tensor(-2.0)):
        run = minimize(QUARTIC, x0, method(0.02), max_updates=20)
        assert run.iterates.dtype == np.float32


@each_method
def test_a_sweep_gives_the_runs_of_minimize_while_others_leave(method):
    # a state that is not filtered with its runs, or filtered wrongly, changes the later counts
    step_sizes, starts = np.geomspace(1e-3, 2.0, 12)[:, None], np.array([-2.5, -0.3, 1.1, 2.0])
    settings = {"max_updates": 400, "eps_obj": 1e-4, "escape_radius": 1e6}
    together = sweep(QUARTIC, step_size=step_sizes, start=starts, method=method, **settings)
    assert len(np.unique(together.updates)) > 5
    for at in np.ndindex(together.updates.shape):
        eta, start = together.step_sizes[at], together.starts[at]
        alone = minimize(QUARTIC, float(start), method(float(eta)), eps_grad=None, **settings)
        assert (alone.updates, alone.stop) == (together.updates[at], together.stop[at])
        assert alone.x == together.x[at]


@each_method
def test_a_step_changes_nothing_in_place(method):
    x, gradient = np.array([1.0, -2.0]), np.array([3.0, 0.5])
    rule = method(0.1)
    state = rule.init(x)
    first = rule.step(x, gradient, state)
    again = rule.step(x, gradient, state)
    assert (x.tolist(), gradient.tolist()) == ([1.0, -2.0], [3.0, 0.5])
    np.testing.assert_array_equal(first[0], again[0])


@each_method
def test_a_run_that_diverges_ends_in_a_reason_not_an_error(method):
    run = minimize(QUARTIC, 1e80, method(1e6), max_updates=300, eps_grad=None)
    assert run.stop in {StopReason.NOT_FINITE, StopReason.CAP}


@given(st.floats(0.001, 0.05), st.floats(0, 0.95), st.floats(-2, 2))
def test_the_averaged_ball_is_the_other_with_its_step_size_divided(step_size, momentum, start):
    plain = minimize(QUARTIC, start, heavy_ball(step_size, momentum), max_updates=20)
    divided = averaged_heavy_ball(step_size / (1 - momentum), momentum)
    averaged = minimize(QUARTIC, start, divided, max_updates=20)
    np.testing.assert_allclose(averaged.iterates, plain.iterates, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("momentum_method", [heavy_ball, averaged_heavy_ball, nesterov])
def test_without_momentum_all_are_gradient_descent(momentum_method):
    plain = minimize(QUARTIC, -2.5, gradient_descent(0.05)).iterates.tolist()
    assert minimize(QUARTIC, -2.5, momentum_method(0.05, 0.0)).iterates.tolist() == plain


@given(st.floats(-2.4, -1.3), st.floats(1e-3, 1))
def test_the_first_step_of_adagrad_and_adam_is_the_step_size_whatever_the_slope(start, step_size):
    for method in (adagrad(step_size), adam(step_size)):
        run = minimize(QUARTIC, start, method, max_updates=1, eps_grad=None)
        assert run.x - start == pytest.approx(step_size, rel=1e-6)


def test_the_constant_step_size_is_on_record():
    for method in METHODS:
        run = minimize(QUARTIC, -2.0, method(0.02), max_updates=5, eps_grad=None)
        assert run.step_sizes.tolist() == [0.02] * 5


X_STAR = math.sqrt(1.5)


def settling_times(method, updates=2000):
    """Return the first k from which the run stays within 1e-2, 1e-4, 1e-8 of a minimizer."""
    run = minimize(QUARTIC, -2.5, method, max_updates=updates, eps_grad=None)
    distances = np.abs(np.abs(run.iterates) - X_STAR)
    outside = [np.flatnonzero(distances > tolerance) for tolerance in (1e-2, 1e-4, 1e-8)]
    return [int(ks[-1]) + 1 if ks[-1] < updates else None for ks in outside], np.sign(run.x)


@pytest.mark.parametrize(
    ("step_size", "momentum", "settled", "well"),
    [
        (0.01, 0.0, [29, 65, 137], -1),
        (0.01, 0.5, [17, 30, 57], -1),
        (0.01, best_momentum(12.0, 0.01), [15, 28, 52], -1),
        (0.01, 0.9, [98, 187, 357], 1),
        (0.004, 0.0, [78, 171, 358], -1),
        (0.004, 0.9, [86, 172, 355], 1),
        (0.001, 0.0, [319, 699, 1462], -1),
        (0.001, 0.5, [153, 337, 706], -1),
        (0.001, best_momentum(12.0, 0.001), [54, 102, 188], -1),
        (0.001, 0.9, [112, 185, 370], -1),
    ],
)
def test_momentum_settles_on_the_quartic_when_the_table_says(step_size, momentum, settled, well):
    assert settling_times(heavy_ball(step_size, momentum)) == (settled, well)


@pytest.mark.parametrize(
    ("method", "settled", "well"),
    [
        (gradient_descent(0.079), [2, 3, 6], 1),
        (gradient_descent(0.1), [4, 7, 13], -1),
        (adagrad(0.01), [None, None, None], -1),
        (adagrad(0.1), [445, 995, None], -1),
        (adagrad(0.5), [32, 72, 152], -1),
        (adagrad(2.0), [11, 18, 31], -1),
        (adam(0.01), [493, 800, 1208], -1),
        (adam(0.1), [88, 188, 358], -1),
        (adam(0.5), [92, 183, 357], 1),
        (adam(1.0), [97, 185, 359], 1),
    ],
)
def test_adaptive_methods_settle_on_the_quartic_when_the_table_says(method, settled, well):
    assert settling_times(method) == (settled, well)


@pytest.mark.parametrize(
    ("method", "x", "value"),
    [
        (heavy_ball(0.01, 0.9), 1.134180, -0.204360),
        (gradient_descent(0.01), -1.227463, -0.249956),
        (adagrad(0.01), -2.392319, 17.585342),
        (adagrad(0.1), -1.712686, 1.804331),
        (adagrad(0.5), -1.229025, -0.249890),
        (adam(0.01), -2.134753, 9.096287),
        (adam(0.1), -0.969219, 0.064289),
        (adam(0.5), 1.048082, -0.088779),
        (adam(1.0), 1.031608, -0.060091),
    ],
)
def test_where_each_method_is_after_39_updates(method, x, value):
    run = minimize(QUARTIC, -2.5, method, max_updates=39, eps_grad=None)
    assert (round(run.x, 6), round(run.value, 6)) == (x, value)


def test_rmsprop_keeps_bouncing_at_half_a_step_size():
    for step_size in (0.01, 0.05, 0.1):
        run = minimize(QUARTIC, -2.5, rmsprop(step_size), max_updates=3000, eps_grad=None)
        distances = np.abs(np.abs(run.iterates[-50:]) - X_STAR)
        assert distances.max() == pytest.approx(step_size / 2, rel=0.1)


def test_adam_rests_and_leaves_again_thousands_of_updates_later():
    run = minimize(QUARTIC, -2.5, adam(0.1), max_updates=15000, eps_grad=None)
    distances = np.abs(np.abs(run.iterates) - X_STAR)
    assert (distances[358:2000] <= 1e-8).all()
    assert distances[2000:].max() > 1e-3


def test_momentum_is_worth_it_on_a_ravine_and_the_best_one_is_that_of_theory():
    # curvatures 1 and 100: plain descent needs step sizes below 2/100
    narrow = quadratic_form(np.diag([1.0, 100.0]))
    start, settings = np.array([1.0, 1.0]), {"max_updates": 5000, "eps_grad": 1e-6}
    plain = minimize(narrow, start, gradient_descent(2 / 101), **settings)
    # Polyak's choice: both curvatures contract by (sqrt(100) - 1) / (sqrt(100) + 1) = 9/11
    ball = minimize(narrow, start, heavy_ball(4 / 121, (9 / 11) ** 2), **settings)
    assert plain.updates / ball.updates > 5


@given(st.floats(0.1, 10), st.floats(0.05, 0.9), st.floats(0, 0.9))
def test_two_updates_on_a_parabola_are_those_worked_out_by_hand(curvature, product, momentum):
    # w_0 = 1, p = eta lambda; z_1 = lambda in both
    p, beta, eta = product, momentum, product / curvature
    two = partial(minimize, quadratic(curvature), 1.0, max_updates=2, eps_grad=None)
    assert two(heavy_ball(eta, beta)).x == pytest.approx((1 - p) ** 2 - beta * p, abs=1e-12)
    first = 1 - p * (1 + beta)
    second = first - p * ((1 + beta) * first + beta**2)
    assert two(nesterov(eta, beta)).x == pytest.approx(second, abs=1e-12)


def test_torchs_dampening_differs_from_the_average_in_its_first_velocity_only():
    damped = SGD(lr=0.1, momentum=0.9, dampening=0.9)
    theirs = torch_iterates(damped, DOUBLE_WELL, [1.7], 1)
    ours = run_of(DOUBLE_WELL, [1.7], averaged_heavy_ball(0.1, 0.9), 1)
    assert theirs[1] - 1.7 == pytest.approx((ours[1] - 1.7) / (1 - 0.9))
