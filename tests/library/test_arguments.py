"""Bad input raises an error that names argument, value and what is accepted."""

import math
import re
from functools import partial

import numpy as np
import pytest
import torch

from ravine import (
    CENTRED_QUADRATIC,
    COSINE_VALLEYS,
    DOUBLE_WELL,
    Objective,
    adagrad,
    adam,
    armijo,
    exact_line_search,
    golden_section,
    gradient_descent,
    heavy_ball,
    least_squares,
    minimize,
    nesterov,
    quadratic_form,
    rmsprop,
    simple_decrease,
    sweep,
)
from ravine.derivative import derivative, values_and_derivatives
from ravine.losses import quadratic
from ravine.record import latex, recorded_graph
from ravine.theory import (
    ON_DOUBLE_WELL,
    ON_QUARTIC,
    armijo_least_step,
    best_momentum,
    contraction_factor,
    first_order_model,
    heavy_ball_factor,
    linear_distance_bound,
    regime,
    step_size_threshold,
    sublinear_bound,
    updates_to_target,
)

BARRIER = Objective("barrier", lambda w: 1 / w + w, lambda w: 1 - 1 / (w * w), domain=(0.1, 9.0))
BY_VALUE_ONLY = Objective("bare", value=lambda w: w * w)

run = partial(minimize, CENTRED_QUADRATIC, method=gradient_descent(0.5))
start = partial(minimize, method=gradient_descent(0.5))
many = partial(sweep, CENTRED_QUADRATIC)

BAD_INPUT = [
    # step sizes
    (lambda: gradient_descent(-0.1), ValueError, "step_size must be positive and finite, got -0.1"),
    (lambda: gradient_descent(0), ValueError, "step_size must be positive and finite, got 0"),
    (
        lambda: gradient_descent(math.inf),
        ValueError,
        "step_size must be positive and finite, got inf",
    ),
    (
        lambda: gradient_descent(math.nan),
        ValueError,
        "step_size must be positive and finite, got nan",
    ),
    (
        lambda: gradient_descent(10**400),
        ValueError,
        "step_size must be positive and finite, got 1000",
    ),
    (lambda: gradient_descent(True), TypeError, "step_size must be a real number, got True"),
    (lambda: gradient_descent(1j), TypeError, "step_size must be a real number, got 1j (complex)"),
    (lambda: gradient_descent("1"), TypeError, "step_size must be a real number, got '1' (str)"),
    (lambda: gradient_descent(None), TypeError, "step_size must be a real number, got None"),
    (
        lambda: gradient_descent(np.array([0.1, -0.2])),
        ValueError,
        "step_size must be positive and finite, got -0.2 in the array",
    ),
    (
        lambda: gradient_descent(np.array([1, 2])),
        TypeError,
        "step_size must hold floats, got an array of int64",
    ),
    (
        lambda: many(step_size=np.array([0.1, math.nan]), start=5.0),
        ValueError,
        "step_size must be positive and finite, got nan in the array",
    ),
    (
        lambda: many(step_size=-1.0, start=5.0),
        ValueError,
        "step_size must be positive and finite, got -1.0",
    ),
    # stopping rules
    (
        lambda: run(x0=5.0, max_updates=-1),
        ValueError,
        "max_updates must be an integer >= 0, got -1",
    ),
    (
        lambda: run(x0=5.0, max_updates=1e3),
        TypeError,
        "max_updates must be an integer >= 0, got 1000.0",
    ),
    (
        lambda: run(x0=5.0, max_updates=True),
        TypeError,
        "max_updates must be an integer >= 0, got True",
    ),
    (lambda: run(x0=5.0, patience=0), ValueError, "patience must be an integer >= 1, got 0"),
    (
        lambda: run(x0=5.0, eps_grad=-1.0),
        ValueError,
        "eps_grad must be None or a finite number >= 0, got -1.0",
    ),
    (
        lambda: run(x0=5.0, eps_obj=math.nan),
        ValueError,
        "eps_obj must be None or a finite number >= 0, got nan",
    ),
    (
        lambda: run(x0=5.0, eps_plateau="small"),
        TypeError,
        "eps_plateau must be a real number, got 'small'",
    ),
    (lambda: run(x0=5.0, escape_radius=0.0), ValueError, "escape_radius must be positive, got 0.0"),
    (
        lambda: run(x0=5.0, escape_radius=math.nan),
        ValueError,
        "escape_radius must be positive, got nan",
    ),
    (
        lambda: many(step_size=0.1, start=5.0, max_updates=-3),
        ValueError,
        "max_updates must be an integer >= 0, got -3",
    ),
    (
        lambda: many(step_size=0.1, start=5.0, escape_radius=-1),
        ValueError,
        "escape_radius must be positive, got -1",
    ),
    (
        lambda: start(lambda w: w * w, 5.0, eps_obj=1e-5),
        ValueError,
        "eps_obj must be None when the optimal value is not known, got 1e-05",
    ),
    (
        lambda: sweep(lambda w: w * w, step_size=0.1, start=5.0, eps_obj=1e-5),
        ValueError,
        "eps_obj must be None when the optimal value is not known, got 1e-05",
    ),
    # starts
    (lambda: run(x0=math.nan), ValueError, "x0 must be finite, got nan"),
    (lambda: run(x0=-math.inf), ValueError, "x0 must be finite, got -inf"),
    (lambda: run(x0=np.array([1.0, math.inf])), ValueError, "x0 must be finite, got [ 1. inf]"),
    (lambda: run(x0=torch.tensor(math.nan)), ValueError, "x0 must be finite, got nan"),
    (lambda: run(x0=10**400), ValueError, "x0 must be finite, got 1000"),
    (
        lambda: run(x0=True),
        TypeError,
        "x0 must be a float, or an array or a tensor of floats, got True",
    ),
    (
        lambda: run(x0="5"),
        TypeError,
        "x0 must be a float, or an array or a tensor of floats, got '5' (str)",
    ),
    (
        lambda: run(x0=[5.0]),
        TypeError,
        "x0 must be a float, or an array or a tensor of floats, got [5.0]",
    ),
    (
        lambda: run(x0=5 + 0j),
        TypeError,
        "x0 must be a float, or an array or a tensor of floats, got (5+0j)",
    ),
    (
        lambda: run(x0=torch.tensor(5)),
        TypeError,
        "x0 must be a tensor of floats, got dtype torch.int64",
    ),
    (
        lambda: run(x0=torch.tensor(1j)),
        TypeError,
        "x0 must be a tensor of floats, got dtype torch.complex64",
    ),
    (lambda: run(x0=np.array(5)), TypeError, "x0 must be an array of floats, got dtype int64"),
    (lambda: run(x0=np.array([True])), TypeError, "x0 must be an array of floats, got dtype bool"),
    (
        lambda: start(BARRIER, -1.0),
        ValueError,
        "x0 must lie in the domain [0.1, 9] of the barrier, got -1.0",
    ),
    (
        lambda: start(BARRIER, torch.tensor(10.0)),
        ValueError,
        "x0 must lie in the domain [0.1, 9] of the barrier, got 10.0",
    ),
    (
        lambda: sweep(BARRIER, step_size=0.1, start=np.array([1.0, 0.0])),
        ValueError,
        "start must lie in the domain [0.1, 9] of the barrier, got 0.0",
    ),
    (
        lambda: many(step_size=0.1, start=np.array([1.0, math.nan])),
        ValueError,
        "start must be finite, got nan",
    ),
    (
        lambda: many(step_size=0.1, start=np.array([1, 2])),
        TypeError,
        "start must hold floats, got an array of int64",
    ),
    (
        lambda: many(step_size=0.1, start=1j),
        TypeError,
        "start must be a real number, got 1j (complex)",
    ),
    # methods
    (
        lambda: minimize(CENTRED_QUADRATIC, 5.0, 0.1),
        TypeError,
        "method must be a Method such as gradient_descent(0.1), got 0.1",
    ),
    (
        lambda: many(step_size=0.1, start=5.0, method=gradient_descent(0.1)),
        TypeError,
        "as gradient_descent does, got gradient_descent(0.1)",
    ),
    # losses
    (
        lambda: start(5.0, 1.0),
        TypeError,
        "objective must be an Objective or a callable loss, got 5.0",
    ),
    (
        lambda: sweep(None, step_size=0.1, start=1.0),
        TypeError,
        "objective must be an Objective or a callable loss, got None",
    ),
    (
        lambda: start(lambda w: w * w, np.array([1.0, 2.0])),
        ValueError,
        "loss must return a single number, got shape (2,)",
    ),
    (
        lambda: start(DOUBLE_WELL, np.array([1.0, 2.0])),
        ValueError,
        "objective must return a single number, got shape (2,)",
    ),
    (
        lambda: start(
            Objective("bad", lambda w: (w * w).sum(), lambda w: w.sum()), np.array([1.0, 2.0])
        ),
        ValueError,
        "slope must have the shape of x, (2,), got shape ()",
    ),
    (
        lambda: start(Objective("bad", lambda w: w**0.5, lambda w: w), -1.0),
        TypeError,
        "objective must return a real number, got ",
    ),
    (lambda: start(lambda _: torch.tensor(3.0), 1.0), ValueError, "loss must depend on w, got 3.0"),
    (lambda: start(lambda _: 3.0, 1.0), TypeError, "loss must return a tensor computed from w"),
    (lambda: derivative(lambda w: w.item() ** 2, 2.0), TypeError, "got 4.0 (float)"),
    (
        lambda: derivative(lambda _: torch.ones((), requires_grad=True) * 2, 2.0),
        ValueError,
        "loss must depend on w, got 2.0",
    ),
    (lambda: derivative(lambda w: w.detach(), 2.0), ValueError, "loss must depend on w, got 2.0"),
    (
        lambda: sweep(lambda w: (w * w).sum(), step_size=0.1, start=np.ones(3)),
        ValueError,
        "loss must return one number for each w, shape (3,), got shape ()",
    ),
    (
        lambda: values_and_derivatives(lambda w: w.sum(), np.ones(2)),
        ValueError,
        "shape (2,), got shape ()",
    ),
    # the variable of a derivative
    (
        lambda: derivative(lambda w: w, torch.tensor(2)),
        TypeError,
        "w must be a tensor of floats, got dtype torch.int64",
    ),
    (
        lambda: derivative(lambda w: w, np.array(2)),
        TypeError,
        "w must be an array of floats that torch knows, got dtype int64",
    ),
    (lambda: derivative(lambda w: w, "2"), TypeError, "w must be a real number, got '2' (str)"),
    (
        lambda: derivative(lambda w: w, 2.0, dtype=torch.int32),
        TypeError,
        "dtype must be a floating-point torch dtype, got torch.int32",
    ),
    (
        lambda: derivative(lambda w: w, 2.0, dtype="float32"),
        TypeError,
        "dtype must be a floating-point torch dtype, got float32",
    ),
    (
        lambda: recorded_graph(lambda w: w.sum(), np.ones((2, 1))),
        ValueError,
        "w must be a single number or a vector, got shape (2, 1)",
    ),
    (
        lambda: recorded_graph(lambda _: torch.tensor(1.0), 2.0),
        ValueError,
        "loss must depend on w, got 1.0",
    ),
    (
        lambda: recorded_graph(lambda _: torch.ones((), requires_grad=True) * 2, 2.0),
        ValueError,
        "loss must depend on w, got 2.0",
    ),
    (
        lambda: recorded_graph(lambda w: (w * torch.ones(3)).sum(), 2.0),
        ValueError,
        "loss must compute with single numbers all the way, got an array before SumBackward0",
    ),
    # objectives and theory
    (lambda: quadratic(-1.0), ValueError, "curvature must be positive and finite, got -1.0"),
    (lambda: quadratic(1.0, math.inf), ValueError, "minimizer must be finite, got inf"),
    (
        lambda: Objective("x", abs, view=(1.0, 0.0)),
        ValueError,
        "view must be (left, right) with left < right, got (1.0, 0.0)",
    ),
    (
        lambda: Objective("x", abs, domain=(2.0, 2.0)),
        ValueError,
        "domain must be (left, right) with left < right",
    ),
    (
        lambda: latex(BY_VALUE_ONLY, 1),
        ValueError,
        "objective must have a formula for derivative 1, got <Objective: bare>",
    ),
    (lambda: latex(DOUBLE_WELL, 3), ValueError, "derivative must be 0, 1 or 2, got 3"),
    (lambda: regime(1.0, 0.0), ValueError, "step_size must be positive and finite, got 0.0"),
    (lambda: contraction_factor(math.nan, 0.5), ValueError, "curvature must be finite, got nan"),
    (
        lambda: step_size_threshold(0.0),
        ValueError,
        "curvature must be positive and finite, got 0.0",
    ),
    (
        lambda: updates_to_target(1.0, 0.5, 5.0, 0.0),
        ValueError,
        "target must be positive and finite, got 0.0",
    ),
    (
        lambda: ON_DOUBLE_WELL.trapping_radius(-1.0),
        ValueError,
        "step_size must be positive and finite, got -1.0",
    ),
    (
        lambda: ON_DOUBLE_WELL.one_step(1.0, 0.0),
        ValueError,
        "start must not be a stationary point (0 or 1, either sign), got 1.0",
    ),
    (
        lambda: ON_DOUBLE_WELL.one_step(2.0, 3.0),
        ValueError,
        "target must lie on the downhill side of the start 2, got 3",
    ),
    (
        lambda: first_order_model(BY_VALUE_ONLY, 1.0, 1.0),
        ValueError,
        "objective must have a hand-written slope, got <Objective: bare>",
    ),
    (
        lambda: ON_QUARTIC.one_step(0.0, 1.0),
        ValueError,
        "start must not be a stationary point (0 or 1.22474, either sign), got 0.0",
    ),
    (
        lambda: ON_QUARTIC.trapping_radius(0.0),
        ValueError,
        "step_size must be positive and finite, got 0.0",
    ),
    (
        lambda: heavy_ball_factor(1.0, 0.5, 1.0),
        ValueError,
        "momentum must be at least 0 and less than 1, got 1.0",
    ),
    (
        lambda: best_momentum(8.0, 0.5),
        ValueError,
        "step_size must be less than 4/curvature = 0.5, got 0.5",
    ),
    (lambda: sublinear_bound(1.0, 0.5, 0), ValueError, "updates must be >= 1, got 0"),
    (
        lambda: sublinear_bound(-1.0, 0.5, 1),
        ValueError,
        "radius must be a finite number >= 0, got -1.0",
    ),
    (
        lambda: sublinear_bound(1.0, 0.5, 2.5),
        TypeError,
        "updates must be an integer or an array of integers, got 2.5",
    ),
    (
        lambda: linear_distance_bound(1.0, 0.5, 0.0, 3),
        ValueError,
        "strong_convexity must be positive and finite, got 0.0",
    ),
    (
        lambda: armijo_least_step(2.0, sufficient=1.5),
        ValueError,
        "sufficient must lie strictly between 0 and 1, got 1.5",
    ),
    # objectives of several numbers
    (
        lambda: quadratic_form([[1.0, 2.0], [0.0, 1.0]]),
        ValueError,
        "matrix must be square and symmetric, got [[1.0, 2.0], [0.0, 1.0]]",
    ),
    (
        lambda: quadratic_form([1.0, 2.0]),
        ValueError,
        "matrix must have 2 dimensions, none of them empty, got shape (2,)",
    ),
    (lambda: quadratic_form([[math.nan]]), ValueError, "matrix must be finite, got nan in it"),
    (
        lambda: quadratic_form([["1"]]),
        TypeError,
        "matrix must hold real numbers, got an array of <U1",
    ),
    (
        lambda: quadratic_form(np.eye(2), minimizer=[1.0]),
        ValueError,
        "minimizer must have shape (2,), got shape (1,)",
    ),
    (
        lambda: least_squares(np.ones((3, 2)), np.ones(2)),
        ValueError,
        "b must have one entry for each row of A, 3, got shape (2,)",
    ),
    (
        lambda: least_squares(np.ones((3, 2)), np.ones(3), ridge=-1.0),
        ValueError,
        "ridge must be a finite number >= 0, got -1.0",
    ),
    (
        lambda: start(COSINE_VALLEYS, 6.5),
        ValueError,
        "x0 must lie in the domain [0, 6] of the cosine valleys, got 6.5",
    ),
    # methods with memory
    (
        lambda: heavy_ball(0.1, 1.0),
        ValueError,
        "momentum must be at least 0 and less than 1, got 1.0",
    ),
    (
        lambda: nesterov(0.1, -0.1),
        ValueError,
        "momentum must be at least 0 and less than 1, got -0.1",
    ),
    (lambda: adagrad(0.1, eps=0.0), ValueError, "eps must be positive and finite, got 0.0"),
    (
        lambda: rmsprop(0.1, smoothing=1.5),
        ValueError,
        "smoothing must be at least 0 and less than 1, got 1.5",
    ),
    (
        lambda: adam(0.1, betas=(0.9, 1.0)),
        ValueError,
        "betas must be at least 0 and less than 1, got 1.0",
    ),
    # line searches
    (lambda: armijo(first=0.0), ValueError, "first must be positive and finite, got 0.0"),
    (lambda: armijo(shrink=1.0), ValueError, "shrink must lie strictly between 0 and 1, got 1.0"),
    (
        lambda: armijo(sufficient=0),
        ValueError,
        "sufficient must lie strictly between 0 and 1, got 0",
    ),
    (
        lambda: armijo(max_shrinks=-1),
        ValueError,
        "max_shrinks must be an integer >= 0, got -1",
    ),
    (
        lambda: simple_decrease(first="1"),
        TypeError,
        "first must be a real number, got '1' (str)",
    ),
    (
        lambda: golden_section(tolerance=0.0),
        ValueError,
        "tolerance must lie strictly between 0 and 1, got 0.0",
    ),
    (
        lambda: golden_section(max_ratios=0),
        ValueError,
        "max_ratios must be an integer >= 1, got 0",
    ),
    (
        lambda: minimize(CENTRED_QUADRATIC, 5.0, armijo()),
        TypeError,
        "got armijo(); a line search such as armijo() goes in place of its step size",
    ),
    (
        lambda: minimize(lambda w: w * w, 5.0, gradient_descent(exact_line_search())),
        ValueError,
        "or a function of one number that knows its stationary points, got <Objective: loss>",
    ),
    (
        lambda: many(step_size=0.1, start=5.0, method=gradient_descent(armijo())),
        TypeError,
        "as gradient_descent does, got gradient_descent(armijo())",
    ),
]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    BAD_INPUT,
    ids=[f"{number} {message}" for number, (_, _, message) in enumerate(BAD_INPUT)],
)
def test_bad_input_is_refused_with_argument_value_and_what_is_accepted(call, error, message):
    with pytest.raises(error, match=re.escape(message)):
        call()


@pytest.mark.parametrize("five", [5, 5.0, np.int64(5), np.float64(5)], ids=repr)
def test_whole_numbers_are_accepted_where_a_real_number_is_meant(five):
    assert run(x0=five).iterates.tolist() == run(x0=5.0).iterates.tolist()
    assert many(step_size=0.5, start=five, max_updates=3).x == 0.625
    assert gradient_descent(np.int64(1)).step(5.0, 5.0, None) == (0.0, None)


def test_numpy_integers_are_accepted_as_a_cap():
    assert run(x0=5.0, max_updates=np.int64(3)).updates == 3
