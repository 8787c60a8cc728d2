"""A sweep gives the ends that `minimize` gives, run by run and bit for bit."""

import dataclasses
import math
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from ravine import (
    CENTRED_QUADRATIC,
    DOUBLE_WELL,
    Objective,
    StopReason,
    gradient_descent,
    heavy_ball,
    minimize,
    sweep,
)
from ravine.methods import Method
from ravine.named import CATALOGUE


class Memory(NamedTuple):
    mean: object
    spread: object
    count: int


@dataclass(frozen=True)
class Remembering(Method):
    """State: arrays and a count that all runs share, as in Adam."""

    decay: float

    def init(self, x):
        return Memory(0 * x, 0 * x, 0)

    def direction(self, x, gradient, memory):
        mean = self.decay * memory.mean + (1 - self.decay) * gradient
        spread = memory.spread + gradient * gradient
        count = memory.count + 1
        return mean / (1 + spread) / count, Memory(mean, spread, count)


METHODS = {
    "gradient descent": gradient_descent,
    "heavy ball": partial(heavy_ball, momentum=0.5),
    "heavy ball, strong": partial(heavy_ball, momentum=0.95),
    "remembering": partial(Remembering, decay=0.75),
}
STOPPING = st.fixed_dictionaries(
    {
        "max_updates": st.integers(0, 60),
        "eps_grad": st.sampled_from([None, 0.0, 1e-3]),
        "eps_obj": st.sampled_from([None, 0.0, 1e-5, 0.1]),
        "escape_radius": st.sampled_from([math.inf, 1e6, 3.0]),
    }
)


def same_bits(one, other):
    one, other = np.float64(one), np.float64(other)
    return one.tobytes() == other.tobytes() or (np.isnan(one) and np.isnan(other))


def assert_equals_minimize(result, objective, method, starts, **stopping):
    for run, start in enumerate(np.broadcast_to(starts, result.x.shape).ravel()):
        alone = minimize(
            objective, start, method(result.step_sizes.ravel()[run].item()), **stopping
        )
        assert result.updates.ravel()[run] == alone.updates
        assert result.stop.ravel()[run] == alone.stop
        for name in ("x", "value", "gradient_norm"):
            assert same_bits(getattr(result, name).ravel()[run], getattr(alone, name)), name


@given(
    objective=st.sampled_from(CATALOGUE),
    runs=st.lists(st.tuples(st.floats(1e-3, 4), st.floats(-6, 6)), min_size=1, max_size=12),
    method=st.sampled_from(sorted(METHODS)),
    stopping=STOPPING,
    dtype=st.sampled_from([np.float64, np.float32]),
)
@example(  # overflow, a cap, and a minimizer hit exactly, side by side
    objective=DOUBLE_WELL,
    runs=[(0.5, 5.0), (1 / 3, 2.0), (0.25, 2.0), (4.0, -6.0), (1 / 6, 2.0)],
    method="gradient descent",
    stopping={"max_updates": 60, "eps_grad": None, "eps_obj": 1e-5},
    dtype=np.float64,
)
def test_sweep_equals_minimize_bit_for_bit(objective, runs, method, stopping, dtype):
    step_sizes, starts = np.array(runs).T
    starts = starts.astype(dtype)
    result = sweep(
        objective, step_size=step_sizes, start=starts, method=METHODS[method], **stopping
    )
    assert result.x.dtype == dtype
    assert_equals_minimize(result, objective, METHODS[method], starts, **stopping)


@given(st.lists(st.floats(1e-3, 2), min_size=1, max_size=5), st.floats(-3, 3))
def test_sweep_of_a_plain_loss_equals_minimize(step_sizes, start):
    def loss(w):
        return (w**2 - 1) ** 2 / 2

    result = sweep(loss, step_size=np.array(step_sizes), start=start, max_updates=20, eps_grad=1e-6)
    assert_equals_minimize(result, loss, gradient_descent, start, max_updates=20, eps_grad=1e-6)


def test_sweep_outside_a_domain_equals_minimize():
    barrier = Objective(
        "barrier", lambda w: 1 / w + w, lambda w: 1 - 1 / (w * w), domain=(0.1, 9.0)
    )
    step_sizes = np.array([0.1, 2.0, 0.3])
    result = sweep(barrier, step_size=step_sizes, start=0.4, max_updates=50)
    assert_equals_minimize(result, barrier, gradient_descent, 0.4, max_updates=50, eps_grad=None)
    assert result.value[1] == math.inf


def test_a_constant_slope_serves_every_run():
    line = Objective("line", value=lambda w: 2 * w, slope=lambda w: 2.0)
    result = sweep(line, step_size=np.array([0.5, 1.0]), start=0.0, max_updates=3)
    assert result.x.tolist() == [-3.0, -6.0]


def test_runs_do_not_depend_on_their_block():
    # two blocks and a bit; the first and the last run of a block are the dangerous ones
    block = 16_384  # so many runs are made at once
    step_sizes = np.linspace(0.001, 0.4, 2 * block + 3)
    result = sweep(
        DOUBLE_WELL,
        step_size=step_sizes,
        start=2.0,
        max_updates=30,
        eps_obj=1e-5,
        escape_radius=1e6,
    )
    edges = [0, block - 1, block, 2 * block - 1, 2 * block, -1]
    for run in edges:
        alone = minimize(
            DOUBLE_WELL,
            2.0,
            gradient_descent(step_sizes[run]),
            max_updates=30,
            eps_grad=None,
            eps_obj=1e-5,
            escape_radius=1e6,
        )
        assert (result.updates[run], result.x[run]) == (alone.updates, alone.x)


def test_step_sizes_and_starts_broadcast_into_a_map():
    step_sizes, starts = np.array([0.1, 0.2, 0.3]), np.array([-2.0, 0.5])
    result = sweep(
        DOUBLE_WELL, step_size=step_sizes[:, None], start=starts, max_updates=9, eps_obj=1e-5
    )
    assert result.x.shape == result.stop.shape == result.step_sizes.shape == (3, 2)
    assert (result.step_sizes == step_sizes[:, None]).all()
    assert (result.starts == starts).all()
    assert_equals_minimize(
        result, DOUBLE_WELL, gradient_descent, starts, max_updates=9, eps_obj=1e-5, eps_grad=None
    )


def test_a_single_run_is_a_sweep_of_shape_nothing():
    result = sweep(CENTRED_QUADRATIC, step_size=0.5, start=5, eps_obj=1e-5)
    assert (result.updates.shape, int(result.updates)) == ((), 11)


def test_shapes_that_do_not_broadcast_are_refused():
    with pytest.raises(ValueError, match="must fit together"):
        sweep(DOUBLE_WELL, step_size=np.ones(3), start=np.ones(2))


def test_fastest_gives_all_winners_and_none_when_nothing_reached():
    step_sizes = np.array([0.5, 1.0, 1.5, 2.0])
    result = sweep(CENTRED_QUADRATIC, step_size=step_sizes, start=5.0, eps_obj=1e-5)
    assert result.fastest().tolist() == [1]
    tie = sweep(CENTRED_QUADRATIC, step_size=step_sizes[[0, 2, 3]], start=5.0, eps_obj=1e-5)
    assert tie.fastest().tolist() == [0, 1]
    none = sweep(CENTRED_QUADRATIC, step_size=step_sizes, start=5.0, max_updates=5)
    assert none.fastest().size == 0


def test_counts_add_up():
    result = sweep(CENTRED_QUADRATIC, step_size=np.array([0.5, 2.0, 3.0]), start=5.0, eps_obj=1e-5)
    assert (result.reached_count, result.capped_count, result.escaped_count) == (1, 1, 1)
    assert sum(result.count(reason) for reason in StopReason) == 3
    assert (result.reached | result.capped | result.escaped).all()


def test_nearest_minimizer_is_not_a_number_where_the_target_was_missed():
    # from 2 these land on +1, on the maximum 0, on -1 and on -2
    result = sweep(
        DOUBLE_WELL, step_size=np.array([1 / 12, 1 / 6, 1 / 4, 1 / 3]), start=2.0, eps_obj=1e-5
    )
    np.testing.assert_array_equal(result.nearest_minimizer(DOUBLE_WELL), [1, np.nan, -1, np.nan])


def test_nearest_minimizer_needs_known_minimizers():
    result = sweep(CENTRED_QUADRATIC, step_size=0.5, start=5.0)
    with pytest.raises(ValueError, match=r"objective must know its minimizers, got <Objective: x>"):
        result.nearest_minimizer(Objective("x", value=lambda w: w))


def test_the_gradient_rule_is_off_unless_asked_for():
    at_rest = sweep(DOUBLE_WELL, step_size=1 / 6, start=2.0, max_updates=50, eps_obj=1e-5)
    assert at_rest.stop == StopReason.CAP
    asked = sweep(
        DOUBLE_WELL, step_size=1 / 6, start=2.0, max_updates=50, eps_obj=1e-5, eps_grad=1e-8
    )
    assert (asked.stop, asked.updates, asked.x) == (StopReason.GRADIENT, 1, 0.0)


def test_the_line_says_what_became_of_the_runs():
    result = sweep(
        CENTRED_QUADRATIC,
        step_size=np.arange(1, 221) / 100,
        start=5.0,
        max_updates=200,
        eps_obj=1e-5,
        escape_radius=1e6,
    )
    assert str(result) == (
        "220 runs: 193 reached the target, 14 diverged, 13 stopped at the cap; "
        "fewest updates: 1, at step size 1"
    )
    assert repr(result) == f"<Sweep: {result}>"


def test_a_sweep_cannot_be_changed():
    result = sweep(CENTRED_QUADRATIC, step_size=0.5, start=np.array([1.0, 2.0]), keep_iterates=True)
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.x = np.zeros(2)
    with pytest.raises(TypeError):
        result.settings["momentum"] = 1
    for field in dataclasses.fields(result):
        if field.name == "settings":
            continue
        with pytest.raises(ValueError, match="read-only"):
            getattr(result, field.name)[0] = 1


def test_the_given_arrays_are_left_alone():
    step_sizes, starts = np.array([0.1, 0.2]), np.array([2.0, 3.0])
    sweep(DOUBLE_WELL, step_size=step_sizes, start=starts, max_updates=5)
    assert (step_sizes.tolist(), starts.tolist()) == ([0.1, 0.2], [2.0, 3.0])


def test_tolerances_are_not_rounded_to_float32():
    # float32(0.1) is 0.1 + 1.5e-9, so it does not meet a tolerance of 0.1
    result = sweep(CENTRED_QUADRATIC, step_size=0.5, start=np.float32(0.1), eps_grad=0.1)
    alone = minimize(CENTRED_QUADRATIC, np.float32(0.1), gradient_descent(0.5), eps_grad=0.1)
    assert result.updates == alone.updates == 1


def test_float32_starts_run_in_float32():
    result = sweep(DOUBLE_WELL, step_size=np.array([0.1, 0.2]), start=np.float32(2), max_updates=50)
    assert result.x.dtype == np.float32
    tensor = torch.tensor(2.0)
    for run, step_size in enumerate([0.1, 0.2]):
        alone = minimize(
            DOUBLE_WELL, tensor, gradient_descent(step_size), max_updates=50, eps_grad=None
        )
        assert result.x[run] == alone.x
