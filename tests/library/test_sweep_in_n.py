"""Sweeps of objectives of several numbers, over any setting of a method: the runs of `minimize`."""

from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ravine import (
    DOUBLE_WELL,
    Objective,
    adagrad,
    adam,
    armijo,
    averaged_heavy_ball,
    gradient_descent,
    heavy_ball,
    least_squares,
    minimize,
    nesterov,
    quadratic_form,
    rmsprop,
    sweep,
)
from ravine.course.landscapes import BEALE, HIMMELBLAU, RAVINE, ROSENBROCK
from ravine.losses import cosine_sum, huber, logistic_loss
from ravine.projection import box
from ravine.theory import heavy_ball_factor

PLANE = quadratic_form([[1.0, 0.0], [0.0, 4.0]])
A = np.array([[1.0, 0.3, -0.2], [0.7, -1.0, 0.5], [0.1, 0.9, 1.1], [-0.4, 0.2, 0.8]])
IN_THREE = {
    "least squares": least_squares(A, [1.0, 2.0, -1.0, 0.5]),
    "logistic": logistic_loss(A, ridge=0.1),
    "Huber": huber(0.5, centre=[1.0, -2.0, 0.3]),
    "cosines": cosine_sum([1.0, 2.0, 0.5]),
    "by torch": Objective("by torch", lambda x: (x**4).sum(0) / 4 + (x * x).sum(0), dimension=3),
}
METHODS = {
    "gradient descent": gradient_descent,
    "heavy ball": partial(heavy_ball, momentum=0.5),
    "averaged heavy ball": partial(averaged_heavy_ball, momentum=0.5),
    "Nesterov": partial(nesterov, momentum=0.5),
    "AdaGrad": adagrad,
    "RMSProp": rmsprop,
    "Adam": adam,
}
ETAS = np.array([0.01, 0.05, 0.1, 0.2])


def alone(objective, method, start, **rules):
    return minimize(objective, np.array(start), method, eps_grad=None, **rules)


def test_one_start_of_two_numbers_is_one_run():
    # it was two runs of one number once
    runs = sweep(PLANE, step_size=0.4, start=np.array([2.0, 1.0]), eps_obj=1e-6)
    run = alone(PLANE, gradient_descent(0.4), [2.0, 1.0], eps_obj=1e-6)
    assert runs.updates.shape == ()
    assert (int(runs.updates), runs.x.tolist()) == (run.updates, run.x.tolist())


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", IN_THREE)
def test_runs_in_three_numbers_are_those_of_minimize(name, method):
    objective, make = IN_THREE[name], METHODS[method]
    starts = np.array([[1.0, -0.5], [0.3, 0.2], [-1.0, 2.0]])  # two of them, one in each column
    rules = {"max_updates": 60, "escape_radius": 1e3}
    runs = sweep(objective, method=make, step_size=ETAS[:, None], start=starts, **rules)
    assert (runs.x.shape, runs.stop.shape) == ((3, 4, 2), (4, 2))
    for i, j in np.ndindex(4, 2):
        run = alone(objective, make(float(ETAS[i])), starts[:, j], **rules)
        assert (run.updates, run.stop) == (runs.updates[i, j], runs.stop[i, j])
        np.testing.assert_allclose(runs.x[:, i, j], run.x, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(runs.value[i, j], run.value, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    "landscape", [RAVINE, ROSENBROCK, HIMMELBLAU, BEALE], ids=lambda land: land.key
)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_compiled_runs_in_the_plane_are_those_of_numpy(landscape, method, dtype):
    rng = np.random.default_rng(0)
    starts = (np.array(landscape.start)[:, None] + rng.normal(size=(2, 40)) / 4).astype(dtype)
    steps = landscape.step_size * np.geomspace(0.1, 3, 40)
    call = partial(
        sweep, landscape.objective, method=METHODS[method], step_size=steps, start=starts,
        max_updates=80, eps_obj=1e-3, eps_grad=1e-3, escape_radius=1e3,
    )  # fmt: skip
    ours, theirs = call(compiled=True), call(compiled=False)
    for name in ("updates", "stop", "x", "value", "gradient_norm"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))
    assert ours.x.dtype == dtype


@pytest.mark.parametrize("compiled", [True, False])
def test_a_map_over_step_size_and_momentum_is_made_of_the_runs_of_minimize(compiled):
    etas, betas = np.array([0.02, 0.05, 0.09]), np.array([0.0, 0.3, 0.7, 0.9])
    rules = {"max_updates": 300, "eps_obj": 1e-6, "escape_radius": 1e6}
    runs = sweep(
        RAVINE.objective, method=heavy_ball, step_size=etas[:, None], momentum=betas,
        start=np.array(RAVINE.start), compiled=compiled, **rules,
    )  # fmt: skip
    assert runs.settings["momentum"].shape == (3, 4)
    for i, j in np.ndindex(3, 4):
        method = heavy_ball(float(etas[i]), float(betas[j]))
        run = alone(RAVINE.objective, method, RAVINE.start, **rules)
        assert (run.updates, run.x.tolist()) == (runs.updates[i, j], runs.x[:, i, j].tolist())


def test_the_map_knows_the_best_pair_of_step_size_and_momentum():
    # theory: with curvatures 1 and 20 the rate is least at one pair (Polyak 1964)
    eta = 4 / (np.sqrt(20) + 1) ** 2
    etas, betas = eta * np.linspace(0.7, 1.15, 10), np.linspace(0, 0.95, 20)
    runs = sweep(
        RAVINE.objective, method=heavy_ball, step_size=etas[:, None], momentum=betas,
        start=np.array([1.8, 0.5]), max_updates=500, eps_obj=1e-12,
    )  # fmt: skip
    rates = [
        [max(heavy_ball_factor(c, e, b) for c in (1.0, 20.0)) for b in betas.tolist()]
        for e in etas.tolist()
    ]
    quick = np.array(rates) < 0.8
    assert runs.reached[quick].all()
    assert runs.updates[quick].max() < 2 * np.log(1e-6) / np.log(0.8)
    assert not runs.reached[np.array(rates) > 1].any()


@pytest.mark.parametrize(
    ("make", "name", "values"),
    [
        (rmsprop, "smoothing", [0.5, 0.9, 0.99]),
        (adagrad, "eps", [1e-10, 1e-3, 1.0]),
        (nesterov, "momentum", [0.0, 0.5, 0.9]),
    ],
    ids=["smoothing", "eps", "momentum"],
)
def test_every_setting_of_a_method_can_be_swept(make, name, values):
    setting = {name: np.array(values)}
    runs = sweep(DOUBLE_WELL, method=make, step_size=0.05, start=2.0, max_updates=50, **setting)
    for run, value in enumerate(values):
        method = make(0.05, **{name: value})
        assert minimize(DOUBLE_WELL, 2.0, method, max_updates=50, eps_grad=None).x == runs.x[run]


def test_a_projection_holds_in_a_sweep():
    method = partial(gradient_descent, projection=box(-0.5, 0.25))
    objective = quadratic_form([[1.0, 0.0], [0.0, 4.0]], minimizer=[1.0, -1.0])
    runs = sweep(objective, method=method, step_size=ETAS, start=np.zeros(2), eps_grad=1e-8)
    assert (runs.x == np.array([[0.25], [-0.5]])).all()


def test_a_run_settles_where_its_gap_stays_small():
    # the numbers of lecture 4 for the ravine: plain, with momentum, with too much of it, and too far a step
    runs = sweep(
        RAVINE.objective, method=heavy_ball, step_size=np.array([0.04, 0.04, 0.04, 0.11]),
        momentum=np.array([0.0, 0.7, 0.9, 0.0]), start=np.array([1.8, 0.5]), max_updates=400,
        eps_obj=1e-9, keep_iterates=True,
    )  # fmt: skip
    settled = runs.settling_times(RAVINE.objective)
    np.testing.assert_array_equal(settled, [176, 42, 143, np.nan])
    assert len(set(runs.updates.tolist())) == 4  # they end at different times
    for run, k in enumerate(settled[:3].astype(int)):
        path = RAVINE.objective.value(runs.iterates[:, :, run].T)
        assert (path[k : runs.updates[run] + 1] <= 1e-6).all()
        assert path[k - 1] > 1e-6


def test_settling_is_not_arriving():
    # with momentum the run passes the minimizer long before it stays there
    call = partial(sweep, DOUBLE_WELL, method=heavy_ball, step_size=0.05, start=2.0)
    passing = call(momentum=0.9, eps_obj=1e-2)
    runs = call(momentum=np.array([[0.9], [0.0]]), max_updates=400, keep_iterates=True)
    settled = runs.settling_times(DOUBLE_WELL, target=1e-2)
    assert settled.shape == (2, 1)
    assert passing.updates < settled[0, 0]
    away = runs.iterates[:, 0, 0] ** 2 - 1
    assert settled[0, 0] == 1 + np.flatnonzero(away * away / 2 > 1e-2)[-1]
    at_home = call(momentum=0.0, max_updates=0, keep_iterates=True)
    assert np.isnan(at_home.settling_times(DOUBLE_WELL))


def test_settling_times_need_iterates_and_an_optimal_value():
    runs = sweep(DOUBLE_WELL, step_size=ETAS, start=2.0)
    with pytest.raises(
        ValueError, match="settling times need the iterates: sweep with keep_iterates=True"
    ):
        runs.settling_times(DOUBLE_WELL)
    with pytest.raises(ValueError, match="objective must know its optimal value"):
        runs.settling_times(Objective("x", lambda w: w))


def test_iterates_of_points_are_kept_with_their_coordinates():
    runs = sweep(
        PLANE, step_size=np.array([0.1, 0.2, 0.3]), start=np.array([2.0, 1.0]), max_updates=5,
        keep_iterates=True,
    )  # fmt: skip
    assert runs.iterates.shape == (6, 2, 3)
    run = alone(PLANE, gradient_descent(0.2), [2.0, 1.0], max_updates=5)
    assert runs.iterates[:, :, 1].tolist() == run.iterates.tolist()


def test_the_nearest_of_four_minimizers_is_told_as_a_point():
    starts = np.array([[3.1, -3.0, 3.5], [2.1, 3.0, -1.9]])
    runs = sweep(HIMMELBLAU.objective, step_size=0.01, start=starts, eps_obj=1e-10)
    nearest = runs.nearest_minimizer(HIMMELBLAU.objective)
    np.testing.assert_allclose(nearest, runs.x, atol=1e-5)
    assert nearest[:, 0].tolist() == [3.0, 2.0]


def test_a_process_pool_takes_points_and_settings():
    call = partial(
        sweep, logistic_loss(A, ridge=0.1), method=heavy_ball, step_size=ETAS[:, None],
        momentum=np.array([0.1, 0.5]), start=np.ones(3), max_updates=30,
    )  # fmt: skip
    with ProcessPoolExecutor(2) as pool:
        there = call(executor=pool)
    here = call()
    for name in ("updates", "stop"):
        np.testing.assert_array_equal(getattr(there, name), getattr(here, name))
    for name in ("x", "value", "gradient_norm"):  # a product of matrices rounds as its shape wants
        np.testing.assert_allclose(getattr(there, name), getattr(here, name), rtol=1e-12)


MIXING = {
    "sum": lambda x: np.sum(x**2),
    "mean": lambda x: np.mean(x**2),
    "max": lambda x: np.max(np.abs(x)),
    "norm": np.linalg.norm,
    "negative sum": lambda x: -np.sum(x * x),
    "centred": lambda x: (x - x.mean()) ** 2,
    "sorted": lambda x: np.sort(x) ** 2,
}


@pytest.mark.parametrize("name", MIXING)
@pytest.mark.parametrize("starts", [2.0, np.array([1.0, 2.0, 3.0])], ids=["one", "several"])
def test_a_formula_that_mixes_runs_is_refused(name, starts):
    mixing = Objective("mixing", MIXING[name], lambda x: 2 * x)
    with pytest.raises(
        ValueError, match="objective must treat each run by itself, and its value mixes"
    ):
        sweep(mixing, step_size=np.array([0.1, 0.2, 0.3]), start=starts)
    mixing = Objective("mixing", lambda x: x * x, lambda x: 2 * x * (1 + 0 * x + MIXING[name](x)))
    with pytest.raises(ValueError, match="by itself, and its slope mixes"):
        sweep(mixing, step_size=np.array([0.1, 0.2, 0.3]), start=starts)


@pytest.mark.parametrize(
    "value",
    [lambda x: x[0] * x[0] + x[1] * x[1], lambda x: (x * x) @ np.ones(2)],
    ids=["entries", "product"],
)
def test_a_function_of_n_numbers_is_told_to_say_so(value):
    silent = Objective("silent", value, lambda x: 2 * x)
    with pytest.raises((IndexError, ValueError)) as caught:
        sweep(silent, step_size=ETAS, start=np.ones(2)[:, None])
    assert "dimension=n" in caught.value.__notes__[0]
    silent = Objective("silent", lambda x: (x * x).sum(0), lambda x: 2 * x)
    with pytest.raises(
        ValueError, match=r"a function of n numbers says so: Objective\(\.\.\., dimension=n\)"
    ):
        sweep(silent, step_size=ETAS, start=np.ones(2)[:, None])
    runs = sweep(Objective("two", lambda x: (x * x).sum(0), lambda x: 2 * x, dimension=2),
                 step_size=[0.1, 0.2], start=[1.0, 2.0])  # fmt: skip
    assert runs.x.shape == (2, 2)


def test_a_sum_over_all_coordinates_of_all_runs_is_refused_in_n_numbers_too():
    everything = Objective("sum", lambda x: (x * x).sum(), lambda x: 2 * x, dimension=2)
    with pytest.raises(ValueError, match=r"sum over axis 0 only: \(x \* x\)\.sum\(0\)"):
        sweep(everything, step_size=ETAS, start=np.ones(2))
    by_torch = Objective("sum", lambda x: torch.sum(x * x), dimension=2)
    with pytest.raises(ValueError, match=r"loss must return one number for each w"):
        sweep(by_torch, step_size=ETAS, start=np.ones(2))


@pytest.mark.parametrize(
    ("objective", "slope"),
    [
        (lambda x: 0 * x + 3.0, lambda x: 0 * x),
        (lambda x: 3.0, lambda x: 0.0),
        (lambda x: x, lambda x: 1.0),
    ],
    ids=["constant array", "constant", "line"],
)
def test_constant_formulas_mix_nothing(objective, slope):
    runs = sweep(Objective("flat", objective, slope), step_size=ETAS, start=2.0, max_updates=2)
    assert runs.updates.tolist() == [2] * 4


@pytest.mark.parametrize(
    "objective",
    [
        quadratic_form([[4.0]], [1.0]),
        least_squares([[1.0], [2.0]], [1.0, 0.0]),
        logistic_loss([[1.0], [2.0], [-1.5]]),
        huber(0.1, [0.5]),
        cosine_sum([2.0]),
    ],
    ids=lambda objective: objective.name,
)
def test_points_of_one_coordinate_are_points(objective):
    starts = np.array([[-1.0, 0.3, 2.0]])
    runs = sweep(objective, step_size=0.1, start=starts, max_updates=30, keep_iterates=True)
    assert runs.updates.shape == (3,)
    for i, start in enumerate(starts.T):
        one = minimize(objective, start, gradient_descent(0.1), max_updates=30, eps_grad=None)
        np.testing.assert_array_equal(runs.iterates[..., i], one.iterates)
    for call in (
        lambda: sweep(objective, step_size=0.1, start=2.0),
        lambda: minimize(objective, 2.0, gradient_descent(0.1)),
    ):
        with pytest.raises(ValueError, match=r"must have shape \(1,\)"):
            call()


def test_arrays_cannot_be_swapped_unseen():
    with pytest.raises(TypeError, match="positional"):
        sweep(DOUBLE_WELL, ETAS, 2.0)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: sweep(PLANE, step_size=0.1, start=np.ones(3)),
            ValueError,
            r"start must have shape \(2,\) or \(2, ...\) for the quadratic form",
        ),
        (
            lambda: sweep(PLANE, step_size=np.ones(3), start=np.ones((2, 4))),
            ValueError,
            r"must fit together, got shapes: step_size \(3,\), start \(4,\)",
        ),
        (
            lambda: sweep(DOUBLE_WELL, step_size=ETAS, start=1.0, executor=3),
            TypeError,
            r"executor must be None or an executor with submit\(\)",
        ),
        (
            lambda: sweep(DOUBLE_WELL, step_size=ETAS, start=1.0, momentum=0.5),
            TypeError,
            "unexpected keyword argument 'momentum'",
        ),
        (
            lambda: sweep(DOUBLE_WELL, method=heavy_ball, step_size=ETAS, start=1.0, momentum=2.0),
            ValueError,
            "momentum must be at least 0 and less than 1, got 2.0 in the array",
        ),
        (
            lambda: sweep(
                DOUBLE_WELL, method=heavy_ball, step_size=ETAS, start=1.0, momentum="big"
            ),
            TypeError,
            "momentum must be a number or an array of numbers, got 'big'",
        ),
        (
            lambda: sweep(
                DOUBLE_WELL,
                method=lambda step_size: gradient_descent(armijo()),
                step_size=0.1,
                start=1.0,
            ),
            TypeError,
            "method must have a step size or a schedule in a sweep",
        ),
        (
            lambda: sweep(
                Objective("two", lambda x: (x * x)[:2], lambda x: 2 * x), step_size=ETAS, start=1.0
            ),
            ValueError,
            "objective must return one number for each of 3 runs, got shape",
        ),
    ],
)
def test_what_does_not_fit_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


@given(
    st.lists(st.floats(-3, 3), min_size=2, max_size=6),
    st.lists(st.floats(0.001, 0.3), min_size=1, max_size=6),
    st.floats(0, 0.9),
)
def test_no_run_knows_of_another(coordinates, etas, momentum):
    n = len(coordinates)
    bowl = quadratic_form(np.diag(np.arange(1.0, n + 1)))
    rules = {"max_updates": 40, "eps_obj": 1e-3, "escape_radius": 50.0}
    runs = sweep(
        bowl, method=heavy_ball, step_size=np.array(etas), momentum=momentum,
        start=np.array(coordinates), **rules,
    )  # fmt: skip
    for run, eta in enumerate(etas):
        one = alone(bowl, heavy_ball(eta, momentum), coordinates, **rules)
        assert (one.updates, one.stop) == (runs.updates[run], runs.stop[run])
        np.testing.assert_allclose(runs.x[:, run], one.x, rtol=1e-12, atol=1e-300)
