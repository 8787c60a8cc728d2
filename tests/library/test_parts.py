"""The parts of a method go together: every direction with every step size, with or without a projection."""

import math
import pickle
from dataclasses import dataclass

import numpy as np
import pytest
import torch

from ravine import (
    DOUBLE_WELL,
    QUARTIC,
    StopReason,
    adagrad,
    adam,
    armijo,
    averaged_heavy_ball,
    exact_line_search,
    golden_section,
    gradient_descent,
    heavy_ball,
    minimize,
    nesterov,
    quadratic_form,
    rmsprop,
    simple_decrease,
    sweep,
)
from ravine.methods import Method
from ravine.projection import ball, box, half_line, simplex
from ravine.schedule import constant, cosine, exponential, inverse, steps, warm_up
from ravine.stepsize import LineSearch, Ray

DIRECTIONS = {
    "gradient descent": gradient_descent,
    "heavy ball": lambda eta: heavy_ball(eta, momentum=0.3),
    "averaged heavy ball": lambda eta: averaged_heavy_ball(eta, momentum=0.3),
    "Nesterov": lambda eta: nesterov(eta, momentum=0.3),
    "AdaGrad": adagrad,
    "RMSProp": rmsprop,
    "Adam": adam,
}
SCHEDULES = [
    constant(0.1),
    inverse(0.1, decay=0.5),
    steps(0.1, every=3, factor=0.5),
    exponential(0.1, factor=0.9),
    cosine(0.1, updates=8, last=0.01),
    warm_up(0.1, updates=4),
]
SEARCHES = [simple_decrease(), armijo(), exact_line_search(), golden_section()]
BOWL = quadratic_form([[1.0, 0.0], [0.0, 4.0]], minimizer=[1.0, -1.0])

each_direction = pytest.mark.parametrize("direction", DIRECTIONS.values(), ids=DIRECTIONS)


@each_direction
@pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
def test_every_direction_takes_every_schedule_and_the_trace_tells_the_steps(direction, schedule):
    run = minimize(QUARTIC, -2.0, direction(schedule), max_updates=12, eps_grad=None)
    assert run.step_sizes.tolist() == [schedule(k) for k in range(12)]


@each_direction
@pytest.mark.parametrize("search", SEARCHES, ids=repr)
@pytest.mark.parametrize(
    "x0", [np.array([2.0, 1.0]), torch.tensor([2.0, 1.0], dtype=torch.float64)]
)
def test_every_direction_takes_every_line_search_and_each_step_goes_down(direction, search, x0):
    run = minimize(BOWL, x0, direction(search), max_updates=30)
    assert (np.diff(run.values) < 0).all()
    assert run.updates > 0
    assert run.stop in {
        StopReason.GRADIENT, StopReason.CAP, StopReason.NO_STEP, StopReason.NO_DESCENT
    }  # fmt: skip


@each_direction
def test_a_step_size_that_a_search_accepts_is_the_one_on_record(direction):
    run = minimize(BOWL, np.array([2.0, 1.0]), direction(armijo()), max_updates=1)
    again = minimize(BOWL, np.array([2.0, 1.0]), direction(run.step_sizes[0].item()), max_updates=1)
    assert run.x.tolist() == again.x.tolist()


def test_along_a_direction_that_leads_up_the_search_says_so_without_a_trial():
    @dataclass(frozen=True)
    class Uphill(Method):
        def direction(self, x, gradient, state):
            return -gradient, state

    run = minimize(DOUBLE_WELL, 2.0, Uphill(armijo()))
    assert (run.stop, run.updates, run.value_calls) == (StopReason.NO_DESCENT, 0, 1)
    assert "rises along the direction" in str(run)


def test_exact_search_along_any_direction_ends_where_the_slope_is_square_to_it():
    direction = np.array([1.0, 0.5])

    class Fixed(Method):
        def direction(self, x, gradient, state):
            return direction, state

    run = minimize(BOWL, np.array([3.0, 2.0]), Fixed(exact_line_search()), max_updates=1)
    assert BOWL.slope(run.x) @ direction == pytest.approx(0, abs=1e-12)


def test_a_search_of_ones_own_needs_one_function():
    @dataclass(frozen=True)
    class Halving(LineSearch):
        def search(self, ray: Ray):
            return ray(0.5)

    run = minimize(BOWL, np.array([2.0, 1.0]), gradient_descent(Halving()), max_updates=3)
    assert run.step_sizes.tolist() == [0.5] * 3


# the definitions of the schedules, at a few k
@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (inverse(1.0, decay=2.0), {0: 1.0, 1: 1 / 3, 10: 1 / 21}),
        (steps(1.0, every=10), {9: 1.0, 10: 0.1, 25: 0.01}),
        (exponential(2.0, factor=0.5), {0: 2.0, 3: 0.25}),
        (cosine(1.0, updates=10, last=0.2), {0: 1.0, 5: 0.6, 10: 0.2, 99: 0.2}),
        (warm_up(inverse(1.0), updates=2), {0: 0.5, 1: 0.5, 2: 1 / 3}),
    ],
    ids=repr,
)
def test_schedules_are_what_they_are_defined_as(schedule, expected):
    assert {k: pytest.approx(schedule(k), rel=1e-15) for k in expected} == expected


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (steps(0.5, every=4, factor=0.3), lambda o: torch.optim.lr_scheduler.StepLR(o, 4, 0.3)),
        (exponential(0.5, 0.9), lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.9)),
        (cosine(0.5, 12, 0.1), lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 12, 0.1)),
    ],
    ids=["StepLR", "ExponentialLR", "CosineAnnealingLR"],
)
def test_schedules_are_those_of_torch(ours, theirs):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
    scheduler, found = theirs(optimizer), []
    for _ in range(12):
        found.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    assert found == pytest.approx([ours(k) for k in range(12)], rel=1e-12)


def test_with_a_step_that_shrinks_too_quickly_a_run_comes_to_rest_anywhere():
    # all steps together are shorter than 0.01 / (1 - 1/2) gradients: from 2 not even 1.7 is reached
    run = minimize(DOUBLE_WELL, 2.0, gradient_descent(exponential(0.01, 0.5)), max_updates=200)
    assert run.x > 1.7
    assert run.stop is StopReason.CAP
    assert run.still_since is not None


@pytest.mark.parametrize("found", [-0.1, math.nan, math.inf])
def test_a_schedule_that_gives_no_step_size_is_told_with_its_update(found):
    with pytest.raises(ValueError, match=r"step_size\(0\) must be finite and at least 0, got"):
        minimize(DOUBLE_WELL, 2.0, gradient_descent(lambda _: found))


# projections: the nearest point, which is known for each set
@pytest.mark.parametrize(
    ("projection", "x", "expected"),
    [
        (half_line(0.0), [-1.0, 2.0], [0.0, 2.0]),
        (box(-1.0, 1.0), [-3.0, 0.5], [-1.0, 0.5]),
        (box(np.array([0.0, 1.0]), np.array([1.0, 2.0])), [5.0, 0.0], [1.0, 1.0]),
        (ball(5.0), [6.0, 8.0], [3.0, 4.0]),
        (ball(1.0, centre=np.array([1.0, 1.0])), [1.0, 4.0], [1.0, 2.0]),
        (simplex(), [1.0, 1.0], [0.5, 0.5]),
        (simplex(2.0), [3.0, 0.0], [2.0, 0.0]),
    ],
    ids=repr,
)
@pytest.mark.parametrize("kind", [np.array, torch.tensor], ids=["array", "tensor"])
def test_a_projection_gives_the_nearest_allowed_point(projection, x, expected, kind):
    assert projection(kind(x)).tolist() == pytest.approx(expected, abs=1e-15)
    assert projection(kind(expected)).tolist() == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize(
    "projection", [box(-1.0, 0.5), ball(1.0), simplex(), half_line(0.2)], ids=repr
)
def test_no_allowed_point_is_nearer_and_a_batch_is_projected_column_by_column(projection):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3, 50))
    nearest = projection(x)
    np.testing.assert_allclose(projection(nearest), nearest, atol=1e-12)
    for column, image in zip(x.T, nearest.T, strict=True):
        np.testing.assert_array_equal(projection(column), image)
        # the angle condition: no direction into the set comes closer
        others = projection(rng.normal(size=(3, 50)))
        assert ((others - image[:, None]).T @ (column - image) <= 1e-12).all()


@each_direction
def test_a_run_with_a_projection_never_leaves_the_set(direction):
    method = direction(0.3)
    inside = type(method)(**{**_settings(method), "projection": box(-0.5, 0.5)})
    run = minimize(BOWL, np.array([2.0, 1.0]), inside, max_updates=40)
    assert (np.abs(run.iterates) <= 0.5).all()


def _settings(method):
    return {name: getattr(method, name) for name in method.__dataclass_fields__}


def test_a_projected_run_converges_to_the_best_allowed_point_and_knows_it():
    # the nearest point of the box to the minimizer (1, -1), since the axes of the bowl are those of the box
    run = minimize(BOWL, np.zeros(2), gradient_descent(0.2, projection=box(-0.5, 0.25)))
    assert run.stop is StopReason.GRADIENT
    assert run.x.tolist() == [0.25, -0.5]
    with_search = gradient_descent(armijo(), projection=box(-0.5, 0.25))
    assert minimize(BOWL, np.zeros(2), with_search).x.tolist() == [0.25, -0.5]


def test_methods_print_as_they_are_written_and_compare_by_their_parts():
    method = heavy_ball(armijo(sufficient=0.1), momentum=0.9, projection=box(0.0, 1.0))
    assert repr(method) == (
        "heavy_ball(armijo(sufficient=0.1), momentum=0.9, projection=box(0.0, high=1.0))"
    )
    assert method == heavy_ball(armijo(sufficient=0.1), 0.9, projection=box(0.0, 1.0))
    assert method != heavy_ball(armijo(sufficient=0.2), 0.9, projection=box(0.0, 1.0))
    assert gradient_descent(0.1) != adam(0.1)
    per_coordinate = np.array([0.1, 0.2])
    assert gradient_descent(per_coordinate) == gradient_descent(per_coordinate.copy())
    assert gradient_descent(per_coordinate) != gradient_descent(0.1)
    assert len({gradient_descent(per_coordinate), gradient_descent(per_coordinate.copy())}) == 1


@pytest.mark.parametrize(
    "value",
    [
        *(make(0.1) for make in (gradient_descent, adagrad, rmsprop, adam)),
        heavy_ball(warm_up(cosine(0.1, 50), 5), 0.9, projection=ball(2.0)),
        nesterov(golden_section(first=0.1), 0.5),
        quadratic_form([[2.0, 0.0], [0.0, 1.0]]),
        DOUBLE_WELL,
    ],
    ids=repr,
)
def test_methods_and_objectives_survive_pickling(value):
    again = pickle.loads(pickle.dumps(value))
    assert repr(again) == repr(value)
    if isinstance(value, Method):
        assert again == value
    else:
        x = np.array([0.3, -0.7])
        assert np.array_equal(again.slope(x), value.slope(x))


def test_a_schedule_in_a_sweep_gives_the_runs_of_minimize():
    def fading(step_size):
        return gradient_descent(lambda k: step_size / (k + 1))

    etas = np.array([0.05, 0.1, 0.2])
    many = sweep(
        DOUBLE_WELL, step_size=etas, start=2.0, method=fading, max_updates=50, eps_obj=1e-5
    )
    for run, eta in enumerate(etas.tolist()):
        alone = minimize(
            DOUBLE_WELL,
            2.0,
            gradient_descent(inverse(eta)),
            max_updates=50,
            eps_grad=None,
            eps_obj=1e-5,
        )
        assert (alone.updates, alone.stop) == (many.updates[run], many.stop[run])
