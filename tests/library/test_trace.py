"""A trace is a value: it cannot be changed and tells itself in one line."""

import dataclasses
import math

import numpy as np
import pytest

from ravine import CENTRED_QUADRATIC, StopReason, Trace, gradient_descent, minimize

HALVING = minimize(CENTRED_QUADRATIC, 5.0, gradient_descent(0.5), eps_grad=1e-10)


@pytest.mark.parametrize("name", ["iterates", "values", "gradient_norms"])
def test_arrays_are_read_only(name):
    with pytest.raises(ValueError, match="read-only"):
        getattr(HALVING, name)[0] = 1.0


def test_fields_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        HALVING.stop = StopReason.CAP


def test_a_trace_keeps_its_own_copy_of_the_arrays():
    iterates = np.array([2.0, 1.0])
    trace = Trace(iterates, np.array([2.0, 0.5]), np.array([2.0, 1.0]), StopReason.CAP)
    iterates[1] = 7.0
    assert trace.x == 1.0


def test_the_line_says_updates_points_end_and_reason():
    assert str(HALVING) == (
        "36 updates, 37 points: x = 7.27596e-11, value = 2.647e-21, gradient norm = 7.276e-11; "
        "stopped because the gradient norm is within its tolerance"
    )
    assert repr(HALVING) == f"<Trace: {HALVING}>"


def test_one_update_is_not_called_updates():
    run = minimize(CENTRED_QUADRATIC, 5.0, gradient_descent(1.0))
    assert str(run).startswith("1 update, 2 points: x = 0,")


def test_the_line_stays_one_line_for_a_long_vector():
    trace = Trace(np.zeros((1, 1000)), np.zeros(1), np.zeros(1), StopReason.GRADIENT)
    assert "\n" not in str(trace)
    assert len(str(trace)) < 200


def test_time_to_result_is_the_first_k_that_meets_the_target():
    # 5 / 2**11 is the first iterate with w**2 / 2 <= 1e-5
    assert HALVING.time_to_result(1e-5) == 11
    assert HALVING.time_to_result(12.5) == 0
    assert HALVING.time_to_result(1e-30) is None


def test_time_to_result_and_gaps_count_from_the_optimal_value():
    trace = Trace(np.arange(3.0), np.array([9.0, 8.0, 7.0]), np.ones(3), StopReason.CAP)
    assert trace.gaps(7.0).tolist() == [2.0, 1.0, 0.0]
    assert trace.time_to_result(1.0, optimal_value=7.0) == 1


def test_time_to_result_is_not_fooled_by_values_that_are_not_numbers():
    trace = Trace(np.arange(2.0), np.array([math.nan, 0.0]), np.ones(2), StopReason.CAP)
    assert trace.time_to_result(1.0) == 1


@pytest.mark.parametrize("reason", list(StopReason))
def test_converged_means_a_tolerance_was_met(reason):
    assert reason.converged is (reason in {StopReason.GRADIENT, StopReason.OBJECTIVE})


@pytest.mark.parametrize("reason", list(StopReason))
def test_every_reason_has_words(reason):
    assert f"{reason}" == str(reason)
    assert not str(reason).isdigit()


def test_step_sizes_are_a_copy_that_cannot_be_changed():
    step_sizes = np.array([0.5])
    trace = Trace(
        np.arange(2.0), np.ones(2), np.ones(2), StopReason.CAP, step_sizes=step_sizes, value_calls=3
    )
    step_sizes[0] = 7.0
    assert (trace.step_sizes.tolist(), trace.value_calls) == ([0.5], 3)
    with pytest.raises(ValueError, match="read-only"):
        trace.step_sizes[0] = 1.0


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([3.0, 0.1, 2.0, 0.05, -0.05], 3),  # close at 1, away again at 2
        ([0.0, 0.0], 0),
        ([3.0, 2.0], None),
        ([0.0, math.nan], None),
        ([4.0, 3.95], 0),
    ],
)
def test_a_run_has_settled_when_it_does_not_leave_again(points, expected):
    zeros = np.zeros(len(points))
    trace = Trace(np.array(points), zeros, zeros, StopReason.CAP)
    assert trace.settled_from([0.0, 4.0], within=0.1) == expected


def test_settling_in_the_plane_is_measured_by_the_euclidean_distance():
    zeros = np.zeros(2)
    trace = Trace(np.array([[3.0, 4.0], [0.3, 0.4]]), zeros, zeros, StopReason.CAP)
    assert trace.settled_from([[0.0, 0.0]], within=0.5) == 1
    assert trace.settled_from([[0.0, 0.0]], within=0.49) is None


def test_a_thin_log_speaks_of_the_updates_it_was_written_at():
    # w = 5 / 2**k at 0, 5, 10, ... and the last, 36: the target is met at 11, seen at 15
    thin = minimize(CENTRED_QUADRATIC, 5.0, gradient_descent(0.5), eps_grad=1e-10, log_every=5)
    assert thin.logged_at.tolist() == [0, 5, 10, 15, 20, 25, 30, 35, 36]
    assert str(thin).startswith("36 updates, 9 points: x = 7.27596e-11")
    assert (thin.updates, thin.time_to_result(1e-5), thin.time_to_result(1e-30)) == (36, 15, None)
    assert HALVING.settled_from([0.0], within=5 / 2**11) == 11
    assert thin.settled_from([0.0], within=5 / 2**11) == 15
    assert thin.settled_from([0.0], within=1e-30) is None
    assert not thin.logged_at.flags.writeable


def test_every_point_is_logged_unless_the_trace_says_otherwise():
    assert HALVING.logged_at.tolist() == list(range(37))
    trace = Trace(np.zeros(3), np.zeros(3), np.zeros(3), StopReason.CAP)
    assert trace.logged_at.tolist() == [0, 1, 2]


def test_settling_time_is_the_first_k_after_the_last_large_gap():
    values = [9.0, 0.5, 2.0, 0.5, 0.2]
    run = dataclasses.replace(
        HALVING,
        iterates=np.sqrt(values),
        values=np.array(values),
        gradient_norms=np.ones(5),
        logged_at=np.arange(5),
        step_sizes=np.ones(4),
    )
    assert run.settling_time(1.0) == 3
    assert run.settling_time(1.0, optimal_value=-0.6) == 4
    assert run.settling_time(10.0) == 0
    assert run.settling_time(0.1) is None
