"""The loop: evaluate, log, test, update; why it stops; in which numbers it runs."""

import math
import tracemalloc
import warnings
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ravine import (
    CENTRED_QUADRATIC,
    DOUBLE_WELL,
    QUARTIC,
    SHIFTED_QUADRATIC,
    Objective,
    StopReason,
    armijo,
    gradient_descent,
    minimize,
)
from ravine.methods import Method
from ravine.named import CATALOGUE

objectives = st.sampled_from(CATALOGUE)
starts = st.floats(-6, 6)
step_sizes = st.floats(1e-3, 4)


def assert_same_run(one, other):
    assert one.stop is other.stop
    for name in ("iterates", "values", "gradient_norms"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@given(objectives, starts, step_sizes, st.integers(0, 40))
def test_points_logged_are_updates_plus_one(objective, start, step_size, cap):
    run = minimize(objective, start, gradient_descent(step_size), max_updates=cap)
    assert len(run.iterates) == len(run.values) == len(run.gradient_norms) == run.updates + 1
    assert run.updates <= cap


@given(objectives, starts, step_sizes)
def test_every_entry_belongs_to_the_same_point(objective, start, step_size):
    run = minimize(objective, start, gradient_descent(step_size), max_updates=20)
    assert run.iterates[0] == start
    for x, value, gradient_norm in zip(
        run.iterates.tolist(), run.values, run.gradient_norms, strict=True
    ):
        np.testing.assert_equal(value, objective.value(x))
        np.testing.assert_equal(gradient_norm, abs(objective.slope(x)))


@given(st.integers(-1000, 1000), st.integers(1, 1023), st.integers(0, 3))
def test_the_recursion_on_the_centred_quadratic_is_exact(start, eighths, updates):
    # step sizes that are multiples of 1/256: three updates of a 10-bit start stay below 53 bits
    eta = eighths / 256
    run = minimize(
        CENTRED_QUADRATIC, start, gradient_descent(eta), max_updates=updates, eps_grad=None
    )
    expected = [Fraction(start) * (1 - Fraction(eta)) ** k for k in range(updates + 1)]
    assert [Fraction(w) for w in run.iterates.tolist()] == expected


@given(starts, st.floats(1e-3, 3))
def test_the_recursion_holds_within_rounding_for_every_step_size(start, eta):
    run = minimize(CENTRED_QUADRATIC, start, gradient_descent(eta), max_updates=30, eps_grad=None)
    for w, following in zip(run.iterates[:-1], run.iterates[1:], strict=True):
        assert following == pytest.approx((1 - eta) * w, rel=1e-12, abs=1e-15 * abs(w))


@given(objectives, starts, step_sizes)
def test_float_array_and_tensor_runs_agree_bit_for_bit(objective, start, step_size):
    method = gradient_descent(step_size)
    run = minimize(objective, start, method, max_updates=50)
    assert_same_run(run, minimize(objective, np.array(start), method, max_updates=50))
    tensor = torch.tensor(start, dtype=torch.float64)
    assert_same_run(run, minimize(objective, tensor, method, max_updates=50))


@given(objectives, starts, step_sizes)
def test_float32_arrays_and_tensors_agree_bit_for_bit(objective, start, step_size):
    method = gradient_descent(step_size)
    run = minimize(objective, np.float32(start), method, max_updates=50)
    assert run.iterates.dtype == np.float32
    assert_same_run(run, minimize(objective, torch.tensor(start), method, max_updates=50))


@given(objectives, st.integers(-2000, 2000), st.floats(0.01, 0.3))
def test_derivatives_by_torch_give_the_run_of_the_slope_by_hand(objective, thousandths, step_size):
    start = thousandths / 1000  # far from subnormal numbers, where the order of factors would tell
    method = gradient_descent(step_size)
    for x0 in (start, np.array(start), np.float32(start), torch.tensor(start)):
        by_hand = minimize(objective, x0, method, max_updates=20)
        assert_same_run(by_hand, minimize(objective.value, x0, method, max_updates=20))
        without_slope = Objective("no slope", objective.value)
        assert_same_run(by_hand, minimize(without_slope, x0, method, max_updates=20))


@pytest.mark.parametrize(
    ("start", "dtype"),
    [
        (5.0, np.float64),
        (5, np.float64),
        (np.int64(5), np.float64),
        (np.float64(5), np.float64),
        (np.float32(5), np.float32),
        (np.float16(5), np.float16),
        (np.array(5.0, dtype=np.float32), np.float32),
        (np.array([5.0, 3.0], dtype=np.float32), np.float32),
        (torch.tensor(5.0), np.float32),
        (torch.tensor(5.0, dtype=torch.float64), np.float64),
        (torch.tensor(5.0, dtype=torch.bfloat16), np.float32),
        (torch.tensor([5.0, 3.0]), np.float32),
    ],
    ids=repr,
)
def test_a_run_stays_in_the_dtype_of_its_start(start, dtype):
    run = minimize(lambda w: (w * w).sum() / 2, start, gradient_descent(0.25), max_updates=3)
    assert run.iterates.dtype == dtype
    assert run.iterates.shape == (4, *np.shape(start))


def test_a_numpy_step_size_does_not_widen_a_float32_run():
    run = minimize(DOUBLE_WELL, np.float32(2), gradient_descent(np.float64(0.1)), max_updates=3)
    assert run.iterates.dtype == np.float32


def test_a_vector_is_minimized_with_euclidean_gradient_norm():
    # L = (x**2 + 4 y**2) / 2 from (3, 1): gradient (3, 4), and a step of 1/4 solves y at once
    def bowl(w):
        return (w[0] * w[0] + 4 * w[1] * w[1]) / 2

    for x0 in (np.array([3.0, 1.0]), torch.tensor([3.0, 1.0], dtype=torch.float64)):
        run = minimize(bowl, x0, gradient_descent(0.25), max_updates=2)
        assert run.gradient_norms[0] == 5.0
        assert run.iterates.tolist() == [[3.0, 1.0], [2.25, 0.0], [1.6875, 0.0]]


def test_a_vector_objective_with_a_slope_by_hand_needs_no_torch():
    bowl = Objective(
        "bowl", value=lambda w: (w * w).sum() / 2, slope=lambda w: w, optimal_value=0.0
    )
    run = minimize(bowl, np.array([3.0, 4.0]), gradient_descent(0.5), eps_obj=1e-5)
    assert run.stop is StopReason.OBJECTIVE
    assert run.x.tolist() == [3 / 2**11, 4 / 2**11]


def test_the_start_tensor_is_left_alone():
    start = torch.tensor(5.0, requires_grad=True)
    minimize(DOUBLE_WELL.value, start, gradient_descent(0.02), max_updates=3)
    assert start.item() == 5.0
    assert start.grad is None


def test_a_plain_loss_is_differentiated_inside_no_grad_too():
    with torch.no_grad():
        run = minimize(DOUBLE_WELL.value, 2.0, gradient_descent(0.25))
    assert run.x == -1.0


def test_gradient_rule_fires_at_the_tolerance_itself():
    run = minimize(CENTRED_QUADRATIC, 4.0, gradient_descent(0.5), eps_grad=0.25)
    assert (run.stop, run.updates) == (StopReason.GRADIENT, 4)


def test_objective_rule_measures_the_gap_to_the_optimal_value():
    lowered = Objective(
        "lowered", value=lambda w: w * w / 2 - 20, slope=lambda w: w, optimal_value=-20.0
    )
    run = minimize(lowered, 4.0, gradient_descent(0.5), eps_obj=0.5, eps_grad=None)
    assert (run.stop, run.updates) == (StopReason.OBJECTIVE, 2)


def test_gradient_rule_is_tested_before_the_objective_rule():
    both = minimize(CENTRED_QUADRATIC, 5.0, gradient_descent(0.5), eps_grad=1e-10, eps_obj=5e-21)
    assert (both.stop, both.updates) == (StopReason.GRADIENT, 36)


def test_cap_is_the_last_rule():
    run = minimize(CENTRED_QUADRATIC, 4.0, gradient_descent(0.5), max_updates=4, eps_grad=0.25)
    assert run.stop is StopReason.GRADIENT
    run = minimize(CENTRED_QUADRATIC, 4.0, gradient_descent(0.5), max_updates=3, eps_grad=0.25)
    assert (run.stop, run.updates, run.converged) == (StopReason.CAP, 3, False)


def test_no_update_is_made_when_the_start_meets_a_rule():
    assert minimize(DOUBLE_WELL, 1.0, gradient_descent(0.1)).updates == 0
    assert minimize(DOUBLE_WELL, 2.0, gradient_descent(0.1), max_updates=0).updates == 0


def test_none_switches_a_rule_off():
    run = minimize(CENTRED_QUADRATIC, 0.0, gradient_descent(0.5), max_updates=7, eps_grad=None)
    assert (run.stop, run.updates) == (StopReason.CAP, 7)


def test_escape_rule_logs_the_point_outside_and_only_that():
    run = minimize(CENTRED_QUADRATIC, 5.0, gradient_descent(3.0), escape_radius=40.0)
    assert run.iterates.tolist() == [5.0, -10.0, 20.0, -40.0, 80.0]
    assert run.stop is StopReason.ESCAPED


@pytest.mark.parametrize(
    ("start", "largest"),
    [
        (5.0, np.finfo(np.float64).max),
        (np.array(5.0), np.finfo(np.float64).max),
        (torch.tensor(5.0, dtype=torch.float64), np.finfo(np.float64).max),
        (np.float32(5), np.finfo(np.float32).max),
        (torch.tensor(5.0), np.finfo(np.float32).max),
    ],
    ids=["float", "float64 array", "float64 tensor", "float32 array", "float32 tensor"],
)
def test_divergence_ends_at_the_first_value_that_is_not_finite(start, largest):
    # |w_k| = 5 * 2**k, and the square is formed first
    overflow = next(k for k in range(999) if (5 * 2**k) ** 2 > int(largest))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run = minimize(CENTRED_QUADRATIC, start, gradient_descent(3.0), max_updates=2000)
    assert (run.stop, run.updates, run.value) == (StopReason.NOT_FINITE, overflow, math.inf)
    assert np.isfinite(run.values[:-1]).all()


def test_powers_of_python_floats_overflow_into_a_result_not_an_error():
    powers = Objective(
        "powers", value=lambda w: (w**2 - 1) ** 2 / 2, slope=lambda w: 2 * w**3 - 2 * w
    )
    run = minimize(powers, 5.0, gradient_descent(0.5))
    assert (run.stop, run.value, run.gradient_norm) == (StopReason.NOT_FINITE, math.inf, math.inf)


def test_a_plain_loss_with_powers_that_diverges_is_reported():
    run = minimize(lambda w: (w**2 - 1) ** 2 / 2, 5.0, gradient_descent(0.5))
    assert run.stop is StopReason.NOT_FINITE


def test_not_finite_comes_before_escaped():
    run = minimize(DOUBLE_WELL, 1e200, gradient_descent(0.5), escape_radius=10.0)
    assert (run.stop, run.updates) == (StopReason.NOT_FINITE, 0)


def test_a_gradient_that_is_not_a_number_stops_the_run():
    broken = Objective("broken", value=lambda w: w * w, slope=lambda w: math.nan * w)
    assert minimize(broken, 1.0, gradient_descent(0.5)).stop is StopReason.NOT_FINITE


@pytest.mark.parametrize("x0", [0.4, np.array(0.4), torch.tensor(0.4)])
def test_leaving_the_domain_counts_as_an_infinite_value(x0):
    barrier = Objective(
        "barrier", lambda w: 1 / w + w, lambda w: 1 - 1 / (w * w), domain=(0.1, 9.0)
    )
    run = minimize(barrier, x0, gradient_descent(2.0))  # 0.4 -> 10.9, beyond 9
    assert (run.stop, run.updates, run.value) == (StopReason.NOT_FINITE, 1, math.inf)


def test_plateau_rule_stops_when_the_best_value_stops_falling():
    # a step of 2 alternates between 5 and -5: the value never falls at all
    run = minimize(CENTRED_QUADRATIC, 5.0, gradient_descent(2.0), eps_plateau=0.0, patience=7)
    assert (run.stop, run.updates, run.converged) == (StopReason.PLATEAU, 7, False)


def test_plateau_rule_waits_while_the_best_value_falls():
    # the value falls by a factor 4: after k updates the fall over the last 2 is 15 * 12.5 / 4**k
    run = minimize(CENTRED_QUADRATIC, 5.0, gradient_descent(0.5), eps_plateau=1e-3, patience=2)
    expected = next(k for k in range(2, 99) if 15 * 12.5 / 4**k <= 1e-3)
    assert (run.stop, run.updates) == (StopReason.PLATEAU, expected)


def test_plateau_rule_can_be_fooled_near_a_maximum():
    # from 1e-6 the value stays above 0.499 until k = 265, then falls to the target at k = 418
    settings = {"eps_grad": 1e-8, "eps_obj": 1e-5}
    method = gradient_descent(0.02)
    fooled = minimize(DOUBLE_WELL, 1e-6, method, eps_plateau=1e-3, **settings)
    assert fooled.stop is StopReason.PLATEAU
    assert fooled.value > 0.499
    patient = minimize(DOUBLE_WELL, 1e-6, method, **settings)
    assert (patient.stop, patient.updates) == (StopReason.OBJECTIVE, 418)
    assert int(np.argmax(patient.values < 0.499)) == 265


def test_the_state_of_a_method_goes_in_and_comes_out():
    class Counting(Method):
        def init(self, x):
            return 1

        def direction(self, x, gradient, count):
            return gradient / (count + 1), count + 1

    run = minimize(CENTRED_QUADRATIC, 6.0, Counting(1.0), max_updates=3)
    assert run.iterates.tolist() == [6.0, 3.0, 2.0, 1.5]


@pytest.mark.parametrize("x0", [np.array([4.0]), torch.tensor([4.0], dtype=torch.float64)])
def test_a_direction_that_works_in_place_cannot_spoil_the_log(x0):
    class InPlace(Method):
        def direction(self, x, gradient, state):
            gradient *= 0.5
            return gradient, state

    run = minimize(lambda w: (w * w).sum() / 2, x0, InPlace(1.0), max_updates=2)
    assert run.iterates.tolist() == [[4.0], [2.0], [1.0]]


def test_shifted_quadratic_needs_the_updates_of_the_centred_one():
    run = minimize(SHIFTED_QUADRATIC, 5.0, gradient_descent(0.5), eps_grad=1e-10)
    assert run.updates == math.ceil(math.log2(4 / 1e-10)) == 36


def test_the_gradient_tolerance_is_1e_8_unless_another_is_asked_for():
    # 5 / 2**28 = 1.9e-8 is above the tolerance, 5 / 2**29 = 9.3e-9 is the first below it
    assert minimize(CENTRED_QUADRATIC, 5.0, gradient_descent(0.5)).updates == 29


def test_step_sizes_of_each_coordinate_are_on_record():
    method = gradient_descent(np.array([0.5, 0.25]))
    bowl = Objective("bowl", lambda w: (w * w).sum() / 2, lambda w: w)
    run = minimize(bowl, np.array([4.0, 4.0]), method, max_updates=2)
    assert run.step_sizes.tolist() == [[0.5, 0.25]] * 2
    assert run.x.tolist() == [1.0, 2.25]


@given(objectives, starts, step_sizes, st.integers(0, 20))
def test_there_is_one_step_size_for_each_update(objective, start, step_size, cap):
    run = minimize(objective, start, gradient_descent(step_size), max_updates=cap)
    assert run.step_sizes.tolist() == [step_size] * run.updates


# the three runs of lecture 2, as its tables print them
def test_the_quartic_at_a_small_step_size_stays_in_its_well():
    run = minimize(QUARTIC, -2.5, gradient_descent(0.01), max_updates=40, eps_grad=None)
    x = {1: -2.025, 2: -1.814349375, 3: -1.6843067069303441, 5: -1.527815589538221,
         10: -1.355766931733958, 20: -1.2568486304928408, 30: -1.2334039913345038,
         39: -1.227462847110144, 40: -1.2271356035003107}  # fmt: skip
    assert [run.iterates[k] for k in x] == pytest.approx(list(x.values()), rel=1e-14)
    value = {1: 6.5132503906249966, 5: 0.4459238019703902, 39: -0.249955577227992}
    assert [run.values[k] for k in value] == pytest.approx(list(value.values()), rel=1e-13)
    longer = minimize(QUARTIC, -2.5, gradient_descent(0.01), max_updates=80, eps_grad=None)
    reached = [longer.time_to_result(t, -0.25) for t in (1, 0.1, 1e-2, 1e-4, 1e-6, 1e-8)]
    assert reached == [5, 11, 19, 36, 54, 72]


def test_the_quartic_at_a_middle_step_size_jumps_over_both_wells_and_back():
    run = minimize(QUARTIC, -2.5, gradient_descent(0.1), max_updates=39, eps_grad=None)
    x = {1: 2.25, 2: -0.9562500000000003, 3: -1.18023662109375, 4: -1.2307703490103843,
         5: -1.2234863290984865, 8: -1.2247548612583878, 39: -math.sqrt(1.5)}  # fmt: skip
    assert [run.iterates[k] for k in x] == pytest.approx(list(x.values()), rel=1e-14)
    reached = [run.time_to_result(t, -0.25) for t in (1, 0.1, 1e-2, 1e-4, 1e-6, 1e-8)]
    assert reached == [2, 3, 4, 5, 6, 8]
    assert run.value == -0.25


def test_the_quartic_at_a_large_step_size_leaves_the_finite_numbers():
    run = minimize(QUARTIC, -2.5, gradient_descent(0.5), max_updates=39, eps_grad=None)
    assert (run.stop, run.updates) == (StopReason.NOT_FINITE, 5)
    x = [-2.5, 21.25, -19106.40625, 13949769011663.678, -5.4291400490195245e39,
         3.200539046801639e119]  # fmt: skip
    assert run.iterates.tolist() == pytest.approx(x, rel=1e-12)
    value = [22.3125, 202556.00390625, 1.3326497655019885e17, 3.7867624807897397e52,
             8.688087358720777e158, math.inf]  # fmt: skip
    assert run.values.tolist() == pytest.approx(value, rel=1e-12)
    narrow = minimize(QUARTIC, np.float32(-2.5), gradient_descent(0.5), eps_grad=None)
    assert (narrow.stop, narrow.updates) == (StopReason.NOT_FINITE, 3)


@given(objectives, starts, step_sizes, st.integers(0, 40), st.integers(1, 50))
def test_every_nth_point_is_logged_and_the_last(objective, start, step_size, cap, every):
    method = gradient_descent(step_size)
    full = minimize(objective, start, method, max_updates=cap)
    run = minimize(objective, start, method, max_updates=cap, log_every=every)
    logged = sorted({*range(0, full.updates + 1, every), full.updates})
    assert run.logged_at.tolist() == logged
    assert (run.updates, run.stop) == (full.updates, full.stop)
    for name in ("iterates", "values", "gradient_norms"):
        np.testing.assert_array_equal(getattr(run, name), getattr(full, name)[logged])
    assert run.step_sizes.tolist() == [step_size] * (len(logged) - 1)


@pytest.mark.parametrize("every", [1, 2, 7, 100])
def test_what_is_logged_changes_no_line_search(every):
    full = minimize(QUARTIC, -2.5, gradient_descent(armijo(sufficient=0.3)), eps_grad=1e-6)
    run = minimize(
        QUARTIC,
        -2.5,
        gradient_descent(armijo(sufficient=0.3)),
        eps_grad=1e-6,
        log_every=every,
    )
    assert (run.updates, run.x, run.value_calls) == (full.updates, full.x, full.value_calls)
    assert run.step_sizes.tolist() == full.step_sizes[run.logged_at[:-1]].tolist()


@given(st.integers(1, 30), st.integers(1, 9))
def test_the_plateau_rule_does_not_depend_on_what_is_logged(every, patience):
    # as above: the fall over the last updates is (4**patience - 1) * 12.5 / 4**k
    run = minimize(
        CENTRED_QUADRATIC,
        5.0,
        gradient_descent(0.5),
        eps_plateau=1e-3,
        patience=patience,
        log_every=every,
    )
    expected = next(k for k in range(patience, 99) if (4**patience - 1) * 12.5 / 4**k <= 1e-3)
    assert (run.stop, run.updates) == (StopReason.PLATEAU, expected)


def test_a_long_run_uses_memory_for_what_it_logs():
    def most_bytes(log_every):
        tracemalloc.start()
        minimize(
            DOUBLE_WELL,
            2.0,
            gradient_descent(1e-5),
            max_updates=20_000,
            eps_plateau=0.0,
            log_every=log_every,
        )
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert most_bytes(1) > 20_000 * 24  # three doubles a point
    assert most_bytes(5000) < 20_000


def test_log_every_is_a_positive_integer():
    with pytest.raises(ValueError, match="log_every must be an integer >= 1, got 0"):
        minimize(DOUBLE_WELL, 2.0, gradient_descent(0.1), log_every=0)
