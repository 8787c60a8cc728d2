"""The checks for readers: right answers pass, and each slip is recognized by name."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ravine.course.exercises import (
    Report,
    check_adagrad,
    check_adam,
    check_line_search,
    check_many_starts,
    check_momentum,
    ends,
    many_starts,
)


def momentum(x, gradient, velocity, step_size, momentum):
    velocity = momentum * velocity + gradient
    return x - step_size * velocity, velocity


def adagrad(x, gradient, squares, step_size):
    squares = squares + gradient**2
    return x - step_size * gradient / squares**0.5, squares


def adam(x, gradient, state, step_size):
    k, m, v = state
    k, m, v = k + 1, 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
    return x - step_size * m / (1 - 0.9**k) / ((v / (1 - 0.999**k)) ** 0.5 + 1e-8), (k, m, v)


def best_step(f, x, slope):
    return min(s for s in ((x - t) / slope for t in (-math.sqrt(1.5), math.sqrt(1.5))) if s > 0)


@pytest.mark.parametrize(
    ("check", "answer"),
    [
        (check_momentum, momentum),
        (check_adagrad, adagrad),
        (check_adam, adam),
        (check_many_starts, ends),
        (check_line_search, best_step),
    ],
)
def test_a_right_answer_passes(check, answer):
    report = check(answer)
    assert report
    assert str(report).startswith("passed: ")
    assert "look at" not in str(report)


def test_an_answer_with_tensors_and_another_state_passes():
    def step(x, gradient, state, step_size):
        squares = [*state, gradient**2] if state else [gradient**2]
        total = torch.tensor(squares, dtype=torch.float64).sum()
        return torch.tensor(x, dtype=torch.float64) - step_size * gradient / total.sqrt(), squares

    assert check_adagrad(step)


MOMENTUM_SLIPS = {
    "the factor (1 - momentum)": lambda x, g, v, a, b: (
        x - a * (b * v + (1 - b) * g),
        b * v + (1 - b) * g,
    ),
    "the velocity: it must be returned": lambda x, g, v, a, b: (x - a * (b * v + g), v),
    "the sign": lambda x, g, v, a, b: (x + a * (b * v + g), b * v + g),
    "the order": lambda x, g, v, a, b: (x - a * v, b * v + g),
    "the step size: it is used twice": lambda x, g, v, a, b: (
        x - a * (b * v + a * g),
        b * v + a * g,
    ),
    "Nesterov": lambda x, g, v, a, b: (x - a * (g + b * (b * v + g)), b * v + g),
    "the momentum: the old velocity": lambda x, g, v, a, b: (x - a * (v + g), v + g),
    "what is kept: it is the new velocity": lambda x, g, v, a, b: (x - a * (b * v + g), g),
    "the order of what is returned": lambda x, g, v, a, b: (b * v + g, x - a * (b * v + g)),
    "the order of the arguments": lambda x, g, v, b, a: (x - a * (b * v + g), b * v + g),
}


@pytest.mark.parametrize("advice", MOMENTUM_SLIPS)
def test_slips_with_momentum_are_named(advice):
    report = check_momentum(MOMENTUM_SLIPS[advice])
    assert not report
    assert advice in report.look_at


ADAGRAD_SLIPS = {
    "the root: divide": lambda x, g, s, a: (x - a * g / (s + g * g), s + g * g),
    "the sum of squares": lambda x, g, s, a: (x - a * g / abs(g), s),
    "the sign": lambda x, g, s, a: (x + a * g / (s + g * g) ** 0.5, s + g * g),
    "the squares": lambda x, g, s, a: (x - a * g / (s + abs(g)), s + abs(g)),
    "plain gradient descent": lambda x, g, s, a: (x - a * g, s),
    "the order: the new square": lambda x, g, s, a: (x - a * g / (s**0.5 + 1e-10), s + g * g),
    "the step size: it is missing": lambda x, g, s, a: (x - g / (s + g * g) ** 0.5, s + g * g),
}


@pytest.mark.parametrize("advice", ADAGRAD_SLIPS)
def test_slips_with_adagrad_are_named(advice):
    report = check_adagrad(ADAGRAD_SLIPS[advice])
    assert not report
    assert advice in report.look_at


def adam_with(
    *,
    first=lambda m, k: m / (1 - 0.9**k),
    second=lambda v, k: v / (1 - 0.999**k),
    below=lambda v: v**0.5 + 1e-8,
    shares=(0.9, 0.999),
    sign=1,
    kept=lambda k, m, v: (k, m, v),
):
    def step(x, gradient, state, step_size):
        k, m, v = state
        k += 1
        m = shares[0] * m + (1 - shares[0]) * gradient
        v = shares[1] * v + (1 - shares[1]) * gradient**2
        return x - sign * step_size * first(m, k) / below(second(v, k)), kept(k, m, v)

    return step


ADAM_SLIPS = {
    "the bias correction: divide": adam_with(first=lambda m, k: m, second=lambda v, k: v),
    "the bias correction of the mean of the gradients": adam_with(first=lambda m, k: m),
    "the bias correction of the mean of the squares": adam_with(second=lambda v, k: v),
    "eps: it is 1e-8, and is added to the root": adam_with(below=lambda v: (v + 1e-8) ** 0.5),
    "the sign": adam_with(sign=-1),
    "the two shares": adam_with(
        first=lambda m, k: m / (1 - 0.999**k),
        second=lambda v, k: v / (1 - 0.9**k),
        shares=(0.999, 0.9),
    ),
    "the root": adam_with(below=lambda v: v + 1e-8),
    "the count of updates": adam_with(
        first=lambda m, k: m / (1 - 0.9 ** max(k - 1, 1)),
        second=lambda v, k: v / (1 - 0.999 ** max(k - 1, 1)),
    ),
    "the count of updates: it must be returned": adam_with(kept=lambda k, m, v: (k - 1, m, v)),
    "what is kept: the means themselves": adam_with(
        kept=lambda k, m, v: (k, m / (1 - 0.9**k), v / (1 - 0.999**k))
    ),
}


@pytest.mark.parametrize("advice", ADAM_SLIPS)
def test_slips_with_adam_are_named(advice):
    report = check_adam(ADAM_SLIPS[advice])
    assert not report
    assert report.look_at.startswith(advice)


def test_the_first_difference_is_told_with_its_numbers():
    report = check_momentum(MOMENTUM_SLIPS["the velocity: it must be returned"])
    assert "at update 2" in report.summary
    assert "should be -1.3868494" in report.summary


def test_an_unknown_difference_is_told_with_the_call_that_makes_it():
    def halves_the_gradient(x, gradient, velocity, step_size, momentum):
        velocity = momentum * velocity + gradient
        return x - step_size * (velocity if x < -2.1 else velocity / 2), velocity

    report = check_momentum(halves_the_gradient)
    assert "at update 2" in report.summary
    arguments = "(-2.025, -21.0650625, -47.5, 0.01, 0.9)"
    assert report.look_at.startswith("this call by hand: halves_the_gradient(-2.025, -21.065")
    assert arguments.split(", ")[2:] == report.look_at.split(", ")[2:]


def test_single_precision_is_told_from_a_wrong_formula():
    report = check_momentum(lambda x, g, v, a, b: (np.float32(x - a * (b * v + g)), b * v + g))
    assert "x is -2.0250001 at update 1" in report.summary
    assert "single precision" in report.look_at


def test_numbers_that_differ_late_are_written_with_the_digits_that_tell_them_apart():
    report = check_adam(adam_with(below=lambda v: v**0.5 + 1e-10))
    given, right = (
        float(part.split(" at ")[0]) for part in report.summary.split(" is ")[1].split("should be ")
    )
    assert given != right
    assert given == pytest.approx(right, rel=1e-6)


def test_a_list_is_a_pair_too():
    assert check_momentum(lambda *arguments: list(momentum(*arguments)))


@pytest.mark.parametrize("check", [check_momentum, check_adagrad, check_adam])
@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda *_: 1 / 0, "at update 1 it raised ZeroDivisionError: division by zero"),
        (lambda *_: None, "at update 1 it returned None, and a pair is needed"),
        (lambda *_: 3.0, "at update 1 it returned 3.0, and a pair is needed"),
        (lambda *_: ("x", 0), "at update 1 x is 'x', and a number is needed"),
        (lambda *_: (math.nan, 0), "x is nan at update 1"),
        (lambda x: x, "it raised TypeError"),
    ],
)
def test_what_goes_wrong_inside_is_reported(check, answer, message):
    report = check(answer)
    assert not report
    assert message in report.summary
    assert report.look_at


CHECKS = [check_momentum, check_adagrad, check_adam, check_many_starts, check_line_search]


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        (lambda *_: None, "the return: a function without one gives None"),
        (lambda x: x, "the arguments: it is called with "),
        (lambda *_: 1 / 0, "this call: "),
    ],
)
def test_every_check_knows_the_three_accidents(check, answer, advice):
    report = check(answer)
    assert not report
    assert report.look_at.startswith(advice)


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("answer", ["0.1", [0.1], np.zeros(3), (1, 2, 3), {}, 1j, (None, None)])
def test_an_answer_of_another_kind_is_reported_and_not_raised(check, answer):
    report = check(lambda *_: answer)
    assert not report
    assert report.look_at


def test_an_overflow_of_plain_floats_is_explained():
    def runs_on(starts, step_size, updates):
        points = list(map(float, starts))
        for _ in range(updates):
            points = [x - step_size * (4 * x**3 - 6 * x) for x in points]
        return points

    report = check_many_starts(lambda s, a, k: runs_on(s, 0.5, k))
    assert "it raised OverflowError" in report.summary
    assert "a million" in report.look_at


@pytest.mark.parametrize(
    ("check", "name"),
    [
        (check_momentum, "step"),
        (check_adagrad, "step"),
        (check_adam, "step"),
        (check_many_starts, "count"),
        (check_line_search, "choose"),
    ],
)
def test_something_that_is_no_function_is_an_error(check, name):
    with pytest.raises(TypeError, match=rf"{name} must be a function, got 3 \(int\)"):
        check(3)


def changed(**changes):
    def count(starts, step_size, updates):
        counts = ends(starts, step_size, updates)
        return {name: changes.get(name, lambda n, _: n)(counts[name], counts) for name in counts}

    return count


@pytest.mark.parametrize(
    ("count", "advice"),
    [
        (changed(left=lambda _, c: c["right"], right=lambda _, c: c["left"]), "the names"),
        (lambda s, a, k: ends(s, a, k + 1), "made one more"),
        (lambda s, a, k: ends(s, a, k - 1), "made one less"),
        (changed(diverged=lambda *_: 0), "runs are counted"),
        (changed(left=lambda n, _: n + 1), "count twice"),
        (
            changed(diverged=lambda *_: 0, elsewhere=lambda n, c: n + c["diverged"]),
            "the diverged runs",
        ),
        (
            changed(elsewhere=lambda *_: 0, left=lambda n, c: n + c["elsewhere"]),
            "the distance: left and right",
        ),
        (
            changed(left=lambda n, _: n - 1, elsewhere=lambda n, _: n + 1),
            "the distance: 0.01, and from the root of 3/2",
        ),
        (
            changed(
                left=lambda *_: 0,
                right=lambda *_: 0,
                elsewhere=lambda *_: 50,
                diverged=lambda *_: 0,
            ),
            "all runs count as elsewhere, and from 0.821770 the first update leads to 0.848878",
        ),
        (
            changed(left=lambda *_: 0, diverged=lambda n, c: n + c["left"]),
            "too many runs diverge, and from 0.821770 the first update leads to 0.848878",
        ),
    ],
)
def test_slips_in_counting_are_named(count, advice):
    report = check_many_starts(count)
    assert not report
    assert advice in report.look_at


@pytest.mark.parametrize("count", ["17", None, [1], np.zeros(2)])
def test_a_count_that_is_no_number_is_refused(count):
    report = check_many_starts(changed(right=lambda *_: count))
    assert "right is" in report.summary
    assert "a number is needed" in report.summary


@pytest.mark.parametrize("answer", [None, {}, {"left": 50}, [17, 23, 10, 0]])
def test_counts_in_another_form_are_refused(answer):
    report = check_many_starts(lambda *_: answer)
    assert "a dict of left, right, elsewhere, diverged is needed" in report.summary


@pytest.mark.parametrize(
    ("choose", "advice"),
    [
        (lambda f, x, g: x - best_step(f, x, g) * g, "what is returned"),
        (lambda f, x, g: -best_step(f, x, g), "the sign"),
        (lambda f, x, g: -0.3, "the sign: a step size is positive"),
        (lambda f, x, g: 0.1, "does not depend on x"),
        (lambda f, x, g: x / g, "the hilltop"),
        (lambda f, x, g: 0.9 * best_step(f, x, g), "not as far as it can"),
        (lambda f, x, g: math.nan, "not a finite number"),
        (lambda f, x, g: 10 * best_step(f, x, g), "the value of f"),
        (
            lambda f, x, g: min(best_step(f, x, g), 1.0),
            "how far it searches: the best step size from here is 204123.98",
        ),
    ],
)
def test_slips_in_a_line_search_are_named(choose, advice):
    report = check_line_search(choose)
    assert not report
    assert advice in report.look_at


def test_a_numerical_search_is_precise_enough():
    def ternary(f, x, slope):
        low, high = 0.0, (abs(x) + 3) / abs(slope)
        grid = np.linspace(low, high, 2001)
        best = grid[np.argmin([f(x - s * slope) for s in grid])]
        low, high = best - high / 2000, best + high / 2000
        for _ in range(200):
            a, b = low + (high - low) / 3, high - (high - low) / 3
            low, high = (low, b) if f(x - a * slope) < f(x - b * slope) else (a, high)
        return low

    assert check_line_search(ternary)


@settings(max_examples=20)
@given(st.floats(0.01, 0.3), st.integers(0, 60))
def test_every_run_is_counted_once(step_size, updates):
    assert sum(ends(many_starts(), step_size, updates).values()) == 50


def test_the_starts_are_the_seeded_ones():
    known = [0.821770, -1.381280, -2.754159, -2.900834, 1.879621]
    assert many_starts()[:5] == pytest.approx(known, abs=5e-7)


def test_a_report_prints_its_advice_below():
    assert str(Report(passed=False, summary="a", look_at="b")) == "not yet: a\nlook at: b"
